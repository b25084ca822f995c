// A program that installed the package, as ESM: it works, starts fast and leaves nothing running.
import assert from 'node:assert';

const started = performance.now();
const quotafs = await import('quotafs');
const elapsed = performance.now() - started;
const { AsyncMemoryFileSystem, createFs, MemoryFileSystem, QuotaExceededError, TextHandle } = quotafs;

const fs = createFs({ maxQuota: 1024 ** 2 });
fs.mkdirSync('/a/b', { recursive: true });
await fs.promises.writeFile('/a/b/file', 'text');
assert.equal(fs.readFileSync('/a/b/file', 'utf8'), 'text');
assert.throws(
  () => fs.writeFileSync('/a/b/big', Buffer.alloc(2 * 1024 ** 2)),
  (error) => error instanceof QuotaExceededError && error.code === 'ENOSPC' && error.syscall === 'write',
);
assert.equal(fs.existsSync('/a/b/big'), false);

const memory = new MemoryFileSystem({ maxQuota: 1024 ** 2 });
memory.fs.writeFileSync('/file', 'one volume');
assert.equal(memory.exists('/file'), true);
assert.equal(typeof AsyncMemoryFileSystem, 'function');
assert.equal(typeof TextHandle, 'function');

console.log(`imported in ${elapsed.toFixed(1)} ms, exports ${Object.keys(quotafs).sort().join(', ')}`);
