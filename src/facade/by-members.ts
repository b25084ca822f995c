/**
 * Facade layer: whole-file calls by way of the object's own members, as Node makes them (members.ts says when).
 * Invariant: an object that nobody touched never comes here.
 */
import { S_IFMT, S_IFREG } from '../core/index.js';
import type { Members } from './members.js';
import { type Callback, isInt32 } from './validate.js';

/** Runs with a descriptor: the caller's, or one that is opened and closed here. */
function withFile(fs: Members, path: unknown, how: readonly unknown[], use: (fd: number) => void): void {
  if (isInt32(path)) {
    use(path);
    return;
  }
  const fd = fs.openSync(path, ...how) as number;
  try {
    use(fd);
  } finally {
    fs.closeSync(fd);
  }
}

interface WriteOptions {
  readonly flag?: unknown;
  readonly mode?: unknown;
  readonly flush?: unknown;
}

export function writeFileSyncByMembers(fs: Members, path: unknown, bytes: Uint8Array, options: WriteOptions): void {
  withFile(fs, path, [options.flag, options.mode], (fd) => {
    for (let at = 0; at < bytes.byteLength; ) at += fs.writeSync(fd, bytes, at, bytes.byteLength - at) as number;
    if (options.flush) fs.fsyncSync(fd);
  });
}

export function truncateSyncByMembers(fs: Members, path: unknown, length: unknown): void {
  withFile(fs, path, ['r+'], (fd) => fs.ftruncateSync(fd, length));
}

/** truncate in its callback form, by the object's open and close. */
export function truncateByMembers(fs: Members, path: unknown, cut: (fd: unknown) => unknown, callback: Callback): void {
  fs.open(path, 'r+', (error: unknown, fd: unknown) => {
    if (error) callback(error);
    else {
      const failure = cut(fd);
      fs.close(fd, (second: unknown) => callback(failure ?? second));
    }
  });
}

/** Bytes asked for at a time when a file's size says nothing. */
const STEP = 8192;

export function readFileSyncByMembers(
  fs: Members,
  path: unknown,
  flag: unknown,
  fstat: (fd: number) => ArrayLike<number>,
) {
  const isOwn = !isInt32(path);
  const fd = isOwn ? (fs.openSync(path, flag, 0o666) as number) : path;
  // A descriptor that a stand-in made up: Node, too, leaves it as it is.
  const stat = fstat(fd);
  try {
    const size = (stat[1] & S_IFMT) === S_IFREG ? stat[8] : 0;
    const pieces: Buffer[] = [];
    for (let at = 0; size === 0 || at < size; ) {
      const piece = Buffer.allocUnsafe(size === 0 ? STEP : size - at);
      const count = fs.readSync(fd, piece, 0, piece.length) as number;
      if (count === 0) break;
      pieces.push(piece.subarray(0, count));
      at += count;
    }
    return Buffer.concat(pieces);
  } finally {
    if (isOwn) fs.closeSync(fd);
  }
}

/** writeFile in its callback form, by the object's open, write, fsync and close. */
export function writeFileByMembers(
  fs: Members,
  path: unknown,
  bytes: Uint8Array,
  options: WriteOptions,
  callback: Callback,
): void {
  const isOwn = !isInt32(path);
  const finish = (fd: unknown, failure: unknown): void => {
    if (!isOwn) callback(failure ?? null);
    else if (failure) fs.close(fd, () => callback(failure));
    else fs.close(fd, callback);
  };
  const write = (fd: unknown, at: number): void => {
    fs.write(fd, bytes, at, bytes.byteLength - at, null, (error: unknown, count: number) => {
      if (error) finish(fd, error);
      else if (at + count < bytes.byteLength) write(fd, at + count);
      else if (options.flush) fs.fsync(fd, (failure: unknown) => finish(fd, failure));
      else finish(fd, null);
    });
  };
  if (!isOwn) write(path, 0);
  else {
    fs.open(path, options.flag, options.mode, (error: unknown, fd: unknown) => {
      if (error) callback(error);
      else write(fd, 0);
    });
  }
}
