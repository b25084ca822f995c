/**
 * Adapter, SQLite: a VFS (sqlite.org/vfs.html) for a WebAssembly SQLite on a file system with the calls of `node:fs`.
 *
 * The functions are made once for each instance of SQLite. A volume adds a copy of the C structure that names it,
 * about 100 bytes of the WebAssembly heap, which goes when the volume is collected. No exception enters WebAssembly:
 * each becomes a result code, and what is the quota's becomes SQLITE_FULL.
 */

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { engineOf } from '../../facade/index.js';
import { codeOf } from '../../host/index.js';
import { type DatabaseFs, OpenFile } from './open-file.js';
import {
  OPEN_CREATE,
  OPEN_DELETEONCLOSE,
  OPEN_EXCLUSIVE,
  OPEN_READONLY,
  OPEN_READWRITE,
  SQLITE_CANTOPEN,
  SQLITE_CANTOPEN_FULLPATH,
  SQLITE_FULL,
  SQLITE_IOERR_ACCESS,
  SQLITE_IOERR_CLOSE,
  SQLITE_IOERR_DELETE,
  SQLITE_IOERR_DELETE_NOENT,
  SQLITE_IOERR_FSTAT,
  SQLITE_IOERR_FSYNC,
  SQLITE_IOERR_READ,
  SQLITE_IOERR_TRUNCATE,
  SQLITE_IOERR_WRITE,
  SQLITE_NOMEM,
  SQLITE_NOTFOUND,
  SQLITE_OK,
  type Sqlite3Module,
  type WasmMemory,
} from './wasm-api.js';

/** As Linux has it, with SQLite's own suffixes to come. */
const MAX_PATH = 4096;
const MAX_LINKS = 40;
const SECTOR = 4096;
const FCNTL_HAS_MOVED = 20;
const ACCESS_READWRITE = 1;
const POINTER = 4;
/** sizeof(sqlite3_vfs): 22 words, the same since version 3.8. */
const VFS_BYTES = 88;
/** Offset of zName in sqlite3_vfs, after three ints and pNext. */
const Z_NAME = 16;

// Device characteristics.
const SAFE_APPEND = 0x200;
const SEQUENTIAL = 0x400;
const UNDELETABLE_WHEN_OPEN = 0x800;
const POWERSAFE_OVERWRITE = 0x1000;

interface Volume {
  readonly fs: DatabaseFs;
  /** What locks belong to. */
  readonly key: object;
}

type Files = Map<number, OpenFile>;

const isFull = (error: unknown): boolean => codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';

/** The code that `act` returns, else OK; a failure's own code, FULL when it is for want of room. */
function result(failure: number, act: () => unknown): number {
  try {
    const code = act();
    return typeof code === 'number' ? code : SQLITE_OK;
  } catch (error) {
    return isFull(error) ? SQLITE_FULL : failure;
  }
}

/** The methods of files; all volumes share them. */
function fileMethods(wasm: WasmMemory, files: Files) {
  const on = (pointer: number, failure: number, act: (file: OpenFile) => unknown): number =>
    result(failure, () => {
      const file = files.get(pointer);
      return file === undefined ? failure : act(file);
    });
  return {
    xClose: (at: number) =>
      on(at, SQLITE_IOERR_CLOSE, (file) => {
        files.delete(at);
        file.close();
      }),
    xRead: (at: number, to: number, length: number, position: bigint) =>
      on(at, SQLITE_IOERR_READ, (file) => file.read(wasm.heap8u(), to, length, Number(position))),
    xWrite: (at: number, from: number, length: number, position: bigint) =>
      on(at, SQLITE_IOERR_WRITE, (file) => file.write(wasm.heap8u(), from, length, Number(position))),
    xTruncate: (at: number, size: bigint) => on(at, SQLITE_IOERR_TRUNCATE, (file) => file.truncate(Number(size))),
    xSync: (at: number, _flags: number) => on(at, SQLITE_IOERR_FSYNC, (file) => file.sync()),
    xFileSize: (at: number, out: number) =>
      on(at, SQLITE_IOERR_FSTAT, (file) => void wasm.poke64(out, BigInt(file.size()))),
    xLock: (at: number, level: number) => on(at, SQLITE_IOERR_ACCESS, (file) => file.lock(level)),
    xUnlock: (at: number, level: number) => on(at, SQLITE_IOERR_ACCESS, (file) => file.unlock(level)),
    xCheckReservedLock: (at: number, out: number) =>
      on(at, SQLITE_IOERR_ACCESS, (file) => void wasm.poke32(out, file.isReserved() ? 1 : 0)),
    xFileControl: (at: number, operation: number, out: number) => {
      if (operation !== FCNTL_HAS_MOVED) return SQLITE_NOTFOUND;
      return on(at, SQLITE_IOERR_FSTAT, (file) => void wasm.poke32(out, file.hasMoved() ? 1 : 0));
    },
    xSectorSize: (_at: number) => SECTOR,
    xShmMap: (at: number, region: number, bytes: number, extend: number, out: number) =>
      on(at, SQLITE_NOMEM, (file) => file.index(wasm, region, bytes, extend !== 0, out)),
    xShmLock: (at: number, offset: number, count: number, flags: number) =>
      on(at, SQLITE_IOERR_ACCESS, (file) => file.lockIndex(offset, count, flags)),
    xShmBarrier: (_at: number) => undefined,
    xShmUnmap: (at: number, _remove: number) => on(at, SQLITE_IOERR_ACCESS, (file) => file.leaveIndex()),
  };
}

/** One for each instance of SQLite: its functions, its volumes, its open files. */
class Vfs {
  readonly #sqlite3: Sqlite3Module;
  readonly #files: Files = new Map();
  readonly #volumes = new Map<number, WeakRef<Volume>>();
  readonly #names = new WeakMap<object, { readonly name: string; readonly volume: Volume }>();
  readonly #template: number;
  /** On a volume of ours nothing is reordered or half done; of other file systems that is not known. */
  readonly #methods: { readonly ours: number; readonly others: number };
  readonly #collected: FinalizationRegistry<number>;
  #count = 0;

  constructor(sqlite3: Sqlite3Module) {
    this.#sqlite3 = sqlite3;
    this.#methods = {
      ours: this.#install(POWERSAFE_OVERWRITE | UNDELETABLE_WHEN_OPEN | SAFE_APPEND | SEQUENTIAL),
      others: this.#install(POWERSAFE_OVERWRITE | UNDELETABLE_WHEN_OPEN),
    };
    const template = new sqlite3.capi.sqlite3_vfs();
    this.#template = template.pointer;
    // Clock, chance and sleep are those of SQLite's own VFS.
    this.#copy(sqlite3.capi.sqlite3_vfs_find(null), template.pointer);
    const { wasm } = sqlite3;
    wasm.poke32(template.pointer + 4, POINTER);
    wasm.poke32(template.pointer + 8, MAX_PATH);
    wasm.poke32(template.pointer + 12, 0);
    template.installMethods({
      xOpen: (vfs: number, name: number, at: number, flags: number, out: number) =>
        this.#open(vfs, name, at, flags, out),
      xDelete: (vfs: number, name: number, _sync: number) =>
        this.#on(vfs, SQLITE_IOERR_DELETE, ({ fs }) => remove(fs, this.#text(name))),
      xAccess: (vfs: number, name: number, flags: number, out: number) =>
        this.#on(vfs, SQLITE_IOERR_ACCESS, ({ fs }) => {
          const is = flags === ACCESS_READWRITE ? isWritable : isThere;
          wasm.poke32(out, is(fs, this.#text(name)) ? 1 : 0);
        }),
      xFullPathname: (vfs: number, name: number, room: number, out: number) =>
        this.#on(vfs, SQLITE_CANTOPEN_FULLPATH, ({ fs }) => {
          const bytes = Buffer.from(`${realName(fs, this.#text(name))}\0`);
          if (bytes.length > room) return SQLITE_CANTOPEN_FULLPATH;
          wasm.heap8u().set(bytes, out);
        }),
    });
    this.#collected = new FinalizationRegistry((pointer) => this.#forget(pointer));
  }

  /** The name under which SQLite knows the file system. */
  nameFor(fs: DatabaseFs): string {
    const known = this.#names.get(fs);
    if (known !== undefined) return known.name;
    const { capi, wasm } = this.#sqlite3;
    const name = `quotafs-${++this.#count}`;
    const pointer = wasm.alloc(VFS_BYTES);
    this.#copy(this.#template, pointer);
    wasm.poke32(pointer + Z_NAME, wasm.allocCString(name, false));
    capi.sqlite3_vfs_register(pointer, 0);
    const volume = { fs, key: engineOf(fs) ?? fs };
    this.#volumes.set(pointer, new WeakRef(volume));
    this.#names.set(fs, { name, volume });
    this.#collected.register(fs, pointer);
    return name;
  }

  /** Its volume is gone, so it has no open files: they would hold it. */
  #forget(pointer: number): void {
    const { capi, wasm } = this.#sqlite3;
    capi.sqlite3_vfs_unregister(pointer);
    this.#volumes.delete(pointer);
    const heap = wasm.heap8u();
    wasm.dealloc(new DataView(heap.buffer).getUint32(pointer + Z_NAME, true));
    wasm.dealloc(pointer);
  }

  #install(characteristics: number): number {
    const { capi, wasm } = this.#sqlite3;
    const methods = new capi.sqlite3_io_methods();
    methods.installMethods({
      ...fileMethods(wasm, this.#files),
      xDeviceCharacteristics: (_at: number) => characteristics,
    });
    // Version 2: with a write-ahead log's index, without memory mapping.
    wasm.poke32(methods.pointer, 2);
    return methods.pointer;
  }

  #open(vfs: number, name: number, at: number, flags: number, out: number): number {
    const { wasm } = this.#sqlite3;
    wasm.poke32(at, 0);
    return this.#on(vfs, SQLITE_CANTOPEN, ({ fs, key }) => {
      // A file without a name is SQLite's own, for as long as it is open.
      const path = name === 0 ? `/.quotafs-${randomBytes(6).toString('hex')}` : this.#text(name);
      const asked = name === 0 ? flags | OPEN_CREATE | OPEN_EXCLUSIVE | OPEN_DELETEONCLOSE : flags;
      const { file, given } = openOrRead(fs, key, path, asked);
      this.#files.set(at, file);
      wasm.poke32(at, key === fs ? this.#methods.others : this.#methods.ours);
      if (out !== 0) wasm.poke32(out, given);
    });
  }

  #on(vfs: number, failure: number, act: (volume: Volume) => unknown): number {
    return result(failure, () => {
      const volume = this.#volumes.get(vfs)?.deref();
      return volume === undefined ? failure : act(volume);
    });
  }

  #text(pointer: number): string {
    return this.#sqlite3.wasm.cstrToJs(pointer) ?? '';
  }

  #copy(from: number, to: number): void {
    this.#sqlite3.wasm.heap8u().copyWithin(to, from, from + VFS_BYTES);
  }
}

/** What may not be written is opened for reading, as on every system; `given` says so. */
function openOrRead(fs: DatabaseFs, key: object, path: string, flags: number): { file: OpenFile; given: number } {
  try {
    return { file: new OpenFile(fs, key, path, flags), given: flags };
  } catch (error) {
    if ((flags & OPEN_READWRITE) === 0 || !['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) throw error;
    const given = (flags & ~(OPEN_READWRITE | OPEN_CREATE)) | OPEN_READONLY;
    return { file: new OpenFile(fs, key, path, given), given };
  }
}

function remove(fs: DatabaseFs, path: string): number {
  try {
    fs.unlinkSync(path);
    return SQLITE_OK;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return SQLITE_IOERR_DELETE_NOENT;
    throw error;
  }
}

/** An empty journal is none. */
function isThere(fs: DatabaseFs, path: string): boolean {
  const stats = fs.statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && (!stats.isFile() || stats.size > 0);
}

function isWritable(fs: DatabaseFs, path: string): boolean {
  try {
    fs.accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The one name of a file, links followed: its journal must be found by whatever name it is opened. */
function realName(fs: DatabaseFs, name: string): string {
  let path = name;
  for (let links = 0; links < MAX_LINKS; links++) {
    const slash = path.lastIndexOf('/');
    const directory = fs.realpathSync(slash < 0 ? '.' : path.slice(0, slash + 1));
    const real = `${directory.endsWith('/') ? directory : `${directory}/`}${path.slice(slash + 1)}`;
    const stats = fs.lstatSync(real, { throwIfNoEntry: false });
    if (!stats?.isSymbolicLink()) return real;
    const target = fs.readlinkSync(real);
    path = target.startsWith('/') ? target : `${real.slice(0, real.lastIndexOf('/') + 1)}${target}`;
  }
  throw new Error('too many symbolic links');
}

const instances = new WeakMap<Sqlite3Module, Vfs>();

/**
 * Makes a file system known to an instance of SQLite, for `ATTACH 'file:/other.db?vfs=NAME'` and the C API.
 * {@link openDatabase} does it by itself. It lasts as long as the file system; asking again gives the same name.
 *
 * @param sqlite3 what `sqlite3InitModule()` of `@sqlite.org/sqlite-wasm` resolved to
 * @returns the name of the VFS
 */
export function registerVfs(sqlite3: Sqlite3Module, fs: DatabaseFs): string {
  const vfs = instances.get(sqlite3) ?? new Vfs(sqlite3);
  instances.set(sqlite3, vfs);
  return vfs.nameFor(fs);
}
