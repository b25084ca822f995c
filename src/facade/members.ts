/**
 * Facade layer: which members of an object have been replaced. Node's writeFileSync, for one, calls fs.openSync,
 * fs.writeSync and fs.closeSync on the public object, so whoever replaces one of those (a spy, a tracer, a test of a
 * failing disk) sees every write. Here one engine call does it all, until a member that Node would call has been
 * replaced: then by-members.ts takes over.
 */
import { nodeAtLeast } from './running-node.js';

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

const opensInSync = (now: Members, own: Members): boolean =>
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

/** Since Node 26 writeFile is one job, unless it has to flush. */
const writesInOneJob = nodeAtLeast(26);

/** True when the members that writeFile of the running Node calls are not all the object's own. */
export const writeFileIsPatched = (now: Members, own: Members, flush: boolean): boolean =>
  (flush || !writesInOneJob) && writesLater(now, own);
