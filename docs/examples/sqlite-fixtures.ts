/** SQLite fixtures for fast isolated tests: the schema and the seed rows are made once, and each test gets a copy. */
import assert from 'node:assert/strict';
import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import { createFs, QuotaExceededError } from 'quotafs';
import { openDatabase, sqliteStore } from 'quotafs/sqlite';
import initSqlJs from 'sql.js';

const fs = createFs({ maxQuota: 1024 * 1024 });
const store = sqliteStore(fs);
// Or DatabaseSync of node:sqlite, or better-sqlite3's Database.
const { Database } = await initSqlJs();

const seeded = new Database();
seeded.run('CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)');
for (let n = 1; n <= 1000; n++) seeded.run('INSERT INTO users (name) VALUES (?)', [`user ${n}`]);
const { path, size } = store.save('users/v1', seeded);
seeded.close();
console.log(`${path} has ${size} bytes`);

/** Stands for a test: whatever it does to its database, the next one begins with the fixture. */
function test(name: string, body: (db: InstanceType<typeof Database>) => void): void {
  const db = store.load('users/v1', Database);
  try {
    body(db);
    console.log(`ok ${name}`);
  } finally {
    db.close();
  }
}
const count = (db: InstanceType<typeof Database>) => db.exec('SELECT count(*) FROM users')[0]?.values[0]?.[0];

test('deletes everyone', (db) => {
  db.run('DELETE FROM users');
  assert.equal(count(db), 0);
});
test('still has everyone', (db) => assert.equal(count(db), 1000));
test('saves no more than the quota', (db) => {
  db.run('CREATE TABLE big AS SELECT randomblob(2000000) AS x');
  assert.throws(() => store.save('users/v1', db), QuotaExceededError);
});

// The fixture is a file on the volume; a database can live there, too.
const sqlite3 = await sqlite3InitModule();
const live = openDatabase(fs, path, { sqlite3 });
console.log(`live: ${live.selectValue('SELECT name FROM users WHERE id = 7')}`);
live.close();
