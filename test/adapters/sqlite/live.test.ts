/** Live databases whose files are on a volume: every journal mode, locks, refusals for want of room, crashes. */
import nodeFs from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import init, { type Database } from '@sqlite.org/sqlite-wasm';
import { describe, expect, it } from 'vitest';
import { openDatabase, registerVfs } from '../../../src/adapters/sqlite/index.js';
import { createFs, quotaOf } from '../../../src/facade/index.js';
import { createPrng, effort, type Prng, seeds } from '../../helpers/prng.js';
import { diskDirectory } from '../trees.js';
import { drivers } from './drivers.js';

const KIB = 1024;
const FULL = 13;
const BUSY = 5;
const PROTOCOL = 15;
const MODES = ['delete', 'truncate', 'persist', 'wal'] as const;
type Fs = ReturnType<typeof createFs>;

/** SQLite prints each failed statement; here they fail on purpose. */
async function quietly<T>(act: () => Promise<T>): Promise<T> {
  const { error } = console;
  console.error = () => undefined;
  try {
    return await act();
  } finally {
    console.error = error;
  }
}
const newSqlite = () => quietly(async () => init());
const sqlite3 = await newSqlite();
sqlite3.config.error = () => undefined;
sqlite3.config.warn = () => undefined;

function opened(fs: Fs, path = '/db', mode = 'delete'): Database {
  const db = openDatabase(fs, path, { sqlite3 });
  // Small pages and a small cache: transactions spill into the file before they are committed.
  db.exec(`PRAGMA page_size = 1024; PRAGMA cache_size = 8; PRAGMA journal_mode = ${mode}`);
  return db;
}

const codeOf = (act: () => unknown): number => {
  try {
    act();
    return 0;
  } catch (error) {
    if (error instanceof sqlite3.SQLite3Error) return error.resultCode;
    throw error;
  }
};

const rowsOf = (db: Database, sql = 'SELECT id, v FROM t ORDER BY id') => db.selectArrays(sql);
const isSound = (db: Database): void => expect(db.selectValues('PRAGMA integrity_check')).toEqual(['ok']);
const expectClean = (fs: Fs): void => expect(quotaOf(fs).audit()).toMatchObject({ ok: true, problems: [] });

describe('a live database', () => {
  it.each([...MODES, 'memory', 'off'])('is files of the volume with journal_mode %s', (mode) => {
    const fs = createFs({ maxQuota: 4096 * KIB });
    const empty = quotaOf(fs).used;
    const db = opened(fs, '/db', mode);
    expect(db.selectValue('PRAGMA journal_mode')).toBe(mode);
    db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v)');
    for (let n = 0; n < 50; n++) db.exec({ sql: 'INSERT INTO t VALUES (?, ?)', bind: [n, 'x'.repeat(500)] });
    expect(quotaOf(fs).used).toBeGreaterThan(50 * 500);
    const names = { wal: ['db', 'db-wal'], truncate: ['db', 'db-journal'], persist: ['db', 'db-journal'] };
    expect(fs.readdirSync('/')).toEqual(names[mode as keyof typeof names] ?? ['db']);
    db.close();
    expect(fs.readdirSync('/')).toEqual(mode === 'persist' || mode === 'truncate' ? ['db', 'db-journal'] : ['db']);
    const again = openDatabase(fs, '/db', { sqlite3, flags: 'r' });
    expect(rowsOf(again)).toHaveLength(50);
    isSound(again);
    expect(codeOf(() => again.exec('DELETE FROM t'))).toBe(8);
    again.close();
    for (const name of fs.readdirSync('/')) fs.unlinkSync(`/${name}`);
    expect(quotaOf(fs).used).toBe(empty);
    expectClean(fs);
  });

  it('is a file that every SQLite reads', () => {
    const fs = createFs();
    const db = opened(fs);
    db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'one')");
    db.exec("VACUUM INTO '/copy.db'");
    db.close();
    for (const { Driver, rows, close } of drivers.filter(({ name }) => name !== 'node:sqlite')) {
      for (const path of ['/db', '/copy.db']) {
        const other = new (Driver as unknown as new (bytes: Buffer) => InstanceType<typeof Driver>)(
          fs.readFileSync(path),
        );
        expect(rows(other, 'SELECT id, v FROM t')).toEqual([[1, 'one']]);
        close(other);
      }
    }
    expectClean(fs);
  });

  it('opens by relative names, URLs and links, and never takes a name for a URI', () => {
    const fs = createFs({ cwd: '/home' });
    fs.mkdirSync('/home');
    const db = opened(fs, 'app.db');
    db.exec("CREATE TABLE t (id, v); INSERT INTO t VALUES (1, 'one')");
    fs.symlinkSync('/home/app.db', '/link');
    fs.symlinkSync('new.db', '/home/dangling');
    for (const path of ['/home/app.db', '/home/../home/./app.db', pathToFileURL('/home/app.db'), '/link']) {
      const other = openDatabase(fs, path, { sqlite3 });
      expect(rowsOf(other)).toEqual([[1, 'one']]);
      other.close();
    }
    for (const name of [':memory:', 'file:x?mode=memory', 'dangling', '日本.db'])
      opened(fs, name).exec('CREATE TABLE t (x)').close();
    expect(fs.readdirSync('/home')).toEqual([
      ':memory:',
      'app.db',
      'dangling',
      'file:x?mode=memory',
      'new.db',
      '日本.db',
    ]);
    db.close();
    expectClean(fs);
  });

  it('says what cannot be opened', () => {
    const fs = createFs();
    fs.mkdirSync('/directory');
    fs.writeFileSync('/text', 'no database'.repeat(100));
    fs.symlinkSync('loop', '/loop');
    for (const path of ['/missing/db', '/directory', '/loop', `/${'x'.repeat(300)}`]) {
      expect(codeOf(() => openDatabase(fs, path, { sqlite3 })) & 0xff).toBe(14);
    }
    expect(codeOf(() => openDatabase(fs, '/none', { sqlite3, flags: 'w' })) & 0xff).toBe(14);
    const text = openDatabase(fs, '/text', { sqlite3 });
    expect(codeOf(() => text.exec('SELECT * FROM t'))).toBe(26);
    text.close();
    expect(fs.readdirSync('/')).toEqual(['directory', 'loop', 'text']);
    expectClean(fs);
  });

  it('is read-only where the file is', () => {
    const fs = createFs({ uid: 1000, gid: 1000 });
    opened(fs).exec('CREATE TABLE t (id, v)').close();
    fs.chmodSync('/db', 0o444);
    const db = openDatabase(fs, '/db', { sqlite3 });
    expect(rowsOf(db)).toEqual([]);
    expect(codeOf(() => db.exec('INSERT INTO t VALUES (1, 2)'))).toBe(8);
    db.close();
    expectClean(fs);
  });

  it('is not written when its file has gone', () => {
    const fs = createFs();
    const db = opened(fs);
    db.exec('CREATE TABLE t (id, v)');
    fs.renameSync('/db', '/elsewhere');
    expect(codeOf(() => db.exec('INSERT INTO t VALUES (1, 2)'))).toBe(8 | (4 << 8));
    db.close();
    expectClean(fs);
  });

  it('attaches databases of other volumes, one transaction over both', () => {
    const [fs, otherFs] = [createFs(), createFs()];
    const db = opened(fs);
    db.exec(`CREATE TABLE t (id, v); ATTACH 'file:/other.db?vfs=${registerVfs(sqlite3, otherFs)}' AS other`);
    db.exec(
      'CREATE TABLE other.t (id, v); BEGIN; INSERT INTO t VALUES (1, 2); INSERT INTO other.t VALUES (3, 4); COMMIT',
    );
    db.close();
    const other = openDatabase(otherFs, '/other.db', { sqlite3 });
    expect(rowsOf(other)).toEqual([[3, 4]]);
    other.close();
    expect(fs.readdirSync('/')).toEqual(['db']);
    expectClean(fs);
    expectClean(otherFs);
  });

  it('keeps its temporary files on the volume, without names', () => {
    const fs = createFs({ maxQuota: 8192 * KIB });
    const db = opened(fs);
    db.exec('PRAGMA temp_store = 1; PRAGMA temp.cache_size = 5; CREATE TEMP TABLE big (x)');
    const used = quotaOf(fs).used;
    for (let n = 0; n < 40; n++) db.exec('INSERT INTO big VALUES (randomblob(10000))');
    expect(quotaOf(fs).used - used).toBeGreaterThan(200 * KIB);
    expect(fs.readdirSync('/').filter((name) => name.startsWith('.'))).toEqual([]);
    db.close();
    expect(quotaOf(fs).used).toBeLessThanOrEqual(used);
    expectClean(fs);
  });

  it('lives on the real disk too', () => {
    const path = join(diskDirectory(), 'db');
    for (const mode of MODES) {
      const db = openDatabase(nodeFs, path, { sqlite3 });
      db.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE ${mode}_t (x); INSERT INTO ${mode}_t VALUES (1)`);
      isSound(db);
      db.close();
    }
    const db = openDatabase(nodeFs, path, { sqlite3 });
    expect(db.selectValue('SELECT count(*) FROM sqlite_schema')).toBe(4);
    db.close();
  });
});

describe('connections to one file', () => {
  it.each(MODES)('wait for each other with journal_mode %s', (mode) => {
    const fs = createFs();
    const [one, other] = [opened(fs, '/db', mode), opened(fs, '/db', mode)];
    one.exec("CREATE TABLE t (id, v); INSERT INTO t VALUES (1, 'one')");
    expect(rowsOf(other)).toEqual([[1, 'one']]);
    one.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES (2, 'two')");
    expect(codeOf(() => other.exec('BEGIN IMMEDIATE'))).toBe(BUSY);
    expect(rowsOf(other)).toEqual([[1, 'one']]);
    one.exec('COMMIT');
    expect(rowsOf(other)).toHaveLength(2);
    // A reader in the middle: without a log nobody commits, with one it keeps what it saw.
    other.exec('BEGIN');
    expect(rowsOf(other)).toHaveLength(2);
    const code = codeOf(() => one.exec("INSERT INTO t VALUES (3, 'three')"));
    expect(code).toBe(mode === 'wal' ? 0 : BUSY);
    expect(rowsOf(other)).toHaveLength(2);
    other.exec('COMMIT');
    if (code !== 0) one.exec("INSERT INTO t VALUES (3, 'three')");
    expect(rowsOf(other)).toHaveLength(3);
    one.close();
    expect(rowsOf(other)).toHaveLength(3);
    other.close();
    expectClean(fs);
  });

  it('share locks whichever instance of SQLite and fs object they came by', async () => {
    const fs = createFs();
    const copy = { ...fs };
    const second = await newSqlite();
    second.config.warn = () => undefined;
    const [one, other] = [opened(fs), openDatabase(copy, '/db', { sqlite3: second })];
    one.exec('CREATE TABLE t (id, v); BEGIN IMMEDIATE; INSERT INTO t VALUES (1, 2)');
    expect(() => other.exec('BEGIN IMMEDIATE')).toThrow(expect.objectContaining({ resultCode: BUSY }));
    one.exec('COMMIT');
    expect(other.selectArrays('SELECT * FROM t')).toEqual([[1, 2]]);
    // The index of a log is in the memory of one instance: another does not come in, nor does it see half of it.
    one.exec('PRAGMA journal_mode = wal; INSERT INTO t VALUES (3, 4)');
    expect(() => other.selectArrays('SELECT * FROM t')).toThrow(expect.objectContaining({ resultCode: PROTOCOL }));
    one.close();
    expect(other.selectArrays('SELECT * FROM t')).toHaveLength(2);
    other.close();
    expectClean(fs);
  });
});

describe('the quota', () => {
  it.each(MODES)('refuses with SQLITE_FULL, and growing it lets the same statement through: %s', (mode) => {
    const fs = createFs({ maxQuota: 300 * KIB });
    const db = opened(fs, '/db', mode);
    db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'one')");
    const big = () => db.exec('INSERT INTO t VALUES (2, zeroblob(400000))');
    for (let n = 0; n < 3; n++) expect(codeOf(big)).toBe(FULL);
    isSound(db);
    expect(rowsOf(db)).toEqual([[1, 'one']]);
    db.exec("INSERT INTO t VALUES (3, 'there is still room')");
    quotaOf(fs).resize(4096 * KIB);
    big();
    expect(rowsOf(db, 'SELECT id FROM t')).toEqual([[1], [2], [3]]);
    isSound(db);
    db.close();
    expectClean(fs);
  });

  it('gets back what a refused transaction has put into a write-ahead log', () => {
    const fs = createFs({ maxQuota: 300 * KIB });
    const db = opened(fs, '/db', 'wal');
    db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'one')");
    const { used } = quotaOf(fs);
    expect(codeOf(() => db.exec('INSERT INTO t VALUES (2, zeroblob(400000))'))).toBe(FULL);
    expect(quotaOf(fs).used).toBeLessThanOrEqual(used + 4 * KIB);
    db.close();
    expect(fs.readdirSync('/')).toEqual(['db']);
    const again = opened(fs, '/db', 'wal');
    expect(rowsOf(again)).toEqual([[1, 'one']]);
    again.close();
    expectClean(fs);
  });

  it('says SQLITE_FULL where not even the journal can be made', () => {
    const fs = createFs({ maxQuota: 100 * KIB });
    const db = opened(fs);
    db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v)');
    quotaOf(fs).resize(quotaOf(fs).used);
    expect(codeOf(() => db.exec('INSERT INTO t VALUES (1, 2)'))).toBe(FULL);
    quotaOf(fs).resize(200 * KIB);
    db.exec('INSERT INTO t VALUES (1, 2)');
    db.close();
    expectClean(fs);
  });

  describe.each(seeds(20_261_122))('seed %i', (seed) => {
    it.each(MODES)('refuses at random points; what is committed stays: %s', { timeout: 120_000 }, (mode) => {
      const random = createPrng(seed);
      const fs = createFs({ maxQuota: 4096 * KIB });
      let db = opened(fs, '/db', mode);
      db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE INDEX by_v ON t (v)');
      let committed = new Map<number, string>();
      let refusals = 0;
      for (let round = 0; round < 300 * effort; round++) {
        const model = new Map(committed);
        const { used } = quotaOf(fs);
        quotaOf(fs).resize(used + (random.chance(0.3) ? 4096 * KIB : random.int(20 * KIB)));
        const code = codeOf(() => transaction(db, model, random));
        if (code === 0) committed = model;
        else {
          expect(code).toBe(FULL);
          refusals++;
          if (sqlite3.capi.sqlite3_get_autocommit(db) === 0) db.exec('ROLLBACK');
        }
        if (random.chance(0.1)) {
          db.close();
          // To open a file takes room, too.
          quotaOf(fs).resize(quotaOf(fs).used + 64 * KIB);
          db = opened(fs, '/db', mode);
        }
        if (round % 10 > 0) continue;
        expect(rowsOf(db)).toEqual([...committed].sort(([a], [b]) => a - b));
        isSound(db);
        expectClean(fs);
      }
      expect(refusals).toBeGreaterThan(20);
      db.close();
      quotaOf(fs).resize(4096 * KIB);
      const last = openDatabase(fs, '/db', { sqlite3 });
      expect(rowsOf(last)).toEqual([...committed].sort(([a], [b]) => a - b));
      isSound(last);
      last.close();
      expectClean(fs);
    });
  });
});

/** Some changes, to the database and the model alike. */
function transaction(db: Database, model: Map<number, string>, random: Prng): void {
  db.exec('BEGIN');
  for (let n = random.between(1, 12); n > 0; n--) {
    const id = random.int(60);
    if (random.chance(0.3)) {
      db.exec({ sql: 'DELETE FROM t WHERE id = ?', bind: [id] });
      model.delete(id);
      continue;
    }
    const v = `${random.next()}`.repeat(random.pick([1, 10, 300]));
    db.exec({ sql: 'INSERT OR REPLACE INTO t VALUES (?, ?)', bind: [id, v] });
    model.set(id, v);
  }
  db.exec('COMMIT');
}

describe('a crash', () => {
  it.each(MODES)('at any write leaves what was committed before or after: %s', { timeout: 120_000 }, (mode) => {
    const fs = createFs();
    const before = opened(fs, '/db', mode);
    before.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE INDEX by_v ON t (v)');
    for (let n = 0; n < 40; n++) before.exec({ sql: 'INSERT INTO t VALUES (?, ?)', bind: [n, `${n}`.repeat(300)] });
    before.close();
    // A copy of the whole volume before each call that changes it: what a crash there would leave.
    const crashed: Fs[] = [];
    const watched = { ...fs };
    for (const name of ['writeSync', 'ftruncateSync', 'unlinkSync', 'openSync', 'truncateSync'] as const) {
      const call = fs[name] as (...args: unknown[]) => unknown;
      Object.assign(watched, {
        [name]: Object.assign((...args: unknown[]) => {
          crashed.push(copyOf(fs));
          return call(...args);
        }, call),
      });
    }
    const db = opened(watched, '/db', mode);
    const states = [rowsOf(db)];
    for (const sql of [
      'UPDATE t SET v = v || id',
      'DELETE FROM t WHERE id % 2',
      "INSERT INTO t VALUES (100, 'last')",
    ]) {
      db.exec(sql);
      states.push(rowsOf(db));
    }
    db.close();
    crashed.push(copyOf(fs));
    expect(crashed.length).toBeGreaterThan(50);
    let reached = 0;
    for (const volume of crashed) {
      const left = openDatabase(volume, '/db', { sqlite3 });
      isSound(left);
      const state = states.findIndex((rows) => JSON.stringify(rows) === JSON.stringify(rowsOf(left)));
      expect(state).toBeGreaterThanOrEqual(reached);
      reached = state;
      left.close();
      expectClean(volume);
    }
    expect(reached).toBe(states.length - 1);
    expectClean(fs);
  });

  it('is found by whatever name the database is opened: a hot journal behind a link', () => {
    const fs = createFs();
    const db = opened(fs);
    db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v)');
    for (let n = 0; n < 40; n++) db.exec({ sql: 'INSERT INTO t VALUES (?, ?)', bind: [n, `${n}`.repeat(300)] });
    const rows = rowsOf(db);
    db.exec('BEGIN; UPDATE t SET v = v || id');
    const crashed = copyOf(fs);
    db.exec('ROLLBACK');
    db.close();
    expect(crashed.readdirSync('/')).toEqual(['db', 'db-journal']);
    crashed.symlinkSync('/db', '/link');
    const left = openDatabase(crashed, '/link', { sqlite3 });
    expect(rowsOf(left)).toEqual(rows);
    isSound(left);
    left.close();
    expect(crashed.readdirSync('/')).toEqual(['db', 'link']);
    expectClean(crashed);
  });
});

function copyOf(fs: Fs): Fs {
  const copy = createFs();
  for (const name of fs.readdirSync('/')) copy.writeFileSync(`/${name}`, fs.readFileSync(`/${name}`));
  return copy;
}

it('takes no memory for volumes that are gone, and keeps those with an open database', {
  timeout: 60_000,
}, async () => {
  const vfsCount = () => sqlite3.capi.sqlite3_js_vfs_list().filter((name) => name.startsWith('quotafs-')).length;
  let db: Database | undefined;
  (() => {
    db = opened(createFs());
    for (let n = 0; n < 200; n++) opened(createFs()).exec('CREATE TABLE t (x)').close();
  })();
  const most = vfsCount();
  expect(most).toBeGreaterThan(100);
  for (let n = 0; n < 50 && vfsCount() > 20; n++) {
    globalThis.gc?.();
    await setImmediate();
    await setTimeout(20);
  }
  expect(vfsCount()).toBeLessThan(20);
  db?.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
  expect(db?.selectValue('SELECT x FROM t')).toBe(1);
  db?.close();
});
