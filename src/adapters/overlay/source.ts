/**
 * Adapter, overlay: the file system below as the engine asks for it.
 * Invariant: the functions are taken once, and only these, which read;
 * a `node:fs` that is patched later (by a mount of this very overlay) is not met.
 */
import { type BigIntStats, constants } from 'node:fs';
import type { LowerSource, StatArray } from '../../core/index.js';
import { codeOf, linuxErrno } from '../../host/index.js';

type NodeFs = typeof import('node:fs');
/** The calls of a file system below; all of them only read. */
export type LowerFs = Pick<
  NodeFs,
  'closeSync' | 'fstatSync' | 'lstatSync' | 'openSync' | 'readdirSync' | 'readlinkSync' | 'readSync'
>;

const { O_RDONLY, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK } = constants;
/** Non-blocking and not following: a file that has become a pipe or a link in the meantime is not waited for. */
const OPEN_FLAGS = O_RDONLY | (O_NOCTTY ?? 0) | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);
/** Leaves the access time alone; for the owner only. */
const O_NOATIME = Reflect.get(constants, 'O_NOATIME') ?? 0;

/** Opens a lower file for reading. */
export function openLower(lower: Pick<LowerFs, 'openSync'>, path: string | Buffer): number {
  try {
    return lower.openSync(path, OPEN_FLAGS | O_NOATIME);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error;
    return lower.openSync(path, OPEN_FLAGS);
  }
}

const nonAscii = /[^\0-\x7f]/;
const asPath = (path: string): string | Buffer => (nonAscii.test(path) ? Buffer.from(path, 'latin1') : path);
const negative = (error: unknown): number => -linuxErrno(codeOf(error));

const BILLION = 1_000_000_000n;

const put = (stats: BigIntStats, out: StatArray): void => {
  out[0] = Number(stats.dev);
  out[1] = Number(stats.mode);
  out[2] = Number(stats.nlink);
  out[3] = Number(stats.uid);
  out[4] = Number(stats.gid);
  out[5] = Number(stats.rdev);
  out[6] = Number(stats.blksize);
  out[7] = Number(stats.ino);
  out[8] = Number(stats.size);
  out[9] = Number(stats.blocks);
  let at = 10;
  for (const time of [stats.atimeNs, stats.mtimeNs, stats.ctimeNs, stats.birthtimeNs]) {
    const nanos = ((time % BILLION) + BILLION) % BILLION;
    out[at++] = Number((time - nanos) / BILLION);
    out[at++] = Number(nanos);
  }
};

/** DT_* of a Dirent, as Node numbers them. */
const typeOf = (entry: import('node:fs').Dirent<string>): number => {
  if (entry.isFile()) return 1;
  if (entry.isDirectory()) return 2;
  if (entry.isSymbolicLink()) return 3;
  if (entry.isFIFO()) return 4;
  if (entry.isSocket()) return 5;
  return entry.isCharacterDevice() ? 6 : 7;
};

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The engine's view of a file system below. */
export function lowerSource(lower: LowerFs): LowerSource {
  const { closeSync, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } = lower;
  /** Runs a call; its error is a negative errno. */
  const attempt = <T>(call: () => T): T | number => {
    try {
      return call();
    } catch (error) {
      return negative(error);
    }
  };
  return {
    lstat: (path, out) =>
      attempt(() => {
        const stats = lstatSync(asPath(path), { bigint: true, throwIfNoEntry: false });
        if (stats === undefined) return -2;
        put(stats, out);
        return 0;
      }),
    list: (path, types) =>
      attempt(() => {
        if (types === undefined) return readdirSync(asPath(path), { encoding: 'latin1' }).sort(byBytes);
        const entries = readdirSync(asPath(path), { encoding: 'latin1', withFileTypes: true });
        entries.sort((a, b) => byBytes(a.name, b.name));
        for (const entry of entries) types.push(typeOf(entry));
        return entries.map((entry) => entry.name);
      }),
    readlink: (path) => attempt(() => readlinkSync(asPath(path), 'latin1')),
    open: (path) => attempt(() => openLower({ openSync }, asPath(path))),
    fstat: (handle, out) =>
      attempt(() => {
        put(fstatSync(handle, { bigint: true }), out);
        return 0;
      }),
    read: (handle, target, offset, length, position) =>
      attempt(() => readSync(handle, target, offset, length, position)),
    close: (handle) => closeSync(handle),
  };
}
