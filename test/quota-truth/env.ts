/**
 * Quota truth: what a workload is given. It fills a volume through the public
 * API; everything it needs to remember (descriptors, handles) lives in stores
 * that were allocated before the measuring began, so that the growth measured is
 * the volume's alone.
 */
import { ENOSPC, Fault } from '../../src/core/index.js';
import type { AsyncMemoryFileSystem } from '../../src/index.js';
import type { Fs } from '../bench/systems.js';

/** The parts of ours that a plain `node:fs` does not have; absent when the workload runs on a peer. */
export interface Extras {
  readonly usage: (path?: string) => { used: number; data: number; files: number; limit: number };
  readonly audit: () => { ok: boolean; problems: readonly string[] };
  readonly importTree: (entries: Iterable<{ path: string; type: 'file' | 'directory'; data?: Uint8Array }>) => void;
  readonly resize: (maxQuota: number) => void;
}

export interface Refusal {
  readonly code: string | undefined;
  readonly name: string;
}

/** A file system under test. */
export interface Opened {
  readonly fs: Fs;
  readonly extras?: Extras;
  /** The D-MemFS API of the volume, for workloads that ask for it. */
  readonly mfs?: AsyncMemoryFileSystem;
  /** How it is emptied, when not by deleting all of it. */
  readonly empty?: () => void;
}

/** The engine's own calls throw an errno as data. */
const asError = (error: unknown): NodeJS.ErrnoException =>
  error instanceof Fault
    ? Object.assign(new Error('fault'), { code: error.errno === ENOSPC ? 'ENOSPC' : `E${error.errno}` })
    : (error as NodeJS.ErrnoException);

const SLOTS = 4_000_000;
const OBJECTS = 1_000_000;

export class Env {
  /** Descriptors and the like. */
  readonly numbers = new Int32Array(SLOTS);
  numbersUsed = 0;
  private readonly objects: unknown[] = new Array<unknown>(OBJECTS).fill(null);
  private objectsUsed = 0;
  /** Steps done by `fill` and `fillAsync`. */
  steps = 0;
  /** The first refusal of this run, and every refusal that was not ENOSPC. */
  refusal: Refusal | undefined;
  readonly wrong: string[] = [];
  private state = 1;
  /** The workload took too long and was ended without a refusal. */
  impatient = false;

  private current: Opened | undefined;
  quota = 0;
  private deadline = 0;

  constructor(
    /** Ends a workload that would take too long: milliseconds. */
    private readonly patience: number,
    /** Steps after which to stop, for peers without a limit. */
    public mostSteps: number,
    /** Called now and then, to see the peak. */
    private readonly sample: () => void,
    /** Collects garbage and weighs the process, without a turn of the loop. */
    readonly look: () => void,
  ) {}

  /** Starts a run on a volume. */
  begin(opened: Opened, quota: number): void {
    this.current = opened;
    this.quota = quota;
    this.steps = 0;
    this.impatient = false;
    this.refusal = undefined;
    this.wrong.length = 0;
    this.state = 1;
    this.deadline = performance.now() + this.patience;
  }

  /** Lets go of the volume of the last run. */
  forget(): void {
    this.current = undefined;
    this.refusal = undefined;
  }

  get fs(): Fs {
    if (this.current === undefined) throw new Error('no volume');
    return this.current.fs;
  }

  get mfs(): AsyncMemoryFileSystem {
    if (this.current?.mfs === undefined) throw new Error('no D-MemFS volume');
    return this.current.mfs;
  }

  get extras(): Extras | undefined {
    return this.current?.extras;
  }

  /** A repeatable random integer below `limit`. */
  random(limit: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * limit);
  }

  /** True while the workload may go on. */
  mayGoOn(): boolean {
    if ((this.steps & 255) === 0) {
      this.sample();
      if (performance.now() > this.deadline) {
        this.impatient = true;
        return false;
      }
    }
    return this.steps < this.mostSteps;
  }

  /** Repeats `step` until the volume refuses, `most` steps were done, or patience ends. Returns the steps done. */
  fill(step: (i: number) => void, most = Number.POSITIVE_INFINITY): number {
    let i = 0;
    while (i < most && this.mayGoOn()) {
      if (!this.attempt(() => step(i))) break;
      i++;
      this.steps++;
    }
    return i;
  }

  async fillAsync(step: (i: number) => Promise<unknown>, most = Number.POSITIVE_INFINITY): Promise<number> {
    let i = 0;
    while (i < most && this.mayGoOn()) {
      try {
        await step(i);
      } catch (error) {
        this.refused(error);
        break;
      }
      i++;
      this.steps++;
    }
    return i;
  }

  /** True when it succeeded; a refusal is noted, anything else noted as wrong. */
  attempt(action: () => void): boolean {
    try {
      action();
      return true;
    } catch (error) {
      this.refused(error);
      return false;
    }
  }

  refused(error: unknown): void {
    const { code, name, message } = asError(error);
    this.refusal ??= { code, name };
    if (code !== 'ENOSPC' && this.wrong.length < 5) this.wrong.push(`${code ?? name}: ${message}`);
  }

  keepNumber(value: number): void {
    this.numbers[this.numbersUsed++] = value;
  }

  keep(value: unknown): void {
    this.objects[this.objectsUsed++] = value;
  }

  /** Closes every kept descriptor; a stream that failed has closed its own. */
  closeNumbers(): void {
    for (let i = 0; i < this.numbersUsed; i++) {
      try {
        this.fs.closeSync(this.numbers[i]);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EBADF') throw error;
      }
    }
    this.numbersUsed = 0;
  }

  /** Hands back every kept object once. */
  async releaseObjects(release: (value: never) => unknown): Promise<void> {
    for (let i = 0; i < this.objectsUsed; i++) {
      const value = this.objects[i];
      this.objects[i] = null;
      await release(value as never);
    }
    this.objectsUsed = 0;
  }
}

/** A way to fill a volume. */
export interface Workload {
  readonly name: string;
  readonly about: string;
  /** Runs on any `node:fs`, so that memfs can be measured too. */
  readonly portable: boolean;
  /** Needs the D-MemFS API. */
  readonly mfs?: boolean;
  /** Needs an overlay, over the tree of `lowerPath`. */
  readonly overlay?: boolean;
  /** It makes volumes of its own, whose quotas together are the quota; the one it is given stays empty. */
  readonly volumes?: boolean;
  /** The workload ends without the volume being full (it churns, or it must be refused nothing). */
  readonly endless?: boolean;
  /** Files are written once, each a chunk by D-MemFS's rule. */
  readonly written?: boolean;
  /** Each step appends so many times, each a chunk by that rule. */
  readonly writesPerStep?: number;
  /** Bytes that are V8's or an adapter's and not the volume's, beyond what is allowed for all. */
  readonly code?: number;
  /** Makes what is not the volume's (a peer's code), before anything is measured. */
  prepare?(): unknown;
  run(env: Env): void | Promise<void>;
  /** Gives back what deleting all files does not: descriptors, handles, watchers. */
  release?(env: Env): void | Promise<void>;
}

/** Bytes that are not all alike. */
export function bytes(size: number): Buffer {
  const buffer = Buffer.alloc(size);
  for (let i = 0; i < size; i++) buffer[i] = (i * 31 + (i >> 8)) & 255;
  return buffer;
}

/** Makes the directory of a numbered file when it is the first of its thousand. */
export function inThousands(env: Env, i: number): string {
  const directory = `/d${Math.floor(i / 1000)}`;
  if (i % 1000 === 0) env.fs.mkdirSync(directory);
  return `${directory}/f${i}`;
}
