/**
 * What a snapshot and its restore take beside writing the files, through the facade: 10,000 files of 1 to 4 KiB; the
 * restore is one after every file was written over, and one after all were removed. The least of the rounds of one
 * process ("warm"), and of the first rounds of some ("cold"): what another program took meanwhile is not ours. Fails at
 * 5 % and more. Not part of `npm test`:
 *
 *     node --import tsx test/bench/snapshots.ts [rounds] [processes]
 */
import { execFileSync } from 'node:child_process';
import { bundle } from './build.js';

type Times = Record<string, number[]>;
const worker = await bundle('test/bench/snapshots-worker.ts', 'snapshots');
const run = (rounds: string): Times =>
  JSON.parse(execFileSync(process.execPath, [worker, rounds], { encoding: 'utf8' }));
const least = (values: number[] = []): number => Math.min(...values);

const warm = run(process.argv[2] ?? '21');
const cold: Times = {};
for (let left = Number(process.argv[3] ?? '7'); left > 0; left--) {
  for (const [name, [first = 0]] of Object.entries(run('1'))) cold[name] = [...(cold[name] ?? []), first];
}
for (const [kind, times] of Object.entries({ warm, cold })) {
  for (const [name, all] of Object.entries(times)) {
    console.log(`${kind}  ${name.padEnd(24)} ${least(all).toFixed(2).padStart(8)} ms`);
  }
  const restore = Math.max(least(times['restore, all changed']), least(times['restore, all removed']));
  const share = ((least(times.snapshot) + restore) / least(times.write)) * 100;
  console.log(`${kind}  snapshot and restore: ${share.toFixed(1)} % of writing`);
  if (share >= 5) process.exitCode = 1;
}
