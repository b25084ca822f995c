/**
 * D-MemFS layer: the names and words of the errnos that a volume can give. The
 * engine's numbers are Linux's on every system, and Node's own table has the
 * numbers of the system it runs on (ENOTEMPTY is 39 on Linux, 66 on macOS and
 * -4051 on Windows), so it cannot be asked.
 */
const errors: Readonly<Record<number, readonly [code: string, text: string]>> = {
  1: ['EPERM', 'operation not permitted'],
  2: ['ENOENT', 'no such file or directory'],
  5: ['EIO', 'i/o error'],
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

/** The name of a positive Linux errno, and what it means. */
export const describeErrno = (errno: number): readonly [code: string, text: string] =>
  errors[errno] ?? ['UNKNOWN', `unknown error ${errno}`];
