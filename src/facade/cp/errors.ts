/**
 * Facade layer: the errors of cp in Node's words: those of its JavaScript (SystemErrors with a code of their own) and
 * those of its C++ (a std::error_code with the library's text). Owns no state.
 */
import {
  EACCES,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  ENAMETOOLONG,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  ENOTSUP,
  EPERM,
  EROFS,
} from '../../core/index.js';
import { NodeError } from '../node-errors.js';
import { uvException } from '../uv-exception.js';
import type { Place } from './step.js';

const texts = {
  ERR_FS_CP_DIR_TO_NON_DIR: 'Cannot overwrite non-directory with directory',
  ERR_FS_CP_EEXIST: 'Target already exists',
  ERR_FS_CP_EINVAL: 'Invalid src or dest',
  ERR_FS_CP_NON_DIR_TO_DIR: 'Cannot overwrite directory with non-directory',
  ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY: 'Cannot overwrite symlink in subdirectory of self',
  ERR_FS_EISDIR: 'Path is a directory',
};
const codes = new Map([
  [EEXIST, 'EEXIST'],
  [EINVAL, 'EINVAL'],
  [EISDIR, 'EISDIR'],
  [ENOTDIR, 'ENOTDIR'],
]);

export function cpError(
  key: keyof typeof texts,
  errno: number,
  message: string,
  path: string | Uint8Array,
  code = codes.get(errno),
) {
  return new NodeError(key, texts[key], { message, path, syscall: 'cp', errno, code: code ?? '' });
}

/** What the C++ library says of an errno. */
const strings = new Map([
  [EEXIST, 'File exists'],
  [EINVAL, 'Invalid argument'],
  [EISDIR, 'Is a directory'],
  [ENOTDIR, 'Not a directory'],
  [ENOTEMPTY, 'Directory not empty'],
  [ENOTSUP, 'Operation not supported'],
  [ELOOP, 'Too many levels of symbolic links'],
  [ENAMETOOLONG, 'File name too long'],
  [EACCES, 'Permission denied'],
  [ENOENT, 'No such file or directory'],
  [EPERM, 'Operation not permitted'],
  [EROFS, 'Read-only file system'],
]);

/** A std::error_code as Node reports it: positive errno, `path` before `syscall`. */
export function systemError(errno: number, at: string, syscall = 'cp'): Error {
  const { code, errno: number, path } = uvException(errno, 'cp', at);
  return Object.assign(new Error(`${code}, ${strings.get(errno)} '${path}'`), {
    errno: -number,
    code,
    path,
    syscall,
  });
}

export const alreadyExists = (dest: Place): Error =>
  cpError('ERR_FS_CP_EEXIST', EEXIST, `${dest.shown} already exists`, asGiven(dest));

/** What `info.path` of Node's error is: a Buffer path stays one. */
export const asGiven = (place: Place): string | Uint8Array => place.bytes ?? place.shown;
