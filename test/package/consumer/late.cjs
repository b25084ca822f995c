// What is loaded at its first use. 'reset': it belongs to the copy that asks for it, even when a test runner has emptied
// the cache of modules in between. 'mounted': it is found when a volume has taken the place of every file.
const assert = require('node:assert');
const { createFs, QuotaExceededError, quotaOf } = require('quotafs');

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
}

if (process.argv[2] === 'reset') {
  for (const path of Object.keys(require.cache)) delete require.cache[path];
} else {
  require('quotafs/mount').mount(fs);
}
useAll().then(() => console.log(process.argv[2]));
