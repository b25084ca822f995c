/**
 * Adapter, mount: for every member of `node:fs`, which of its arguments says
 * whose call it is. Keeps no state. A member that is not named here stays
 * Node's own: the classes, which do their work through the others.
 */
import { locate, locateDescriptor, type Place } from './table.js';

/**
 * `first`: a path, descriptor or FileHandle comes first. `second`: symlink, whose first argument is only text.
 * `both`: two paths that must have one owner. `copyFile`, `cp`: two paths, copied when the owners differ.
 * `stream`: a path, or a descriptor in the options. `glob`: patterns. `mkdtemp`: the beginning of a path. `rm`: a tree.
 */
export type Route = 'first' | 'mkdtemp' | 'rm' | 'second' | 'both' | 'copyFile' | 'cp' | 'stream' | 'glob';

const FIRST = [
  ...['access', 'appendFile', 'chmod', 'chown', 'exists', 'lchmod', 'lchown', 'lstat', 'lutimes', 'mkdir', 'open'],
  ...['openAsBlob', 'opendir', 'readFile', 'readdir', 'readlink', 'realpath'],
  ...['rmdir', 'stat', 'statfs', 'truncate', 'unlink', 'unwatchFile', 'utimes', 'watch', 'watchFile', 'writeFile'],
  ...['close', 'fchmod', 'fchown', 'fdatasync', 'fstat', 'fsync', 'ftruncate', 'futimes', 'read', 'readv', 'write'],
  'writev',
];

const routes = new Map<string, Route>([
  ...FIRST.map((name) => [name, 'first'] as const),
  ['mkdtemp', 'mkdtemp'],
  ['mkdtempDisposable', 'mkdtemp'],
  ['rm', 'rm'],
  ['symlink', 'second'],
  ['rename', 'both'],
  ['link', 'both'],
  ['copyFile', 'copyFile'],
  ['cp', 'cp'],
  ['createReadStream', 'stream'],
  ['createWriteStream', 'stream'],
  ['glob', 'glob'],
]);

/** @param member - a key of `node:fs` or of its promises */
export const routeOf = (member: string): Route | undefined => routes.get(member.replace(/Sync$/, ''));

/** Whose a path, a descriptor or a FileHandle (of Node's class or of ours) is. */
export function placeOf(target: unknown): Place {
  if (typeof target === 'number') return locateDescriptor(target);
  const fd: unknown = typeof target === 'object' && target !== null ? Reflect.get(target, 'fd') : undefined;
  return fd === undefined ? locate(target) : { ...locateDescriptor(fd), path: target };
}
