// What is loaded at its first use. 'reset': it belongs to the copy that asks for it, even when a test runner has emptied
// the cache of modules in between. 'mounted': it is found when a volume has taken the place of every file; 'patched': when
// all functions of `node:fs` are those of a volume, which Node's loader calls.
const assert = require('node:assert');
const { AsyncMemoryFileSystem, createFs, QuotaExceededError, quotaOf } = require('quotafs');

const fs = createFs({ maxQuota: 1024 ** 2 });
fs.writeFileSync('/file', 'text');

async function useAll() {
  await assert.rejects(fs.promises.writeFile('/big', Buffer.alloc(2 * 1024 ** 2)), QuotaExceededError);
  assert.equal(await fs.promises.readFile('/file', 'utf8'), 'text');
  fs.cpSync('/file', '/copy');
  assert.deepEqual(fs.globSync('/c*'), ['/copy']);
  fs.watch('/').close();
  const pieces = [];
  for await (const piece of fs.createReadStream('/copy', 'utf8')) pieces.push(piece);
  assert.deepEqual(pieces, ['text']);
  // Handles, streams and promises are parts of one copy: each knows the others' by their classes.
  const handle = await fs.promises.open('/copy', 'r+');
  assert.equal(await fs.promises.readFile(handle, 'utf8'), 'text');
  for await (const piece of handle.createReadStream({ encoding: 'utf8', start: 1, autoClose: false }))
    pieces.push(piece);
  for await (const piece of fs.createReadStream('', { fd: handle, encoding: 'utf8', start: 2 })) pieces.push(piece);
  assert.deepEqual(pieces, ['text', 'ext', 'xt']);
  // Of the engine's late part: the use by path, and the fsck.
  assert.equal(quotaOf(fs).usage('/').files, 2);
  assert.deepEqual(quotaOf(fs).audit().problems, []);
  fs.mkdirSync('/tree/below', { recursive: true });
  fs.rmSync('/tree', { recursive: true });
  assert.equal(fs.existsSync('/tree'), false);
  // Of what few programs call.
  fs.symlinkSync('/file', '/link');
  fs.chmodSync('/link', 0o600);
  assert.equal(fs.realpathSync('/link'), '/file');
  assert.equal(fs.realpathSync.native('/link'), '/file');
  assert.match(require('node:util').inspect(fs), /^quotafs: /);
  await useOther();
}

// The D-MemFS API: its first volume is made when a test has faked the clocks, and its locks run by the real ones.
async function useOther() {
  const { setTimeout } = globalThis;
  const { hrtime } = process;
  const fake = () => assert.fail('a fake was asked');
  Object.assign(globalThis, { setTimeout: fake });
  Object.assign(process, { hrtime: fake });
  const volume = new AsyncMemoryFileSystem();
  const handle = await volume.open('/file', 'wb');
  await handle.write(Buffer.from('text'));
  await assert.rejects(volume.open('/file', 'rb', { lockTimeout: 0.01 }), { code: 'EBUSY' });
  await handle.close();
  assert.deepEqual(await volume.glob('/*'), ['/file']);
  assert.deepEqual(volume.sync.quota.audit().problems, []);
  Object.assign(globalThis, { setTimeout });
  Object.assign(process, { hrtime });
}

if (process.argv[2] === 'reset') {
  for (const path of Object.keys(require.cache)) delete require.cache[path];
} else if (process.argv[2] === 'mounted') {
  require('quotafs/mount').mount(fs);
} else {
  const real = require('node:fs');
  for (const name of Object.keys(real)) if (typeof real[name] === 'function' && name in fs) real[name] = fs[name];
  // The first that Node's loader itself calls is one that is loaded late.
  assert.equal(real.realpathSync('/file'), '/file');
  assert.equal(real.realpathSync, fs.realpathSync);
}
useAll().then(() => process.stdout.write(process.argv[2]));
