/** Adapter, SQLite: a live database whose file, journal and write-ahead log are on the volume. */
import { fileURLToPath } from 'node:url';
import type { DatabaseFs } from './open-file.js';
import { registerVfs } from './vfs.js';
import type { Sqlite3Module } from './wasm-api.js';

/** Options of {@link openDatabase}. */
export interface OpenDatabaseOptions<S extends Sqlite3Module = Sqlite3Module> {
  /** What `sqlite3InitModule()` of `@sqlite.org/sqlite-wasm` resolved to. */
  readonly sqlite3: S;
  /** 'c' opens for writing and makes a missing file, 'w' opens for writing, 'r' for reading. Default 'c'. */
  readonly flags?: 'c' | 'w' | 'r';
}

/**
 * Opens a database that lives on a file system: every page, the journal and the write-ahead log are files of it, under
 * its quota. A statement that does not fit fails with SQLITE_FULL (`error.resultCode` 13) and is rolled back; what was
 * committed stays. Close it as any database: a volume with an open one is kept alive.
 *
 * @param fs a volume, or any object with the calls of `node:fs`
 * @param path of the database file; relative ones start from the file system's working directory
 * @returns the official `oo1.DB`: sqlite.org/wasm/doc/trunk/api-oo1.md
 * @throws SQLite3Error: SQLITE_CANTOPEN where the file or its directory cannot be opened, SQLITE_FULL
 */
export function openDatabase<S extends Sqlite3Module>(
  fs: DatabaseFs,
  path: string | URL,
  { sqlite3, flags = 'c' }: OpenDatabaseOptions<S>,
): InstanceType<S['oo1']['DB']> {
  const vfs = registerVfs(sqlite3, fs);
  const name = path instanceof URL ? fileURLToPath(path) : path;
  // An absolute name is never taken for a URI, nor for ':memory:'.
  const filename = name.startsWith('/') ? name : `${fs.realpathSync('.').replace(/\/$/, '')}/${name}`;
  return new sqlite3.oo1.DB({ filename, flags, vfs }) as InstanceType<S['oo1']['DB']>;
}
