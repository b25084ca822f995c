/**
 * Compat tests, `quotafs run`: a small world on the real disk, a project with its home and its place for temporary
 * files, in which a program is run twice: held in memory, then for real.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installInto } from '../../test/helpers/bundle.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Outcome {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  readonly project: string;
  /** The program `quotafs`. */
  readonly command: string;
  /** Runs Node in the project. */
  node(args: readonly string[], env?: NodeJS.ProcessEnv, input?: string): Promise<Outcome>;
  /** The same under `quotafs run`. */
  held(options: readonly string[], args: readonly string[], env?: NodeJS.ProcessEnv, input?: string): Promise<Outcome>;
  /** A directory outside the project, with a copy of the whole world in it at its own path. */
  copy(): { readonly directory: string; readonly world: string };
  /** Everything in the world: what it is, where, with times when they are to be the same. */
  snapshot(options: { readonly times: boolean }, at?: string): Record<string, string>;
  remove(): void;
}

/**
 * @param files - of the project
 * @param packages - of this repository's node_modules, linked into the project's; as 'name' or 'name=other'
 */
export async function makeWorld(files: Record<string, string>, packages: readonly string[] = []): Promise<World> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'quotafs-run-')));
  const world = join(base, 'world');
  const project = join(world, 'project');
  for (const name of ['home', 'tmp', 'project/node_modules']) mkdirSync(join(world, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
  await installInto(base);
  for (const each of packages) {
    const [name, other = name] = each.split('=');
    symlinkSync(join(root, 'node_modules', other), join(project, 'node_modules', name));
  }
  const command = join(base, 'node_modules/quotafs/bin.cjs');
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, VITEST: ___, ...outer } = process.env;
  const own = { HOME: join(world, 'home'), TMPDIR: join(world, 'tmp'), NO_COLOR: '1', FORCE_COLOR: undefined };
  const node: World['node'] = (args, env = {}, input = '') =>
    new Promise((resolve) => {
      const options = { cwd: project, env: { ...outer, ...own, ...env }, maxBuffer: 1e9 };
      const child = execFile(process.execPath, args, options, (error, stdout, stderr) =>
        resolve({ code: error ? (error.code ?? error.signal ?? 'unknown') : 0, stdout, stderr }),
      );
      child.stdin?.end(input);
    });
  let copies = 0;
  return {
    project,
    command,
    node,
    held: (options, args, env, input) => node([command, 'run', ...options, '--', ...args], env, input),
    copy() {
      const directory = join(base, `copy-${copies++}`);
      cpSync(world, join(directory, world), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
      return { directory, world: join(directory, world) };
    },
    snapshot: ({ times }, at = world) => {
      const found: Record<string, string> = {};
      look(at, '', times, found);
      return found;
    },
    remove: () => rmSync(base, { recursive: true }),
  };
}

function look(root: string, path: string, times: boolean, found: Record<string, string>): void {
  const at = join(root, path);
  const stats = lstatSync(at);
  const content = stats.isFile()
    ? createHash('sha1').update(readFileSync(at)).digest('base64')
    : stats.isSymbolicLink()
      ? readlinkSync(at)
      : 'directory';
  const when = times ? `${stats.ino} ${stats.mtimeMs} ${stats.ctimeMs}` : '';
  found[path || '.'] = `${stats.mode.toString(8)} ${content} ${when}`;
  if (!stats.isDirectory()) return;
  for (const name of readdirSync(at)) look(root, join(path, name), times, found);
}
