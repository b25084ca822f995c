/**
 * Benchmarks: the measuring loop. One number is processor time (user + system,
 * all threads of the process) because it stays meaningful on a busy machine;
 * elapsed time is kept beside it. Nothing here knows a file system.
 */

/** What is timed. `run(count)` does the operation `count` times; the rest is not timed. */
export interface Operation {
  run(count: number): void | Promise<void>;
  /** Makes the state that the next `run` consumes. */
  before?(): void | Promise<void>;
  /** Takes away what `run` left. */
  after?(): void | Promise<void>;
  /** A job: always run with this count, with `before` and `after` around each run. Without it the count is calibrated. */
  readonly fixedCount?: number;
  /** Divides the job's time, when its unit is one of many equal steps. Default `fixedCount`. */
  readonly per?: number;
  /** Last clean-up of the process. */
  finish?(): void | Promise<void>;
}

export interface Sample {
  /** Microseconds of processor time for one operation. */
  readonly cpu: number;
  /** Microseconds of elapsed time for one operation. */
  readonly wall: number;
}

export interface Effort {
  /** Milliseconds of processor time before the first sample: by the clock, a busy machine would measure code that is not compiled yet. */
  readonly warmUp: number;
  /** Milliseconds of processor time that one sample of a calibrated operation should take. */
  readonly sample: number;
  readonly samples: number;
  /** Milliseconds after which no further sample of a job is begun. */
  readonly budget: number;
}

export const NORMAL: Effort = { warmUp: 400, sample: 30, samples: 25, budget: 2500 };
/** Not in the warm-up: with a third of it, what runs much code (a new volume in each operation) was measured while that was compiled. */
export const QUICK: Effort = { warmUp: 400, sample: 15, samples: 9, budget: 700 };

/** Milliseconds of processor time since the process began. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Says when the warm-up is over: in processor time, or by the clock for what mostly waits. */
function warmUp(effort: Effort): () => boolean {
  const [cpu, wall] = [spent(), performance.now()];
  return () => spent() - cpu >= effort.warmUp || performance.now() - wall >= effort.warmUp * WAITING;
}
const WAITING = 8;

async function timed(operation: Operation, count: number): Promise<{ cpu: number; wall: number }> {
  const cpuBefore = process.cpuUsage();
  const before = process.hrtime.bigint();
  const pending = operation.run(count);
  if (pending !== undefined) await pending;
  const wall = Number(process.hrtime.bigint() - before) / 1000;
  const used = process.cpuUsage(cpuBefore);
  return { cpu: used.user + used.system, wall };
}

async function round(operation: Operation, count: number): Promise<{ cpu: number; wall: number }> {
  await operation.before?.();
  const result = await timed(operation, count);
  await operation.after?.();
  return result;
}

/**
 * No collection is forced between the runs: V8 drops compiled code that refers to what has died, and a job
 * on a fresh volume would be measured uncompiled. What collection costs is in the numbers, as in life.
 */
async function measureJob(operation: Operation, count: number, effort: Effort): Promise<Sample[]> {
  const samples: Sample[] = [];
  const per = operation.per ?? count;
  const start = performance.now();
  const isWarm = warmUp(effort);
  let warm = await round(operation, count);
  while (!isWarm()) warm = await round(operation, count);
  // A job of many seconds is measured by its first run: it warmed itself up.
  if (performance.now() - start > effort.budget * 4) return [{ cpu: warm.cpu / per, wall: warm.wall / per }];
  const begin = performance.now();
  while (samples.length < 3 || (samples.length < effort.samples && performance.now() - begin < effort.budget)) {
    const { cpu, wall } = await round(operation, count);
    samples.push({ cpu: cpu / per, wall: wall / per });
    if (performance.now() - begin > effort.budget * 6) break;
  }
  return samples;
}

async function calibrate(operation: Operation, effort: Effort): Promise<number> {
  let count = 1;
  const isWarm = warmUp(effort);
  for (;;) {
    const { cpu, wall } = await round(operation, count);
    const isLong = cpu / 1000 >= effort.sample || wall / 1000 >= effort.sample * WAITING;
    if (isLong && isWarm()) return count;
    if (!isLong) count = Math.ceil(count * Math.min(4, Math.max(1.2, (effort.sample * 1000) / Math.max(cpu, 1))));
  }
}

/** Warms up, calibrates and takes the samples of one operation. */
export async function measure(operation: Operation, effort: Effort): Promise<Sample[]> {
  if (operation.fixedCount !== undefined) return measureJob(operation, operation.fixedCount, effort);
  const count = await calibrate(operation, effort);
  const samples: Sample[] = [];
  for (let i = 0; i < effort.samples; i++) {
    const { cpu, wall } = await round(operation, count);
    samples.push({ cpu: cpu / count, wall: wall / count });
  }
  return samples;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
