/**
 * Adapter, mock-fs: directories of the disk that are shown in the volume and
 * read when they are asked for: an overlay over a file system that has them at
 * other paths. Invariant: the disk is only read.
 */
import { posix } from 'node:path';
import { type CreateFsOptions, createFs } from '../../facade/index.js';
import { createOverlay, type LowerFs } from '../overlay/index.js';
import { asItem, type DirectoryItems, disk, type NodeFs } from './items.js';

const overlaps = (one: string, other: string): boolean =>
  `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);

/** Where in the volume which directories of the disk are shown. None is within another, on either side: those are read at once. */
export function loadedIn(config: DirectoryItems, base: string): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string, items: DirectoryItems): void => {
    for (const [name, content] of Object.entries(items)) {
      const item = asItem(content);
      const at = posix.resolve(path, name);
      const { source } = item;
      if (source === undefined) visit(at, item.options.items ?? {});
      else if (![...found].some(([path, other]) => overlaps(path, at) || overlaps(other, source)))
        found.set(at, source);
    }
  };
  visit(base, config);
  return found;
}

/** The disk with some of its directories at other paths. Above them are only the directories that lead there. */
function moved(sources: ReadonlyMap<string, string>): LowerFs {
  const translate = (path: string): string | undefined => {
    for (const [at, source] of sources) {
      if (path === at || path.startsWith(`${at}/`)) return source + path.slice(at.length);
    }
    return undefined;
  };
  const at = (path: unknown): string | Buffer => {
    const name =
      path instanceof Uint8Array ? Buffer.from(path).toString('latin1') : Buffer.from(String(path)).toString('latin1');
    const target = translate(name);
    return target === undefined ? String(path) : Buffer.from(target, 'latin1');
  };
  const onPath = (name: 'openSync' | 'readdirSync' | 'readlinkSync') => {
    const call = disk[name] as (...args: unknown[]) => unknown;
    return (path: unknown, ...rest: unknown[]) => call(at(path), ...rest);
  };
  let count = 0;
  const lstatSync = (path: unknown, options: object) => {
    const target = at(path);
    if (Buffer.isBuffer(target)) return disk.lstatSync(target, options);
    // What leads to a directory need not be on the disk: it looks like '/', and is another one.
    return { ...disk.lstatSync('/', options), ino: BigInt(--count) };
  };
  const calls = {
    openSync: onPath('openSync'),
    readdirSync: onPath('readdirSync'),
    readlinkSync: onPath('readlinkSync'),
  };
  return { ...disk, ...calls, lstatSync } as unknown as LowerFs;
}

/** A volume that shows these directories, or nothing. */
export function volumeWith(sources: ReadonlyMap<string, string>, options: CreateFsOptions): NodeFs {
  if (sources.size === 0) return createFs(options);
  const bytes = new Map([...sources].map(([at, source]) => [asBytes(at), asBytes(source)]));
  return createOverlay({ ...options, lower: moved(bytes), roots: [...sources.keys()] }).fs;
}

const asBytes = (path: string): string => Buffer.from(path).toString('latin1');
