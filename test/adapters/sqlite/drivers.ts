/** Test helper: the drivers that the running Node has, in one form. */
import { createRequire } from 'node:module';
import initSqlJs from 'sql.js';
import type { BetterDatabase, SqliteDatabase, SqliteDriver } from '../../../src/adapters/sqlite/index.js';

type NodeSqlite = typeof import('node:sqlite');

export const major = Number.parseInt(process.versions.node, 10);

/** `node:sqlite`, from Node 22 on. */
export const nodeSqlite: NodeSqlite | undefined =
  major >= 22 ? createRequire(import.meta.url)('node:sqlite') : undefined;

export interface Driver<D extends SqliteDatabase = SqliteDatabase> {
  readonly name: string;
  readonly Driver: SqliteDriver<D>;
  open(): D;
  run(db: D, sql: string): void;
  /** Rows as arrays. */
  rows(db: D, sql: string): unknown[][];
  close(db: D): void;
}

const SQL = await initSqlJs();

const sqlJs: Driver<InstanceType<typeof SQL.Database>> = {
  name: 'sql.js',
  Driver: SQL.Database,
  open: () => new SQL.Database(),
  run: (db, sql) => void db.run(sql),
  rows: (db, sql) => db.exec(sql)[0]?.values ?? [],
  close: (db) => db.close(),
};

/** What the tests use of better-sqlite3. */
interface Better extends BetterDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): { raw(): { all(): unknown[][] } };
  close(): unknown;
}
type BetterSqlite3 = SqliteDriver<Better> & (new (path: string) => Better);

const better = (Database: BetterSqlite3): Driver<Better> => ({
  name: 'better-sqlite3',
  Driver: Database,
  open: () => new Database(':memory:'),
  run: (db, sql) => void db.exec(sql),
  rows: (db, sql) => db.prepare(sql).raw().all(),
  close: (db) => void db.close(),
});

type NodeDatabase = InstanceType<NodeSqlite['DatabaseSync']>;

const node = ({ DatabaseSync }: NodeSqlite): Driver<NodeDatabase> => ({
  name: 'node:sqlite',
  Driver: DatabaseSync,
  open: () => new DatabaseSync(':memory:'),
  run: (db, sql) => db.exec(sql),
  rows: (db, sql) =>
    db
      .prepare(sql)
      .all()
      .map((row) => Object.values(row)),
  close: (db) => db.close(),
});

/**
 * better-sqlite3 is native code, which a fresh machine may not be able to build: `npm run compat:sqlite` installs it
 * beside the project and says where.
 */
const betterPath = process.env.QUOTAFS_BETTER_SQLITE3;
const betterSqlite3: BetterSqlite3 | undefined = betterPath ? createRequire(import.meta.url)(betterPath) : undefined;

// One shape for tables of tests: each driver is handed its own databases only.
const erased = <D extends SqliteDatabase>(driver: Driver<D>): Driver => driver as unknown as Driver;

export const drivers: readonly Driver[] = [
  erased(sqlJs),
  ...(betterSqlite3 ? [erased(better(betterSqlite3))] : []),
  ...(nodeSqlite ? [erased(node(nodeSqlite))] : []),
];
