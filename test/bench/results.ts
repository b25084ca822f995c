/** Benchmarks: what a result file holds, and how two of its numbers are compared. */
import { readFileSync } from 'node:fs';
import { median, type Sample } from './measure.js';
import type { SystemName } from './systems.js';

/** One case on one system. Times in microseconds, memory in bytes. */
export interface Result {
  readonly case: string;
  readonly system: SystemName;
  /** Median over the rounds of each round's median; absent when it did not run. */
  readonly cpu?: number;
  readonly wall?: number;
  /** Medians of the single rounds, to see the noise. */
  readonly rounds?: readonly number[];
  /** Why there is no number. */
  readonly missing?: string;
}

export interface ResultFile {
  readonly node: string;
  readonly machine: string;
  readonly date: string;
  /** Rounds that were run; of the last one perhaps a part. */
  readonly rounds: number;
  /** Files of the largest tree. */
  readonly files?: number;
  readonly effort: 'normal' | 'quick';
  readonly results: readonly Result[];
  /** What a reader must know of this run, in a sentence. */
  readonly note?: string;
  /** Bytes of the packed tarball, when it could be packed. */
  readonly packedSize?: number;
}

export type Metric = 'cpu' | 'wall';

export function summarize(name: string, system: SystemName, rounds: readonly (readonly Sample[])[]): Result {
  const cpuRounds = rounds.map((samples) => median(samples.map(({ cpu }) => cpu)));
  const wallRounds = rounds.map((samples) => median(samples.map(({ wall }) => wall)));
  return { case: name, system, cpu: median(cpuRounds), wall: median(wallRounds), rounds: cpuRounds };
}

export const readResults = (path: string): ResultFile => JSON.parse(readFileSync(path, 'utf8')) as ResultFile;

/** The number of one case on one system. */
export function lookup(file: ResultFile, name: string, system: SystemName, metric: Metric = 'cpu'): number | undefined {
  return file.results.find((result) => result.case === name && result.system === system)?.[metric];
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
