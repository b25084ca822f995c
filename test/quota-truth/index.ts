/**
 * Quota truth: `npm run quota-truth`. Each workload fills a volume in a process
 * of its own until it refuses; the growth of that process is compared with the
 * quota. Exits 1 when any real ÷ quota is over 1.0, a refusal is not ENOSPC, an
 * audit is not clean, deleting gives back too little, or the emptied volume does
 * not take the same workload again.
 *
 *   --quota 8,64,512   MiB, default 64
 *   --workload a,b     only these (a prefix ending in * matches many)
 *   --node path        the Node binary, default this one; --nodes a,b for several
 *   --subject engine   the engine without the facade; memfs for comparison (never fails)
 *   --steps file       on memfs: as many steps as ours did, from its JSON
 *   --cold             no warm-up: compiled code counts as growth
 *   --patience s       seconds after which a workload stops filling, default 60
 *   --out file         JSON
 */
import { parseArgs } from 'node:util';
import { bundle } from '../bench/build.js';
import { measureAll, type Row } from './measure.js';
import { failures, printRows } from './table.js';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Subject } from './open.js';

const { values: options } = parseArgs({
  options: {
    quota: { type: 'string', default: '64' },
    workload: { type: 'string' },
    node: { type: 'string', default: process.execPath },
    nodes: { type: 'string' },
    subject: { type: 'string', default: 'ours' },
    steps: { type: 'string' },
    cold: { type: 'boolean', default: false },
    patience: { type: 'string', default: '60' },
    out: { type: 'string' },
  },
});

const worker = await bundle('test/quota-truth/worker.ts', 'quota-truth');
const rows: Row[] = [];
for (const node of (options.nodes ?? options.node).split(',')) {
  for (const quota of options.quota.split(',')) {
    const taken = await measureAll({
      worker,
      node,
      subject: options.subject as Subject,
      quota: Number(quota) * 2 ** 20,
      workload: options.workload,
      cold: options.cold,
      patience: Number(options.patience) * 1000,
      steps: options.steps === undefined ? undefined : (JSON.parse(readFileSync(options.steps, 'utf8')) as Row[]),
    });
    printRows(taken);
    rows.push(...taken);
  }
}
if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(rows, null, 1)}\n`);
const failed = options.subject === 'memfs' ? [] : rows.flatMap(failures);
for (const line of failed) console.log(line);
console.log(`${rows.length} workloads measured, ${failed.length} failures`);
process.exitCode = failed.length > 0 ? 1 : 0;
