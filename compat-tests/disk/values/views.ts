/**
 * Compat tests, disk: bytes in every kind of memory, as source text: shared, resizable, out of bounds, detached, of
 * another realm, a part of more.
 */
import type { Prng } from '../prng.js';
import type { Choose } from './choose.js';

const KINDS = [
  'part',
  'part',
  'shared',
  'resizable',
  'tracking',
  'shrunk',
  'detached',
  'realm',
  'heir',
  'growable',
  'dataview',
  'wide',
  'buffer',
];

/** Of memory that is gone, FileHandle's loop over what is left to write throws in V8's words. */
const CONTENT_KINDS = KINDS.filter((kind) => kind !== 'detached');

/** Contents as bytes, in memory of any kind. */
export const inMemory = (r: Prng, text: string): string => `memory('${r.pick(CONTENT_KINDS)}', ${text})`;

/** Up to Node 24 a path is taken for empty where the length of its bytes may change (docs/differences.md). */
const NO_PATH = Number(process.versions.node.split('.')[0]) < 26 ? /tracking|growable/ : /^$/;
const PATH_KINDS = KINDS.filter((kind) => !NO_PATH.test(kind));

/** A path as bytes, in memory of any kind. */
export const pathInMemory = (r: Prng, path: string): string => `memory('${r.pick(PATH_KINDS)}', ${path})`;

/** Several buffers to write, some of them empty. */
export const vector: Choose = (r) => {
  const parts = Array.from({ length: r.below(5) }, () =>
    r.pick([
      "memory('part', 'ab')",
      'Buffer.alloc(0)',
      "memory('shared', 'xyz')",
      "memory('tracking', 'track')",
      "memory('shrunk', 'gone')",
      "memory('dataview', 'data')",
      'new Uint16Array(0)',
      "Buffer.from('text').subarray(1, 1)",
      "memory('growable', 'grow')",
    ]),
  );
  if (r.chance(4)) return `Array.from({ length: ${r.pick(['1024', '1025', '3000'])} }, () => Buffer.from('v'))`;
  return `[${parts.join(', ')}]`;
};
