/** Benchmarks: every case, in the order of the report. */
import type { Case } from './case.js';
import { contentCases } from './content.js';
import { dMemfsCases } from './d-memfs.js';
import { metadataCases } from './metadata.js';
import { SCALE_SIZES, sizeLabel } from './scale.js';
import { treeCases } from './trees.js';
import { wholeFileCases } from './whole-file.js';

export const CASES: readonly Case[] = [
  ...dMemfsCases,
  ...wholeFileCases,
  ...metadataCases,
  ...contentCases,
  ...treeCases,
];

export interface Title {
  readonly title: string;
  readonly unit: string;
  readonly group: string;
}

/** Titles of everything a result file may hold, those of composite cases included. */
export const TITLES: ReadonlyMap<string, Title> = new Map<string, Title>([
  ...CASES.map(({ name, title, unit, group }) => [name, { title, unit, group }] as const),
  ...['create', 'stat', 'unlink'].flatMap((verb) =>
    SCALE_SIZES.map((size) => {
      const title = `${verb} with ${size.toLocaleString('en')} files of 100 bytes`;
      return [`scale-${verb}-${sizeLabel(size)}`, { title, unit: 'µs', group: 'A growing tree' }] as const;
    }),
  ),
  ['import', { title: 'import of the package, over Node’s own start', unit: 'ms', group: 'Weight' }],
  ['volume-memory', { title: 'memory of an empty volume with its fs object', unit: 'bytes', group: 'Weight' }],
  ['volume-alone', { title: 'create a volume without an fs object and drop it', unit: 'µs', group: 'Weight' }],
  ['volume-alone-memory', { title: 'memory of an empty volume without an fs object', unit: 'bytes', group: 'Weight' }],
]);
