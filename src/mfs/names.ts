/**
 * D-MemFS layer: making, moving and removing names. Unlike rename(2) nothing
 * here replaces what already stands at the destination, and nothing that is
 * open through a handle is moved or removed: both are D-MemFS's promises.
 */
import { EBUSY, EEXIST, EISDIR, ENOTDIR, fault } from '../core/index.js';
import type { MfsContext } from './context.js';
import { ExplainedFault, LockConflict } from './errors.js';
import { type Found, isTaken, lookHere } from './looking.js';
import { fromByteString, normalizePath, toByteString } from './paths.js';
import { leavesBelow } from './walk.js';

const DIRECTORY_MODE = 0o777;

/** Makes a directory and its missing parents: all of them or none. */
export function makeDirectory({ engine }: MfsContext, path: string, existOk: boolean): void {
  const made = engine.mkdirp(toByteString(normalizePath(path)), DIRECTORY_MODE);
  if (made === undefined && !existOk) throw fault(EEXIST);
}

/** rename(2) to a name that is free, in a directory that exists. */
export function renameTo(context: MfsContext, from: string, to: string): void {
  const [source, target] = plan(context, from, to);
  context.engine.rename(source, target);
}

/** As {@link renameTo}, and makes the missing parents of the new name. */
export function moveTo(context: MfsContext, from: string, to: string): void {
  const [source, target] = plan(context, from, to);
  context.engine.move(source, target);
}

function plan(context: MfsContext, from: string, to: string): [source: string, target: string] {
  const source = toByteString(normalizePath(from, 'src'));
  const target = toByteString(normalizePath(to, 'dst'));
  refuseRoot(source);
  requireName(context, source);
  if (isTaken(context, target)) throw fault(EEXIST);
  refuseOpen(context, source);
  return [source, target];
}

/** Removes a file, or a link (never what it points to). */
export function removeFile(context: MfsContext, path: string): void {
  const bytes = toByteString(normalizePath(path));
  if (requireName(context, bytes).isDir) throw fault(EISDIR);
  refuseOpen(context, bytes);
  context.engine.unlink(bytes);
}

/** Removes a directory and everything below it: all or nothing. */
export function removeTree(context: MfsContext, path: string): void {
  const bytes = toByteString(normalizePath(path));
  refuseRoot(bytes);
  if (!requireName(context, bytes).isDir) throw fault(ENOTDIR);
  refuseOpen(context, bytes);
  context.engine.removeTree(bytes);
}

/** The names in a directory, sorted by their bytes. */
export function list({ engine }: MfsContext, path: string): string[] {
  const names = engine.readdir(toByteString(normalizePath(path)));
  return engine.asciiOnly ? names : names.map(fromByteString);
}

/** What has the name; a link stands for itself. */
function requireName(context: MfsContext, bytes: string): Found {
  const found = lookHere(context, bytes);
  if (typeof found === 'number') throw fault(-found);
  return found;
}

function refuseRoot(bytes: string): void {
  if (bytes === '/') throw new ExplainedFault(EBUSY, 'the root stays where it is');
}

/** EBUSY when the file, or any file below the directory, is open through a handle. A link leads nowhere here. */
function refuseOpen(context: MfsContext, bytes: string): void {
  if (context.locks.idle) return;
  for (const path of leavesBelow(context, bytes)) {
    const found = lookHere(context, path);
    if (typeof found !== 'number' && context.locks.isHeld(found.ino)) throw new LockConflict(found.ino, 'write');
  }
}
