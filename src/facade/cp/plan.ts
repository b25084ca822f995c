/**
 * Facade layer: what cp has to do, worked out before anything is changed. Owns
 * Node's rules of the walk that its JavaScript does (cp and promises.cp always,
 * cpSync up to Node 20 and whenever there is a filter) and their errors.
 * Invariant: planning only looks; it hands out {@link Step}s in the order in
 * which Node acts. Written once for both forms: a generator that yields where a
 * filter has to be asked. Source: lib/internal/fs/cp/*.js, by measurement.
 */
import { posix } from 'node:path';
import { EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY, Fault, S_IFDIR, S_IFLNK, S_IFMT } from '../../core/index.js';
import type { Context } from '../context.js';
import { decodeName } from '../encoding.js';
import { throughDouble } from '../late-calls.js';
import { invalidArgType } from '../node-errors.js';
import { nodeAtLeast } from '../running-node.js';
import type { Passage } from '../times.js';
import { uvException } from '../uv-exception.js';
import { alreadyExists, asGiven, cpError, systemError } from './errors.js';
import { exists, type Stat, statAt } from './stat.js';
import { child, type Place, type Step } from './step.js';

export interface CpOptions {
  readonly dereference: boolean;
  readonly errorOnExist: boolean;
  readonly filter?: (source: string | Uint8Array, destination: string | Uint8Array) => unknown;
  readonly force: boolean;
  readonly mode: number;
  readonly preserveTimestamps: boolean;
  readonly recursive: boolean;
  readonly verbatimSymlinks: boolean;
}

/** A plan in the making. */
export interface Plan {
  readonly ctx: Context;
  readonly options: CpOptions;
  readonly form: 'sync' | 'later';
  /** Inside a tree that native code makes for the asynchronous form. */
  readonly native?: boolean;
  /** What becomes of copied times. */
  readonly passage: Passage;
  readonly steps: Step[];
  /** Bytes of the names of all directories so far. */
  names: number;
  /** The two paths as they were given, which is how the filter sees them first. */
  readonly given: readonly [string | Uint8Array, string | Uint8Array];
  /** A path argument that is not text, which the walk up to the root does not take. */
  readonly bytes?: Uint8Array;
}

/** Yields the two paths about which the filter is to be asked; is resumed with its answer. */
export type Planning = Generator<readonly [string | Uint8Array, string | Uint8Array], void, boolean>;

export const isDirectory = (stat: Stat): boolean => (stat[1] & S_IFMT) === S_IFDIR;
export const isLink = (stat: Stat): boolean => (stat[1] & S_IFMT) === S_IFLNK;

/** What each Node does with a directory that is there, and with the times of directories. */
const refusesDirectories = { sync: nodeAtLeast(26), later: nodeAtLeast(22) };
const keepsDirectoryTimes = nodeAtLeast(26);
/** Before Node 24 a link to a file, too, was checked for pointing above what it replaces. */
const asksWhetherLinkIsDirectory = nodeAtLeast(24);
/** Since Node 22 cpSync with a filter sets a new directory's mode even when something in it failed. */
const setsModeOnFailure = nodeAtLeast(22);
const isDirectoryErrno = { sync: EINVAL, later: EISDIR };

/** statSync with throwIfNoEntry: false, as JavaScript calls it: since Node 22 it takes a file in the path for "nothing there". */
const isMissBelowFile = ({ form }: Plan): boolean => form === 'sync' && nodeAtLeast(22);

/** Looks at a file, through links when asked to. Undefined when there is none and that may be. */
export function look(plan: Plan, at: Place, follow: boolean, mayMiss: boolean): Stat | undefined {
  const found = statAt(plan.ctx.engine, at.path, follow);
  if (exists(found)) return found;
  const errno = -found;
  if (mayMiss && (errno === ENOENT || (errno === ENOTDIR && follow && isMissBelowFile(plan)))) return undefined;
  throw uvException(errno, follow ? 'stat' : 'lstat', at.shown);
}

const lookAtSource = (plan: Plan, at: Place): Stat => look(plan, at, plan.options.dereference, false) as Stat;

export const sameInode = (a: Stat, b: Stat): boolean => a[7] === b[7] && a[0] === b[0];

/** Absolute and normalized, as text compares paths: byte strings work as well as text here. */
const parts = (path: string): string[] => posix.resolve('/', path).split('/').filter(Boolean);

/** True when `path` is `directory` or would be below it, by spelling. */
export function isWithin(directory: string, path: string): boolean {
  const inner = parts(path);
  return parts(directory).every((part, index) => inner[index] === part);
}

export const parentPlace = (place: Place): Place => ({
  shown: posix.dirname(place.shown),
  // The empty path has the working directory for a parent, which is there.
  path: place.path === '' ? '/' : posix.dirname(place.path),
});

/** The names in a directory. One that may not be read is refused in the words of whoever opens it. */
function listing(plan: Plan, src: Place, types: number[]): string[] {
  try {
    return plan.ctx.engine.readdir(src.path, types);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (plan.native || (plan.form === 'sync' && nodeAtLeast(22) && !plan.options.filter)) {
      throw systemError(error.errno, src.shown);
    }
    throw uvException(error.errno, 'opendir', plan.form === 'sync' ? undefined : src.shown);
  }
}

/** Bytes of a name in a list beside its characters. */
const NAME_PRICE = 64;

/** The names in a directory, which are read now, with their places on both sides, which are made one by one. */
export function children(plan: Plan, src: Place, dest: Place): Generator<readonly [Place, Place, number]> {
  const types: number[] = [];
  return places(plan, src, dest, listing(plan, src, types), types);
}

function* places(
  plan: Plan,
  src: Place,
  dest: Place,
  names: readonly string[],
  types: readonly number[],
): Generator<readonly [Place, Place, number]> {
  for (const name of names) plan.names += NAME_PRICE + name.length;
  for (let i = 0; i < names.length; i++) yield [child(src, names[i]), child(dest, names[i]), types[i]];
}

/** The checks of each pair of files, after the filter has agreed. Returns what is at the destination. */
function checkPair(plan: Plan, src: Place, dest: Place): Stat | undefined {
  const source = lookAtSource(plan, src);
  const there = look(plan, dest, plan.options.dereference, true);
  if (there !== undefined) {
    if (sameInode(source, there)) {
      throw cpError('ERR_FS_CP_EINVAL', EINVAL, 'src and dest cannot be the same', asGiven(dest));
    }
    if (isDirectory(source) && !isDirectory(there)) {
      const message = `cannot overwrite non-directory ${dest.shown} with directory ${src.shown}`;
      throw cpError('ERR_FS_CP_DIR_TO_NON_DIR', EISDIR, message, asGiven(dest));
    }
    if (!isDirectory(source) && isDirectory(there)) {
      const message = `cannot overwrite directory ${dest.shown} with non-directory ${src.shown}`;
      throw cpError('ERR_FS_CP_NON_DIR_TO_DIR', ENOTDIR, message, asGiven(dest));
    }
  }
  if (isDirectory(source)) {
    if (plan.bytes !== undefined) throw invalidArgType('paths[0]', 'string', plan.bytes);
    if (isWithin(src.path, dest.path)) throw intoItself(src, dest.shown);
  }
  return there;
}

const intoItself = (src: Place, dest: string): Error =>
  cpError('ERR_FS_CP_EINVAL', EINVAL, `cannot copy ${src.shown} to a subdirectory of self ${dest}`, dest);

/** Since Node 22 cpSync checks only the pair that it was given; those found inside are looked at, no more. */
const checkInner = (plan: Plan, src: Place, dest: Place): Stat | undefined =>
  plan.form === 'later' || !nodeAtLeast(22)
    ? checkPair(plan, src, dest)
    : lookAtSource(plan, src) && look(plan, dest, plan.options.dereference, true);

/** Links may hide that the destination lies in the source: compares inodes up to the root. */
function checkAncestors(plan: Plan, src: Place, dest: Place): void {
  const source = lookAtSource(plan, src);
  const stop = posix.resolve(posix.dirname(src.path));
  for (let below = dest; ; below = parentPlace(below)) {
    const parent = parentPlace(below);
    const full = posix.resolve(parent.path);
    if (full === stop || full === '/') return;
    const found = look(plan, parent, true, true);
    if (found === undefined) return;
    if (sameInode(source, found)) throw intoItself(src, below.shown);
  }
}

/** A link that leads nowhere in the way of the parents: Node's asynchronous `mkdir -p` names the link itself. */
function refuseDanglingParent(plan: Plan, parent: Place): void {
  if (plan.form === 'sync') return;
  let first = parent;
  for (let above = parentPlace(first); look(plan, above, true, true) === undefined; above = parentPlace(first)) {
    first = above;
  }
  if (first === parent || look(plan, first, false, true) === undefined) return;
  throw uvException(ENOTDIR, 'mkdir', first.shown);
}

/** Plans cp of `src` to `dest` as Node's JavaScript walks. */
export function* planWalk(plan: Plan, src: Place, dest: Place): Planning {
  if (plan.options.filter && !(yield plan.given)) return;
  const there = checkPair(plan, src, dest);
  if (plan.bytes !== undefined) throw invalidArgType('path', 'string', plan.bytes);
  checkAncestors(plan, src, dest);
  const parent = parentPlace(dest);
  if (look(plan, parent, true, true) === undefined) {
    refuseDanglingParent(plan, parent);
    plan.steps.push({ kind: 'parents', to: parent });
  }
  yield* planFile(plan, src, dest, there);
}

/** Plans one file, directory or link. `there` is what the destination holds now. */
export function* planFile(plan: Plan, src: Place, dest: Place, there: Stat | undefined): Planning {
  const source = lookAtSource(plan, src);
  if (!isDirectory(source)) {
    return isLink(source) ? planLink(plan, src, dest, there) : planContent(plan, src, dest, source, there);
  }
  if (plan.options.recursive) return yield* planDirectory(plan, src, dest, source, there);
  const message = `${src.shown} is a directory (not copied)`;
  throw cpError('ERR_FS_EISDIR', isDirectoryErrno[plan.form], message, src.shown, 'EISDIR');
}

/** Since Node 22 cpSync overwrites a file in C++. */
const overwritesNatively = nodeAtLeast(22);

export function planContent(plan: Plan, src: Place, dest: Place, source: Stat, there: Stat | undefined): void {
  const { force, errorOnExist, mode, preserveTimestamps } = plan.options;
  if (there !== undefined && !force) {
    if (errorOnExist) throw alreadyExists(dest);
    return;
  }
  const over = there === undefined ? 'absent' : 'replace';
  const native = overwritesNatively && plan.form === 'sync' && over === 'replace';
  const by = native && mode === 0 ? 'libstdc++' : 'libuv';
  if (native) refuseFullDirectory(plan, dest);
  const blames = by === 'libstdc++' ? dest.shown : undefined;
  plan.steps.push({
    kind: 'copy',
    from: src,
    to: dest,
    flags: mode,
    over,
    by,
    call: native ? 'cp' : undefined,
    namesTarget: plan.native,
    blames,
    size: source[8],
  });
  const passage = native ? throughDouble : plan.passage;
  if (preserveTimestamps) plan.steps.push({ kind: 'times', from: src, to: dest, passage });
  plan.steps.push({ kind: 'chmod', to: dest, mode: source[1] });
}

/** C++ removes what is to be overwritten, which an empty directory bears. */
function refuseFullDirectory(plan: Plan, dest: Place): void {
  const bare = dest.path.replace(/\/+$/, '');
  const beside = bare === dest.path ? undefined : look(plan, { shown: dest.shown, path: bare }, false, true);
  if (beside !== undefined && isLink(beside)) throw systemError(ENOTDIR, dest.shown, 'unlink');
  const own = look(plan, dest, false, true);
  if (own === undefined || !isDirectory(own) || plan.ctx.engine.readdir(dest.path).length === 0) return;
  throw systemError(ENOTEMPTY, dest.shown, 'unlink');
}

/** Node 26 leaves a directory that is not there yet to native code, when no link in it has to be followed. */
const copiesNewTreesNatively = ({ form, options }: Plan): boolean =>
  nodeAtLeast(26) && form === 'later' && !options.filter && !options.dereference;

function* planDirectory(plan: Plan, src: Place, dest: Place, source: Stat, there: Stat | undefined): Planning {
  const { errorOnExist, force, preserveTimestamps } = plan.options;
  if (there !== undefined && refusesDirectories[plan.form] && errorOnExist && !force) throw alreadyExists(dest);
  const inner: Plan =
    there === undefined && copiesNewTreesNatively(plan) ? { ...plan, passage: throughDouble, native: true } : plan;
  if (there === undefined) plan.steps.push({ kind: 'mkdir', to: dest, blames: plan.native ? dest.shown : undefined });
  const inside = children(inner, src, dest);
  const bytes = src.bytes ?? dest.bytes;
  let complete = false;
  try {
    for (const [from, to] of inside) {
      if (bytes !== undefined) throw invalidArgType('path', 'string', bytes);
      if (plan.options.filter && !(yield [from.shown, to.shown])) continue;
      yield* planFile(inner, from, to, checkInner(plan, from, to));
    }
    complete = true;
  } finally {
    if (complete || (plan.form === 'sync' && setsModeOnFailure)) {
      if (preserveTimestamps && keepsDirectoryTimes) {
        plan.steps.push({ kind: 'times', from: src, to: dest, passage: plan.passage });
      }
      if (there === undefined) plan.steps.push({ kind: 'chmod', to: dest, mode: source[1] });
    }
  }
}

/** std::filesystem's lexically_normal: as path.resolve, but a name that ends in a directory keeps its slash. */
export function lexicallyNormal(path: string): string {
  const plain = posix.resolve(path);
  return plain !== '/' && /(^|\/)\.{0,2}$/.test(path) ? `${plain}/` : plain;
}

/** A link's target: absolute unless it is to be copied verbatim. */
function linkTarget(plan: Plan, link: Place, verbatim: boolean): Place {
  const target = plan.ctx.engine.readlink(link.path);
  if (link.bytes !== undefined && !verbatim && !target.startsWith('/')) {
    throw invalidArgType('path', 'string', link.bytes);
  }
  const whole = `${posix.dirname(link.path)}/${target}`;
  const absolute = plan.native ? lexicallyNormal(whole) : posix.resolve(whole);
  const path = verbatim || target.startsWith('/') ? target : absolute;
  return { path, shown: decodeName(path) };
}

export function planLink(plan: Plan, src: Place, dest: Place, there: Stat | undefined): void {
  const target = linkTarget(plan, src, plan.options.verbatimSymlinks);
  if (there === undefined) {
    const blames = plan.native ? posix.dirname(dest.shown) : undefined;
    plan.steps.push({ kind: 'symlink', target, to: dest, over: 'absent', blames });
    return;
  }
  // Something other than a link is there: symlink(2) refuses, for that or for the target that it finds first.
  if (!isLink(there)) {
    plan.steps.push({ kind: 'symlink', target, to: dest, over: 'absent' });
    return;
  }

  const old = linkTarget(plan, dest, false);
  const absolute = target.path.startsWith('/') ? target.path : posix.resolve(plan.ctx.resolve('.'), target.path);
  const behind = statAt(plan.ctx.engine, src.path, true);
  const toDirectory = exists(behind) && isDirectory(behind);
  if ((toDirectory || !asksWhetherLinkIsDirectory) && isWithin(absolute, old.path)) {
    const message = `cannot copy ${target.shown} to a subdirectory of self ${old.shown}`;
    throw cpError('ERR_FS_CP_EINVAL', EINVAL, message, dest.shown);
  }
  const judged = look(plan, plan.form === 'sync' ? dest : src, true, false) as Stat;
  if (isDirectory(judged) && isWithin(old.path, absolute)) {
    const message = `cannot overwrite ${old.shown} with ${target.shown}`;
    throw cpError('ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY', EINVAL, message, dest.shown);
  }
  plan.steps.push({ kind: 'symlink', target, to: dest, over: 'replace' });
}
