/** Adapter, mount: Node's errors for what happens between a mount and the disk. */
import { getSystemErrorMap } from 'node:util';

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

/** An error of `cp`, with Node's code. */
export function copyError(code: string, errno: string, message: string, path: string): Error {
  const error = new Error(`${message} ${path}`);
  error.name = 'SystemError';
  const number = Math.abs(errors.get(errno)?.errno ?? 0);
  return Object.assign(error, {
    code,
    info: { message, path, syscall: 'cp', errno: number, code: errno },
    errno: number,
    syscall: 'cp',
    path,
  });
}
