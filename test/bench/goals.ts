/** Benchmarks: what we aim at, one row each with its bound, and what a result file says of it. */
import { bestPeer, caseNames, meanRatio } from './report.js';
import { lookup, type ResultFile } from './results.js';
import type { SystemName } from './systems.js';

interface Goal {
  readonly title: string;
  /** `at least` or `at most` this. */
  readonly bound: number;
  readonly atLeast?: true;
  readonly unit?: string;
  readonly measure: (file: ResultFile) => number | undefined;
}

const ours = (file: ResultFile, name: string, scale = 1): number | undefined => {
  const value = lookup(file, name, 'ours');
  return value === undefined ? undefined : value / scale;
};

const ratio = (above: number | undefined, below: number | undefined): number | undefined =>
  above === undefined || below === undefined ? undefined : above / below;

const over =
  (name: string, system: SystemName) =>
  (file: ResultFile): number | undefined =>
    ratio(ours(file, name), lookup(file, name, system));

const ownRatio = (name: string, other: string) => (file: ResultFile) => ratio(ours(file, name), ours(file, other));

const behind = (file: ResultFile): number =>
  caseNames(file).filter((name) => (bestPeer(file, name)?.time ?? Number.POSITIVE_INFINITY) < (ours(file, name) ?? 0))
    .length;

const GOALS: readonly Goal[] = [
  { title: 'cases in which another system is faster', bound: 0, measure: behind },
  {
    title: 'memfs ÷ ours, geometric mean',
    bound: 4,
    atLeast: true,
    measure: (file) => meanRatio(file, 'memfs')?.ratio,
  },
  {
    title: 'node:vfs ÷ ours, geometric mean',
    bound: 3,
    atLeast: true,
    measure: (file) => meanRatio(file, 'node-vfs')?.ratio,
  },
  { title: 'stat ÷ bare limit', bound: 5, measure: over('stat-hit', 'bare') },
  { title: 'exists ÷ bare limit', bound: 5, measure: over('exists-hit', 'bare') },
  { title: 'open, read, close ÷ bare limit', bound: 5, measure: over('open-read-close', 'bare') },
  { title: 'writeFile and readFile of 1 KiB ÷ bare limit', bound: 4, measure: over('write-read-1k', 'bare') },
  { title: '10,000 random reads ÷ bare limit', bound: 3, measure: over('many-files', 'bare') },
  { title: '16 MiB stream ÷ bare limit', bound: 1.3, measure: over('stream-16m', 'bare') },
  { title: '512 MiB stream ÷ bare limit', bound: 1.3, measure: over('stream-512m', 'bare') },
  { title: '64 MiB stream to stream ÷ bare limit', bound: 1.3, measure: over('stream-to-stream-64m', 'bare') },
  { title: 'stat, miss ÷ hit', bound: 1, measure: ownRatio('stat-miss', 'stat-hit') },
  { title: 'exists, miss ÷ hit', bound: 1, measure: ownRatio('exists-miss', 'exists-hit') },
  {
    title: 'rename of a directory of 10,000 ÷ rename of a file',
    bound: 1,
    measure: ownRatio('rename-directory', 'rename-file'),
  },
  ...['create', 'stat', 'unlink'].map((call) => ({
    title: `${call} at 1,000,000 files ÷ at 1,000`,
    bound: 2,
    measure: ownRatio(`scale-${call}-1m`, `scale-${call}-1k`),
  })),
  { title: 'create at 1,000,000 files ÷ bare limit', bound: 1.5, measure: over('scale-create-1m', 'bare') },
  { title: 'import', bound: 10, unit: 'ms', measure: (file) => ours(file, 'import', 1000) },
  { title: 'a new volume', bound: 5, unit: 'µs', measure: (file) => ours(file, 'volume-alone') },
  { title: 'its memory', bound: 2, unit: 'KiB', measure: (file) => ours(file, 'volume-alone-memory', 1024) },
  { title: 'a new volume with its fs object', bound: 5, unit: 'µs', measure: (file) => ours(file, 'volume-new') },
  { title: 'their memory', bound: 2, unit: 'KiB', measure: (file) => ours(file, 'volume-memory', 1024) },
  {
    title: 'packed package',
    bound: 150,
    unit: 'kB',
    measure: ({ packedSize }) => (packedSize === undefined ? undefined : packedSize / 1000),
  },
];

/** For each goal: title, bound, and for each file the figure, in bold where it misses the bound. */
export function goalRows(files: readonly ResultFile[]): string[][] {
  return GOALS.map(({ title, bound, atLeast, unit = '', measure }) => {
    const cells = files.map((file) => {
      const value = measure(file);
      if (value === undefined) return '–';
      const shown = value >= 100 || bound === 0 ? value.toFixed(0) : value.toFixed(value < 10 ? 2 : 1);
      return (atLeast ? value >= bound : value <= bound) ? shown : `**${shown}**`;
    });
    return [title, `${atLeast ? '≥' : '≤'} ${bound} ${unit}`.trim(), ...cells];
  });
}
