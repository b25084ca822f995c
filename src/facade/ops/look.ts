/**
 * Facade layer: looking without changing (stat, lstat, fstat, exists, realpath).
 * A miss that the caller expects (existsSync, throwIfNoEntry: false) is the
 * engine's negative return and builds no Error.
 */
import { posix } from 'node:path';
import { ENOENT, ENOTDIR, Fault, S_IFLNK, S_IFMT } from '../../core/index.js';
import { deliverAll } from '../completion.js';
import type { Context } from '../context.js';
import type { Operation } from '../define.js';
import { decodeName, encodeName, presentName } from '../encoding.js';
import { membersMade, membersNow } from '../members.js';
import { AbortError } from '../node-errors.js';
import { type AnyOptions, getOptions } from '../options.js';
import { nodeAtLeast } from '../running-node.js';
import { makeStats } from '../stats.js';
import { PathFault } from '../uv-exception.js';
import {
  bindingFd,
  fromUrl,
  validateAbortSignal,
  validateFunction,
  validateObject,
  validatePath,
} from '../validate.js';
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

/**
 * JavaScript realpath, as Node's: the path and each link's target are resolved
 * as text (`a/link/..` is `a`, half a surrogate pair stays one), so its answers and
 * its errors, which name the part that failed, can differ from realpath(3).
 */
function walkRealpath(ctx: Context, start: string): string {
  const { engine, stat } = ctx;
  let path = start;
  let position = 1;
  let base = '/';
  const fail = (errno: number, syscall: string): never => {
    throw new PathFault(-errno, syscall, decodeName(encodeName(base)));
  };
  while (position < path.length) {
    const slash = path.indexOf('/', position);
    const end = slash === -1 ? path.length : slash;
    const parent = path.slice(0, position);
    base = path.slice(0, end);
    position = Math.min(end + 1, path.length);
    const name = encodeName(base);
    const errno = engine.lstat(name, stat);
    if (errno < 0) fail(errno, 'lstat');
    if ((stat[1] & S_IFMT) !== S_IFLNK) continue;
    const beyond = engine.stat(name, stat);
    if (beyond < 0) fail(beyond, 'stat');
    path = posix.resolve(parent, decodeName(engine.readlink(name)), path.slice(position));
    position = 1;
  }
  return path;
}

/** True for a path without links, dots and surplus slashes, which is its own answer: one lookup instead of one for each part. */
function isReal(ctx: Context, path: string): boolean {
  try {
    return ctx.engine.realpath(path) === path;
  } catch {
    // The walk finds the part that failed.
    return false;
  }
}

function realpath(ctx: Context, path: unknown, options: unknown): unknown {
  const { encoding } = getOptions(options);
  // Node turns whatever is not a URL into text: a Buffer is decoded, a number is a file name.
  const text = `${fromUrl(path)}`;
  const real = isReal(ctx, encodeName(validatePath(text))) ? text : walkRealpath(ctx, posix.resolve(ctx.cwd(), text));
  return !encoding || encoding === 'utf8' ? real : presentName(encodeName(real), encoding);
}

/** The longest path that a system call takes. */
const MAX_PATH = 4095;

/** realpath(3) goes part by part, so a path may be longer than any system call takes, when what it leads to is not. */
function systemRealpath({ engine }: Context, path: string): string {
  if (path.length <= MAX_PATH) return engine.realpath(path);
  let real = '/';
  for (const part of path.match(/[^/]+/g) ?? []) real = engine.realpath(`${real === '/' ? '' : real}/${part}`);
  return /\/\.?$/.test(path) ? engine.realpath(`${real}/`) : real;
}

/** realpath in its two forms: Node's own walk in JavaScript, and realpath(3) for `native` and the promise. */
export function realpathOperations(ctx: Context): { readonly js: Operation; readonly native: Operation } {
  const native = (path: unknown, options: unknown): unknown => {
    const { encoding } = getOptions(options);
    return presentName(systemRealpath(ctx, ctx.resolve(path)), encoding);
  };
  return {
    js: {
      syscall: 'realpath',
      paths: 1,
      arity: 2,
      optional: true,
      run: (path, options) => realpath(ctx, path, options),
      runPromise: native,
    },
    native: { syscall: 'realpath', paths: 1, arity: 2, optional: true, lastCallbackWins: true, run: native },
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
