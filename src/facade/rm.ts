/**
 * Facade layer: rm in its three forms, and rmdir with the `recursive` option
 * that Node up to 25 still takes. Owns the options and the errors; the removal
 * of a tree is one engine call, so it is done whole or not at all (but for what
 * permissions forbid, where Node's walk is followed), and no link is ever followed. Sources: lib/internal/fs/utils.js and rimraf.js up to Node
 * 22, node_file.cc (`RmSync`) since 24, as measured.
 *
 * `maxRetries` and `retryDelay` are checked as Node does; nothing in memory is
 * busy for a moment only, so there is never a failure that a retry could mend.
 */
import {
  EACCES,
  EINVAL,
  EISDIR,
  ELOOP,
  ENAMETOOLONG,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  type Engine,
  EPERM,
  Fault,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  STAT_LENGTH,
} from '../core/index.js';
import { deliver, deliverError, rejectLater, resolveLater } from './completion.js';
import type { Context } from './context.js';
import type { Place } from './cp-apply.js';
import { decodeName } from './encoding.js';
import { invalidArgValue, isNodeError, SystemError } from './node-errors.js';
import { nodeAtLeast } from './running-node.js';
import { type Caller, faultToError, PathFault, spell, uvException } from './uv-exception.js';
import {
  type Callback,
  validateBoolean,
  validateFunction,
  validateInt32,
  validateObject,
  validateUint32,
} from './validate.js';

interface RmOptions {
  readonly force: boolean;
  readonly recursive: boolean;
  readonly retryDelay: number;
  readonly maxRetries: number;
}

type Given = Partial<Record<keyof RmOptions, unknown>>;

const defaults = { recursive: false, force: false, retryDelay: 100, maxRetries: 0 };

/** Node 26 took the checks of `recursive`, `retryDelay` and `maxRetries` out of rmdir and put them after `force` in rm. */
const checksForceFirst = nodeAtLeast(26);
/** Since Node 24 rmSync is native code with its own error texts, and takes ENOTDIR for "not there". */
const nativeSync = nodeAtLeast(24);
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

/** An error as Node's native code makes it: positive errno, "CODE, text 'path'". */
function nativeException(errno: number, text: string, path: string): Error {
  const { code, errno: number } = uvException(errno, 'rm');
  const detail = nodeAtLeast(26) ? '' : ` ${path}`;
  return Object.assign(new Error(`${code}, ${text}:${detail} '${path}'`), {
    errno: -number,
    code,
    path,
    syscall: 'rm',
  });
}

const nativeTexts = new Map([
  [1, 'Operation not permitted'],
  [13, 'Permission denied'],
  [ENOTDIR, 'Not a directory'],
  [ENOTEMPTY, 'Directory not empty'],
]);

/** What C++ has no branch for: Node knows neither code nor number then. */
const unknownTexts = new Map([
  [ELOOP, 'Too many levels of symbolic links'],
  [ENAMETOOLONG, 'File name too long'],
]);

const unknownException = (text: string, path: string): Error =>
  Object.assign(new Error(`, Unknown error: ${text} '${path}'`), { errno: -4094, code: '', path, syscall: 'rm' });

/** True when `path` names a symbolic link, slashes at its end notwithstanding. */
function isLink(ctx: Context, path: string): boolean {
  const out = new Float64Array(STAT_LENGTH);
  return ctx.engine.lstat(path.replace(/\/+$/, ''), out) === 0 && (out[1] & S_IFMT) === S_IFLNK;
}

/** Why Linux's rmdir would refuse this spelling of a directory, whatever is in it; 0 when it would not. */
function refusedSpelling(ctx: Context, path: string): number {
  if (/\/\.\/*$/.test(path)) return EINVAL;
  if (/\/\.\.\/*$/.test(path)) return ENOTEMPTY;
  if (path.length > 1 && path.endsWith('/') && isLink(ctx, path)) return ENOTDIR;
  return 0;
}

type Form = 'sync' | 'later';

/** Removes what `path` names. The arguments are checked; throws the error that is to be seen. */
function remove(ctx: Context, given: unknown, resolved: string, options: RmOptions, form: Form): void {
  const shown = spell(given) ?? '';
  const out = new Float64Array(STAT_LENGTH);
  const errno = -ctx.engine.lstat(resolved, out);
  const native = form === 'sync' && nativeSync;
  const fail = (reason: number, syscall: string): Error => {
    const text = nativeTexts.get(reason);
    return native && text !== undefined ? nativeException(reason, text, shown) : uvException(reason, syscall, shown);
  };
  if (errno !== 0) {
    // Forced and recursive, the look before is left out: the removal itself meets the error.
    const unlooked = options.force && options.recursive && form === 'sync';
    if (options.force && (errno === ENOENT || (native && unlooked && errno === ENOTDIR))) return;
    // Unlike a look, unlink follows no link to find that the slash after it is wrong.
    if (unlooked && errno === ELOOP && resolved.endsWith('/') && isLink(ctx, resolved)) throw fail(ENOTDIR, 'unlink');
    const unknown = native && unlooked ? unknownTexts.get(errno) : undefined;
    throw unknown === undefined
      ? uvException(errno, unlooked ? 'unlink' : 'lstat', shown)
      : unknownException(unknown, shown);
  }
  const isDirectory = (out[1] & S_IFMT) === S_IFDIR;
  if (isDirectory && !options.recursive) {
    throw new SystemError('ERR_FS_EISDIR', 'Path is a directory', {
      code: 'EISDIR',
      message: 'is a directory',
      path: shown,
      syscall: 'rm',
      errno: EISDIR,
    });
  }
  const refusal = isDirectory ? refusedSpelling(ctx, resolved) : 0;
  // Node's asynchronous form swallows the ENOTDIR of rmdir on a link with a slash, and has removed nothing.
  if (refusal === ENOTDIR && form === 'later') return;
  if (refusal !== 0) throw fail(refusal, 'rmdir');
  try {
    removeAtOnce(ctx, { path: resolved, shown }, isDirectory, native);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error instanceof PathFault && !native) throw uvException(error.errno, error.syscall, error.path);
    throw fail(error.errno, error.syscall ?? (isDirectory ? 'rmdir' : 'unlink'));
  }
}

const refusals = new Set([EACCES, EPERM]);

/** One engine call, all or nothing; where permissions forbid a part, Node's own walk, which removes what comes before it. */
function removeAtOnce({ engine }: Context, place: Place, isDirectory: boolean, native: boolean): void {
  try {
    engine.removeTree(place.path);
  } catch (error) {
    if (!isDirectory || !(error instanceof Fault) || !refusals.has(error.errno)) throw error;
    removeStepwise(engine, place, native);
  }
}

/** Node's walk. C++ reads each directory first; JavaScript only those that rmdir found full. */
function removeStepwise(engine: Engine, { path, shown }: Place, native: boolean): void {
  const attempt = <T>(syscall: string, call: () => T): T => {
    try {
      return call();
    } catch (error) {
      throw error instanceof Fault ? new PathFault(error.errno, syscall, shown) : error;
    }
  };
  const out = new Float64Array(STAT_LENGTH);
  if (engine.lstat(path, out) !== 0 || (out[1] & S_IFMT) !== S_IFDIR) {
    attempt('unlink', () => engine.unlink(path));
    return;
  }
  if (!native) {
    try {
      engine.rmdir(path);
      return;
    } catch (error) {
      if (!(error instanceof Fault) || (error.errno !== ENOTEMPTY && error.errno !== EPERM)) {
        attempt('rmdir', () => engine.rmdir(path));
      }
    }
  }
  for (const name of attempt('scandir', () => engine.readdir(path))) {
    removeStepwise(engine, { path: `${path}/${name}`, shown: `${shown}/${decodeName(name)}` }, native);
  }
  attempt('rmdir', () => engine.rmdir(path));
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

function removeDirectory(ctx: Context, given: unknown, resolved: string): void {
  try {
    ctx.engine.rmdir(resolved);
  } catch (error) {
    if (error instanceof Fault) throw faultToError(error, 'rmdir', spell(given));
    throw error;
  }
}

function unlink(ctx: Context, given: unknown, resolved: string): void {
  try {
    ctx.engine.unlink(resolved);
  } catch (error) {
    if (error instanceof Fault) throw faultToError(error, 'unlink', spell(given));
    throw error;
  }
}

/** rmdir of a tree, for Node 20 to 25: a directory goes with all it holds, anything else meets rmdir's own error. */
function removeRecursively(ctx: Context, given: unknown, resolved: string, options: RmOptions, form: Form): void {
  const out = new Float64Array(STAT_LENGTH);
  const errno = -ctx.engine.lstat(resolved, out);
  if (errno !== 0) throw uvException(errno, 'lstat', spell(given));
  if ((out[1] & S_IFMT) !== S_IFDIR) {
    removeDirectory(ctx, given, resolved);
    return;
  }
  remove(ctx, given, resolved, options, form);
}

/** The same in promise form, which stats through links where the others do not. */
function removeRecursivelyForPromise(ctx: Context, given: unknown, resolved: string, options: RmOptions): void {
  const out = new Float64Array(STAT_LENGTH);
  const errno = -ctx.engine.stat(resolved, out);
  if (errno !== 0) throw uvException(errno, 'stat', spell(given));
  if ((out[1] & S_IFMT) !== S_IFDIR) {
    removeDirectory(ctx, given, resolved);
    return;
  }
  if (isLink(ctx, resolved)) {
    // With a slash behind it the link is refused, and Node swallows that.
    if (!resolved.endsWith('/')) unlink(ctx, given, resolved);
    return;
  }
  remove(ctx, given, resolved, options, 'later');
}

/** An error thrown from inside: its stack is made to start at the public function. */
function from(error: unknown, caller: Caller): unknown {
  if (isNodeError(error) || (error instanceof Error && 'syscall' in error)) Error.captureStackTrace(error, caller);
  return error;
}

/** Runs checks now (their errors are thrown), then the work, whose errors are delivered. */
function callBack(callback: Callback, caller: Caller, check: () => () => void): void {
  let work: () => void;
  try {
    work = check();
  } catch (error) {
    throw isNodeError(error) ? from(error, caller) : error;
  }
  try {
    work();
  } catch (error) {
    deliverError(callback, from(error, caller));
    return;
  }
  deliver(callback, undefined);
}

function promise(caller: Caller, check: () => () => void): Promise<unknown> {
  let work: () => void;
  try {
    work = check();
  } catch (error) {
    return Promise.reject(isNodeError(error) ? from(error, caller) : error);
  }
  try {
    work();
  } catch (error) {
    return rejectLater(from(error, caller));
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
      return () => removeDirectory(ctx, path, resolved);
    }
    warnOfRecursiveRmdir();
    const options = parseRmOptions({ ...(given as Given), force: false });
    return () => removeRecursively(ctx, path, resolved, options, form);
  };

  function rmSync(caller: Caller, path: unknown, options?: unknown): void {
    try {
      if (nativeSync) parseRmOptions(options);
      checkRm(path, options, 'sync')()();
    } catch (error) {
      throw from(error, caller);
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
      throw from(error, caller);
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
      if (!isRecursive(options)) return () => removeDirectory(ctx, path, resolved);
      warnOfRecursiveRmdir();
      const parsed = parseRmOptions(options);
      return () => removeRecursivelyForPromise(ctx, path, resolved, parsed);
    });
  }

  return { rmSync, rm, rmdirSync, rmdir, promises: { rm: rmPromise, rmdir: rmdirPromise } };
}
