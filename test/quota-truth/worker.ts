/**
 * Quota truth: one measuring process: `worker.mjs subject workload quota steps patience cold`.
 * Warm-up on a small volume (so that compiled code is not counted as data),
 * collect, note the memory; make the volume, fill it, collect, measure; delete
 * everything, collect, measure; fill again.
 */
import { getHeapCodeStatistics, getHeapStatistics } from 'node:v8';
import { collectedBytes } from './collect.js';
import { Env, type Opened, type Workload } from './env.js';
import { openMfs, openOverlay, openVolume, type Subject } from './open.js';
import { WORKLOADS } from './workloads/index.js';

/** What a process reports. Bytes throughout. */
export interface Measured {
  readonly steps: number;
  /** Growth of heapUsed + external after collection. */
  readonly real: number;
  /** Of it, what V8 says is compiled code; the same when it was filled again. */
  readonly code: number;
  readonly codeAgain: number;
  /** The most seen while it ran, garbage included. */
  readonly peak: number;
  /** Growth of the resident set, for information. */
  readonly resident: number;
  /** What the volume says is used, and how much of it is file data. */
  readonly used: number;
  readonly data: number;
  readonly files: number;
  /** After deleting everything. */
  readonly leftUsed: number;
  readonly leftReal: number;
  /** Steps of the same workload on the emptied volume. */
  readonly stepsAgain: number;
  readonly realAgain: number;
  readonly refusal?: { readonly code?: string; readonly name: string };
  /** Ended by time, not by the volume. */
  readonly impatient: boolean;
  readonly problems: readonly string[];
  readonly milliseconds: number;
}

const [subject, name, quotaText, stepsText, patienceText, cold] = process.argv.slice(2);
const quota = Number(quotaText);

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

const heap = (): number => {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
};

const compiled = (): number => {
  const { code_and_metadata_size, bytecode_and_metadata_size } = getHeapCodeStatistics();
  return code_and_metadata_size + bytecode_and_metadata_size;
};

/** Quota of the volumes that warm the code up, and milliseconds to spend on it. */
const SMALL = 512 * 1024;
const WARM_UP = 1500;
/** A workload that gets no further than so many steps in a small volume runs no code there: it gets larger ones. */
const FEW_STEPS = 16;
const LARGEST_SMALL = 4 * 2 ** 20;

let highest = 0;
const sample = (): void => {
  highest = Math.max(highest, heap());
};
/** The most that was in use when a workload asked for a look, garbage not counted. */
let seen = 0;
let usedThen = 0;
let looking: Opened | undefined;
const look = (): void => {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  seen = Math.max(seen, heap());
  usedThen = Math.max(usedThen, looking?.extras?.usage().used ?? 0);
};

function removeAll({ fs, empty }: Opened): void {
  if (empty !== undefined) {
    empty();
    return;
  }
  for (const entry of fs.readdirSync('/')) fs.rmSync(`/${entry}`, { recursive: true, force: true });
}

function audit({ extras }: Opened, when: string): string[] {
  const report = extras?.audit();
  return report === undefined || report.ok ? [] : report.problems.slice(0, 5).map((problem) => `${when}: ${problem}`);
}

async function runOnce(env: Env, opened: Opened, volumeQuota: number, workload: Workload): Promise<void> {
  env.begin(opened, volumeQuota);
  looking = opened;
  [seen, usedThen] = [0, 0];
  await workload.run(env);
  sample();
}

async function empty(env: Env, opened: Opened, workload: Workload): Promise<void> {
  await workload.release?.(env);
  removeAll(opened);
  await turn();
}

async function main(): Promise<Measured> {
  const workload = WORKLOADS.find((one) => one.name === name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  const open = (bytes: number): Opened => {
    if (workload.overlay) return openOverlay(bytes);
    return workload.mfs ? openMfs(bytes) : openVolume(subject as Subject, bytes);
  };
  await workload.prepare?.();
  // The lower tree is none of the volume's.
  if (workload.overlay) openOverlay(SMALL);
  const env = new Env(Number(patienceText), Number(stepsText), sample, look);
  if (cold !== 'cold') {
    // Until the compiler has seen enough: its output would be counted as the volume's.
    const most = env.mostSteps;
    const start = performance.now();
    let smallQuota = SMALL;
    for (let round = 0; round < 40 && performance.now() - start < WARM_UP; round++) {
      const small = open(smallQuota);
      env.mostSteps = Math.min(most, 5000);
      await runOnce(env, small, smallQuota, workload);
      if (env.steps < FEW_STEPS) smallQuota = Math.min(smallQuota * 2, LARGEST_SMALL);
      await empty(env, small, workload);
      audit(small, 'warm-up');
    }
    env.mostSteps = most;
    env.forget();
    looking = undefined;
  }
  const before = await collectedBytes();
  const codeBefore = compiled();
  const residentBefore = process.memoryUsage().rss;
  const opened = open(quota);
  const usedAtStart = opened.extras?.usage().used ?? 0;
  highest = 0;
  const begin = performance.now();
  await runOnce(env, opened, quota, workload);
  const milliseconds = performance.now() - begin;
  const real = Math.max(seen, await collectedBytes()) - before;
  const code = compiled() - codeBefore;
  const peak = highest - before;
  const resident = process.memoryUsage().rss - residentBefore;
  const usage = opened.extras?.usage();
  const used = Math.max(usedThen, usage?.used ?? 0);
  const { steps, refusal, impatient } = env;
  const problems = [...audit(opened, 'full'), ...env.wrong];
  await empty(env, opened, workload);
  const leftReal = (await collectedBytes()) - before;
  const leftUsed = (opened.extras?.usage().used ?? 0) - usedAtStart;
  problems.push(...audit(opened, 'emptied'));
  await runOnce(env, opened, quota, workload);
  const stepsAgain = env.steps;
  const impatientAgain = env.impatient;
  const realAgain = Math.max(seen, await collectedBytes()) - before;
  const codeAgain = compiled() - codeBefore;
  problems.push(...audit(opened, 'filled again'), ...env.wrong);
  await empty(env, opened, workload);
  return {
    steps,
    real,
    code,
    codeAgain,
    peak,
    resident,
    used,
    data: usage?.data ?? 0,
    files: usage?.files ?? 0,
    leftUsed,
    leftReal,
    stepsAgain,
    realAgain,
    refusal,
    impatient: impatient || impatientAgain,
    problems,
    milliseconds,
  };
}

const result = await main();
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
