/** D-MemFS layer: its public names. */
export { AsyncMemoryFileSystem } from './async.js';
export { AsyncMemoryFileHandle } from './async-file-handle.js';
export type { Bytes } from './bytes.js';
export type { FileSystemError } from './errors.js';
export type { MfsStat } from './looking.js';
export { MemoryFileHandle, type OpenMode } from './memory-file-handle.js';
export {
  type ExportAsBufferOptions,
  type ExportTreeOptions,
  MemoryFileSystem,
  type MkdirOptions,
} from './memory-file-system.js';
export type { OpenOptions } from './open.js';
export type { MemoryFileSystemOptions } from './options.js';
export type { MfsStats } from './stats.js';
export { TextHandle, type TextHandleOptions } from './text-handle.js';
export type { Tree } from './tree.js';
export type { WalkEntry } from './walk.js';
