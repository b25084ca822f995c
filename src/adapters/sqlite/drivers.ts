/**
 * Adapter, SQLite: databases as bytes and back, for each driver. Drivers are told by their methods: none is imported,
 * so none need be installed.
 *
 * sqlite3_deserialize replaces a connection's database by a private one: a connection to a shared cache leaves it
 * without a word, and everyone else finds the cache empty. So bytes only ever go into a connection of their own, the
 * courier, which hands them over with VACUUM INTO.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownFs } from '../../host/index.js';

/** A connection of `node:sqlite`. */
export interface NodeDatabase {
  exec(sql: string): void;
  location(dbName?: string): string | null;
  close(): void;
  readonly isTransaction?: boolean;
  /** Node 24 and later. */
  serialize?(dbName?: string): Uint8Array;
  deserialize?(bytes: Uint8Array): void;
}

/** A connection of `better-sqlite3`. */
export interface BetterDatabase {
  pragma(source: string): unknown;
  serialize(): Buffer;
  readonly inTransaction: boolean;
}

/** A database of `sql.js`. */
export interface SqlJsDatabase {
  export(): Uint8Array;
  run(sql: string): unknown;
}

/** A connection of one of the drivers. */
export type SqliteDatabase = NodeDatabase | BetterDatabase | SqlJsDatabase;

/** The class of a driver: `DatabaseSync` of `node:sqlite`, `Database` of `better-sqlite3`, `SQL.Database` of `sql.js`. */
export interface SqliteDriver<D extends SqliteDatabase> {
  // What a constructor takes is the driver's business; it is called with what each driver wants.
  new (...args: never[]): D;
  readonly prototype: D;
}

const isSqlJs = (db: object): db is SqlJsDatabase => 'export' in db && 'getRowsModified' in db;
const isBetter = (db: object): db is BetterDatabase => 'pragma' in db && 'serialize' in db;
const isNode = (db: object): db is NodeDatabase => 'location' in db && 'prepare' in db;

const unknownDriver = () =>
  Object.assign(new TypeError('The database must be one of node:sqlite, better-sqlite3 or sql.js'), {
    code: 'ERR_INVALID_ARG_TYPE',
  });

/**
 * The database as the bytes of its file.
 * @throws Error ERR_SQLITE_TRANSACTION within a transaction: its rows are not committed yet
 */
export function toBytes(db: SqliteDatabase): Uint8Array {
  if (typeof db !== 'object' || db === null) throw unknownDriver();
  if (isSqlJs(db)) {
    demandCommitted(isInTransaction(db));
    return db.export();
  }
  if (isBetter(db)) {
    demandCommitted(db.inTransaction);
    return db.serialize();
  }
  if (!isNode(db)) throw unknownDriver();
  demandCommitted(db.isTransaction === true);
  return (
    db.serialize?.() ??
    inTemporaryFile((path) => {
      db.exec(`VACUUM INTO ${quoted(path)}`);
      return ownFs.readFileSync(path);
    })
  );
}

const demandCommitted = (isInTransaction: boolean): void => {
  if (!isInTransaction) return;
  const message = 'The database has a transaction open: commit it, or roll it back, before it is saved';
  throw Object.assign(new Error(message), { code: 'ERR_SQLITE_TRANSACTION' });
};

/** sql.js does not tell. */
function isInTransaction(db: SqlJsDatabase): boolean {
  try {
    db.run('BEGIN');
  } catch {
    return true;
  }
  db.run('COMMIT');
  return false;
}

type Open<D> = new (...args: unknown[]) => D;

/**
 * A new connection to a database with these bytes.
 * @param location for `node:sqlite`: the name of an empty database, in memory or on the disk, that gets the contents
 */
export function fromBytes<D extends SqliteDatabase>(
  bytes: Buffer,
  Driver: SqliteDriver<D>,
  { location, options }: { readonly location?: string; readonly options?: object },
): D {
  const kind = typeof Driver === 'function' ? Driver.prototype : undefined;
  if (kind === undefined) throw unknownDriver();
  const open = Driver as unknown as Open<D>;
  // A database that was in WAL mode says so in its header; in memory there is no log, and nothing opens it.
  if (bytes[18] === 2) bytes.fill(1, 18, 20);
  if (isNode(kind)) return openNode(open as unknown as Open<D & NodeDatabase>, bytes, location, options);
  if (location !== undefined) {
    throw Object.assign(new TypeError('Only node:sqlite has databases that connections share by a location'), {
      code: 'ERR_INVALID_ARG_VALUE',
    });
  }
  if (isBetter(kind)) return bytes.length === 0 ? new open(':memory:', options) : new open(bytes, options);
  if (isSqlJs(kind)) return new open(bytes);
  throw unknownDriver();
}

let memoryDatabases = 0;

function openNode<D extends NodeDatabase>(
  open: Open<D>,
  bytes: Buffer,
  location: string | undefined,
  options: object = {},
): D {
  if (location === undefined && open.prototype.deserialize) {
    const db = new open(':memory:', options);
    if (bytes.length > 0) db.deserialize?.(bytes);
    return db;
  }
  // Without a name of its own nothing could be handed to it; with its last connection it is gone.
  const target = location ?? `file:/quotafs-${process.pid}-${++memoryDatabases}?vfs=memdb`;
  const db = new open(target, options);
  try {
    if (bytes.length > 0) withCourier(open, bytes, (courier) => courier.exec(`VACUUM INTO ${quoted(target)}`));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A connection that has the bytes, and closes. */
function withCourier(open: Open<NodeDatabase>, bytes: Buffer, use: (courier: NodeDatabase) => void): void {
  const carry = (location: string, prepare?: (courier: NodeDatabase) => void): void => {
    const courier = new open(location);
    try {
      prepare?.(courier);
      use(courier);
    } finally {
      courier.close();
    }
  };
  if (open.prototype.deserialize) {
    carry(':memory:', (courier) => courier.deserialize?.(bytes));
    return;
  }
  inTemporaryFile((path) => {
    ownFs.writeFileSync(path, bytes);
    carry(path);
  });
}

/** On the real disk, whatever `node:fs` has become. Node 22 has no serialize: there the bytes take the way over the disk, in a directory that only this user can enter. */
function inTemporaryFile<T>(use: (path: string) => T): T {
  const directory = ownFs.mkdtempSync(join(tmpdir(), 'quotafs-'));
  try {
    return use(join(directory, 'db'));
  } finally {
    ownFs.rmSync(directory, { recursive: true, force: true });
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
