/** D-MemFS layer: opening. The lock comes first and is given back when the opening fails. */
import {
  EEXIST,
  EISDIR,
  ENOENT,
  fault,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../core/index.js';
import { detached } from '../host/index.js';
import type { MfsContext } from './context.js';
import { invalidArgument } from './errors.js';
import type { Lease } from './lease.js';
import type { LockKind } from './locks.js';
import { look } from './looking.js';
import type { OpenMode } from './memory-file-handle.js';
import { checkNames, count, lockTimeoutMs } from './options.js';
import { normalizePath, toByteString } from './paths.js';
import { handlePrice } from './prices.js';

/** Options of {@link MemoryFileSystem.open}. */
export interface OpenOptions {
  /** The file is made at least this many bytes long, with zeros; the memory for them is taken at once. Default 0. */
  readonly preallocate?: number;
  /**
   * Seconds an asynchronous `open` waits while the file is locked; null for ever; default `defaultLockTimeout`.
   * A synchronous one cannot wait, for nobody could unlock the file meanwhile: it always behaves as with 0.
   */
  readonly lockTimeout?: number | null;
}

const FLAGS: Record<OpenMode, number> = {
  rb: O_RDONLY,
  wb: O_WRONLY | O_CREAT | O_TRUNC,
  ab: O_WRONLY | O_CREAT | O_APPEND,
  'r+b': O_RDWR,
  xb: O_WRONLY | O_CREAT | O_EXCL,
};
const FILE_MODE = 0o666;

/** An `open` whose arguments have been checked. */
export interface OpenRequest {
  readonly path: string;
  readonly bytes: string;
  readonly mode: OpenMode;
  readonly preallocate: number;
  readonly lockTimeoutMs: number;
}

/** Checks the arguments of `open`. */
export function requestOpen(context: MfsContext, path: string, mode: OpenMode, options: OpenOptions): OpenRequest {
  checkNames('options', options, ['preallocate', 'lockTimeout']);
  const { preallocate = 0, lockTimeout } = options;
  if (!Object.hasOwn(FLAGS, mode)) {
    const modes = Object.keys(FLAGS).map((each) => `'${each}'`);
    throw invalidArgument('mode', `must be a binary mode, one of ${modes.join(', ')}; TextHandle does text`, mode);
  }
  return {
    path: detached(path),
    bytes: toByteString(normalizePath(path)),
    mode,
    preallocate: count('preallocate', preallocate),
    lockTimeoutMs: lockTimeoutMs('lockTimeout', lockTimeout, context.lockTimeoutMs),
  };
}

/**
 * Opens now; what it gives is to be made a handle at once.
 *
 * @param turn - the inode whose waiting line the caller has reached the head of.
 * @throws LockConflict when the file is locked; then nothing has changed.
 */
export function openNow(context: MfsContext, request: OpenRequest, turn?: number): Lease {
  const price = handlePrice(request.path);
  context.engine.billHandle(price);
  try {
    return openBilled(context, request, turn);
  } catch (thrown) {
    context.engine.unbillHandle(price);
    throw thrown;
  }
}

function openBilled(context: MfsContext, request: OpenRequest, turn: number | undefined): Lease {
  const { engine, locks } = context;
  const kind: LockKind = request.mode === 'rb' ? 'read' : 'write';
  const found = look(context, request.bytes);
  if (typeof found === 'number') {
    if (found !== -ENOENT) throw fault(-found);
    const fd = openDescriptor(context, request);
    // An inode that is locked has a descriptor, so a new one cannot be.
    const ino = engine.inodeOf(fd);
    locks.acquire(ino, kind);
    return { context, fd, ino, kind, path: request.path, open: true, text: 0 };
  }
  if (found.isDir) throw fault(EISDIR);
  if (request.mode === 'xb') throw fault(EEXIST);
  locks.acquire(found.ino, kind, turn);
  try {
    return {
      context,
      fd: openDescriptor(context, request),
      ino: found.ino,
      kind,
      path: request.path,
      open: true,
      text: 0,
    };
  } catch (thrown) {
    locks.release(found.ino, kind);
    throw thrown;
  }
}

/** The memory is taken with the opening, so extending the file over it afterwards cannot be refused. */
function openDescriptor(context: MfsContext, { bytes, mode, preallocate }: OpenRequest): number {
  const { engine } = context;
  const fd = engine.open(bytes, FLAGS[mode], FILE_MODE, preallocate);
  if (preallocate > engine.seek(fd, 0, 2)) engine.ftruncate(fd, preallocate);
  engine.seek(fd, 0, mode === 'ab' ? 2 : 0);
  return fd;
}
