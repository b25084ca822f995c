/**
 * Facade layer: truncate by path, and by descriptor where the running Node still takes one.
 */
import { Fault, O_RDWR } from '../../core/index.js';
import type { Context } from '../context.js';
import type { Operation } from '../define.js';
import { truncateByMembers, truncateSyncByMembers } from '../late.js';
import { membersMade, membersNow, truncatesInSync, truncatesLater } from '../members.js';
import { nodeAtLeast } from '../running-node.js';
import { faultIn, faultToError } from '../uv-exception.js';
import { bindingFd, validateInteger } from '../validate.js';

/** truncate(path): open, ftruncate, close, as Node does it, so errors name those system calls and come in their order. */
function truncatePath(ctx: Context, path: unknown, length: unknown): void {
  const { engine } = ctx;
  const fd = engine.open(ctx.resolve(path), O_RDWR, 0o666);
  try {
    validateInteger(length, 'len');
    engine.ftruncate(fd, Math.max(0, length));
  } catch (error) {
    throw faultIn(error, 'ftruncate');
  } finally {
    engine.close(fd);
  }
}

/** The error of ftruncate, or undefined. */
function cutLater(ctx: Context, fd: number, length: number): unknown {
  try {
    ctx.engine.ftruncate(fd, Math.max(0, length));
    return undefined;
  } catch (error) {
    return error instanceof Fault ? faultToError(error, 'ftruncate') : error;
  }
}

/** Up to Node 22 truncate took a descriptor too. */
const truncateTakesFd = !nodeAtLeast(24);
let warnedOfTruncate = false;

function truncateDescriptor(ctx: Context, fd: number, length: unknown): void {
  if (!warnedOfTruncate) {
    warnedOfTruncate = true;
    process.emitWarning(
      'Using fs.truncate with a file descriptor is deprecated. Please use fs.ftruncate with a file descriptor instead.',
      'DeprecationWarning',
      'DEP0081',
    );
  }
  validateInteger(length, 'len');
  bindingFd(fd);
  try {
    ctx.engine.ftruncate(fd, Math.max(0, length));
  } catch (error) {
    throw faultIn(error, 'ftruncate');
  }
}

export function truncateOperation(ctx: Context): Operation {
  return {
    syscall: 'open',
    paths: 1,
    optional: true,
    arity: 2,
    checksFirst: (_path, length = 0) => validateInteger(length, 'len'),
    instead(path, given, _mode, done) {
      const length = given ?? 0;
      if (typeof path === 'number' || !truncatesLater(membersNow(ctx), membersMade(ctx))) return false;
      validateInteger(length, 'len');
      truncateByMembers(membersNow(ctx), path, (fd) => cutLater(ctx, fd as number, length), done);
      return true;
    },
    run(path, length = 0) {
      if (truncateTakesFd && typeof path === 'number') {
        truncateDescriptor(ctx, path, length);
        return;
      }
      if (truncatesInSync(membersNow(ctx), membersMade(ctx))) truncateSyncByMembers(membersNow(ctx), path, length);
      else truncatePath(ctx, path, length);
    },
    runCallback(path, length = 0) {
      if (truncateTakesFd && typeof path === 'number') {
        truncateDescriptor(ctx, path, length);
        return;
      }
      validateInteger(length, 'len');
      truncatePath(ctx, path, length);
    },
    // The promise form never took a descriptor.
    runPromise: (path, length = 0) => truncatePath(ctx, path, length),
  };
}
