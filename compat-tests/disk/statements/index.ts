/**
 * Compat tests, disk: one random statement of a program, and the first ones. Each area of the file system has a file
 * here; one statement in eight is at the edges (odd, edges, vectors, wide).
 */
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';
import { onAbort } from './aborts.js';
import { copySync, type Forms } from './common.js';
import { close, onDescriptor, onRead, open } from './descriptors.js';
import { onEdge } from './edges.js';
import { onGlob } from './globs.js';
import { onMemory } from './memory.js';
import { oddCall } from './odd.js';
import { onPath } from './paths.js';
import { onReader } from './readers.js';
import { special } from './special.js';
import { onStream } from './streams.js';
import { onVector } from './vectors.js';
import { onWatch } from './watching.js';
import { wideSpecial } from './wide.js';

export type { Forms } from './common.js';

/** The first statements of a program: something to work on. */
export const setUp = (r: Prng): string[] => {
  const lines: string[] = [];
  for (let i = 0; i < 8; i++) {
    const target = v.plainPath(r);
    switch (r.below(6)) {
      case 0:
      case 1:
        lines.push(`fs.mkdirSync(${target}, { recursive: true })`);
        break;
      case 2:
      case 3:
        lines.push(`fs.writeFileSync(${target}, ${v.text(r)})`);
        break;
      case 4:
        lines.push(`fs.symlinkSync(${v.linkTarget(r)}, ${target})`);
        break;
      default:
        lines.push(copySync([v.plainPath(r), target, '{ recursive: true }']));
    }
  }
  return lines;
};

const wideStatement = (r: Prng, sync: boolean): string => {
  switch (r.weighted({ odd: 30, edge: 25, vector: 20, special: 30 })) {
    case 'odd':
      return oddCall(r, sync);
    case 'edge':
      return onEdge(r, sync);
    case 'vector':
      return onVector(r, sync);
    default:
      return wideSpecial(r, sync);
  }
};

const WEIGHTS = {
  path: 46,
  descriptor: 13,
  read: 6,
  open: 9,
  close: 4,
  special: 8,
  wide: 13,
  stream: 7,
  glob: 4,
  memory: 5,
  reader: 5,
  abort: 4,
  watch: 2,
};
export type Kind = keyof typeof WEIGHTS;
export const KINDS = Object.keys(WEIGHTS) as Kind[];
const SYNC_WEIGHTS = { ...WEIGHTS, stream: 0, abort: 0, watch: 0 };

/** @param area every second statement is of this kind */
export const statement = (r: Prng, forms: Forms, area?: Kind): string => {
  const kind = area !== undefined && r.chance(50) ? area : r.weighted(forms === 'sync' ? SYNC_WEIGHTS : WEIGHTS);
  switch (kind) {
    case 'path':
      return onPath(r, forms);
    case 'descriptor':
      return onDescriptor(r, forms);
    case 'read':
      return onRead(r, forms);
    case 'open':
      return open(r, forms);
    case 'close':
      return close(r, forms);
    case 'special':
      return special(r, forms);
    case 'wide':
      return wideStatement(r, forms === 'sync');
    case 'glob':
      return onGlob(r, forms);
    case 'memory':
      return onMemory(r, forms);
    case 'reader':
      return onReader(r, forms);
    case 'abort':
      return onAbort(r);
    case 'watch':
      return onWatch(r);
    default:
      return onStream(r);
  }
};
