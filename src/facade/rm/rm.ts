/**
 * Facade layer: rm in its three forms, and rmdir with the `recursive` option
 * that Node up to 25 still takes. Owns the options and where errors go; what
 * is removed, tree.ts says. Source: lib/internal/fs/utils.js, as measured.
 *
 * `maxRetries` and `retryDelay` are checked as Node does; nothing in memory is
 * busy for a moment only, so there is never a failure that a retry could mend.
 */
import { Fault, S_IFDIR, S_IFMT } from '../../core/index.js';
import { deliver, deliverError, rejectLater, resolveLater } from '../completion.js';
import type { Context } from '../context.js';
import { invalidArgValue } from '../node-errors.js';
import { nodeAtLeast } from '../running-node.js';
import { type Caller, faultToError, spell, stackFrom, uvException } from '../uv-exception.js';
import {
  type Callback,
  validateBoolean,
  validateFunction,
  validateInt32,
  validateObject,
  validateUint32,
} from '../validate.js';
import { type Form, isLink, nativeSync, type RmOptions, remove } from './tree.js';

type Given = Partial<Record<keyof RmOptions, unknown>>;

const defaults = { recursive: false, force: false, retryDelay: 100, maxRetries: 0 };

/** Node 26 took the checks of `recursive`, `retryDelay` and `maxRetries` out of rmdir and put them after `force` in rm. */
const checksForceFirst = nodeAtLeast(26);
const recursiveRmdirIsGone = nodeAtLeast(26);

function checkRetryOptions(options: Given): void {
  validateBoolean(options.recursive, 'options.recursive');
  validateInt32(options.retryDelay, 'options.retryDelay', 0);
  validateUint32(options.maxRetries, 'options.maxRetries');
}

function parseRmOptions(given: unknown): RmOptions {
  if (given !== undefined) validateObject(given, 'options');
  const options = { ...defaults, ...(given as Given) };
  if (!checksForceFirst) checkRetryOptions(options);
  validateBoolean(options.force, 'options.force');
  checkRetryOptions(options);
  return options as RmOptions;
}

let warned = false;
function warnOfRecursiveRmdir(): void {
  if (warned || process.noDeprecation) return;
  warned = true;
  process.emitWarning(
    'In future versions of Node.js, fs.rmdir(path, { recursive: true }) will be removed. ' +
      'Use fs.rm(path, { recursive: true }) instead',
    'DeprecationWarning',
    'DEP0147',
  );
}

const isRecursive = (options: unknown): boolean => Boolean((options as Given | null | undefined)?.recursive);

function refuseRecursiveRmdir(options: unknown): void {
  const recursive = (options as Given | null | undefined)?.recursive;
  if (recursive === undefined) return;
  throw invalidArgValue('options.recursive', recursive, 'is no longer supported');
}

/** What rmdir checks of its options when they do not ask for recursion. */
function checkRmdirOptions(options: unknown): void {
  if (options === undefined) return;
  validateObject(options, 'options');
  if (!recursiveRmdirIsGone) checkRetryOptions({ ...defaults, ...(options as Given) });
}

function removeOne({ engine }: Context, call: 'rmdir' | 'unlink', given: unknown, resolved: string): void {
  try {
    engine[call](resolved);
  } catch (error) {
    throw error instanceof Fault ? faultToError(error, call, spell(given)) : error;
  }
}

/**
 * rmdir of a tree, for Node 20 to 25: a directory goes with all it holds, anything else meets rmdir's own error.
 * @param look - the promise form stats through links, where the others do not
 */
function removeRecursively(
  ctx: Context,
  look: 'stat' | 'lstat',
  given: unknown,
  resolved: string,
  options: RmOptions,
  form: Form,
): void {
  const errno = -ctx.engine[look](resolved, ctx.stat);
  if (errno !== 0) throw uvException(errno, look, spell(given));
  if ((ctx.stat[1] & S_IFMT) !== S_IFDIR) removeOne(ctx, 'rmdir', given, resolved);
  else if (look === 'lstat' || !isLink(ctx, resolved)) remove(ctx, given, resolved, options, form);
  // With a slash behind it the link is refused, and Node swallows that.
  else if (!resolved.endsWith('/')) removeOne(ctx, 'unlink', given, resolved);
}

/** Runs checks now (their errors are thrown), then the work, whose errors are delivered. */
function callBack(callback: Callback, caller: Caller, check: () => () => void): void {
  let work: () => void;
  try {
    work = check();
  } catch (error) {
    throw stackFrom(error, caller);
  }
  try {
    work();
  } catch (error) {
    deliverError(callback, stackFrom(error, caller));
    return;
  }
  deliver(callback, undefined);
}

function promise(caller: Caller, check: () => () => void): Promise<unknown> {
  let work: () => void;
  try {
    work = check();
  } catch (error) {
    return Promise.reject(stackFrom(error, caller));
  }
  try {
    work();
  } catch (error) {
    return rejectLater(stackFrom(error, caller));
  }
  return resolveLater(undefined);
}

/** The members rm and rmdir of `ctx.fs` and its promises. */
export function makeRm(ctx: Context) {
  const checkRm = (path: unknown, given: unknown, form: Form) => (): (() => void) => {
    const resolved = ctx.resolve(path);
    const options = parseRmOptions(given);
    return () => remove(ctx, path, resolved, options, form);
  };
  const checkRmdir = (path: unknown, given: unknown, form: Form) => (): (() => void) => {
    if (recursiveRmdirIsGone && form === 'later') refuseRecursiveRmdir(given);
    const resolved = ctx.resolve(path);
    if (recursiveRmdirIsGone && form === 'sync') refuseRecursiveRmdir(given);
    if (!isRecursive(given)) {
      checkRmdirOptions(given);
      return () => removeOne(ctx, 'rmdir', path, resolved);
    }
    warnOfRecursiveRmdir();
    const options = parseRmOptions({ ...(given as Given), force: false });
    return () => removeRecursively(ctx, 'lstat', path, resolved, options, form);
  };

  function rmSync(caller: Caller, path: unknown, options?: unknown): void {
    try {
      if (nativeSync) parseRmOptions(options);
      checkRm(path, options, 'sync')()();
    } catch (error) {
      throw stackFrom(error, caller);
    }
  }

  function rm(caller: Caller, path: unknown, options: unknown, callback?: unknown): void {
    const done = typeof options === 'function' ? options : callback;
    const given = typeof options === 'function' ? undefined : options;
    callBack(done as Callback, caller, checkRm(path, given, 'later'));
  }

  function rmdirSync(caller: Caller, path: unknown, options?: unknown): void {
    try {
      checkRmdir(path, options, 'sync')()();
    } catch (error) {
      throw stackFrom(error, caller);
    }
  }

  function rmdir(caller: Caller, path: unknown, options: unknown, callback?: unknown): void {
    const done = typeof options === 'function' ? options : callback;
    const given = typeof options === 'function' ? undefined : options;
    callBack(done as Callback, caller, () => {
      if (recursiveRmdirIsGone) refuseRecursiveRmdir(given);
      validateFunction(done, 'cb');
      return checkRmdir(path, given, 'later')();
    });
  }

  function rmPromise(path: unknown, options?: unknown): Promise<unknown> {
    return promise(rmPromise, checkRm(path, options, 'later'));
  }

  function rmdirPromise(path: unknown, options?: unknown): Promise<unknown> {
    return promise(rmdirPromise, () => {
      const resolved = ctx.resolve(path);
      if (recursiveRmdirIsGone) refuseRecursiveRmdir(options);
      checkRmdirOptions(options);
      if (!isRecursive(options)) return () => removeOne(ctx, 'rmdir', path, resolved);
      warnOfRecursiveRmdir();
      const parsed = parseRmOptions(options);
      return () => removeRecursively(ctx, 'stat', path, resolved, parsed, 'later');
    });
  }

  return { rmSync, rm, rmdirSync, rmdir, promises: { rm: rmPromise, rmdir: rmdirPromise } };
}
