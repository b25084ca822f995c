/**
 * Adapter, union: directories of both layers in one listing, and searches over
 * both. Invariant: of two entries of one name the upper one is shown.
 */

import type { Dirent } from 'node:fs';
import { posix } from 'node:path';
import { validatePath } from '../../facade/index.js';
import { codeOf } from '../../host/index.js';
import { Bill } from '../tree/index.js';
import type { AnyFunction, NodeFs } from './lower.js';

type Entry = string | Buffer | Dirent;

function keyOf(entry: Entry): string {
  if (typeof entry === 'string' || Buffer.isBuffer(entry)) return String(entry);
  return posix.join(entry.parentPath ?? '', String(entry.name));
}

/** Both lists, the first one winning, in order. */
export function merged(upper: readonly Entry[], lower: readonly Entry[]): Entry[] {
  const entries = new Map<string, Entry>();
  for (const entry of [...upper, ...lower]) if (!entries.has(keyOf(entry))) entries.set(keyOf(entry), entry);
  return [...entries].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, entry]) => entry);
}

/** Nothing is there, as opposed to what may not be seen. */
export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

/** Lists a directory of either or both layers; the error is the upper layer's, unless only the lower one knows more. */
export function readdirOver(lower: NodeFs, upper: NodeFs, args: readonly unknown[]): Entry[] {
  const list = (fs: NodeFs): Entry[] | Error => {
    try {
      return (fs.readdirSync as unknown as AnyFunction)(...args) as Entry[];
    } catch (error) {
      return error as Error;
    }
  };
  const above = list(upper);
  if (above instanceof Error && !isMissing(above)) throw above;
  const below = list(lower);
  if (above instanceof Error) {
    if (below instanceof Error) throw isMissing(below) ? above : below;
    return below;
  }
  return below instanceof Error ? above : merged(above, below);
}

/** Bytes billed for a Dir's directory, and for each name in it beside the name itself. */
const DIRECTORY_PRICE = 4608;
const NAME_PRICE = 48;
/** In the order of Node's UV_DIRENT_*, from 1. */
const TYPES = ['File', 'Directory', 'SymbolicLink', 'FIFO', 'Socket', 'CharacterDevice', 'BlockDevice'] as const;

type Dir = ReturnType<NodeFs['opendirSync']>;
type DirClass = new (source: object, path: unknown, options: unknown) => Dir;

/** A directory's names in both layers, to be read as the engine's streams are; billed to the upper one until it is closed. */
function streamOver(lower: NodeFs, upper: NodeFs, path: string) {
  const entries = readdirOver(lower, upper, [
    path,
    { withFileTypes: true, encoding: 'buffer' },
  ]) as unknown as Dirent<Buffer>[];
  const bill = new Bill(upper);
  const bytes = entries.reduce((sum, { name }) => sum + NAME_PRICE + name.length, DIRECTORY_PRICE);
  bill.take(bytes + 2 * path.length, path);
  let names = entries.map(({ name }) => name.toString('latin1'));
  let types = entries.map((entry) => TYPES.findIndex((type) => entry[`is${type}`]()) + 1);
  let next = 0;
  return {
    read(most: number, bytes: number, found: (name: string, type: number) => void): boolean {
      const first = next;
      for (let left = bytes; next < names.length && next < first + most && left > 0; next++) {
        left -= names[next].length;
        found(names[next], types[next]);
      }
      return next > first;
    },
    close() {
      [names, types] = [[], []];
      bill.end();
    },
  };
}

/** A Dir over both layers: the upper one's class, which reads names that were merged when it was opened. */
export function opendirOver(lower: NodeFs, upper: NodeFs, given: unknown, options: unknown): Dir {
  const open = (path: unknown) =>
    streamOver(lower, upper, typeof path === 'string' ? path : Buffer.from(path as Uint8Array).toString());
  let stream: ReturnType<typeof open> | undefined;
  try {
    const path = validatePath(given) as string;
    if (upper.existsSync(path) && !lower.existsSync(path)) return upper.opendirSync(path, options as object);
    stream = open(path);
    const close = (level: { stream: ReturnType<typeof open> }): void => level.stream.close();
    return new (upper.Dir as unknown as DirClass)({ stream, open, close, engine: {} }, path, options);
  } catch (error) {
    stream?.close();
    throw Object.assign(error as Error, { syscall: 'opendir' });
  }
}
