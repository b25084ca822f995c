/**
 * Facade layer: operations on a descriptor that make one engine call and that
 * most programs never make. Loaded by the first of them (see late-calls.ts).
 */
import type { Context } from '../context.js';
import type { Operations } from '../define.js';
import { leavesBoth, splitTimes } from '../times.js';
import { bindingFd, parseMode, toUnixTimestamp, validateId, validateInteger } from '../validate.js';

/** Operations on a descriptor whose forms need nothing special. FileHandle uses their promise forms. */
export function seldomFdOperations(ctx: Context) {
  const { engine } = ctx;
  return {
    fsync: { syscall: 'fsync', paths: 0, arity: 1, run: (fd) => engine.fsync(bindingFd(fd)) },
    fdatasync: { syscall: 'fdatasync', paths: 0, arity: 1, run: (fd) => engine.fsync(bindingFd(fd)) },
    ftruncate: {
      syscall: 'ftruncate',
      paths: 0,
      arity: 2,
      optional: true,
      checksFirst: (_fd, length = 0) => validateInteger(length, 'len'),
      run(fd, length = 0) {
        validateInteger(length, 'len');
        engine.ftruncate(bindingFd(fd), Math.max(0, length));
      },
    },
    fchmod: {
      syscall: 'fchmod',
      paths: 0,
      arity: 2,
      checksFirst: (_fd, mode) => parseMode(mode, 'mode'),
      run(fd, mode) {
        const bits = parseMode(mode, 'mode');
        engine.fchmod(bindingFd(fd), bits);
      },
    },
    fchown: {
      syscall: 'fchown',
      paths: 0,
      arity: 3,
      checksFirst(_fd, uid, gid) {
        validateId(uid, 'uid');
        validateId(gid, 'gid');
      },
      run(fd, uid, gid) {
        validateId(uid, 'uid');
        validateId(gid, 'gid');
        engine.fchown(bindingFd(fd), uid, gid);
      },
    },
    futimes: {
      syscall: 'futime',
      paths: 0,
      arity: 3,
      checksFirst(_fd, atime, mtime) {
        toUnixTimestamp(atime, 'atime');
        toUnixTimestamp(mtime, 'mtime');
      },
      run(fd, atime, mtime) {
        const access = toUnixTimestamp(atime, 'atime');
        const change = toUnixTimestamp(mtime, 'mtime');
        const file = bindingFd(fd);
        if (leavesBoth(access, change)) return;
        const look = (): number => engine.fstat(file, ctx.stat);
        engine.futimes(file, ...splitTimes(ctx, access, change, look));
      },
    },
  } satisfies Operations;
}
