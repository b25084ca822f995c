/**
 * Facade layer: whole-file calls by way of the object's own members. Node's writeFileSync, for one, calls
 * fs.openSync, fs.writeSync and fs.closeSync on the public object, so whoever replaces one of those (a spy, a
 * tracer, a test of a failing disk) sees every write. Here one engine call does it all, and this file takes over
 * when a member that Node would call has been replaced. Invariant: an object that nobody touched never comes here.
 */
import { S_IFMT, S_IFREG } from '../core/index.js';
import { nodeAtLeast } from './running-node.js';
import { type Callback, isInt32 } from './validate.js';

type Synchronous =
  | 'openSync'
  | 'readSync'
  | 'writeSync'
  | 'fsyncSync'
  | 'ftruncateSync'
  | 'closeSync'
  | 'writeFileSync';
type Asynchronous = 'open' | 'read' | 'write' | 'writev' | 'fsync' | 'close' | 'writeFile' | 'access';
type Member = (...args: unknown[]) => unknown;

/** Members of an fs object that Node's own code calls. */
export type Members = Record<Synchronous | Asynchronous, Member>;

/** The members as they are now: taken when the object is made. */
export function membersOf(fs: object): Members {
  const from = fs as Members;
  return {
    openSync: from.openSync,
    readSync: from.readSync,
    writeSync: from.writeSync,
    fsyncSync: from.fsyncSync,
    ftruncateSync: from.ftruncateSync,
    closeSync: from.closeSync,
    writeFileSync: from.writeFileSync,
    open: from.open,
    read: from.read,
    write: from.write,
    writev: from.writev,
    fsync: from.fsync,
    close: from.close,
    writeFile: from.writeFile,
    access: from.access,
  };
}

/** An object whose members are called, and those that it was made with. */
interface Called {
  readonly fs: object;
  readonly own: Members;
}

/** Through which object the present call came, when that is not the volume's own: a `node:fs` that hands on. */
let through: Called | undefined;

/** Runs a call of the volume that came through another object: it is that one's members that count. */
export function callThrough<T>(called: Called, run: () => T): T {
  const before = through;
  through = called;
  try {
    return run();
  } finally {
    through = before;
  }
}

export const membersNow = (ctx: Called): Members => (through ?? ctx).fs as Members;
export const membersMade = (ctx: Called): Members => (through ?? ctx).own;

const streamed = ['open', 'read', 'write', 'writev', 'fsync', 'close'] as const;
/** The object that a stream does its work on: what its maker was called through once members of that are not its own. */
export const streamsOn = (ctx: Called): object =>
  through !== undefined && streamed.some((name) => membersNow(ctx)[name] !== membersMade(ctx)[name])
    ? through.fs
    : ctx.fs;

export const opensInSync = (now: Members, own: Members): boolean =>
  now.openSync !== own.openSync || now.closeSync !== own.closeSync;
export const readsInSync = (now: Members, own: Members): boolean =>
  now.readSync !== own.readSync || opensInSync(now, own);
export const writesInSync = (now: Members, own: Members): boolean =>
  now.writeSync !== own.writeSync || now.fsyncSync !== own.fsyncSync || opensInSync(now, own);
export const truncatesInSync = (now: Members, own: Members): boolean =>
  now.ftruncateSync !== own.ftruncateSync || opensInSync(now, own);
/** The same of the callback form, whose ftruncate is no member's. */
export const truncatesLater = (now: Members, own: Members): boolean => now.open !== own.open || now.close !== own.close;
/** True when some of the members that the callback form of writeFile may call are not the object's own. */
export const writesLater = (now: Members, own: Members): boolean =>
  now.open !== own.open || now.write !== own.write || now.fsync !== own.fsync || now.close !== own.close;

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

export function writeFileSync(fs: Members, path: unknown, bytes: Uint8Array, options: WriteOptions): void {
  withFile(fs, path, [options.flag, options.mode], (fd) => {
    for (let at = 0; at < bytes.byteLength; ) at += fs.writeSync(fd, bytes, at, bytes.byteLength - at) as number;
    if (options.flush) fs.fsyncSync(fd);
  });
}

export function truncateSync(fs: Members, path: unknown, length: unknown): void {
  withFile(fs, path, ['r+'], (fd) => fs.ftruncateSync(fd, length));
}

/** truncate in its callback form, by the object's open and close. */
export function truncate(fs: Members, path: unknown, cut: (fd: unknown) => unknown, callback: Callback): void {
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

export function readFileSync(fs: Members, path: unknown, flag: unknown, fstat: (fd: number) => ArrayLike<number>) {
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

/** Since Node 26 writeFile is one job, unless it has to flush. */
const writesInOneJob = nodeAtLeast(26);

/** True when the members that writeFile of the running Node calls are not all the object's own. */
export const writeFileIsPatched = (now: Members, own: Members, flush: boolean): boolean =>
  (flush || !writesInOneJob) && writesLater(now, own);

/** writeFile in its callback form, by the object's open, write, fsync and close. */
export function writeFile(
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
