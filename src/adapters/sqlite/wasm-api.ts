/**
 * Adapter, SQLite: the parts of `@sqlite.org/sqlite-wasm` that the adapter stands on, as a structure of our own: the
 * module comes from the caller, so the package neither imports it nor needs its types.
 */

/** A C structure in the WebAssembly heap. */
export interface WasmStruct {
  readonly pointer: number;
  installMethods(methods: Readonly<Record<string, (...args: never[]) => unknown>>): unknown;
}

export interface WasmMemory {
  heap8u(): Uint8Array;
  alloc(bytes: number): number;
  dealloc(pointer: number): void;
  allocCString(text: string, withLength: false): number;
  cstrToJs(pointer: number): string | null;
  poke32(pointer: number, value: number): unknown;
  poke64(pointer: number, value: bigint): unknown;
}

/** What `sqlite3InitModule()` of `@sqlite.org/sqlite-wasm` resolves to, as far as it is used. */
export interface Sqlite3Module {
  readonly capi: {
    readonly sqlite3_io_methods: new () => WasmStruct;
    readonly sqlite3_vfs: new (pointer?: number) => WasmStruct;
    sqlite3_vfs_find(name: string | null): number;
    sqlite3_vfs_register(pointer: number, asDefault: number): number;
    sqlite3_vfs_unregister(pointer: number): number;
  };
  readonly wasm: WasmMemory;
  readonly oo1: {
    readonly DB: new (options: { filename: string; flags: string; vfs: string }) => object;
  };
}

// sqlite3.h's numbers, which never change.
export const SQLITE_OK = 0;
export const SQLITE_BUSY = 5;
export const SQLITE_NOMEM = 7;
const SQLITE_IOERR = 10;
export const SQLITE_NOTFOUND = 12;
export const SQLITE_FULL = 13;
export const SQLITE_CANTOPEN = 14;
export const SQLITE_PROTOCOL = 15;
export const SQLITE_IOERR_READ = SQLITE_IOERR | (1 << 8);
export const SQLITE_IOERR_SHORT_READ = SQLITE_IOERR | (2 << 8);
export const SQLITE_IOERR_WRITE = SQLITE_IOERR | (3 << 8);
export const SQLITE_IOERR_FSYNC = SQLITE_IOERR | (4 << 8);
export const SQLITE_IOERR_TRUNCATE = SQLITE_IOERR | (6 << 8);
export const SQLITE_IOERR_FSTAT = SQLITE_IOERR | (7 << 8);
export const SQLITE_IOERR_DELETE = SQLITE_IOERR | (10 << 8);
export const SQLITE_IOERR_ACCESS = SQLITE_IOERR | (13 << 8);
export const SQLITE_IOERR_CLOSE = SQLITE_IOERR | (16 << 8);
export const SQLITE_IOERR_DELETE_NOENT = SQLITE_IOERR | (23 << 8);
export const SQLITE_CANTOPEN_FULLPATH = SQLITE_CANTOPEN | (3 << 8);

export const OPEN_READONLY = 0x1;
export const OPEN_READWRITE = 0x2;
export const OPEN_CREATE = 0x4;
export const OPEN_DELETEONCLOSE = 0x8;
export const OPEN_EXCLUSIVE = 0x10;
export const OPEN_WAL = 0x80000;
export const SHM_UNLOCK = 1;
