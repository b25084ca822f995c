/** Snapshots of databases under a quota, with every driver that this Node has. */
import { randomBytes } from 'node:crypto';
import nodeFs from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Database as SqlJsDatabase } from 'sql.js';
import { describe, expect, it, vi } from 'vitest';
import { type SqliteDatabase, sqliteStore } from '../../../src/adapters/sqlite/index.js';
import { createFs, quotaOf } from '../../../src/facade/index.js';
import { diskDirectory } from '../trees.js';
import { type Driver, drivers, nodeSqlite } from './drivers.js';

const KIB = 1024;
const USERS = [
  [1, 'Alice'],
  [2, 'Bób 🎉'],
];

function usersDatabase({ open, run }: Driver): SqliteDatabase {
  const db = open();
  run(
    db,
    "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users VALUES (1, 'Alice'), (2, 'Bób 🎉')",
  );
  run(db, 'CREATE INDEX by_name ON users (name); PRAGMA user_version = 7');
  return db;
}

const users = ({ rows }: Driver, db: SqliteDatabase): unknown[][] => rows(db, 'SELECT id, name FROM users ORDER BY id');

const volume = (maxQuota = 4096 * KIB) => {
  const fs = createFs({ maxQuota });
  return { fs, quota: quotaOf(fs), store: sqliteStore(fs) };
};

const expectClean = (fs: object): void => expect(quotaOf(fs).audit()).toMatchObject({ ok: true, problems: [] });

it('every driver that this Node can have is among them', () => {
  const names = ['sql.js', process.env.QUOTAFS_BETTER_SQLITE3 && 'better-sqlite3', nodeSqlite && 'node:sqlite'];
  expect(drivers.map(({ name }) => name)).toEqual(names.filter(Boolean));
});

describe.each(drivers)('$name', (driver) => {
  it('saves and loads', () => {
    const { fs, store } = volume();
    const db = usersDatabase(driver);
    const saved = store.save('shop', db);
    driver.run(db, "INSERT INTO users VALUES (3, 'Carol')");
    driver.close(db);
    expect(saved).toEqual({
      name: 'shop',
      path: '/snapshots/shop.db',
      size: fs.statSync('/snapshots/shop.db').size,
      modified: fs.statSync('/snapshots/shop.db').mtime,
    });
    const copy = store.load('shop', driver.Driver);
    expect(users(driver, copy)).toEqual(USERS);
    expect(driver.rows(copy, 'PRAGMA user_version')).toEqual([[7]]);
    expect(driver.rows(copy, 'PRAGMA integrity_check')).toEqual([['ok']]);
    driver.close(copy);
    expectClean(fs);
  });

  it('loads copies that can be written and touch no snapshot', () => {
    const { fs, store } = volume();
    const db = usersDatabase(driver);
    store.save('shop', db);
    driver.close(db);
    const [one, other] = [store.load('shop', driver.Driver), store.load('shop', driver.Driver)];
    driver.run(
      one,
      `INSERT INTO users SELECT value, hex(randomblob(500)) FROM (
      WITH RECURSIVE n(value) AS (SELECT 10 UNION ALL SELECT value + 1 FROM n LIMIT 200) SELECT value FROM n)`,
    );
    driver.run(other, 'DELETE FROM users');
    expect(users(driver, one)).toHaveLength(202);
    expect(users(driver, other)).toEqual([]);
    const again = store.load('shop', driver.Driver);
    expect(users(driver, again)).toEqual(USERS);
    for (const each of [one, other, again]) driver.close(each);
    expectClean(fs);
  });

  it('saves databases that every other driver loads', () => {
    const { fs, store } = volume();
    const db = usersDatabase(driver);
    store.save('shop', db);
    driver.close(db);
    for (const other of drivers) {
      const copy = store.load('shop', other.Driver);
      expect(users(other, copy)).toEqual(USERS);
      other.close(copy);
    }
    expectClean(fs);
  });

  it('saves and loads a database without anything in it', () => {
    const { fs, store } = volume();
    const db = driver.open();
    store.save('empty', db);
    driver.close(db);
    const copy = store.load('empty', driver.Driver);
    expect(driver.rows(copy, 'SELECT * FROM sqlite_master')).toEqual([]);
    driver.run(copy, 'CREATE TABLE t (x)');
    driver.close(copy);
    expectClean(fs);
  });

  it('refuses a snapshot over the quota and keeps the one before it', () => {
    const { fs, quota, store } = volume(256 * KIB);
    const db = usersDatabase(driver);
    store.save('shop', db);
    driver.run(db, `CREATE TABLE big AS SELECT randomblob(300000) AS x`);
    const used = quota.used;
    expect(() => store.save('shop', db)).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    expect(() => store.save('new/one', db)).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    expect(quota.used).toBe(used);
    expect(fs.readdirSync('/', { recursive: true })).toEqual(['snapshots', 'snapshots/shop.db']);
    const copy = store.load('shop', driver.Driver);
    expect(users(driver, copy)).toEqual(USERS);
    driver.close(copy);
    driver.close(db);
    expectClean(fs);
  });

  it('replaces a snapshot without room for two', () => {
    const { fs, store } = volume(256 * KIB);
    const db = usersDatabase(driver);
    driver.run(db, `CREATE TABLE big AS SELECT randomblob(150000) AS x`);
    store.save('shop', db);
    driver.run(db, "INSERT INTO users VALUES (3, 'Carol')");
    store.save('shop', db);
    driver.close(db);
    const copy = store.load('shop', driver.Driver);
    expect(users(driver, copy)).toHaveLength(3);
    driver.close(copy);
    expectClean(fs);
  });

  it('refuses to save within a transaction, which stays open', () => {
    const { fs, store } = volume();
    const db = usersDatabase(driver);
    driver.run(db, 'BEGIN');
    driver.run(db, "INSERT INTO users VALUES (3, 'not yet')");
    expect(() => store.save('shop', db)).toThrow(expect.objectContaining({ code: 'ERR_SQLITE_TRANSACTION' }));
    expect(store.list()).toEqual([]);
    driver.run(db, 'COMMIT');
    store.save('shop', db);
    driver.close(db);
    const copy = store.load('shop', driver.Driver);
    expect(users(driver, copy)).toHaveLength(3);
    driver.close(copy);
    expectClean(fs);
  });

  // sql.js opens no files, and only a database in a file has a log.
  it.each(drivers.filter(({ name }) => name !== 'sql.js'))(
    'loads what $name saved from a database in WAL mode, its log included',
    (source) => {
      const { fs, store } = volume();
      const Source = source.Driver as unknown as new (path: string) => SqliteDatabase;
      const db = new Source(join(diskDirectory(), 'wal.db'));
      source.rows(db, 'PRAGMA journal_mode = WAL');
      source.run(db, "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users VALUES (1, 'Alice')");
      store.save('wal', db);
      source.close(db);
      const copy = store.load('wal', driver.Driver);
      expect(users(driver, copy)).toEqual([[1, 'Alice']]);
      driver.run(copy, 'DELETE FROM users');
      driver.close(copy);
      expectClean(fs);
    },
  );

  it('saves and loads 1,000 times without growth', { timeout: 120_000 }, async () => {
    const { fs, quota, store } = volume();
    const db = usersDatabase(driver);
    driver.run(db, 'CREATE TABLE big (x BLOB)');
    driver.run(db, 'INSERT INTO big VALUES (randomblob(60000))');
    store.save('shop', db);
    const { used } = quota;
    const growth: number[] = [];
    for (let round = 0; round < 4; round++) {
      const before = await resident();
      for (let n = 0; n < 250; n++) {
        store.save('shop', db);
        driver.close(store.load('shop', driver.Driver));
      }
      growth.push((await resident()) - before);
      expect(quota.used).toBe(used);
    }
    // One copy left behind each time is 17 MB and more in every round; what the allocators keep comes once.
    expect(Math.min(...growth)).toBeLessThan(8_000_000);
    driver.close(db);
    expectClean(fs);
  });
});

async function resident(): Promise<number> {
  globalThis.gc?.();
  await setImmediate();
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

describe('the store', () => {
  const [driver] = drivers as [Driver];

  it('has versions as paths, listed by name', () => {
    const { fs, store } = volume();
    const db = usersDatabase(driver);
    for (const name of ['shop/v2', 'shop', 'shop/v1', 'a b/日本']) store.save(name, db);
    fs.writeFileSync('/snapshots/notes.txt', 'no snapshot');
    const names = (below?: string) => store.list(below).map(({ name }) => name);
    expect(names()).toEqual(['a b/日本', 'shop', 'shop/v1', 'shop/v2']);
    expect(names('shop')).toEqual(['shop/v1', 'shop/v2']);
    expect(names('nothing')).toEqual([]);
    expect(store.path('shop/v1')).toBe('/snapshots/shop/v1.db');
    expect(store.list()[1]?.size).toBe(fs.statSync('/snapshots/shop.db').size);
    driver.close(db);
    expectClean(fs);
  });

  it('deletes a snapshot and the directories that its name made', () => {
    const { fs, quota, store } = volume();
    const db = usersDatabase(driver);
    store.save('shop', db);
    const used = quota.used;
    store.save('deep/er/v1', db);
    expect(store.delete('deep/er/v1')).toBe(true);
    expect(store.delete('deep/er/v1')).toBe(false);
    expect(quota.used).toBe(used);
    expect(fs.readdirSync('/snapshots')).toEqual(['shop.db']);
    expect(() => store.load('deep/er/v1', driver.Driver)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    driver.close(db);
    expectClean(fs);
  });

  it.each([
    '',
    '/',
    '/shop',
    'shop/',
    '..',
    '../shop',
    'a/../b',
    'a//b',
    '.',
    '.hidden',
    'nul\0',
    3 as unknown as string,
  ])('refuses the name %j', (name) => {
    const { fs, store } = volume();
    const db = usersDatabase(driver);
    const refused = expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(() => store.save(name, db)).toThrow(refused);
    expect(() => store.load(name, driver.Driver)).toThrow(refused);
    expect(() => store.delete(name)).toThrow(refused);
    expect(fs.readdirSync('/')).toEqual([]);
    driver.close(db);
  });

  it('refuses what is no database and no driver', () => {
    const { store } = volume();
    const db = usersDatabase(driver);
    store.save('shop', db);
    driver.close(db);
    const refused = expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' });
    for (const no of [null, {}, 'shop', Buffer.alloc(3)]) {
      expect(() => store.save('other', no as unknown as SqliteDatabase)).toThrow(refused);
      expect(() => store.load('shop', no as unknown as Driver['Driver'])).toThrow(refused);
    }
    expect(() => store.load('shop', class {} as unknown as Driver['Driver'])).toThrow(refused);
    expect(() => store.load('shop', driver.Driver, { location: 'file:x' })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
    expect(() => sqliteStore(createFs(), { directory: 'here' })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
  });

  it('leaves a database of sql.js as it was: prepared statements, functions and pragmas', () => {
    const { store } = volume();
    const [sqlJs] = drivers;
    expect(sqlJs?.name).toBe('sql.js');
    const db = usersDatabase(driver) as SqlJsDatabase;
    db.run('PRAGMA foreign_keys = ON');
    db.create_function('twice', (n: number) => 2 * n);
    const statement = db.prepare('SELECT twice(id) FROM users');
    store.save('shop', db);
    expect(statement.step() && statement.get()).toEqual([2]);
    statement.free();
    expect(driver.rows(db, 'PRAGMA foreign_keys')).toEqual([[1]]);
    driver.close(db);
  });

  it('works on the disk, where a failure leaves nothing beside the snapshot before it', () => {
    const directory = diskDirectory();
    const store = sqliteStore(nodeFs, { directory });
    const db = usersDatabase(driver);
    store.save('shop', db);
    const failing = {
      ...nodeFs,
      renameSync: () => {
        throw Object.assign(new Error('no'), { code: 'EIO' });
      },
    };
    expect(() => sqliteStore(failing, { directory }).save('shop', db)).toThrow('no');
    expect(nodeFs.readdirSync(directory)).toEqual(['shop.db']);
    expect(users(driver, store.load('shop', driver.Driver))).toEqual(USERS);
    driver.close(db);
  });
});

// Only node:sqlite has shared caches, and deserialize from Node 24 on: these tests are there where it is.
if (nodeSqlite) {
  const { DatabaseSync } = nodeSqlite;
  const driver = drivers.find(({ name }) => name === 'node:sqlite') as Driver;
  const location = (): string => `file:shared-${randomBytes(4).toString('hex')}?mode=memory&cache=shared`;

  describe('connections that share a cache', () => {
    if ('deserialize' in DatabaseSync.prototype) {
      it('lose the one that calls deserialize: the trap', () => {
        const { fs, store } = volume();
        const db = usersDatabase(driver);
        store.save('shop', db);
        driver.close(db);
        const name = location();
        const restored = new DatabaseSync(name);
        restored.deserialize(fs.readFileSync(store.path('shop')));
        expect(users(driver, restored)).toEqual(USERS);
        const worker = new DatabaseSync(name);
        expect(() => users(driver, worker)).toThrow('no such table: users');
        restored.close();
        worker.close();
      });
    }

    it('all see a snapshot that is loaded by their location', () => {
      const { fs, store } = volume();
      const db = usersDatabase(driver);
      store.save('shop', db);
      driver.close(db);
      const name = location();
      const before = new DatabaseSync(name);
      const restored = store.load('shop', DatabaseSync, { location: name });
      const after = new DatabaseSync(name);
      for (const each of [before, restored, after]) expect(users(driver, each)).toEqual(USERS);
      after.exec("INSERT INTO users VALUES (3, 'Carol')");
      expect(users(driver, restored)).toHaveLength(3);
      store.save('shop', before);
      for (const each of [before, restored, after]) each.close();
      // The cache went with its last connection; the snapshot has all of it.
      const again = store.load('shop', DatabaseSync, { location: name });
      expect(users(driver, again)).toHaveLength(3);
      again.close();
      expectClean(fs);
    });

    it('keep what they have: a database that is not empty is not loaded into', () => {
      const { store } = volume();
      const db = usersDatabase(driver);
      store.save('shop', db);
      driver.close(db);
      const name = location();
      const before = new DatabaseSync(name);
      before.exec("CREATE TABLE users (id, name); INSERT INTO users VALUES (9, 'mine')");
      expect(() => store.load('shop', DatabaseSync, { location: name })).toThrow();
      expect(users(driver, before)).toEqual([[9, 'mine']]);
      before.close();
    });

    it('may have a location with a quote in it, or be a file', () => {
      const { store } = volume();
      const db = usersDatabase(driver);
      store.save('shop', db);
      driver.close(db);
      const file = join(diskDirectory(), "it's.db");
      store.load('shop', DatabaseSync, { location: file }).close();
      const copy = store.load('shop', DatabaseSync, { options: { readOnly: false } });
      const onDisk = new DatabaseSync(file);
      expect(users(driver, onDisk)).toEqual(users(driver, copy));
      copy.close();
      onDisk.close();
    });

    it('leave no file in the temporary directory', async () => {
      const directory = diskDirectory();
      vi.stubEnv('TMPDIR', directory);
      const taken: string[] = [];
      const watcher = nodeFs.watch(directory, (_, name) => taken.push(String(name)));
      const { store } = volume();
      const db = usersDatabase(driver);
      store.save('shop', db);
      driver.close(store.load('shop', DatabaseSync));
      driver.close(store.load('shop', DatabaseSync, { location: location() }));
      driver.close(db);
      expect(nodeFs.readdirSync(directory)).toEqual([]);
      // It was this directory: Node 22, which has no serialize, takes the way over the disk.
      for (let n = 0; n < 50 && taken.length === 0; n++) await setTimeout(10);
      expect(taken.length > 0).toBe(!('serialize' in DatabaseSync.prototype));
      watcher.close();
      vi.unstubAllEnvs();
    });
  });
}
