/**
 * Adapter, mock-fs: the pieces of a configuration, and writing them into a
 * volume. Times that no call of `node:fs` sets are set by the volume's clock.
 */
import type { Stats } from 'node:fs';
import { posix } from 'node:path';
import { invalidArgValue } from '../../facade/index.js';
import { ownFs } from '../../host/index.js';

export type NodeFs = typeof import('node:fs');

/** The functions of the disk, taken before `mock` puts others in their places. */
export const disk: NodeFs = { ...ownFs };

/** A number is milliseconds since the epoch. */
type Time = Date | number;

/** Attributes every item can have. */
export interface Attributes {
  /** Permission bits. Default 0666 for files, 0777 for directories, unlike `open` without the umask. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly atime?: Time;
  readonly mtime?: Time;
  readonly ctime?: Time;
  readonly birthtime?: Time;
}
/** Options of {@link mock.file}. */
export interface FileOptions extends Attributes {
  readonly content?: string | Uint8Array;
}
/** Options of {@link mock.directory}. */
export interface DirectoryOptions extends Attributes {
  readonly items?: DirectoryItems;
}
/** Options of {@link mock.symlink}. */
export interface SymlinkOptions extends Omit<Attributes, 'mode'> {
  /** What the link says. */
  readonly path: string;
}
type Options = FileOptions & DirectoryOptions & Partial<SymlinkOptions>;

/** What `mock.file` and its like make. */
export class Item {
  constructor(
    readonly kind: 'file' | 'directory' | 'symlink',
    readonly options: Options,
    /** The directory of the disk that a lazily loaded one shows, if any. */
    readonly source?: string,
  ) {
    const { content, path } = options;
    if (kind === 'symlink' && typeof path !== 'string') throw invalidArgValue('path', path, 'is needed for a link');
    const isContent = content === undefined || typeof content === 'string' || content instanceof Uint8Array;
    if (!isContent) throw invalidArgValue('content', content, 'must be text or bytes');
  }
}

/** Text and bytes are files, objects directories. */
export interface DirectoryItems {
  readonly [name: string]: string | Uint8Array | Item | DirectoryItems;
}
export type Content = DirectoryItems[string];

const FILE_MODE = 0o666;
const DIRECTORY_MODE = 0o777;

export function asItem(content: Content): Item {
  if (content instanceof Item) return content;
  if (typeof content === 'string' || content instanceof Uint8Array) return new Item('file', { content });
  return new Item('directory', { items: content });
}

const seconds = (time: Time): number => Number(time) / 1000;

/** A volume that is being furnished. */
export interface Place {
  readonly fs: NodeFs;
  /** Runs with the volume's clock at a time; undefined is now. */
  at<T>(time: Time | undefined, run: () => T): T;
  /** Whether a directory of the disk is shown at a path already. */
  shows(path: string): boolean;
}

function make({ fs, at }: Place, path: string, { kind, options }: Item): void {
  if (kind === 'directory' && fs.existsSync(path)) return;
  at(options.birthtime, () => {
    if (kind === 'symlink') fs.symlinkSync(options.path ?? '', path);
    else if (kind === 'file') fs.writeFileSync(path, options.content ?? '');
    else fs.mkdirSync(path);
  });
  // The directory it is in was not changed then, but now.
  if (options.birthtime !== undefined) fs.utimesSync(posix.dirname(path), new Date(), new Date());
}

/** Puts an item at a path; parents are made. Attributes come last: a directory's times are those it was given. */
export function putItem(place: Place, path: string, content: Content): void {
  const item = asItem(content);
  if (item.source !== undefined) {
    if (!place.shows(path)) putItem(place, path, loadItem(item.source, true));
    return;
  }
  const { fs, at } = place;
  const { kind, options } = item;
  const { mode, uid, gid, atime, mtime, ctime, birthtime } = options;
  fs.mkdirSync(posix.dirname(path), { recursive: true });
  make(place, path, item);
  for (const [name, each] of Object.entries(options.items ?? {})) putItem(place, posix.join(path, name), each);
  at(ctime, () => {
    const own = fs.lstatSync(path);
    if (uid !== undefined || gid !== undefined) fs.lchownSync(path, uid ?? own.uid, gid ?? own.gid);
    if (kind !== 'symlink') fs.chmodSync(path, mode ?? (kind === 'file' ? FILE_MODE : DIRECTORY_MODE));
    if ((atime ?? mtime ?? birthtime) === undefined) return;
    const usual = birthtime === undefined ? own : { atime: new Date(), mtime: new Date() };
    fs.lutimesSync(path, seconds(atime ?? usual.atime), seconds(mtime ?? usual.mtime));
  });
}

const attributesOf = ({ mode, uid, gid, atime, mtime, ctime, birthtime }: Stats): Attributes => ({
  ...{ mode: mode & 0o7777, uid, gid, atime, mtime, ctime, birthtime },
});

/** The item for what the disk has at a path. */
export function loadItem(path: string, recursive: boolean): Item {
  const stats = disk.lstatSync(path);
  const attributes = attributesOf(stats);
  if (stats.isSymbolicLink()) {
    const { mode: _, ...rest } = attributes;
    return new Item('symlink', { ...rest, path: disk.readlinkSync(path) });
  }
  if (stats.isFile()) return new Item('file', { ...attributes, content: disk.readFileSync(path) });
  const entries = disk.readdirSync(path, { withFileTypes: true });
  const wanted = entries.filter((each) => recursive || each.isFile());
  const items = wanted.map(({ name }) => [name, loadItem(posix.join(path, name), recursive)] as const);
  return new Item('directory', { ...attributes, items: Object.fromEntries(items) });
}
