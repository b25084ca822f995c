/**
 * Adapter, union: directories of both layers in one listing, and searches over
 * both. Invariant: of two entries of one name the upper one is shown.
 */

import type { Dirent } from 'node:fs';
import { posix } from 'node:path';
import { createFs } from '../../facade/index.js';
import { codeOf } from '../../host/index.js';
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

/** A Dir over both layers: one of a directory in memory that has the same entries. */
export function opendirOver(
  lower: NodeFs,
  upper: NodeFs,
  path: unknown,
  options: unknown,
): ReturnType<NodeFs['opendirSync']> {
  const recursive = typeof options === 'object' && options !== null && Reflect.get(options, 'recursive') === true;
  const opening = (error: unknown) => Object.assign(error as Error, { syscall: 'opendir' });
  try {
    const entries = readdirOver(lower, upper, [path, { withFileTypes: true, recursive }]) as Dirent[];
    if (upper.existsSync(path as string) && !lower.existsSync(path as string)) {
      return upper.opendirSync(path as string, options as object);
    }
    const shadow = createFs();
    shadow.mkdirSync(posix.resolve(String(path)), { recursive: true });
    for (const entry of entries) put(shadow, posix.resolve(entry.parentPath, entry.name), entry);
    return shadow.opendirSync(path as string, options as object);
  } catch (error) {
    throw opening(error);
  }
}

function put(fs: NodeFs, path: string, entry: Dirent): void {
  if (entry.isDirectory()) fs.mkdirSync(path, { recursive: true });
  else if (entry.isSymbolicLink()) fs.symlinkSync('.', path);
  else fs.writeFileSync(path, '');
}
