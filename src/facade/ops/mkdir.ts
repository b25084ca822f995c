/**
 * Facade layer: mkdir, and `mkdir -p` as Node walks it. The engine makes a whole path or nothing; what Node reports, and
 * what it leaves where permissions forbid the rest, is worked out here.
 */
import { EACCES, EEXIST, ENAMETOOLONG, ENOENT, ENOTDIR, type Engine, Fault } from '../../core/index.js';
import type { Context } from '../context.js';
import { encodeName, presentName } from '../encoding.js';
import { blockedBy, makeWhatMayBe } from '../late-calls.js';
import { nodeAtLeast } from '../running-node.js';
import { parseMode, validateBoolean, validatePath } from '../validate.js';

export const asText = (name: string): Buffer => Buffer.from(name, 'latin1');

/**
 * What `mkdir -p` reports: the first leading part of the caller's own text that
 * mkdir could make, found as Node finds it, by cutting at the last slash while
 * the parent is missing.
 */
function firstMade(ctx: Context, path: string): string {
  let part = path;
  for (let slash = part.lastIndexOf('/'); slash > 0; slash = part.lastIndexOf('/')) {
    const parent = part.replace(/\/+$/, '').replace(/[^/]*$/, '') || '.';
    if (ctx.engine.lookup(ctx.resolve(asText(parent))) >= 0) break;
    part = part.slice(0, slash);
  }
  return part;
}

/** Where '..' leaves a directory that is itself still missing, it is made first, as Node's own loop does. */
const climbs = /(^|\/)\.\.(\/|$)/;

function makeOneClimbed(engine: Engine, place: string, mode: number): void {
  try {
    engine.mkdirp(place, mode);
  } catch (error) {
    // A file, and there is more to come behind it.
    const isFile = error instanceof Fault && error.errno === EEXIST && engine.lookup(place) >= 0;
    throw isFile ? new Fault(ENOTDIR) : error;
  }
}

function makeClimbed(ctx: Context, path: string, mode: number): void {
  for (let end = path.search(climbs); end > 0; ) {
    makeOneClimbed(ctx.engine, ctx.resolve(asText(path.slice(0, end))), mode);
    const next = path.slice(end + 3).search(climbs);
    end = next < 0 ? -1 : end + 3 + next;
  }
}

export type Form = 'sync' | 'later';

/** What stops `mkdir -p` half-way. */
export const halts = new Set([EACCES, ENAMETOOLONG]);

export function mkdir(ctx: Context, path: unknown, mode: number, recursive: boolean, form: Form): unknown {
  const target = ctx.resolve(path);
  if (!recursive) {
    ctx.engine.mkdir(target, mode);
    return undefined;
  }
  const errno = ctx.engine.lookup(target);
  if (errno >= 0) {
    // Exists: the engine says whether it is a directory.
    ctx.engine.mkdirp(target, mode);
    return undefined;
  }
  if (errno !== -ENOENT) throw new Fault(-errno);
  const text = encodeName(validatePath(path));
  const first = firstMade(ctx, text);
  try {
    makeClimbed(ctx, text, mode);
    ctx.engine.mkdirp(target, mode);
    return presentName(first, 'utf8');
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (halts.has(error.errno)) throw makeWhatMayBe(ctx, text, first, mode, form, error);
    // A dangling link is in the way: Node stats what is there and reports that it is not.
    const isRefused = error.errno === EEXIST || error.errno === ENOENT || error.errno === ENOTDIR;
    throw isRefused && ctx.engine.lookup(target) < 0 ? blockedBy(ctx, first, text, form, error) : error;
  }
}

/** Since Node 22 options are checked before the path, and the mode is named as one. */
export const optionsFirst = nodeAtLeast(22);
const optionModeName = optionsFirst ? 'options.mode' : 'mode';

export function mkdirOptions(options: unknown): { mode: number; recursive: boolean } {
  if (typeof options === 'number' || typeof options === 'string') {
    return { mode: parseMode(options, 'mode'), recursive: false };
  }
  const given: { recursive?: unknown; mode?: unknown } = options || {};
  const { recursive = false, mode } = given;
  validateBoolean(recursive, 'options.recursive');
  return { mode: mode === undefined ? 0o777 : parseMode(mode, optionModeName), recursive };
}

export function mkdirPromiseOptions(options: unknown): { mode: number; recursive: unknown } {
  if (typeof options === 'number' || typeof options === 'string') {
    return { mode: parseMode(options, 'mode'), recursive: false };
  }
  const { recursive = false, mode = 0o777 }: { recursive?: unknown; mode?: unknown } = options || {};
  validateBoolean(recursive, 'options.recursive');
  return { mode: parseMode(mode, 'mode', 0o777), recursive };
}
