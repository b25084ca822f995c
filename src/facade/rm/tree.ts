/**
 * Facade layer: what `rm` does to the path it is given, and the words of its
 * errors. The removal of a tree is one engine call, so it is done whole or not
 * at all (but for what permissions forbid, where Node's walk is followed), and
 * no link is ever followed. Sources: lib/internal/fs/rimraf.js up to Node 22,
 * node_file.cc (`RmSync`) since 24, as measured.
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
} from '../../core/index.js';
import type { Context } from '../context.js';
import type { Place } from '../cp/step.js';
import { decodeName } from '../encoding.js';
import { SystemError } from '../node-errors.js';
import { nodeAtLeast } from '../running-node.js';
import { PathFault, spell, uvException } from '../uv-exception.js';
import { isUint8Array, isUrl } from '../validate.js';

export interface RmOptions {
  readonly force: boolean;
  readonly recursive: boolean;
  readonly retryDelay: number;
  readonly maxRetries: number;
}

/** Since Node 24 rmSync is native code with its own error texts, and takes ENOTDIR for "not there". */
export const nativeSync = nodeAtLeast(24);

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
  [EPERM, 'Operation not permitted'],
  [EACCES, 'Permission denied'],
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
export function isLink(ctx: Context, path: string): boolean {
  const { engine, stat } = ctx;
  return engine.lstat(path.replace(/\/+$/, ''), stat) === 0 && (stat[1] & S_IFMT) === S_IFLNK;
}

function refusalOf(call: () => void): number {
  try {
    call();
  } catch (error) {
    if (error instanceof Fault) return error.errno;
    throw error;
  }
  return 0;
}

/** Why Linux's rmdir would refuse this spelling of a directory, whatever is in it; 0 when it would not. */
function refusedSpelling(ctx: Context, path: string, native: boolean): number {
  if (/\/\.\/*$/.test(path)) return EINVAL;
  if (/\/\.\.\/*$/.test(path)) return ENOTEMPTY;
  if (path.length < 2 || !path.endsWith('/') || !isLink(ctx, path)) return 0;
  // Permission is asked first, but not by C++, which looks whether it is a link.
  return native ? ENOTDIR : refusalOf(() => ctx.engine.rmdir(path));
}

export type Form = 'sync' | 'later';

/** The path as Node's JavaScript has it when it looks: half a surrogate pair is one, bytes are bytes, and since Node 22 rmSync's URL is a URL. */
function asLookedAt(given: unknown, form: Form): string | Uint8Array | URL | undefined {
  if (typeof given === 'string' || isUint8Array(given)) return given;
  return isUrl(given) && form === 'sync' && nodeAtLeast(22) ? given : undefined;
}

/** Removes what `path` names. The arguments are checked; throws the error that is to be seen. */
export function remove(ctx: Context, given: unknown, resolved: string, options: RmOptions, form: Form): void {
  const shown = spell(given) ?? '';
  const { engine, stat } = ctx;
  const errno = -engine.lstat(resolved, stat);
  const isDirectory = (stat[1] & S_IFMT) === S_IFDIR;
  const native = form === 'sync' && nativeSync;
  const fail = (reason: number, syscall: string): Error => {
    const text = nativeTexts.get(reason);
    if (native && reason === EINVAL) return unknownException('Invalid argument', shown);
    return native && text !== undefined ? nativeException(reason, text, shown) : uvException(reason, syscall, shown);
  };
  if (errno !== 0) {
    // Forced and recursive, the look before is left out: the removal itself meets the error.
    const unlooked = options.force && options.recursive && form === 'sync';
    if (options.force && (errno === ENOENT || (native && unlooked && errno === ENOTDIR))) return;
    // Unlike a look, unlink follows no link to find that the slash after it is wrong.
    const followed = errno === ELOOP || (errno === ENAMETOOLONG && !native);
    if (unlooked && followed && resolved.endsWith('/') && isLink(ctx, resolved)) throw fail(ENOTDIR, 'unlink');
    const unknown = native && unlooked ? unknownTexts.get(errno) : undefined;
    if (unknown !== undefined) throw unknownException(unknown, shown);
    throw unlooked ? fail(errno, 'unlink') : uvException(errno, 'lstat', shown);
  }
  if (isDirectory && !options.recursive) {
    throw new SystemError('ERR_FS_EISDIR', 'Path is a directory', {
      code: 'EISDIR',
      message: 'is a directory',
      path: asLookedAt(given, form) ?? shown,
      syscall: 'rm',
      errno: EISDIR,
    });
  }
  const refusal = isDirectory ? refusedSpelling(ctx, resolved, native) : 0;
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
