/**
 * Facade layer: looking without changing (stat, lstat, fstat, exists).
 * A miss that the caller expects (existsSync, throwIfNoEntry: false) is the
 * engine's negative return and builds no Error.
 */
import { ENOENT, ENOTDIR, Fault } from '../../core/index.js';
import { deliverAll } from '../completion.js';
import type { Context } from '../context.js';
import type { Operation } from '../define.js';
import { membersMade, membersNow } from '../members.js';
import { AbortError } from '../node-errors.js';
import { type AnyOptions, getOptions } from '../options.js';
import { nodeAtLeast } from '../running-node.js';
import { makeStats } from '../stats.js';
import { bindingFd, validateAbortSignal, validateFunction, validateObject, validatePath } from '../validate.js';
import { bigintOf } from './path.js';

/** Since Node 22 a path through a file counts as "no entry" too. */
const notDirectoryIsMiss = nodeAtLeast(22);
/** Since Node 24 (lstat: 26) the callback forms take any options value; the asynchronous stat honours throwIfNoEntry. */
const lenientStat = nodeAtLeast(24);
const lenientLstat = nodeAtLeast(26);
/** Since Node 26 the promise forms insist on an object. */
const strictPromiseOptions = nodeAtLeast(26);

const isMiss = (errno: number, name: 'stat' | 'lstat'): boolean =>
  errno === -ENOENT || (name === 'stat' && notDirectoryIsMiss && errno === -ENOTDIR);

function throwIfAborted(signal: unknown): void {
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted) throw new AbortError(signal.reason);
}

/** Options of the callback forms, in the running Node's reading. */
function callbackOptions(options: unknown, lenient: boolean): AnyOptions {
  if (options === undefined) return {};
  if (!lenient) return { bigint: bigintOf(options) };
  if (options === null || typeof options !== 'object') return {};
  return getOptions(options);
}

function promiseOptions(options: unknown): AnyOptions {
  if (options === undefined) return {};
  if (!strictPromiseOptions) {
    return {
      bigint: bigintOf(options),
      throwIfNoEntry: lenientStat && Reflect.get(Object(options), 'throwIfNoEntry'),
    };
  }
  validateObject(options, 'options');
  const given: AnyOptions = options;
  throwIfAborted(given.signal);
  return given;
}

function statOperation(ctx: Context, name: 'stat' | 'lstat'): Operation {
  const { engine, stat } = ctx;
  const look = engine[name].bind(engine);

  function found(target: string, bigint: unknown, throwIfNoEntry: unknown): unknown {
    const errno = look(target, stat);
    if (errno === 0) return makeStats(stat, bigint);
    if (throwIfNoEntry === false && isMiss(errno, name)) return undefined;
    return new Fault(-errno);
  }
  /** Asynchronous lstat never looks at throwIfNoEntry. */
  const quiet = name === 'stat' && lenientStat;
  const lenient = name === 'stat' ? lenientStat : lenientLstat;
  /** Where options are not checked, reading them comes after the path, but for stat since Node 22. */
  const pathFirst = !lenient && !(name === 'stat' && nodeAtLeast(22));

  return {
    syscall: name,
    paths: 1,
    arity: 2,
    optional: true,
    givesValue: true,
    checksFirst: (_path, options) => {
      if (lenient) callbackOptions(options, lenient);
    },
    run(path, options) {
      const target = ctx.resolve(path);
      if (options === undefined) return found(target, false, true);
      // Read one by one: null is then the TypeError that it is in Node.
      const bigint = bigintOf(options);
      return found(target, bigint, (options as AnyOptions).throwIfNoEntry);
    },
    runCallback(path, options) {
      if (pathFirst) validatePath(path, 'path');
      const { bigint, throwIfNoEntry, signal } = callbackOptions(options, lenient);
      const target = ctx.resolve(path);
      throwIfAborted(signal);
      return found(target, bigint, quiet ? throwIfNoEntry : true);
    },
    runPromise(path, options) {
      if (strictPromiseOptions) promiseOptions(options);
      const target = ctx.resolve(path);
      const { bigint, throwIfNoEntry } = promiseOptions(options);
      return found(target, bigint, quiet ? throwIfNoEntry : true);
    },
  };
}

export const lookOperations = (ctx: Context) => ({
  stat: statOperation(ctx, 'stat'),
  lstat: statOperation(ctx, 'lstat'),
});

/** fstat, whose promise form is FileHandle#stat. */
export function fstatOperation(ctx: Context): Operation {
  const { engine, stat } = ctx;
  function found(fd: unknown, bigint: unknown): unknown {
    const errno = engine.fstat(bindingFd(fd), stat);
    if (errno < 0) throw new Fault(-errno);
    return makeStats(stat, bigint);
  }
  return {
    syscall: 'fstat',
    paths: 0,
    arity: 2,
    optional: true,
    run: (fd, options) => found(fd, options === undefined ? false : bigintOf(options)),
    runCallback(fd, options) {
      if (options === undefined) return found(fd, false);
      if (strictPromiseOptions && options !== null && typeof options === 'object') {
        const given: AnyOptions = options;
        throwIfAborted(given.signal);
        return found(fd, given.bigint);
      }
      return found(fd, strictPromiseOptions ? false : bigintOf(options));
    },
    runPromise: (fd, options) => found(fd, promiseOptions(options).bigint),
  };
}

let warnedOfExists = false;

function warnOfExistsArgument(): void {
  if (warnedOfExists || !nodeAtLeast(24)) return;
  warnedOfExists = true;
  process.emitWarning('Passing invalid argument types to fs.existsSync is deprecated', 'DeprecationWarning', 'DEP0187');
}

/** existsSync and exists: the only operations that turn a bad argument into an answer. */
export function isThere(ctx: Context, path: unknown): boolean {
  let target: string;
  try {
    target = ctx.resolve(path);
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'ERR_INVALID_ARG_TYPE') warnOfExistsArgument();
    return false;
  }
  return ctx.engine.access(target, 0) === 0;
}

export function tellWhetherThere(ctx: Context, path: unknown, callback: unknown): void {
  validateFunction(callback, 'cb');
  const { access } = membersNow(ctx);
  let target: string;
  try {
    if (access !== membersMade(ctx).access) {
      access(path, 0, (error: unknown) => callback(!error));
      return;
    }
    target = ctx.resolve(path);
  } catch {
    // Node answers a bad argument at once, before it returns.
    callback(false);
    return;
  }
  // `exists` has no error argument.
  deliverAll(callback, [ctx.engine.access(target, 0) === 0]);
}
