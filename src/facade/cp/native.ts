/**
 * Facade layer: cpSync as Node 22 and later do it in C++: other checks, other
 * words, and contents of directories overwritten in place. Owns those rules;
 * steps are step.ts's, looks are plan.ts's. Where native Node aborts the process (a
 * copy into itself through a link, a directory onto a file) an error is thrown
 * instead. Source: node_file.cc (CpSyncCheckPaths, CpSyncCopyDir), as measured.
 */
import { posix } from 'node:path';
import { DT_DIR, DT_LINK, EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTSUP, S_IFDIR } from '../../core/index.js';
import { decodeName } from '../encoding.js';
import { throughDouble } from '../late-calls.js';
import { nodeAtLeast } from '../running-node.js';
import { spell, uvException } from '../uv-exception.js';
import { alreadyExists, systemError } from './errors.js';
import {
  children,
  isDirectory,
  isLink,
  isWithin,
  lexicallyNormal,
  look,
  type Plan,
  type Planning,
  parentPlace as parentByName,
  planContent,
  planFile,
  planLink,
  sameInode,
} from './plan.js';
import { exists, type Stat, statAt } from './stat.js';
import type { Place } from './step.js';

/** Node 26: `dereference` works inside directories, and new directories get mode and times of theirs. */
const complete = nodeAtLeast(26);
const refusesDirectories = nodeAtLeast(26);
/** Since Node 24 it is built with a newer libstdc++, whose file system library changed its mind here and there. */
const newerLibrary = nodeAtLeast(24);
/** What C++ says of a file that is to overwrite a directory. */
const notAFile = newerLibrary ? EINVAL : ENOTSUP;

/** An error with nothing but a code, as C++ throws it. */
const bareError = (code: string, message: string): Error => Object.assign(new Error(spell(message)), { code });

const stat = (plan: Plan, at: Place, follow: boolean): Stat | number => statAt(plan.ctx.engine, at.path, follow);

/** The checks before anything is copied. As in Node, `dereference` decides the wrong way round for the source. */
function checkPaths(plan: Plan, src: Place, dest: Place): void {
  const { dereference, recursive } = plan.options;
  const source = stat(plan, src, !dereference);
  if (!exists(source)) throw uvException(-source, dereference ? 'stat' : 'lstat', src.shown);
  const there = stat(plan, dest, dereference);
  const fromDirectory = isDirectory(source) || (dereference && isLink(source));

  if (exists(there)) {
    const [realSource, realDest] = [stat(plan, src, true), stat(plan, dest, true)];
    if (exists(realSource) && exists(realDest) && sameInode(realSource, realDest)) {
      throw bareError('ERR_FS_CP_EINVAL', `src and dest cannot be the same ${dest.shown}`);
    }
    if (fromDirectory && !isDirectory(there)) {
      const message = `Cannot overwrite non-directory ${dest.shown} with directory ${src.shown}`;
      throw bareError('ERR_FS_CP_DIR_TO_NON_DIR', message);
    }
    if (!fromDirectory && isDirectory(there)) {
      const message = `Cannot overwrite directory ${dest.shown} with non-directory ${src.shown}`;
      throw bareError('ERR_FS_CP_NON_DIR_TO_DIR', message);
    }
  }

  const slashed = src.shown.endsWith('/') ? src.shown : `${src.shown}/`;
  const intoItself = (): Error =>
    bareError('ERR_FS_CP_EINVAL', `Cannot copy ${slashed} to a subdirectory of self ${dest.shown}`);
  if ((fromDirectory && dest.shown.startsWith(slashed)) || isParent(plan, src, dest)) throw intoItself();
  if (fromDirectory && !recursive) {
    throw bareError('ERR_FS_EISDIR', `Recursive option not enabled, cannot copy a directory: ${slashed}`);
  }
  if (isAbove(plan, src, dest)) throw intoItself();
}

const trim = (text: string): string => text.replace(/(?<=.)\/+$/, '');

/** std::filesystem::path::parent_path leaves no slash at the end, and of `a/b/` it is `a/b`. */
function parentPlace(place: Place): Place {
  const { shown, path } = trim(place.path) === place.path ? parentByName(place) : place;
  return { shown: trim(shown), path: trim(path) };
}

/** What a destination with a slash at its end is once its "parents" were made. */
const newDirectory: Stat = [0, S_IFDIR | 0o755];

/** std::filesystem::path::parent_path, by which C++ tells whether two names stand side by side. */
const parentText = (path: string): string => path.replace(/\/+/g, '/').replace(/\/?[^/]*$/, '');

const isSame = (plan: Plan, source: Stat | number, at: Place): boolean => {
  const found = stat(plan, at, true);
  return exists(source) && exists(found) && sameInode(source, found);
};

/** True when the parent of `dest`, links resolved, is `src`, be that a file. C++ never looks further up. */
function isParent(plan: Plan, src: Place, dest: Place): boolean {
  const beside = parentText(dest.shown);
  if (parentText(src.shown) === beside || !beside.includes('/')) return false;
  return isSame(plan, stat(plan, src, true), parentPlace(dest));
}

/** True when `src` is a directory above `dest`: it would be copied into itself until the paths are too long. */
function isAbove(plan: Plan, src: Place, dest: Place): boolean {
  const found = stat(plan, src, plan.options.dereference);
  if (!exists(found) || !isDirectory(found)) return false;
  const source = stat(plan, src, true);
  for (let parent = parentPlace(dest); ; parent = parentPlace(parent)) {
    if (isSame(plan, source, parent)) return true;
    if (posix.resolve('/', parent.path) === '/') return false;
  }
}

/** What std::create_directories comes to at `at`: 0, or a positive errno. */
function directoriesErrno(plan: Plan, at: Place): number {
  if (at.path === '') return EINVAL;
  const found = stat(plan, at, true);
  if (exists(found)) return isDirectory(found) ? 0 : ENOTDIR;
  if (!isMiss(found)) return -found;
  let top = at;
  for (let above = at; ; ) {
    if (!/\/\.\.?\/*$/.test(above.path)) top = above;
    above = parentPlace(above);
    const there = stat(plan, above, true);
    if (exists(there)) {
      if (!isDirectory(there)) return ENOTDIR;
      break;
    }
    if (!isMiss(there)) return -there;
  }
  // A link that leads nowhere is no directory, and mkdir(2) finds its name taken.
  return exists(stat(plan, top, false)) ? EEXIST : 0;
}

const isMiss = (answer: number): boolean => answer === -ENOENT || answer === -ENOTDIR;

/**
 * `dest` as it will be found when its parents are made: '..' behind a directory that is missing so far leads back. With a
 * slash behind it, or when '..' has left it, it is then made itself.
 */
function behindParents(plan: Plan, dest: Place): Place & { readonly isMade: boolean } {
  let path = dest.path.replace(/\/\.(?=\/)/g, '');
  const made = new Set<string>();
  const isMissing = ({ index, 1: name }: RegExpMatchArray): boolean =>
    plan.ctx.engine.lookup(path.slice(0, index) + name) === -ENOENT;
  for (;;) {
    const climb = [...path.matchAll(/(\/[^/]+)\/+\.\.(?=\/|$)/g)].find(isMissing);
    if (climb === undefined)
      return { shown: dest.shown, bytes: dest.bytes, path, isMade: path.endsWith('/') || made.has(path) };
    made.add(path.slice(0, climb.index) + climb[1]);
    path = path.slice(0, climb.index) + path.slice(climb.index + climb[0].length);
  }
}

/** Plans cpSync as the running Node's native code does. The parents are made at once: the source may lead through them. */
export function* planNative(plan: Plan, src: Place, given: Place, applyNow: () => void): Planning {
  const { options } = plan;
  let dest = given;
  if (options.filter && !(yield plan.given)) return;
  checkPaths(plan, src, dest);
  const parent = parentPlace(dest);
  let made: Stat | undefined;
  // C++ does not look at how this went: what is then copied fails.
  if (!exists(stat(plan, parent, true)) && directoriesErrno(plan, parent) === 0) {
    plan.steps.push({ kind: 'parents', to: parent });
    const behind = behindParents(plan, dest);
    applyNow();
    if (behind.isMade) made = newDirectory;
    dest = behind;
  }
  const source = look(plan, src, options.dereference, false) as Stat;
  const there = made ?? look(plan, dest, options.dereference, true);
  if (isLink(source)) return planLink(plan, src, dest, there);
  const replaces = !isDirectory(source) && options.force && there !== undefined;
  // A directory that was made on the way: rmdir(2) refuses it by that name.
  if (replaces && /\/\.\/*$/.test(given.path)) throw systemError(EINVAL, dest.shown, 'unlink');
  if (replaces && made !== undefined && !given.path.endsWith('/')) {
    // The directory that was made for its own parent is removed again, and then the way through it is missing.
    plan.steps.push({ kind: 'rmdir', to: dest });
    throw options.mode === 0 ? systemError(ENOENT, dest.shown) : uvException(ENOENT, 'cp', src.shown, dest.shown);
  }
  if (replaces && made !== undefined && options.mode === 0) {
    // The directory that was made for its own parent is empty: C++ removes it again, and finds a slash behind a file's name.
    plan.steps.push({ kind: 'rmdir', to: dest });
    throw systemError(EISDIR, dest.shown);
  }
  if (!isDirectory(source)) return planContent(plan, src, dest, source, there);
  if (options.filter) return yield* planFile(plan, src, dest, there);
  if (there !== undefined && refusesDirectories && options.errorOnExist && !options.force) throw alreadyExists(dest);
  if (options.dereference) checkDirectoryLink(plan, dest);
  const errno = directoriesErrno(plan, dest);
  if (errno !== 0) throw systemError(errno, dest.shown);
  // C++ joins names to the path as it was given.
  const top = { ...src, shown: src.shown.replace(/\/$/, ''), joined: true };
  planDirectory(plan, top, dest, source, there !== undefined);
}

/** A link in the place of the new directory: std::create_directories takes none that leads nowhere, the older one none at all. */
function checkDirectoryLink(plan: Plan, dest: Place): void {
  const own = stat(plan, dest, false);
  if (!exists(own) || !isLink(own)) return;
  if (!newerLibrary) throw systemError(ENOTDIR, dest.shown);
  if (!exists(stat(plan, dest, true))) throw systemError(EEXIST, dest.shown);
}

function planDirectory(plan: Plan, src: Place, dest: Place, source: Stat, there: boolean): void {
  if (!there) plan.steps.push({ kind: 'mkdir', to: dest, blames: dest.shown });
  for (const [from, to, type] of children(plan, src, dest)) planChild(plan, from, to, type, dest);
  if (!complete) return;
  if (plan.options.preserveTimestamps) plan.steps.push({ kind: 'times', from: src, to: dest, passage: throughDouble });
  if (!there) plan.steps.push({ kind: 'chmod', to: dest, mode: source[1] });
}

function planChild(plan: Plan, from: Place, to: Place, type: number, directory: Place): void {
  const follow = complete && plan.options.dereference;
  if (type === DT_LINK && !follow) {
    planInnerLink(plan, from, to, directory);
    return;
  }
  const source = look(plan, from, follow, false) as Stat;
  const there = stat(plan, to, true);
  if (type === DT_DIR || isDirectory(source)) {
    if (exists(there) && !isDirectory(there)) throw systemError(EEXIST, to.shown);
    planDirectory(plan, from, to, source, exists(there));
    return;
  }
  planInnerFile(plan, from, to, source, there, directory);
}

function planInnerFile(plan: Plan, from: Place, to: Place, source: Stat, there: Stat | number, dir: Place): void {
  const { force, errorOnExist, preserveTimestamps } = plan.options;
  const skipped = exists(there) && !force;
  if (exists(there)) {
    if (isDirectory(there)) throw systemError(notAFile, dir.shown);
    if (skipped && errorOnExist) {
      const message = `[ERR_FS_CP_EEXIST]: Target already exists: cp returned EEXIST (${to.shown} already exists)`;
      throw bareError('ERR_FS_CP_EEXIST', message);
    }
  }
  const over = exists(there) ? 'in-place' : 'absent';
  if (!skipped) {
    plan.steps.push({ kind: 'copy', from, to, flags: 0, over, by: 'libstdc++', blames: dir.shown, size: source[8] });
  }
  // Of a file that was left as it is, too.
  if (preserveTimestamps) plan.steps.push({ kind: 'times', from, to, passage: throughDouble });
  if (!skipped) plan.steps.push({ kind: 'chmod', to, mode: source[1] });
}

/** A link inside a copied directory. Errors name the directory, except where Node's do not. */
function planInnerLink(plan: Plan, from: Place, to: Place, directory: Place): void {
  const { engine } = plan.ctx;
  const { verbatimSymlinks, dereference, force, errorOnExist } = plan.options;
  const target = engine.readlink(from.path);
  const own = look(plan, to, false, true);
  if (verbatimSymlinks) {
    if (own !== undefined) throw systemError(EEXIST, directory.shown);
    const place = { path: target, shown: decodeName(target) };
    plan.steps.push({ kind: 'symlink', target: place, to, over: 'absent', blames: directory.shown });
    return;
  }
  const there = stat(plan, to, true);
  if (own !== undefined && !exists(there)) throw systemError(EEXIST, directory.shown);
  if (own !== undefined && exists(there)) {
    if (isLink(own)) checkReplacement(plan, target, engine.readlink(to.path), isDirectory(there));
    else if (isDirectory(there) || (dereference && (force || !errorOnExist)))
      throw systemError(EEXIST, directory.shown);
    else throw systemError(EEXIST, to.shown);
  }
  const absolute = weaklyCanonical(plan, target.startsWith('/') ? target : `${posix.dirname(from.path)}/${target}`);
  if (typeof absolute === 'number') throw systemError(absolute, directory.shown);
  const place = { path: absolute, shown: decodeName(absolute) };
  const over = own === undefined ? 'absent' : 'replace';
  plan.steps.push({ kind: 'symlink', target: place, to, over, blames: directory.shown });
}

/** Node compares the bare targets, as seen from the working directory. */
function checkReplacement(plan: Plan, target: string, old: string, toDirectory: boolean): void {
  const [newPath, oldPath] = [target, old].map((path) => posix.resolve(plan.ctx.resolve('.'), path));
  const found = stat(plan, { path: newPath, shown: newPath }, true);
  if (!plan.options.dereference && exists(found) && isDirectory(found) && isWithin(newPath, oldPath)) {
    throw bareError(
      'ERR_FS_CP_EINVAL',
      `Cannot copy ${decodeName(target)} to a subdirectory of self ${decodeName(old)}`,
    );
  }
  if (toDirectory && isWithin(oldPath, newPath)) {
    const message = `cannot overwrite ${decodeName(old)} with ${decodeName(target)}`;
    throw bareError('ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY', message);
  }
}

/** std::filesystem::weakly_canonical: the path with the links in its existing beginning resolved, or a positive errno. */
function weaklyCanonical(plan: Plan, path: string): string | number {
  const { engine } = plan.ctx;
  const whole = engine.lookup(path);
  if (whole >= 0) return engine.realpath(path);
  if (!isMiss(whole)) return -whole;
  const names = path.split('/').slice(1);
  let head = '/';
  for (;;) {
    const next = posix.join(head, './') + names[0];
    const answer = engine.lookup(next);
    if (answer < 0 && !isMiss(answer)) return -answer;
    if (answer < 0) break;
    head = next;
    names.shift();
  }
  return lexicallyNormal(`${engine.realpath(head)}/${names.join('/')}`);
}
