// A program that installed the package, as CommonJS.
const assert = require('node:assert');

const started = performance.now();
const { createFs, MemoryFileSystem, QuotaExceededError } = require('quotafs');
const elapsed = performance.now() - started;

const fs = createFs({ maxQuota: 1024 ** 2 });
fs.writeFileSync('/file', 'text');
assert.equal(fs.readFileSync('/file', 'utf8'), 'text');
assert.throws(() => fs.writeFileSync('/big', Buffer.alloc(2 * 1024 ** 2)), QuotaExceededError);
assert.equal(new MemoryFileSystem({ maxQuota: 1024 ** 2 }).quota.audit().ok, true);
for (const name of ['memfs', 'mock-fs']) assert.equal(require(`quotafs/${name}`).default, require(`quotafs/${name}`));
assert.equal(typeof require('quotafs/mock-fs'), 'function');
const manifest = require('quotafs/package.json');
assert.equal(manifest.name, 'quotafs');
// What a transpiler makes of `import x from 'quotafs'` in CommonJS: without the mark `__esModule` it is the whole.
for (const subpath of Object.keys(manifest.exports)) {
  // These stand on a peer that is not installed here.
  if (['./vitest', './unionfs'].includes(subpath)) continue;
  assert.equal(require(subpath.replace('.', 'quotafs')).__esModule, undefined, subpath);
}

// The build keeps the names of the members: they are what stack traces and spies show.
for (const [name, member] of Object.entries(require('node:fs'))) {
  if (typeof member !== 'function') continue;
  assert.deepEqual([fs[name].name, fs[name].length], [member.name, member.length], name);
}
for (const { native } of [fs.realpath, fs.realpathSync]) assert.equal(native.name, 'native');
assert.equal(require('quotafs/memfs').Volume.name, 'Volume');

console.log(`required in ${elapsed.toFixed(1)} ms`);
