/** The process that test/bench/snapshots.ts measures: bundled, so that no TypeScript loader sits in it. Prints the milliseconds of each round as JSON. */
import { restore, snapshot } from '../../src/adapters/snapshot/index.js';
import { createFs } from '../../src/facade/index.js';

const FILES = 10_000;
const fs = createFs({ maxQuota: 256 * 1024 * 1024 });
const content = Buffer.alloc(4096, 'content ');
const path = (i: number): string => `/tree/${Math.floor(i / 100)}/file${i}.txt`;
const times: Record<string, number[]> = {};

function timed<T>(name: string, work: () => T): T {
  const start = performance.now();
  const result = work();
  (times[name] ??= []).push(performance.now() - start);
  return result;
}

for (let round = Number(process.argv[2]); round > 0; round--) {
  timed('write', () => {
    for (let i = 0; i < FILES; i++) {
      if (i % 100 === 0) fs.mkdirSync(`/tree/${i / 100}`, { recursive: true });
      fs.writeFileSync(path(i), content.subarray(0, 1024 + ((i * 37) % 3072)));
    }
  });
  const taken = timed('snapshot', () => snapshot(fs));
  for (let i = 0; i < FILES; i++) fs.writeFileSync(path(i), 'changed');
  timed('restore, all changed', () => restore(fs, taken));
  timed('restore, nothing changed', () => restore(fs, taken));
  fs.rmSync('/tree', { recursive: true });
  timed('restore, all removed', () => restore(fs, taken));
  timed('dispose', () => taken.dispose());
  fs.rmSync('/tree', { recursive: true });
}
console.log(JSON.stringify(times));
