/**
 * Adapter, node:vfs: what a provider's `open` gives, a FileHandle of the volume
 * with the synchronous calls that Node makes on it beside. Node puts descriptor
 * numbers of its own and its own FileHandle class in front of it. Invariant: the
 * volume's descriptor is closed with it.
 */
import type { FileHandle as NodeFileHandle } from 'node:fs/promises';
import type { Engine } from '../../core/index.js';
import { type FileHandle, uvException } from '../../facade/index.js';
import { EBADF, type NodeFs, type Refuse } from './errors.js';

/** An open file of a provider. */
export interface VolumeFile extends NodeFileHandle {
  readonly path: string;
  readonly flags: string | number;
  readonly closed: boolean;
  /** Where the next read or write begins that names no position. Node sets it for streams that have a `start`. */
  position: number;
  readSync(buffer: NodeJS.ArrayBufferView, offset?: number, length?: number, position?: number | bigint | null): number;
  writeSync(buffer: NodeJS.ArrayBufferView, offset?: number, length?: number, position?: number | null): number;
  readFileSync(options?: BufferEncoding | { readonly encoding?: BufferEncoding | null } | null): string | Buffer;
  writeFileSync(data: string | NodeJS.ArrayBufferView, options?: Parameters<NodeFs['writeFileSync']>[2]): void;
  statSync(options?: { readonly bigint?: boolean }): ReturnType<NodeFs['fstatSync']>;
  truncateSync(length?: number): void;
  chmodSync(mode: number | string): void;
  chownSync(uid: number, gid: number): void;
  utimesSync(atime: string | number | Date, mtime: string | number | Date): void;
  closeSync(): void;
}

/** Asynchronous methods that change what a descriptor names, and their system calls. */
const CHANGING = {
  ...{ appendFile: 'write', write: 'write', writeFile: 'write', writev: 'write' },
  ...{ chmod: 'fchmod', chown: 'fchown', truncate: 'ftruncate', utimes: 'futime' },
} as const;

/** @param refuse - throws when the provider is read-only */
export function volumeFile(
  handle: FileHandle,
  fs: NodeFs,
  engine: Engine,
  about: { readonly path: string; readonly flags: string | number },
  refuse: Refuse,
): VolumeFile {
  const open = (syscall: string): number => {
    if (handle.fd === -1) throw uvException(EBADF, syscall);
    return handle.fd;
  };
  const forChange = (syscall: string): number => {
    refuse(syscall);
    return open(syscall);
  };
  const synchronous: Omit<VolumeFile, keyof NodeFileHandle> = {
    ...about,
    get closed() {
      return handle.fd === -1;
    },
    get position() {
      return engine.seek(open('lseek'), 0, 1);
    },
    set position(position) {
      engine.seek(open('lseek'), position, 0);
    },
    readSync: (buffer, offset = 0, length = buffer.byteLength - offset, position = null) =>
      fs.readSync(open('read'), buffer, offset, length, position),
    writeSync: (buffer, offset = 0, length = buffer.byteLength - offset, position = null) =>
      fs.writeSync(forChange('write'), buffer, offset, length, position),
    readFileSync: (options) => Reflect.apply(fs.readFileSync, fs, [open('read'), options]),
    writeFileSync: (data, options) => fs.writeFileSync(forChange('write'), data, options),
    statSync: (options) => fs.fstatSync(open('fstat'), options),
    truncateSync: (length) => fs.ftruncateSync(forChange('ftruncate'), length),
    chmodSync: (mode) => fs.fchmodSync(forChange('fchmod'), mode),
    chownSync: (uid, gid) => fs.fchownSync(forChange('fchown'), uid, gid),
    utimesSync: (atime, mtime) => fs.futimesSync(forChange('futime'), atime, mtime),
    // The descriptor is closed in the call; only its answer comes later.
    closeSync: () => void handle.close(),
  };
  for (const [name, syscall] of Object.entries(CHANGING)) {
    const own = Reflect.get(handle, name) as (...args: unknown[]) => unknown;
    const guarded = async (...args: unknown[]) => {
      refuse(syscall);
      return Reflect.apply(own, handle, args);
    };
    Object.defineProperty(handle, name, { value: guarded, configurable: true, writable: true });
  }
  const file: object = Object.defineProperties(handle, Object.getOwnPropertyDescriptors(synchronous));
  return file as VolumeFile;
}
