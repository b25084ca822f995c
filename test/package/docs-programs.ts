/** The programs in docs/: what each takes for granted, put before it, and what must be true then, after it. */

export interface Example {
  readonly page: string;
  /** Which blocks of the page: one after the other, as one program. */
  readonly blocks: readonly number[];
  readonly before?: string;
  readonly after?: string;
  /** What stands in for an ellipsis. */
  readonly filled?: readonly [string, string];
  /** For a test runner: the file that the program becomes, and the command that runs it. */
  readonly file?: string;
  readonly args?: readonly string[];
  /** The first Node that can run it: `[major, minor]`. */
  readonly since?: readonly [number, number];
}

/** What a block is said to throw. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the program's
const BIG = 'fs.writeFileSync(`${root}/big`, Buffer.alloc(2 ** 25));';

export const examples: readonly Example[] = [
  {
    page: 'archives',
    blocks: [0],
    before: `import { createFs } from 'quotafs'; import { exportArchive, exportArchiveStream, importArchive } from 'quotafs/archive';
      const fs = createFs(); fs.mkdirSync('/in/package', { recursive: true }); fs.writeFileSync('/in/package/a', 'text');
      const source = await exportArchive(fs, '/in'); const response = fs.createWriteStream('/response');`,
    after: `await new Promise((resolve) => response.on('finish', resolve));
      assert.equal(fs.readFileSync('/work/a', 'utf8'), 'text'); assert.equal(zip.subarray(0, 2).toString(), 'PK');
      assert.equal(fs.readFileSync('/response').readUInt16BE(), 0x1f8b);`,
  },
  {
    page: 'archives',
    blocks: [1],
    before: `import { createFs } from 'quotafs'; import { exportToDisk, importFromDisk } from 'quotafs/disk';
      import disk from 'node:fs'; const fs = createFs();
      disk.mkdirSync('fixtures/project/dist', { recursive: true }); disk.writeFileSync('fixtures/project/dist/a', 'text');
      disk.mkdirSync('fixtures/project/node_modules/b', { recursive: true });`,
    after: `assert.equal(disk.readFileSync('dist/a', 'utf8'), 'text'); assert.deepEqual(fs.readdirSync('/project'), ['dist']);`,
  },
  {
    page: 'archives',
    blocks: [2],
    before: `import { createFs } from 'quotafs'; import { diff, dumpOnFailure, printDiff, printTree, printUsage } from 'quotafs/inspect';
      const fs = createFs(); fs.mkdirSync('/work/a', { recursive: true }); const before = fs, after = createFs();
      const ran = []; const it = (name, body) => ran.push(body());`,
    after: `await Promise.all(ran);`,
  },
  { page: 'bundling', blocks: [0], before: `import { build } from 'esbuild';`, after: `await import('./app.mjs');` },
  {
    page: 'd-memfs',
    blocks: [0],
    after: `assert.equal(mfs.exportAsBuffer('/logs/app.log').toString(), 'started\\n');`,
  },
  {
    page: 'migrating',
    blocks: [0],
    after: `vol.fromJSON({ '/a': 'b' }); assert.equal(all.vol.readFileSync('/a', 'utf8'), 'b'); assert.equal(fs.readFileSync('/a', 'utf8'), 'b');
      assert.equal(createFsFromVolume(Volume.fromJSON({ '/c': 'd' })).readFileSync('/c', 'utf8'), 'd');
      assert.equal(memfs({ e: 'f' }, '/g').fs.readFileSync('/g/e', 'utf8'), 'f'); assert.equal(all.readFileSync('/a', 'utf8'), 'b');`,
  },
  {
    page: 'migrating',
    blocks: [1],
    before: `import fs from 'node:fs';`,
    filled: [
      'mock.restore();',
      `assert.equal(fs.readFileSync('path/to/dir/file.txt', 'utf8'), 'text'); assert.equal(fs.statSync('/etc/app.conf').mode & 0o777, 0o600);
      assert.ok(fs.existsSync('node_modules/quotafs/package.json')); mock.restore();`,
    ],
    after: `assert.equal(fs.existsSync('path'), false);`,
  },
  { page: 'mounting', blocks: [0] },
  {
    page: 'mounting',
    blocks: [1],
    after: `assert.match(union.readFileSync('/etc/hosts', 'utf8'), /127.0.0.1 example\\n$/); assert.doesNotMatch(fs.readFileSync('/etc/hosts', 'utf8'), /example/);`,
  },
  {
    page: 'overlay',
    blocks: [0],
    before: `import disk from 'node:fs'; const kept = disk.readFileSync('package.json', 'utf8');`,
    after: `assert.equal(disk.readFileSync('out/package.json', 'utf8'), '{}'); assert.equal(disk.readFileSync('package.json', 'utf8'), kept);
      assert.equal(overlay.fs.readFileSync('package.json', 'utf8'), kept);`,
  },
  {
    page: 'quota',
    blocks: [0],
    filled: ['const quota =', `fs.mkdirSync('/src'); const quota =`],
    after: `assert.equal(quota.limit, 128 * 1024 * 1024); assert.deepEqual(quota.audit().problems, []);`,
  },
  {
    page: 'snapshots',
    blocks: [0, 1],
    filled: ['// … make the tree', `fs.mkdirSync('/src'); //`],
    after: `assert.deepEqual([fs, other, copy].map((each) => each.readdirSync('/')), [['src'], ['src'], ['src']]);`,
  },
  {
    page: 'sqlite',
    blocks: [0],
    since: [22, 13],
    filled: ['const fs =', `const db = new DatabaseSync(':memory:'); db.exec('CREATE TABLE t (x)'); const fs =`],
    after: `assert.deepEqual(copy.prepare('SELECT * FROM t').all(), []); assert.deepEqual(store.list('shop'), []);`,
  },
  {
    page: 'sqlite',
    blocks: [1],
    since: [22, 13],
    before: `import { DatabaseSync } from 'node:sqlite'; import { createFs } from 'quotafs'; import { sqliteStore } from 'quotafs/sqlite';
      const store = sqliteStore(createFs()); const first = new DatabaseSync(':memory:'); first.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
      store.save('shop/v1', first);`,
    after: `assert.equal(worker.prepare('SELECT x FROM t').get().x, 1);`,
  },
  {
    page: 'sqlite',
    blocks: [2],
    before: `import { createFs } from 'quotafs'; const fs = createFs(); fs.mkdirSync('/data');`,
    after: `assert.equal(db.selectValue('SELECT count(*) FROM t'), 0); db.close(); assert.ok(fs.statSync('/data/app.db').size > 0);`,
  },
  {
    page: 'test-runners',
    blocks: [0],
    file: 'hook.test.js',
    args: ['node_modules/vitest/vitest.mjs', 'run', '--globals', 'hook'],
    before: `import fs from 'node:fs'; const save = async (path) => fs.writeFileSync(path, '');`,
  },
  {
    page: 'test-runners',
    blocks: [1],
    file: 'dump.test.js',
    args: ['node_modules/vitest/vitest.mjs', 'run', '--globals', 'dump'],
    before: `import { useVolume } from 'quotafs/vitest'; import { dumpOnFailure } from 'quotafs/inspect'; const memory = useVolume();`,
    filled: ['{ … }', '{}'],
  },
  {
    page: 'test-runners',
    blocks: [2],
    file: 'mocks.test.js',
    args: ['node_modules/vitest/vitest.mjs', 'run', '--globals', 'mocks'],
    before: `import { vi } from 'vitest'; import { resetVolume, volume } from 'quotafs/vitest'; import { saveByDependency, save } from './src/save.js';`,
    after: `test('saves', async () => { volume.mkdirSync('/mocked'); await save('/mocked'); expect(volume.readdirSync('/mocked')).toHaveLength(5); });`,
  },
  {
    page: 'test-runners',
    blocks: [3],
    file: 'mocks-of-jest.spec.cjs',
    args: ['node_modules/jest/bin/jest.js', '--testMatch', '**/*.spec.cjs'],
    before: `const { resetVolume, volume } = require('quotafs/jest');`,
    after: `test('saves', () => { require('fs').writeFileSync('/a', 'b'); expect(volume.readFileSync('/a', 'utf8')).toBe('b'); });`,
  },
  {
    page: 'vfs',
    blocks: [0],
    since: [26, 4],
    file: 'vfs.mjs',
    args: ['--experimental-vfs', 'vfs.mjs'],
    filled: [BIG, `assert.throws(() => { ${BIG} }, { code: 'ENOSPC' });`],
  },
  {
    page: 'vfs',
    blocks: [1],
    since: [26, 4],
    file: 'register.mjs',
    args: ['--experimental-vfs', '--import', './register.mjs', '--vfs-load=./app', '-e', ''],
  },
];
