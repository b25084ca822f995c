/**
 * Facade layer: operations on a name that make one engine call and that most
 * programs make (access, rename, mkdir, …; the others are in seldom-path.ts).
 * Each row validates in Node's order, calls the engine and shapes the result;
 * the forms come from define.ts.
 */
import { COPYFILE_ATTRIBUTES, Fault } from '../../core/index.js';
import type { Context } from '../context.js';
import type { Operations } from '../define.js';
import { bindingError } from '../node-errors.js';
import { copiesAttributes } from '../running-node.js';
import { validatePath } from '../validate.js';
import { mkdir, mkdirOptions, mkdirPromiseOptions, optionsFirst } from './mkdir.js';

/** The mode of access and copyFile, which Node's C++ side checks: null is the default, numbers are cut to integers. */
function smallMode(mode: unknown): number {
  if (mode === undefined || mode === null) return 0;
  if (typeof mode !== 'number') {
    throw bindingError(TypeError, 'ERR_INVALID_ARG_TYPE', 'mode must be int32 or null/undefined');
  }
  if (!Number.isFinite(mode)) throw bindingError(RangeError, 'ERR_OUT_OF_RANGE', 'mode is out of range');
  const bits = Math.trunc(mode);
  if (bits < 0 || bits > 7) throw bindingError(RangeError, 'ERR_OUT_OF_RANGE', 'mode is out of range: >= 0 && <= 7');
  return bits;
}

/** Where copyFile gives the copy the source's times and owner before it copies the content. */
export const COPY_FLAGS = copiesAttributes ? COPYFILE_ATTRIBUTES : 0;

export function pathOperations(ctx: Context) {
  const { engine, resolve } = ctx;
  return {
    access: {
      syscall: 'access',
      paths: 1,
      arity: 2,
      optional: true,
      pathsFirst: ['path'],
      run(path, mode) {
        const errno = engine.access(resolve(path), smallMode(mode));
        return errno < 0 ? new Fault(-errno) : undefined;
      },
    },
    rename: {
      syscall: 'rename',
      paths: 2,
      arity: 2,
      run: (from, to) => engine.rename(resolve(from, 'oldPath'), resolve(to, 'newPath')),
    },
    unlink: {
      syscall: 'unlink',
      paths: 1,
      arity: 1,
      run: (path) => engine.unlink(resolve(path)),
    },
    mkdir: {
      syscall: 'mkdir',
      paths: 1,
      arity: 2,
      optional: true,
      checksFirst(_path, options) {
        if (optionsFirst) mkdirOptions(options);
      },
      run(path, options) {
        if (!optionsFirst) validatePath(path);
        const { mode, recursive } = mkdirOptions(options);
        return mkdir(ctx, path, mode, recursive, 'sync');
      },
      runCallback(path, options) {
        if (!optionsFirst) validatePath(path);
        const { mode, recursive } = mkdirOptions(options);
        return mkdir(ctx, path, mode, recursive, 'later');
      },
      runPromise(path, options) {
        validatePath(path);
        const { mode, recursive } = mkdirPromiseOptions(options);
        return mkdir(ctx, path, mode, recursive === true, 'later');
      },
    },
    copyFile: {
      syscall: 'copyfile',
      paths: 2,
      arity: 3,
      optional: true,
      pathsFirst: ['src', 'dest'],
      run(from, to, mode) {
        const source = resolve(from, 'src');
        const target = resolve(to, 'dest');
        engine.copyFile(source, target, smallMode(mode) | COPY_FLAGS);
      },
    },
  } satisfies Operations;
}

/** Reads `bigint` off an options argument as Node does: null is the TypeError it looks like. */
export function bigintOf(options: unknown): unknown {
  return (options as { bigint?: unknown }).bigint;
}
