// Imported and required in one process: it is one copy of the package, whose descriptors never collide.
import assert from 'node:assert';
import { createRequire } from 'node:module';
import * as esm from 'quotafs';

const cjs = createRequire(import.meta.url)('quotafs');
assert.equal(esm.createFs, cjs.createFs);
assert.equal(esm.QuotaExceededError, cjs.QuotaExceededError);

const volumes = [esm.createFs(), cjs.createFs(), esm.createFs()];
const fds = volumes.flatMap((fs) => [fs.openSync('/a', 'w'), fs.openSync('/b', 'w')]);
assert.equal(new Set(fds).size, fds.length);
for (const [index, fs] of volumes.entries()) {
  const [own, foreign] = [fds[index * 2], fds[(index * 2 + 2) % fds.length]];
  fs.writeSync(own, 'mine');
  assert.throws(() => fs.writeSync(foreign, 'not mine'), { code: 'EBADF' });
}

console.log(`descriptors ${fds.map((fd) => `0x${fd.toString(16)}`).join(' ')}`);
