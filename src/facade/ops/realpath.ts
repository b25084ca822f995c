/**
 * Facade layer: realpath in its two forms. Loaded by the first call of one (see
 * late-calls.ts).
 */
import { posix } from 'node:path';
import { S_IFLNK, S_IFMT } from '../../core/index.js';
import type { Context } from '../context.js';
import type { Operation } from '../define.js';
import { decodeName, encodeName, presentName } from '../encoding.js';
import { getOptions } from '../options.js';
import { PathFault } from '../uv-exception.js';
import { fromUrl, validatePath } from '../validate.js';

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
