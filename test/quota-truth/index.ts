/**
 * Quota truth: `npm run quota-truth`. Each workload fills a volume in a process
 * of its own until it refuses; the growth of that process is compared with the
 * quota. Exits 1 when any real ÷ quota is over 1.0, a refusal is not ENOSPC, an
 * audit is not clean, deleting gives back too little, or the emptied volume does
 * not take the same workload again. A run without a filter also checks the price
 * list, the utilisation and the memory for each of a million files.
 *
 *   --quota 8,64,512   MiB, default 64
 *   --workload a,b     only these (a prefix ending in * matches many)
 *   --node path        the Node binary, default this one; --nodes a,b for several
 *   --subject engine   the engine without the facade; built: the package in dist, for workloads that use \`node:fs\` alone;
 *                      memfs for comparison (never fails)
 *   --steps file       on memfs: as many steps as ours did, from its JSON
 *   --cold             no warm-up: the process compiles the engine while it is measured, and that is shown apart
 *   --old-space MiB    V8's --max-old-space-size for what is measured, default 12000: a small one shows what dies
 *   --patience s       seconds after which a workload stops filling, default 60
 *   --out file         JSON
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, ROOT } from '../bench/build.js';
import { measureAll, type Row } from './measure.js';
import type { Subject } from './open.js';
import { failures, printHead, printRow } from './table.js';

const { values: options } = parseArgs({
  options: {
    quota: { type: 'string', default: '64' },
    workload: { type: 'string' },
    node: { type: 'string', default: process.execPath },
    nodes: { type: 'string' },
    subject: { type: 'string', default: 'ours' },
    steps: { type: 'string' },
    cold: { type: 'boolean', default: false },
    'old-space': { type: 'string', default: '12000' },
    patience: { type: 'string', default: '60' },
    out: { type: 'string' },
  },
});

/** Runs one of the other checks and prints what it prints; true when its promises hold. */
function check(node: string, file: string): boolean {
  try {
    execFileSync(node, ['--expose-gc', '--max-old-space-size=4096', file], { stdio: 'inherit' });
    return true;
  } catch {
    return false;
  }
}

const worker = await bundle('test/quota-truth/worker.ts', 'quota-truth');
process.env.QUOTAFS_DIST = join(ROOT, 'dist');
const rows: Row[] = [];
const failed: string[] = [];
for (const node of (options.nodes ?? options.node).split(',')) {
  for (const quota of options.quota.split(',')) {
    const taken = await measureAll({
      worker,
      node,
      subject: options.subject as Subject,
      quota: Number(quota) * 2 ** 20,
      workload: options.workload,
      cold: options.cold,
      oldSpace: Number(options['old-space']),
      patience: Number(options.patience) * 1000,
      onStart: (version) => printHead(version, Number(quota) * 2 ** 20, options.subject),
      onRow: printRow,
      steps: options.steps === undefined ? undefined : (JSON.parse(readFileSync(options.steps, 'utf8')) as Row[]),
    });
    rows.push(...taken);
  }
  if (options.workload !== undefined || options.subject !== 'ours') continue;
  for (const part of ['calibration', 'utilisation']) {
    console.log(`\n${part}, ${node}`);
    const file = await bundle(`test/quota-truth/${part}-main.ts`, part);
    if (!check(node, file)) failed.push(`FAIL ${node} ${part}`);
  }
}
if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(rows, null, 1)}\n`);
if (options.subject !== 'memfs') failed.push(...rows.flatMap(failures));
for (const line of failed) console.log(line);
console.log(`\n${rows.length} workloads measured, ${failed.length} failures`);
process.exitCode = failed.length > 0 ? 1 : 0;
