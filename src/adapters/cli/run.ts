/**
 * Adapter, command line: `quotafs run`. Puts an overlay under the process and
 * then starts the program in it, as `node script` would have. Invariant: from
 * the first line of the program to the last of its 'exit' listeners nothing that
 * goes through `node:fs` changes the disk; the overlay stays mounted until the
 * process is gone.
 */
import nodeModule from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { quotaOf } from '../../facade/index.js';
import { codeOf, ownFs } from '../../host/index.js';
import { onDisk } from '../mount/index.js';
import { createOverlay, type Overlay } from '../overlay/index.js';
import { type RunCommand, UsageError } from './arguments.js';
import { holdCompanions } from './companions.js';
import { whenOver } from './ending.js';
import { hold } from './hold.js';
import { changeTree, diffs, summary, worthTelling } from './report.js';
import { zipChanges } from './results.js';

const { existsSync, realpathSync, statSync, writeSync } = ownFs;

/** Writes to stderr now, even when it is a pipe that is full. */
export function tell(text: string): void {
  let rest = Buffer.from(`${text}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(2, rest));
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

/** The file that the user means: a path, or a command that some package of the project has. */
function findScript(script: string): string {
  const path = resolve(script);
  if (existsSync(path) && !statSync(path).isDirectory()) return path;
  // As `node` finds them.
  const withExtension = ['.js', '.json', '.node'].map((extension) => path + extension).find((each) => existsSync(each));
  if (withExtension !== undefined || existsSync(join(path, 'package.json')) || existsSync(join(path, 'index.js'))) {
    return path;
  }
  for (let at = process.cwd(); !script.includes('/'); at = dirname(at)) {
    const command = join(at, 'node_modules/.bin', script);
    if (existsSync(command)) return command;
    if (dirname(at) === at) break;
  }
  throw new UsageError(`There is no file ${script}, and no such command in node_modules/.bin`);
}

function directoryOf(lower: string): string {
  const path = resolve(lower);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`There is no directory ${lower}`);
  return realpathSync(path);
}

function makeOverlay({ maxQuota, maxNodes }: RunCommand, roots: readonly string[]): Overlay {
  try {
    return createOverlay({
      roots,
      ...(maxQuota !== undefined && { maxQuota }),
      ...(maxNodes !== undefined && { maxNodes }),
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(code === 'ENOSPC' ? `--max-quota is too small to begin with: ${maxQuota} bytes` : message);
  }
}

/**
 * Puts everything in its place.
 * @returns what starts the program in this process, and returns when its main module has run
 * @param guard - path of the program that keeps threads and Node processes of the program from the disk
 * @throws UsageError before anything has happened
 */
export function prepareRun(command: RunCommand, guard: string): () => void {
  const script = findScript(command.script);
  const roots = command.lower.length > 0 ? command.lower.map(directoryOf) : ['/'];
  const [exportTo, zip] = [command.exportTo, command.zip].map((path) => path && resolve(path));
  const overlay = makeOverlay(command, roots);
  const told = new Set<string>();
  const warn = (text: string): void => {
    if (!command.quiet && !told.has(text)) tell(`quotafs: ${text}`);
    told.add(text);
  };
  whenOver(() => onDisk(() => finish(command, overlay, roots.length === 1 ? roots[0] : '/', exportTo, zip)));
  holdCompanions({ guard, strict: command.strict, warn });
  hold(overlay.fs);
  process.argv.splice(1, process.argv.length, script, ...command.args);
  return () => start(script);
}

/** What `node script` ends up with. Not in the types of Node, which tools have called for many years all the same. */
function start(script: string): void {
  const { runMain } = nodeModule as unknown as { runMain(script: string): void };
  runMain(script);
}

/** Shows and exports. A failure changes the exit code of a program that was content. */
function finish(
  { quiet, report, diff }: RunCommand,
  overlay: Overlay,
  base: string,
  exportTo: string | undefined,
  zip: string | undefined,
): void {
  try {
    // Before the changes are written: written onto the disk itself, they are none any more.
    const changes = overlay.changes();
    const told = worthTelling(changes);
    if (report && told.length > 0) tell(changeTree(told));
    const text = diff ? diffs(told).trimEnd() : '';
    if (text !== '') tell(text);
    if (!quiet) tell(`quotafs: ${summary(told, quotaOf(overlay.fs))}`);
    if (zip !== undefined) zipChanges(overlay, changes, base, zip);
    if (exportTo !== undefined) overlay.applyTo(exportTo);
  } catch (error) {
    tell(`quotafs: ${(error as Error).message}`);
    process.exitCode ||= 1;
  }
}
