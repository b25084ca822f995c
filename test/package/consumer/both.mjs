// The ESM and the CommonJS copy of the package in one process: their descriptors never collide.
import assert from 'node:assert';
import { createRequire } from 'node:module';
import * as esm from 'quotafs';

const cjs = createRequire(import.meta.url)('quotafs');
assert.notEqual(esm.createFs, cjs.createFs);

const volumes = [esm.createFs(), cjs.createFs(), esm.createFs()];
const fds = volumes.flatMap((fs) => [fs.openSync('/a', 'w'), fs.openSync('/b', 'w')]);
assert.equal(new Set(fds).size, fds.length);
for (const [index, fs] of volumes.entries()) {
  const [own, foreign] = [fds[index * 2], fds[(index * 2 + 2) % fds.length]];
  fs.writeSync(own, 'mine');
  assert.throws(() => fs.writeSync(foreign, 'not mine'), { code: 'EBADF' });
}

console.log(`descriptors ${fds.map((fd) => `0x${fd.toString(16)}`).join(' ')}`);
