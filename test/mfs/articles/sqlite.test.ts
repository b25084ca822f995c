/**
 * The code of "SQLite's Shared In-Memory DB Disappears" (articles, item 1), translated to SQLite as WebAssembly, where
 * `export()` is Python's `serialize()` and `new Database(bytes)` its `deserialize()`.
 */
import initSqlJs, { type Database, type SqlJsStatic } from 'sql.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MemoryFileSystem } from '../../../src/mfs/index.js';
import { codeOf, createMfs, MIB } from '../helpers.js';

let SQL: SqlJsStatic;
beforeAll(async () => {
  SQL = await initSqlJs();
});

function usersDatabase(): Database {
  const db = new SQL.Database();
  db.run("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users VALUES (1, 'Alice'), (2, 'Bob')");
  return db;
}

const users = (db: Database): unknown => db.exec('SELECT * FROM users')[0]?.values;

/** The article's MFSSQLiteStore: snapshots of databases under paths, within a hard quota. */
class SqliteStore {
  constructor(private readonly mfs: MemoryFileSystem) {
    mfs.mkdir('/snapshots', { existOk: true });
  }

  save(path: string, db: Database): void {
    using f = this.mfs.open(path, 'wb');
    f.write(db.export());
  }

  load(path: string): Uint8Array {
    using f = this.mfs.open(path, 'rb');
    return f.read();
  }
}

describe('snapshots of SQLite databases', () => {
  it('outlive the last connection', () => {
    const store = new SqliteStore(createMfs({ maxQuota: 4 * MIB }));
    const db = usersDatabase();
    store.save('/snapshots/v1.db', db);
    db.close();
    const newConn = new SQL.Database(store.load('/snapshots/v1.db'));
    expect(users(newConn)).toEqual([
      [1, 'Alice'],
      [2, 'Bob'],
    ]);
    newConn.close();
  });

  it('are restored into a connection that others share by a courier', () => {
    const store = new SqliteStore(createMfs({ maxQuota: 4 * MIB }));
    const source = usersDatabase();
    store.save('/snapshots/v1.db', source);
    source.close();
    // Everyone who uses the shared connection keeps it; the courier brings the contents and goes.
    const shared = new SQL.Database();
    expect(() => users(shared)).toThrow('no such table: users');
    const courier = new SQL.Database(store.load('/snapshots/v1.db'));
    backup(courier, shared);
    courier.close();
    expect(users(shared)).toEqual([
      [1, 'Alice'],
      [2, 'Bob'],
    ]);
    shared.close();
  });

  it('cannot grow past the quota, and leave as a tree in one call', () => {
    const mfs = createMfs({ maxQuota: 100_000 });
    const store = new SqliteStore(mfs);
    const db = usersDatabase();
    let kept = 0;
    while (codeOf(() => store.save(`/snapshots/v${kept}.db`, db)) === 'ok') kept++;
    expect(kept).toBeGreaterThan(3);
    const tree = mfs.exportTree('/snapshots', { onlyDirty: true });
    for (let version = 0; version < kept; version++) {
      const restored = new SQL.Database(tree[`/snapshots/v${version}.db`]);
      expect(users(restored)).toHaveLength(2);
      restored.close();
    }
    db.close();
  });
});

/** Python's `source.backup(target)`. */
function backup(source: Database, target: Database): void {
  const [tables] = source.exec("SELECT name, sql FROM sqlite_master WHERE type = 'table'");
  for (const [name, sql] of tables?.values ?? []) {
    target.run(String(sql));
    for (const { columns, values } of source.exec(`SELECT * FROM "${name}"`)) {
      for (const row of values) target.run(`INSERT INTO "${name}" VALUES (${columns.map(() => '?').join()})`, row);
    }
  }
}
