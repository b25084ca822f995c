/**
 * Adapters, trees: names that come from outside. What passes here is a relative
 * path without '.', '..', empty parts and NUL, below the place a tree is put.
 */
import type { Refuse } from './transfer-error.js';

/** NAME_MAX and PATH_MAX of Linux, in bytes. */
const MAX_NAME = 255;
const MAX_PATH = 4095;

const drive = /^[A-Za-z]:[\\/]/;

/**
 * The canonical form of an entry's name; '' is the root of the tree itself.
 * Backslashes separate for the check only, so that no spelling of '..' passes, whatever reads the names later.
 */
export function canonicalName(name: string, refuse: Refuse): string {
  if (name === '') throw refuse('NAME', 'an entry has no name', name);
  if (name.includes('\0')) throw refuse('NAME', 'a name holds a NUL byte', name);
  if (/^[\\/]/.test(name) || drive.test(name)) throw refuse('NAME', 'a name is absolute', name);
  if (name.split(/[\\/]/).includes('..')) throw refuse('NAME', "a name climbs with '..'", name);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const path = parts.join('/');
  const tooLong = parts.some((part) => Buffer.byteLength(part) > MAX_NAME) || Buffer.byteLength(path) > MAX_PATH;
  if (tooLong) throw refuse('NAME', 'a name is too long', name);
  return path;
}

/** The path without its first `count` parts, or undefined when nothing is left. */
export function stripParts(path: string, count: number): string | undefined {
  if (count === 0) return path;
  const parts = path.split('/');
  return parts.length > count ? parts.slice(count).join('/') : undefined;
}

/** The directory part of a relative path, '' for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** An absolute directory and a path below it as one path. */
export function below(directory: string, path: string): string {
  if (path === '') return directory;
  return directory.endsWith('/') ? directory + path : `${directory}/${path}`;
}

/** A name may hold newlines and codes that move the cursor. */
export const printable = (name: string): string =>
  name.replace(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
