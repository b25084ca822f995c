/**
 * Compat tests, disk: the command `npm run compat -- --seeds N`.
 *
 *   --seeds N     programs to run (default 200)      --start S   first seed (default 1)
 *   --ops N       statements per program (60)        --sync      synchronous calls only
 *   --left NAME   oracle (real)                      --right NAME  compared (ours; also built, memfs, real)
 *   --jobs N      processes (2)                      --keep-going  one report per kind of divergence, all seeds
 *   --user ID     as an unprivileged user of that number (only root can): permissions then count
 *   --area NAME   every second statement is of that area (statements/index.ts: glob, reader, watch, …)
 *   --program F   runs the statements of a file, one a line, instead of seeds
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadTarget } from '../targets.js';
import { Bench } from './compare.js';
import { makeProgram } from './program.js';
import { print, shrink } from './shrink.js';
import { KINDS } from './statements/index.js';

const { values: flags } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    start: { type: 'string', default: '1' },
    ops: { type: 'string', default: '60' },
    sync: { type: 'boolean', default: false },
    left: { type: 'string', default: 'real' },
    right: { type: 'string', default: 'ours' },
    jobs: { type: 'string', default: '2' },
    'keep-going': { type: 'boolean', default: false },
    area: { type: 'string' },
    program: { type: 'string' },
    user: { type: 'string' },
    stats: { type: 'boolean', default: false },
  },
});

/** Everything is loaded by now: the new user may not be able to read the sources. */
const becomeUser = (): void => {
  if (flags.user === undefined) return;
  const id = Number(flags.user);
  process.setgroups?.([]);
  process.setgid?.(id);
  process.setuid?.(id);
};

/** Everything else that the programs do is half of them. */
const area = KINDS.find((kind) => kind === flags.area);
if (area !== flags.area) throw new Error(`no area '${flags.area}': ${KINDS.join(', ')}`);

const runSeeds = async (first: number, count: number): Promise<number> => {
  const left = await loadTarget(flags.left);
  const right = await loadTarget(flags.right);
  becomeUser();
  const bench = new Bench();
  const known = new Set<string>();
  const started = performance.now();
  let divergent = 0;
  for (let seed = first; seed < first + count; seed++) {
    // A process that hangs or dies in native code tells which seed it was at.
    process.title = `quotafs compat seed ${seed}`;
    const program = makeProgram(seed, Number(flags.ops), flags.sync ? 'sync' : 'all', area);
    const found = await bench.compare(program, left, right, known);
    if (!found) continue;
    divergent++;
    const [small, again] = await shrink(bench, program, found, left, right);
    known.add(found.kind).add(again.kind);
    console.log(`\n── seed ${seed} (${small.length} statements)\n${print(small, again, left, right)}`);
    if (!flags['keep-going']) break;
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `\nseeds ${first}–${first + count - 1}: ${divergent} divergent, ${(count / seconds).toFixed(0)} programs/s, Node ${process.version}`,
  );
  bench.close();
  // What a program left open, an iterator of a watcher without a signal, say, keeps nobody waiting.
  setImmediate(() => process.exit(divergent > 0 ? 1 : 0));
  return divergent;
};

const runFile = async (file: string): Promise<number> => {
  const program = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim().replace(/^▶ */, '').replace(/;$/, ''))
    .filter((line) => line !== '');
  const left = await loadTarget(flags.left);
  const right = await loadTarget(flags.right);
  becomeUser();
  const bench = new Bench();
  const found = await bench.compare(program, left, right);
  console.log(found ? print(program, found, left, right) : 'no divergence');
  bench.close();
  return found ? 1 : 0;
};

/** Splits the seeds over processes: the real fs, not the processor, is what they wait for. */
const runJobs = async (jobs: number, first: number, count: number): Promise<number> => {
  const share = Math.ceil(count / jobs);
  const children = Array.from({ length: jobs }, (_, i) => {
    const own = Math.min(share, count - i * share);
    const args = process.argv.slice(2);
    return fork(
      fileURLToPath(import.meta.url),
      [...args, '--jobs', '1', '--start', String(first + i * share), '--seeds', String(own)],
      { stdio: 'inherit' },
    );
  });
  const codes = await Promise.all(
    children.map((child) => new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)))),
  );
  return codes.filter((code) => code !== 0).length;
};

const main = async (): Promise<number> => {
  const jobs = Number(flags.jobs);
  if (flags.program) return runFile(flags.program);
  return jobs > 1
    ? runJobs(jobs, Number(flags.start), Number(flags.seeds))
    : runSeeds(Number(flags.start), Number(flags.seeds));
};

process.removeAllListeners('warning');
// Uncaught exceptions belong to the programs under test, so a failure of the tool itself is caught here.
process.exitCode = await main().then(
  (failed) => (failed > 0 ? 1 : 0),
  (error: unknown) => {
    console.error(error);
    return 2;
  },
);
