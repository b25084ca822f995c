/**
 * Quota truth: draws docs/figures/quota-truth.svg from measurements:
 * `tsx test/quota-truth/figure.ts ours.json memfs.json`. For each workload: the
 * real memory of our full volume, the real memory of memfs after the same
 * steps, and what D-MemFS's rule (128 bytes for each chunk + the bytes) would
 * have counted at that moment, all divided by the quota.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../bench/build.js';
import { dotPlot } from '../bench/svg.js';
import type { Row } from './measure.js';
import { WORKLOADS } from './workloads/index.js';

const CHUNK = 128;

/** What D-MemFS would say is used. */
function countedByRule({ workload, measured }: Row): number | undefined {
  const about = WORKLOADS.find(({ name }) => name === workload);
  if (about === undefined || measured === undefined) return undefined;
  const chunks =
    about.writesPerStep === undefined ? (about.written ? measured.files : 0) : measured.steps * about.writesPerStep;
  return measured.data + chunks * CHUNK;
}

const share = (bytes: number | undefined, quota: number): number | undefined =>
  bytes === undefined ? undefined : bytes / quota;

const [oursPath, memfsPath] = process.argv.slice(2);
if (memfsPath === undefined) throw new Error('usage: figure.ts ours.json memfs.json');
const ours = JSON.parse(readFileSync(oursPath, 'utf8')) as Row[];
const memfs = JSON.parse(readFileSync(memfsPath, 'utf8')) as Row[];
const quota = ours[0].quota;

/** Below this share a dot would say nothing but stretch the axis. */
const LOWEST = 0.001;

const rows = WORKLOADS.flatMap(({ name, about }) => {
  const own = ours.find((row) => row.workload === name && row.quota === quota);
  const peer = memfs.find((row) => row.workload === name && row.quota === quota);
  if (own?.measured === undefined || peer?.measured === undefined) return [];
  const rule = countedByRule(own);
  return [
    {
      label: about.length > 62 ? `${about.slice(0, 60)}…` : about,
      values: [
        share(own.measured.real, quota),
        // Ended by time before it had done as much, it is not drawn.
        peer.measured.steps < own.measured.steps ? undefined : share(peer.measured.real, quota),
        rule === undefined ? undefined : Math.max(LOWEST, rule / quota),
      ],
    },
  ];
});

const svg = dotPlot({
  title: `Real memory against a quota of ${quota / 2 ** 20} MiB`,
  note: `Growth of heap and external memory ÷ quota when quotafs refused, Node ${ours[0].node}. Right of the line: the limit was not true. Logarithmic.`,
  one: 'the quota',
  series: [
    { label: 'quotafs, real', color: '#0072b2' },
    { label: 'memfs after the same steps, real', color: '#d55e00' },
    { label: 'what D-MemFS would count (at least 0.001 is drawn)', color: '#8c959f', hollow: true },
  ],
  rows,
});
const path = join(ROOT, 'docs', 'figures', 'quota-truth.svg');
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, svg);
console.log(`${rows.length} workloads drawn: docs/figures/quota-truth.svg`);
