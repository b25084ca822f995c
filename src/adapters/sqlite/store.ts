/**
 * Adapter, SQLite: snapshots of databases as files under a quota. A snapshot is there whole or not at all, and one that
 * does not fit leaves the one before it as it was.
 */

import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { engineOf } from '../../facade/index.js';
import { codeOf } from '../../host/index.js';
import { fromBytes, type SqliteDatabase, type SqliteDriver, toBytes } from './drivers.js';

/** What a file system must have for a store: plain calls of `node:fs`. */
export type StoreFs = Pick<
  typeof import('node:fs'),
  | 'mkdirSync'
  | 'readdirSync'
  | 'readFileSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'rmSync'
  | 'statSync'
  | 'unlinkSync'
  | 'writeFileSync'
>;

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /** Absolute path of the directory that has the snapshots; made with the first one. Default '/snapshots'. */
  readonly directory?: string;
}

/** A snapshot in a store. */
export interface Snapshot {
  readonly name: string;
  /** Its file, an ordinary SQLite database. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly modified: Date;
}

/** Options of {@link SqliteStore.load}. */
export interface LoadOptions {
  /**
   * `node:sqlite` only: the name of an empty database that gets the contents, such as
   * `file:name?mode=memory&cache=shared`, for connections that share it. Default a private one in memory.
   */
  readonly location?: string;
  /** Handed to the driver's constructor (`sql.js` takes none). */
  readonly options?: object;
}

/** Snapshots of databases. Names are relative paths: 'shop', or 'shop/v1' for versions. */
export interface SqliteStore {
  /**
   * Saves the committed contents of a database, in place of a snapshot of this name.
   * @throws QuotaExceededError (ENOSPC), the snapshot before it intact; Error ERR_SQLITE_TRANSACTION within a transaction
   */
  save(name: string, db: SqliteDatabase): Snapshot;
  /**
   * Opens a copy of a snapshot in memory: a new connection of the driver, whose changes touch no snapshot.
   * @throws Error ENOENT when there is none; with `location`, the driver's when that database is not empty
   */
  load<D extends SqliteDatabase>(name: string, Driver: SqliteDriver<D>, options?: LoadOptions): D;
  /** The snapshots, by name; with a name only those below it. */
  list(below?: string): Snapshot[];
  /** @returns false when there was none */
  delete(name: string): boolean;
  /** Where a snapshot of this name is, or would be. */
  path(name: string): string;
}

const SUFFIX = '.db';

const invalid = (what: string, value: unknown): TypeError =>
  Object.assign(new TypeError(`The ${what} is invalid. Received ${JSON.stringify(value)}`), {
    code: 'ERR_INVALID_ARG_VALUE',
  });

/**
 * A store of database snapshots on a file system.
 * @throws TypeError ERR_INVALID_ARG_VALUE for a directory that is not an absolute path
 */
export function sqliteStore(fs: StoreFs, { directory = '/snapshots' }: SqliteStoreOptions = {}): SqliteStore {
  if (typeof directory !== 'string' || !directory.startsWith('/')) throw invalid("directory's path", directory);
  const root = posix.resolve(directory);
  const pathOf = (name: string): string => posix.join(root, checked(name) + SUFFIX);
  const describe = (name: string): Snapshot => {
    const path = pathOf(name);
    const { size, mtime: modified } = fs.statSync(path);
    return { name, path, size, modified };
  };

  function* below(name: string): Generator<Snapshot> {
    for (const entry of readDirectory(fs, posix.join(root, name))) {
      const path = posix.join(name, entry.name);
      if (entry.isDirectory()) yield* below(path);
      else if (entry.isFile() && path.endsWith(SUFFIX) && !entry.name.startsWith('.')) {
        yield describe(path.slice(0, -SUFFIX.length));
      }
    }
  }

  return {
    save(name, db) {
      const path = pathOf(name);
      const bytes = toBytes(db);
      const made = fs.mkdirSync(posix.dirname(path), { recursive: true });
      try {
        replace(fs, path, bytes);
      } catch (error) {
        if (made !== undefined) fs.rmSync(made, { recursive: true });
        throw error;
      }
      return describe(name);
    },
    load(name, Driver, options = {}) {
      return fromBytes(fs.readFileSync(pathOf(name)), Driver, options);
    },
    list: (name = '') =>
      [...below(name === '' ? '' : checked(name))].sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name))),
    delete(name) {
      const path = pathOf(name);
      try {
        fs.unlinkSync(path);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return false;
        throw error;
      }
      removeEmpty(fs, posix.dirname(path), root);
      return true;
    },
    path: pathOf,
  };
}

/** A relative path that stays below the store, in its one spelling. */
function checked(name: string): string {
  const parts = typeof name === 'string' ? name.split('/') : [''];
  if (parts.some((part) => part === '' || part.startsWith('.') || part.includes('\0'))) {
    throw invalid("snapshot's name", name);
  }
  return name;
}

/** A volume of ours replaces a file's contents in one step that is refused whole, without room for both. */
function replace(fs: StoreFs, path: string, bytes: Uint8Array): void {
  if (engineOf(fs)) {
    fs.writeFileSync(path, bytes);
    return;
  }
  const spare = posix.join(posix.dirname(path), `.quotafs-${randomBytes(6).toString('hex')}`);
  try {
    fs.writeFileSync(spare, bytes);
    fs.renameSync(spare, path);
  } catch (error) {
    fs.rmSync(spare, { force: true });
    throw error;
  }
}

function readDirectory(fs: StoreFs, path: string) {
  try {
    return fs.readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Directories that a name has made go with the last snapshot in them. */
function removeEmpty(fs: StoreFs, directory: string, root: string): void {
  try {
    for (let path = directory; path !== root; path = posix.dirname(path)) fs.rmdirSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY') throw error;
  }
}
