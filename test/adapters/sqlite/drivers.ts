/** Test helper: the drivers that the running Node has, in one form. */
import { createRequire } from 'node:module';
import BetterSqlite3 from 'better-sqlite3';
import initSqlJs from 'sql.js';
import type { SqliteDatabase, SqliteDriver } from '../../../src/adapters/sqlite/index.js';

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

const better: Driver<BetterSqlite3.Database> = {
  name: 'better-sqlite3',
  Driver: BetterSqlite3,
  open: () => new BetterSqlite3(':memory:'),
  run: (db, sql) => void db.exec(sql),
  rows: (db, sql) => db.prepare(sql).raw().all() as unknown[][],
  close: (db) => void db.close(),
};

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

/** Native code is built for the Node that installed it; where another runs the tests, `node:sqlite` is there. */
function isBuiltForThisNode(): boolean {
  try {
    better.close(better.open());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_DLOPEN_FAILED' && nodeSqlite) return false;
    throw error;
  }
}

// One shape for tables of tests: each driver is handed its own databases only.
const erased = <D extends SqliteDatabase>(driver: Driver<D>): Driver => driver as unknown as Driver;

export const drivers: readonly Driver[] = [
  erased(sqlJs),
  ...(isBuiltForThisNode() ? [erased(better)] : []),
  ...(nodeSqlite ? [erased(node(nodeSqlite))] : []),
];
