/**
 * Adapter, node:vfs: what a provider's `open` gives, a FileHandle of the volume
 * with the synchronous calls that Node makes on it beside. Node puts descriptor
 * numbers of its own and its own FileHandle class in front of it. Invariant: the
 * volume's descriptor is closed with it.
 */
import type { FileHandle as NodeFileHandle } from 'node:fs/promises';
import { EBADF, type Engine } from '../../core/index.js';
import { type FileHandle, uvException } from '../../facade/index.js';
import type { NodeFs, Refuse } from './errors.js';

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

type Own = Omit<VolumeFile, keyof NodeFileHandle | 'path' | 'flags'>;

/**
 * Gives what makes files of handles. Their members stand on one prototype: own ones would take four kilobytes a file.
 *
 * @param refuse - throws when the provider is read-only
 */
export function volumeFiles(fs: NodeFs, engine: Engine, refuse: Refuse) {
  const open = ({ fd }: FileHandle, syscall: string): number => {
    if (fd === -1) throw uvException(EBADF, syscall);
    return fd;
  };
  const forChange = (handle: FileHandle, syscall: string): number => {
    refuse(syscall);
    return open(handle, syscall);
  };
  const synchronous: Own & ThisType<FileHandle> = {
    get closed() {
      return (this as unknown as FileHandle).fd === -1;
    },
    get position() {
      return engine.seek(open(this as unknown as FileHandle, 'lseek'), 0, 1);
    },
    set position(position) {
      engine.seek(open(this as unknown as FileHandle, 'lseek'), position, 0);
    },
    readSync(buffer, offset = 0, length = buffer.byteLength - offset, position = null) {
      return fs.readSync(open(this, 'read'), buffer, offset, length, position);
    },
    writeSync(buffer, offset = 0, length = buffer.byteLength - offset, position = null) {
      return fs.writeSync(forChange(this, 'write'), buffer, offset, length, position);
    },
    readFileSync(options) {
      return Reflect.apply(fs.readFileSync, fs, [open(this, 'read'), options]);
    },
    writeFileSync(data, options) {
      fs.writeFileSync(forChange(this, 'write'), data, options);
    },
    statSync(options) {
      return fs.fstatSync(open(this, 'fstat'), options);
    },
    truncateSync(length) {
      fs.ftruncateSync(forChange(this, 'ftruncate'), length);
    },
    chmodSync(mode) {
      fs.fchmodSync(forChange(this, 'fchmod'), mode);
    },
    chownSync(uid, gid) {
      fs.fchownSync(forChange(this, 'fchown'), uid, gid);
    },
    utimesSync(atime, mtime) {
      fs.futimesSync(forChange(this, 'futime'), atime, mtime);
    },
    // The descriptor is closed in the call; only its answer comes later.
    closeSync() {
      void this.close();
    },
  };
  let prototype: object | undefined;
  const prototypeOn = (base: object): object => {
    const made = Object.create(base, Object.getOwnPropertyDescriptors(synchronous));
    for (const [name, syscall] of Object.entries(CHANGING)) {
      const own = Reflect.get(base, name) as (...args: unknown[]) => unknown;
      const value = async function (this: FileHandle, ...args: unknown[]) {
        refuse(syscall);
        return Reflect.apply(own, this, args);
      };
      Object.defineProperty(made, name, { value, configurable: true, writable: true });
    }
    return made;
  };
  return (handle: FileHandle, about: Pick<VolumeFile, 'path' | 'flags'>): VolumeFile => {
    prototype ??= prototypeOn(Object.getPrototypeOf(handle));
    // In this order: a property added to an object whose prototype was set costs 500 bytes more in V8 11.
    const file: object = Object.setPrototypeOf(Object.assign(handle, about), prototype);
    return file as VolumeFile;
  };
}
