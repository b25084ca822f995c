/** Adapter, mount: Node's errors for what happens between a mount and the disk. */
import { getSystemErrorMap } from 'node:util';
import { NodeError } from '../../facade/index.js';

const errors = new Map([...getSystemErrorMap()].map(([errno, [code, words]]) => [code, { errno, words }]));

const described = (code: string, syscall: string, path: string, dest: string): string =>
  `${code}: ${errors.get(code)?.words ?? 'unknown error'}, ${syscall} '${path}' -> '${dest}'`;

/** An error of a call with two paths, as libuv's errors look. */
export function crossingError(code: string, syscall: string, path: string, dest: string): NodeJS.ErrnoException {
  const error = new Error(described(code, syscall, path, dest));
  return Object.assign(error, { errno: errors.get(code)?.errno, code, syscall, path, dest });
}

/** The same error, of its own class and with its own numbers, told as an error of the call with two paths. */
export function retold(error: unknown, syscall: string, path: string, dest: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !errors.has(code)) return error;
  const message = described(code, syscall, path, dest);
  error.stack = error.stack?.replace(error.message, () => message);
  error.message = message;
  return Object.assign(error, { syscall, path, dest });
}

const refusals = {
  CP_DIR_TO_NON_DIR: ['EISDIR', 'Cannot overwrite non-directory with directory'],
  CP_EEXIST: ['EEXIST', 'Target already exists'],
  CP_EINVAL: ['EINVAL', 'Invalid src or dest'],
  CP_NON_DIR_TO_DIR: ['ENOTDIR', 'Cannot overwrite directory with non-directory'],
  CP_UNKNOWN: ['EINVAL', 'Cannot copy an unknown file type'],
  EISDIR: ['EISDIR', 'Path is a directory'],
} as const;

/** An error of `cp`, with Node's code. */
export function copyError(kind: keyof typeof refusals, message: string, path: string): Error {
  const [code, text] = refusals[kind];
  const errno = Math.abs(errors.get(code)?.errno ?? 0);
  return new NodeError(`ERR_FS_${kind}`, text, { message, path, syscall: 'cp', errno, code });
}
