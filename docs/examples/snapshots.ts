/** One fixture for many tests: made once, restored before each, shipped to a worker as bytes. */
import { Worker } from 'node:worker_threads';
import { createFs, quotaOf } from 'quotafs';
import { diff, printDiff } from 'quotafs/inspect';
import { clone, restore, snapshot } from 'quotafs/snapshot';

const fs = createFs({ maxQuota: 4 * 1024 * 1024 });
fs.mkdirSync('/app');
for (let i = 0; i < 100; i++) fs.writeFileSync(`/app/module-${i}.js`, `export const n = ${i};\n`.repeat(50));

using fixture = snapshot(fs);
const tests = {
  removes: () => fs.rmSync('/app', { recursive: true }),
  changes: () => fs.appendFileSync('/app/module-7.js', '// touched\n'),
  fills: () => fs.writeFileSync('/app/large', Buffer.alloc(8 * 1024 * 1024)),
};
for (const [name, test] of Object.entries(tests)) {
  restore(fs, fixture);
  try {
    test();
  } catch (error) {
    console.log(`${name}: ${(error as NodeJS.ErrnoException).code}`);
  }
  const lines = printDiff(diff(fixture, fs)).split('\n').filter(Boolean);
  console.log(`${name}: ${lines.length} differences${lines.length === 1 ? `: ${lines[0]}` : ''}`);
}

restore(fs, fixture);
const copy = clone(fs, { maxQuota: 1024 * 1024 }); // its own volume, its own quota
copy.rmSync('/app', { recursive: true });
console.log(`${fs.readdirSync('/app').length} files here, ${copy.readdirSync('/').length} in the emptied clone`);

const bytes = fixture.toBytes();
const worker = new Worker(
  'require("node:worker_threads").parentPort.once("message", (b) => console.log(b.length > 90000))',
  {
    eval: true,
  },
);
worker.postMessage(bytes, [bytes.buffer as ArrayBuffer]);
await new Promise((resolve) => worker.once('exit', resolve));
console.log(`the audit finds ${quotaOf(fs).audit().problems.length} problems`);
