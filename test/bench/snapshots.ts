/**
 * What a snapshot and its restore take beside writing the files, through the facade: 10,000 files of 1 to 4 KiB; the
 * restore is one after every file was written over, and one after all were removed. Medians of the rounds; fails at 5 %
 * and more. Not part of `npm test`:
 *
 *     node --import tsx test/bench/snapshots.ts [rounds]
 */
import { execFileSync } from 'node:child_process';
import { bundle } from './build.js';

const worker = await bundle('test/bench/snapshots-worker.ts', 'snapshots');
const report = execFileSync(process.execPath, [worker, process.argv[2] ?? '21'], { encoding: 'utf8' });
const times: Record<string, number> = JSON.parse(report);
for (const [name, ms] of Object.entries(times)) console.log(`${name.padEnd(24)} ${ms.toFixed(2).padStart(8)} ms`);
const share =
  ((times.snapshot + Math.max(times['restore, all changed'], times['restore, all removed'])) / times.write) * 100;
console.log(`snapshot and restore: ${share.toFixed(1)} % of writing`);
if (share >= 5) process.exitCode = 1;
