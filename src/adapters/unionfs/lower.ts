/**
 * Adapter, union: the disk below. Invariant: what is here opens for reading
 * only; nothing in this folder calls anything else on the lower file system.
 */

import { constants } from 'node:fs';
import { FIRST_DESCRIPTOR } from '../../host/index.js';

export type NodeFs = typeof import('node:fs');
export type AnyFunction = (...args: unknown[]) => unknown;

export const isUpperDescriptor = (fd: unknown): boolean => typeof fd === 'number' && fd >= FIRST_DESCRIPTOR;

const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = constants;
// Linux's O_TMPFILE, which Node does not name, makes a file too; it contains O_DIRECTORY.
const O_TMPFILE_ONLY = 0o20000000;
const WRITES = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_TMPFILE_ONLY;

/** Whether open flags, as Node takes them, can change nothing. */
function onlyReads(flags: unknown): boolean {
  if (flags === undefined || flags === null) return true;
  if (typeof flags === 'number') return (flags & WRITES) === 0;
  return flags === 'r' || flags === 'rs' || flags === 'sr';
}

/** Calls that take a path and look. `open` and `readFile` look when their flags do. */
const LOOKING = ['access', 'lstat', 'open', 'openAsBlob', 'readFile', 'readlink', 'realpath', 'stat'];
/** Calls that take a descriptor and do not change what it names. */
const READING = ['close', 'fdatasync', 'fstat', 'fsync', 'read', 'readv'];

const base = (member: string): string => member.replace(/Sync$/, '');
export const isLooking = (member: string): boolean => LOOKING.includes(base(member));
export const isReading = (member: string): boolean => READING.includes(base(member));

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Whether the lower file system may be asked at all. */
export function isHarmless(member: string, args: readonly unknown[]): boolean {
  if (base(member) === 'open') return onlyReads(typeof args[1] === 'function' ? undefined : args[1]);
  if (base(member) === 'readFile') return !isObject(args[1]) || onlyReads(Reflect.get(args[1], 'flag'));
  return true;
}

const CHANGING = ['appendFile', 'chmod', 'chown', 'truncate', 'utimes', 'write', 'writeFile', 'writev'];

/** A FileHandle of the disk is open for reading, but `fchmod` and its like need no more: they are refused. */
export function harmlessHandle(handle: unknown): unknown {
  if (!isObject(handle)) return handle;
  for (const name of CHANGING) {
    const refuse = async (): Promise<never> => {
      const error = new Error(`EROFS: read-only file system, ${name}`);
      throw Object.assign(error, { errno: -30, code: 'EROFS', syscall: name });
    };
    Object.defineProperty(handle, name, { value: refuse, configurable: true });
  }
  return handle;
}
