/** Benchmarks: writes docs/benchmarks.md and its charts from one result file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './build.js';
import { TITLES } from './cases/index.js';
import { goalRows } from './goals.js';
import { reasonsFor } from './reasons.js';
import { caseNames, lost, meanRatio, rows, systemsIn } from './report.js';
import { lookup, type ResultFile } from './results.js';
import { type DotPlot, dotPlot } from './svg.js';
import { LABELS, type SystemName } from './systems.js';

const COLORS: Readonly<Record<SystemName, string>> = {
  ours: '#1f2328',
  engine: '#57606a',
  memfs: '#d55e00',
  'node-vfs': '#0072b2',
  platformatic: '#cc79a7',
  zenfs: '#e69f00',
  tmpfs: '#009e73',
  bare: '#8c959f',
};

/** D-MemFS's published times in ms and its RAM disk's (its benchmark_current_result.md, 10 March 2026, Windows). */
const D_MEMFS: Readonly<Record<string, readonly [own: number, ramDisk: number]>> = {
  'small-files': [51.18, 206.99],
  'stream-16m': [80.74, 19.73],
  'random-access': [33.82, 36.6],
  'stream-512m': [528.67, 513.98],
  'many-files': [1279.69, 6309.71],
  'deep-tree': [224.48, 345.82],
};

const groupsOf = (file: ResultFile): string[] => [
  ...new Set(caseNames(file).map((name) => TITLES.get(name)?.group ?? '')),
];
const inGroup = (file: ResultFile, group: string): string[] =>
  caseNames(file).filter((name) => TITLES.get(name)?.group === group);
const figureName = (group: string): string => `bench-${group.toLowerCase().replaceAll(' ', '-')}.svg`;

function figure(file: ResultFile, group: string): DotPlot {
  const systems = systemsIn(file).filter((system) => system !== 'ours' && system !== 'engine');
  return {
    title: group,
    note: 'Times of the others ÷ the time of quotafs: right of the line is slower than quotafs. Logarithmic.',
    one: 'quotafs',
    series: systems.map((system) => ({ label: LABELS[system], color: COLORS[system], hollow: system === 'bare' })),
    rows: inGroup(file, group).map((name) => {
      const ours = lookup(file, name, 'ours');
      return {
        label: TITLES.get(name)?.title ?? name,
        values: systems.map((system) => {
          const time = lookup(file, name, system);
          return ours === undefined || time === undefined ? undefined : time / ours;
        }),
      };
    }),
  };
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const rule = head.map((_, i) => (i === 0 ? '---' : '--:'));
  return [head, rule, ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function groupSection(file: ResultFile, group: string): string {
  const head = ['case', ...systemsIn(file).map((system) => LABELS[system]), 'ours ÷ best other', 'ours ÷ bare limit'];
  const names = new Set(inGroup(file, group));
  const body = rows(file)
    .filter(([name]) => names.has(name))
    .map(([, title, ...cells]) => [title, ...cells]);
  return `## ${group}\n\n![${group}](figures/${figureName(group)})\n\n${table(head, body)}\n`;
}

function dMemfsSection(file: ResultFile): string {
  const body = Object.entries(D_MEMFS).flatMap(([name, [own, ramDisk]]) => {
    const [ours, tmpfs] = [lookup(file, name, 'ours'), lookup(file, name, 'tmpfs')];
    if (ours === undefined || tmpfs === undefined) return [];
    return [[TITLES.get(name)?.title ?? name, (own / ramDisk).toFixed(2), (ours / tmpfs).toFixed(2)]];
  });
  return `## Against D-MemFS

D-MemFS is a Python library, so times cannot be compared; what can is each one's time divided by that of a RAM disk on its own machine, with the same
cases and sizes. Its figures are those of its repository (10 March 2026).

${table(['case', 'D-MemFS ÷ RAM disk', 'quotafs ÷ tmpfs'], body)}
`;
}

/** One line for each other version of Node that was measured on this machine. */
function otherNodes(files: readonly ResultFile[]): string {
  if (files.length === 0) return '';
  const systems = [...new Set(files.flatMap(systemsIn))].filter((system) => system !== 'ours');
  const body = files.map((file) => [
    file.node,
    ...systems.map((system) => meanRatio(file, system)?.ratio.toFixed(2) ?? '–'),
    lost(file).join(', ') || 'none',
  ]);
  const head = ['Node', ...systems.map((system) => LABELS[system]), 'others faster in'];
  return `## Other versions of Node

Times of each system ÷ ours, geometric means as above.

${table(head, body)}
`;
}

function whySection(files: readonly ResultFile[]): string {
  const found = reasonsFor([...new Set(files.flatMap(lost))]);
  if (found.length === 0) return '';
  const lines = found.map(([cases, reason]) => `- ${cases.map((name) => `\`${name}\``).join(', ')}: ${reason}`);
  return `## Where others are faster, and why\n\n${lines.join('\n')}\n\n`;
}

function goalSection(files: readonly ResultFile[]): string {
  return `## Goals

What this project wants to reach; what it does not is in bold, and why below and further down.

${table(['goal', 'bound', ...files.map(({ node }) => `Node ${node}`)], goalRows(files))}

- stat and open on Node 20: a Stats has four Dates of its own there, which take 0.16 µs, three to four times the bare limit; since Node 22 they are made when asked for.
- stat at a million files: the growth is the lookup's reads of memory that no cache has. \`exists\`, which makes no Stats, grows by the same time. The \`Map\` grows too, as the tables below show.
- import: V8 takes 4 ms to read the 142 kB that every program loads, and Node 2 to 3.5 ms for any ES module that imports a CommonJS one.
- The package: without archives, SQLite, the overlay, \`mountOver\`, the command, snapshots and inspection it would be 150 kB.
- Streams of 16 and 512 MiB: each run fills a new volume, and fresh memory that the system has to give costs more than the copies, and varies most of all between runs; see [architecture.md](architecture.md).
`;
}

/** What the numbers of a new volume do not say by themselves. */
const FS_OBJECT = `## What an fs object costs

An object that stands in for \`node:fs\` has some hundred own members, all of them functions that need no \`this\`: they can be destructured, spread,
replaced by a spy and handed to a union. Each is a function of its volume with Node's name and length, so the object costs some eight kilobytes and most of the
time of \`createFs\`; \`fs.promises\`, the streams' classes and \`FileHandle\` are made when they are first asked for. Peers whose methods sit on a
prototype make an instance in no time, and break when a method is taken off it. A volume without that object, \`new MemoryFileSystem()\`, is below 2 KiB;
its \`fs\` is made when it is asked for.
`;

function page(file: ResultFile, others: readonly ResultFile[]): string {
  const means = systemsIn(file)
    .filter((system) => system !== 'ours')
    .flatMap((system) => {
      const mean = meanRatio(file, system);
      return mean === undefined ? [] : [[LABELS[system], mean.ratio.toFixed(2), String(mean.cases)]];
    });
  const behind = lost(file);
  const packed =
    file.packedSize === undefined ? '' : `The packed package is ${(file.packedSize / 1000).toFixed(0)} kB.\n`;
  return `# Benchmarks

Written by \`npm run bench\`; do not edit. Node ${file.node}, ${file.machine}, ${file.date.slice(0, 10)}.

Each number is the median of ${file.rounds} rounds; a round is one process per case and system, the systems in turn, and takes the median of its own samples.
Times are processor time (user and system, all threads of the process), which a busy machine disturbs less than elapsed time. A dash means that the system
lacks the call, gives a wrong result or did not finish in time. Samples are ${file.effort === 'quick' ? 'short (`--quick`)' : 'of normal length'}. The bare limit is a \`Map\` of Buffers with the same copies: what memory itself costs.
Peers run as their documentation says, without tuning; tmpfs is the real \`node:fs\` on /dev/shm.${file.note === undefined ? '' : ` ${file.note}`}

Times of each system ÷ ours, geometric mean over the cases it can do:

${table(['system', '× our time', 'cases'], means)}

${behind.length === 0 ? 'No other system is faster in any case.' : `Others are still faster in: ${behind.join(', ')}.`}
${packed}
${goalSection([file, ...others])}
${groupsOf(file)
  .map((group) => groupSection(file, group))
  .join('\n')}
${whySection([file, ...others])}${dMemfsSection(file)}
${FS_OBJECT}
${otherNodes(others)}`;
}

/** @param others - Results of other versions of Node. */
export function writeDocs(file: ResultFile, others: readonly ResultFile[]): void {
  const figures = join(ROOT, 'docs', 'figures');
  mkdirSync(figures, { recursive: true });
  for (const group of groupsOf(file)) writeFileSync(join(figures, figureName(group)), dotPlot(figure(file, group)));
  writeFileSync(join(ROOT, 'docs', 'benchmarks.md'), page(file, others));
}
