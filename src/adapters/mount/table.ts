/**
 * Adapter, mount: what is mounted, and whose a path or a descriptor is. Owns the
 * table; there is one per process, whichever copy of the package made it.
 * Invariant: the longest mount point that contains a path owns it, of equal ones
 * the one mounted last, and a path is judged after `.` and `..` are resolved as
 * text: no spelling leads out of a mount or into it by accident.
 */
import { posix } from 'node:path';
import { types } from 'node:util';
import type { Engine } from '../../core/index.js';
import { fromUrl } from '../../facade/index.js';
import { FIRST_DESCRIPTOR, ownFs } from '../../host/index.js';

export type NodeFs = typeof import('node:fs');

export interface Mounted {
  /** Absolute, normalised, without a slash at the end; '/' for a whole mount. */
  readonly at: string;
  /** What stays the disk's, or a shorter mount's: absolute, normalised directories below `at`. */
  readonly except: readonly string[];
  readonly fs: NodeFs;
  /** The same volume, relative paths starting from the directory of the process. */
  readonly relative: NodeFs;
  readonly engine: Engine;
  /** True for an overlay over the whole disk: what it has not, is not there, modules of programs included. */
  readonly showsDisk: boolean;
}

interface MountTable {
  /** Longest mount point first, of equal ones the latest first. */
  mounts: readonly Mounted[];
  /** The working directory while it is in a mount. */
  cwd: string | undefined;
  /** A file of the disk that the module loader is about to read: let through once. */
  loading: string | undefined;
  /** True while a call of Node's own runs that is to see the disk and nothing else. */
  bypassed: boolean;
  /** Puts everything back; present while something is mounted. */
  restore: (() => void) | undefined;
}

// The version is part of the key: copies that disagree about the table's shape must not share it.
const KEY = Symbol.for('quotafs.mounts.1');
const shared = globalThis as { [KEY]?: MountTable };

export const table: MountTable = (shared[KEY] ??= {
  mounts: [],
  cwd: undefined,
  loading: undefined,
  bypassed: false,
  restore: undefined,
});

/** Where a call goes: to a mount, or to the disk when `mount` is undefined. */
export interface Place {
  readonly mount: Mounted | undefined;
  /** What to call it with: as given, or rewritten when the spelling would mislead. */
  readonly path: unknown;
  /** The object to call. */
  readonly fs: NodeFs | undefined;
}

const contains = (at: string, path: string): boolean =>
  at === '/' || (path.startsWith(at) && (path.length === at.length || path.charCodeAt(at.length) === 47));

/** @param path - absolute and normalised */
export const ownerOf = (path: string): Mounted | undefined =>
  table.mounts.find(({ at, except }) => contains(at, path) && !except.some((hole) => contains(hole, path)));

/**
 * Lets synchronous code see the disk, whatever is mounted. (Node's functions call each other through the public object,
 * so one that was taken from it before a mount may meet the mount inside.)
 *
 * @param run - synchronous: what it leaves for later is under the mounts again
 * @returns what `run` returns
 */
export function onDisk<T>(run: () => T): T {
  const before = table.bypassed;
  table.bypassed = true;
  try {
    return run();
  } finally {
    table.bypassed = before;
  }
}

const { statSync } = ownFs;
const QUIETLY = { throwIfNoEntry: false, bigint: true } as const;

/** True when what a file system, by default the mounted one, has at a path is the very thing that the disk has there. */
export function isOnDisk(path: string, fs = ownerOf(path)?.fs): boolean {
  const own = fs?.statSync(path, QUIETLY);
  const real = onDisk(() => statSync(path, QUIETLY));
  return own !== undefined && own.ino === real?.ino && own.dev === real.dev && own.ctimeNs === real.ctimeNs;
}

/**
 * The text of a path argument, or undefined for what is no path: Node itself is to refuse it. A path is what Node takes
 * for one: bytes and URLs of another realm too, and what looks like a URL.
 */
export function textOf(path: unknown): string | undefined {
  if (typeof path === 'string') return path;
  if (types.isUint8Array(path)) return Buffer.from(path.buffer, path.byteOffset, path.byteLength).toString();
  try {
    const text = fromUrl(path);
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

function absolute(path: string): string {
  if (path.startsWith('/')) return path;
  try {
    return `${process.cwd()}/${path}`;
  } catch {
    // The directory has been removed: nothing is there for anybody.
    return path;
  }
}

/** '/./', '/../', '//' and the like: what makes a path's owner differ from its beginning. */
const indirect = /\/\/|\/\.(?:\/|$|\.)/;

/** The absolute path a path argument stands for, normalised as text. */
export function absolutePath(path: string): string {
  const full = absolute(path);
  return indirect.test(full) ? posix.normalize(full) : full;
}

/** Whether something is mounted at or below what a path of the disk names. */
export function surrounds(path: unknown): boolean {
  const text = textOf(path);
  if (table.bypassed || text === undefined) return false;
  const full = absolutePath(text).replace(/(?<=.)\/$/, '');
  return table.mounts.some(({ at }) => contains(full, at));
}

/** Whose the path is. */
export function locate(path: unknown): Place {
  const text = textOf(path);
  if (table.bypassed || text === undefined || text === '' || text.includes('\0'))
    return { mount: undefined, path, fs: undefined };
  const full = absolute(text);
  const clean = indirect.test(full) ? posix.normalize(full) : full;
  const mount = ownerOf(clean);
  // The spelling as given is kept where it means the same to its owner: errors repeat it.
  const misleads = clean !== full && ownerOf(full) !== mount;
  const isRelative = !text.startsWith('/');
  if (mount === undefined) {
    const fromMount = isRelative && table.cwd !== undefined;
    return { mount, path: misleads || fromMount ? clean : path, fs: undefined };
  }
  if (misleads) return { mount, path: clean, fs: mount.fs };
  return { mount, path, fs: isRelative ? mount.relative : mount.fs };
}

/** Whose the descriptor is. */
export function locateDescriptor(fd: unknown): Place {
  const isOurs = typeof fd === 'number' && fd >= FIRST_DESCRIPTOR;
  const mount = isOurs ? table.mounts.find(({ engine }) => engine.ownsFd(fd)) : undefined;
  return { mount, path: fd, fs: mount?.fs };
}

/** Adds a mount before those of the same length. */
export function addMount(mount: Mounted): void {
  table.mounts = [mount, ...table.mounts].sort((one, other) => other.at.length - one.at.length);
}

export function removeMount(mount: Mounted): void {
  table.mounts = table.mounts.filter((each) => each !== mount);
}
