/**
 * Adapter, mock-fs: the pieces of a configuration, and writing them into a
 * volume. `mock.load` reads the disk when it is called.
 */
import type { Stats } from 'node:fs';
import { posix } from 'node:path';
import { ownFs as nodeFs } from '../../host/index.js';

type NodeFs = typeof import('node:fs');
/** A number is milliseconds since the epoch. */
type Time = Date | number;

/** Attributes every item can have. */
export interface Attributes {
  /** Permission bits. Default 0666 for files, 0777 for directories and links, unlike `open` without the umask. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly atime?: Time;
  readonly mtime?: Time;
}
export interface FileOptions extends Attributes {
  readonly content?: string | Uint8Array;
}
export interface DirectoryOptions extends Attributes {
  readonly items?: DirectoryItems;
}
export interface SymlinkOptions extends Pick<Attributes, 'uid' | 'gid' | 'atime' | 'mtime'> {
  /** What the link says. */
  readonly path: string;
}

/** What `mock.file` and its like make. */
export class Item {
  constructor(
    readonly kind: 'file' | 'directory' | 'symlink',
    readonly options: FileOptions & DirectoryOptions & Partial<SymlinkOptions>,
  ) {}
}

/** Text and bytes are files, objects directories. */
export interface DirectoryItems {
  readonly [name: string]: string | Uint8Array | Item | DirectoryItems;
}
type Content = DirectoryItems[string];

const FILE_MODE = 0o666;
const DIRECTORY_MODE = 0o777;

function asItem(content: Content): Item {
  if (content instanceof Item) return content;
  if (typeof content === 'string' || content instanceof Uint8Array) return new Item('file', { content });
  return new Item('directory', { items: content });
}

const seconds = (time: Time): Time => (typeof time === 'number' ? time / 1000 : time);

/** Puts an item at a path; parents are made. Attributes come last: a directory's times are those it was given. */
export function putItem(fs: NodeFs, path: string, content: Content): void {
  const { kind, options } = asItem(content);
  const { mode, uid, gid, atime, mtime } = options;
  fs.mkdirSync(posix.dirname(path), { recursive: true });
  if (kind === 'symlink') fs.symlinkSync(options.path ?? '', path);
  if (kind === 'file') fs.writeFileSync(path, options.content ?? '');
  if (kind === 'directory') {
    if (!fs.existsSync(path)) fs.mkdirSync(path);
    for (const [name, item] of Object.entries(options.items ?? {})) putItem(fs, posix.join(path, name), item);
  }
  const isOwned = uid !== undefined || gid !== undefined;
  const owner = isOwned || atime !== undefined || mtime !== undefined ? fs.lstatSync(path) : undefined;
  if (owner && isOwned) fs.lchownSync(path, uid ?? owner.uid, gid ?? owner.gid);
  if (kind !== 'symlink') fs.chmodSync(path, mode ?? (kind === 'file' ? FILE_MODE : DIRECTORY_MODE));
  if (owner && (atime ?? mtime) !== undefined) {
    fs.lutimesSync(path, seconds(atime ?? owner.atime), seconds(mtime ?? owner.mtime));
  }
}

const attributesOf = ({ mode, uid, gid, atime, mtime }: Stats): Attributes => ({
  ...{ mode: mode & 0o7777, uid, gid, atime, mtime },
});

/** The item for what the disk has at a path. */
export function loadItem(path: string, recursive: boolean): Item {
  const stats = nodeFs.lstatSync(path);
  const attributes = attributesOf(stats);
  if (stats.isSymbolicLink()) {
    const { mode: _, ...rest } = attributes;
    return new Item('symlink', { ...rest, path: nodeFs.readlinkSync(path) });
  }
  if (stats.isFile()) return new Item('file', { ...attributes, content: nodeFs.readFileSync(path) });
  const entries = nodeFs.readdirSync(path, { withFileTypes: true });
  const wanted = entries.filter((each) => recursive || each.isFile());
  const items = wanted.map(({ name }) => [name, loadItem(posix.join(path, name), recursive)] as const);
  return new Item('directory', { ...attributes, items: Object.fromEntries(items) });
}
