/** Adapter, SQLite: the subpath `quotafs/sqlite`. */
export type { BetterDatabase, NodeDatabase, SqliteDatabase, SqliteDriver, SqlJsDatabase } from './drivers.js';
export { type OpenDatabaseOptions, openDatabase } from './open-database.js';
export type { DatabaseFs } from './open-file.js';
export {
  type LoadOptions,
  type Snapshot,
  type SqliteStore,
  type SqliteStoreOptions,
  type StoreFs,
  sqliteStore,
} from './store.js';
export { registerVfs } from './vfs.js';
export type { Sqlite3Module } from './wasm-api.js';
