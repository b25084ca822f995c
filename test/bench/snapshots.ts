/**
 * What a snapshot and its restore take beside writing the files, through the facade: 10,000 files of 1 to 4 KiB; the
 * restore is one after every file was written over, and one after all were removed. Medians of the rounds of one process
 * ("warm"), and of the first rounds of some ("cold"); fails at 5 % and more. Not part of `npm test`:
 *
 *     node --import tsx test/bench/snapshots.ts [rounds] [processes]
 */
import { execFileSync } from 'node:child_process';
import { bundle } from './build.js';

type Times = Record<string, number[]>;
const worker = await bundle('test/bench/snapshots-worker.ts', 'snapshots');
const run = (rounds: string): Times =>
  JSON.parse(execFileSync(process.execPath, [worker, rounds], { encoding: 'utf8' }));
const median = (values: number[] = []): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;

const warm = run(process.argv[2] ?? '21');
const cold: Times = {};
for (let left = Number(process.argv[3] ?? '7'); left > 0; left--) {
  for (const [name, [first = 0]] of Object.entries(run('1'))) cold[name] = [...(cold[name] ?? []), first];
}
for (const [kind, times] of Object.entries({ warm, cold })) {
  for (const [name, all] of Object.entries(times)) {
    console.log(`${kind}  ${name.padEnd(24)} ${median(all).toFixed(2).padStart(8)} ms`);
  }
  const restore = Math.max(median(times['restore, all changed']), median(times['restore, all removed']));
  const share = ((median(times.snapshot) + restore) / median(times.write)) * 100;
  console.log(`${kind}  snapshot and restore: ${share.toFixed(1)} % of writing`);
  if (share >= 5) process.exitCode = 1;
}
