/**
 * Host layer: the names, words and numbers of the errnos that a volume can give.
 * The engine's numbers are Linux's on every system, and Node's own table has the
 * numbers of the system it runs on (ENOTEMPTY is -39 on Linux, -66 on macOS and
 * -4051 on Windows). So a name is found here by Linux's number, and by that name
 * the running Node is asked for its number and words.
 */
import { getSystemErrorMap } from 'node:util';
import { NodeLimitExceededError, QuotaExceededError, type QuotaFault } from '../core/index.js';

const linux: Readonly<Record<number, readonly [code: string, text: string]>> = {
  1: ['EPERM', 'operation not permitted'],
  2: ['ENOENT', 'no such file or directory'],
  5: ['EIO', 'i/o error'],
  6: ['ENXIO', 'no such device or address'],
  9: ['EBADF', 'bad file descriptor'],
  12: ['ENOMEM', 'not enough memory'],
  13: ['EACCES', 'permission denied'],
  16: ['EBUSY', 'resource busy or locked'],
  17: ['EEXIST', 'file already exists'],
  18: ['EXDEV', 'cross-device link not permitted'],
  20: ['ENOTDIR', 'not a directory'],
  21: ['EISDIR', 'illegal operation on a directory'],
  22: ['EINVAL', 'invalid argument'],
  23: ['ENFILE', 'file table overflow'],
  24: ['EMFILE', 'too many open files'],
  27: ['EFBIG', 'file too large'],
  28: ['ENOSPC', 'no space left on device'],
  29: ['ESPIPE', 'invalid seek'],
  30: ['EROFS', 'read-only file system'],
  31: ['EMLINK', 'too many links'],
  36: ['ENAMETOOLONG', 'name too long'],
  39: ['ENOTEMPTY', 'directory not empty'],
  40: ['ELOOP', 'too many symbolic links encountered'],
  84: ['EILSEQ', 'illegal byte sequence'],
  95: ['ENOTSUP', 'operation not supported'],
};

/** The name of a positive Linux errno, and what it means: the same words on every system. */
export const describeErrno = (errno: number): readonly [code: string, text: string] =>
  linux[errno] ?? ['UNKNOWN', `unknown error ${errno}`];

/** Linux's number for the name of an error; EIO for what a volume never gives. */
export const linuxErrno = (code: unknown): number =>
  Number(Object.keys(linux).find((errno) => linux[Number(errno)]?.[0] === code) ?? 5);

/** How the running Node knows an error. */
export interface SystemError {
  /** Negative, as libuv numbers it on this system. */
  readonly errno: number;
  readonly code: string;
  /** Node's own words; on every system where it has any. */
  readonly text: string;
}

/**
 * A lookup of errors in a Node's own terms.
 *
 * @param errors - that Node's `util.getSystemErrorMap()`.
 * @returns the error for a positive Linux errno; one that no volume gives keeps its number as 'UNKNOWN'.
 */
export function systemErrorsOf(errors: ReadonlyMap<number, readonly string[]>): (errno: number) => SystemError {
  const numbers = new Map([...errors].map(([errno, [code, text]]) => [code, { errno, text }]));
  const known = new Map(
    Object.entries(linux).map(([errno, [code, text]]): [number, SystemError] => {
      const host = numbers.get(code);
      return [Number(errno), { errno: host?.errno ?? -errno, code, text: host?.text ?? text }];
    }),
  );
  return (errno) => known.get(errno) ?? { errno: -errno, code: 'UNKNOWN', text: 'unknown error' };
}

/** The `code` of whatever was thrown. */
export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | null | undefined)?.code;

let ownErrors: ((errno: number) => SystemError) | undefined;

/** The error for a positive Linux errno, as the running Node has it. Its table is made for the first error. */
export function systemError(errno: number): SystemError {
  ownErrors ??= systemErrorsOf(getSystemErrorMap());
  return ownErrors(errno);
}

/** The public error of a refusal, with this system's number; its fields are those of the caller's API. */
export function refusalError(
  message: string,
  fault: QuotaFault,
  where: { syscall?: string; path?: string; dest?: string },
): QuotaExceededError {
  const Refusal = fault.resource === 'nodes' ? NodeLimitExceededError : QuotaExceededError;
  const error = new Refusal(message, fault, where);
  error.errno = systemError(fault.errno).errno;
  return error;
}
