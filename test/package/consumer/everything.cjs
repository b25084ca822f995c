// What a bundled program does: of each part of the package that is loaded by its first use, and of what is built on it.
const assert = require('node:assert');
const nodeFs = require('node:fs');
const { inspect } = require('node:util');

exports.useEverything = async ({ quotafs, archive, disk, mount, overlay, snapshots, inspection, memfs, mock }) => {
  const { AsyncMemoryFileSystem, createFs, MemoryFileSystem, QuotaExceededError, quotaOf, TextHandle } = quotafs;
  const fs = createFs({ maxQuota: 1024 ** 2 });
  fs.writeFileSync('/file', 'text');
  await assert.rejects(fs.promises.writeFile('/big', Buffer.alloc(2 * 1024 ** 2)), QuotaExceededError);
  assert.equal(await fs.promises.readFile('/file', 'utf8'), 'text');
  const handle = await fs.promises.open('/file');
  assert.deepEqual([handle.constructor.name, await handle.readFile('utf8')], ['FileHandle', 'text']);
  await handle.close();
  fs.cpSync('/file', '/copy');
  assert.deepEqual(fs.globSync('/{c,d}*'), ['/copy']);
  fs.watch('/').close();
  const pieces = [];
  for await (const piece of fs.createReadStream('/copy', 'utf8')) pieces.push(piece);
  assert.deepEqual(pieces, ['text']);
  assert.equal(quotaOf(fs).usage('/').files, 2);

  const before = snapshots.snapshot(fs);
  fs.mkdirSync('/tree/below', { recursive: true });
  assert.equal(inspection.diff(before, fs).length, 2);
  fs.rmSync('/tree', { recursive: true });
  snapshots.restore(fs, snapshots.fromBytes(before.toBytes()));
  for (const format of ['zip', 'tar.gz']) {
    await archive.importArchive(fs, await archive.exportArchive(fs, '/file', { format }), { to: `/${format}` });
    assert.equal(fs.readFileSync(`/${format}/file`, 'utf8'), 'text');
  }

  const volume = new MemoryFileSystem();
  const file = volume.open('/text', 'wb');
  new TextHandle(file).write('hello');
  file.close();
  const other = new AsyncMemoryFileSystem(volume);
  assert.equal(String(await other.exportAsBuffer('/text')), 'hello');

  const mounted = mount.mount(fs, { at: '/virtual' });
  nodeFs.mkdirSync('/virtual/directory', { recursive: true });
  mounted.unmount();
  assert.deepEqual(fs.readdirSync('/virtual'), ['directory']);
  memfs.vol.fromJSON({ '/from/json': 'text' });
  assert.equal(memfs.readFileSync('/from/json', 'utf8'), 'text');
  mock({ '/mocked': { file: 'text' } });
  assert.equal(nodeFs.readFileSync('/mocked/file', 'utf8'), 'text');
  mock.restore();
  const over = overlay.createOverlay({ root: process.cwd() });
  over.fs.writeFileSync(`${process.cwd()}/only in memory`, '');
  assert.deepEqual(
    over.changes().map(({ kind }) => kind),
    ['added'],
  );
  assert.equal((await disk.importFromDisk(fs, process.cwd(), { to: '/disk', filter: () => false })).files, 0);
  assert.match(inspect(fs), /^quotafs: /);
  assert.deepEqual(quotaOf(fs).audit().problems, []);
  console.log('everything works');
};
