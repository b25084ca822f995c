/**
 * Benchmarks: `npm run bench`. One process per case and system, the systems
 * interleaved within each round, so that a busy minute of the machine meets all
 * of them alike. Prints the table, writes the results as JSON, and, for a whole
 * run, docs/benchmarks.md with its charts.
 *
 *   --case a,b      only these cases (a prefix ending in * matches many)
 *   --system a,b    only these systems: ours engine memfs node-vfs platformatic zenfs tmpfs bare
 *   --rounds n      default 3 (1 with --quick)
 *   --quick         shorter samples, trees up to 100,000 files
 *   --files n       the largest tree of the growing one, instead
 *   --minutes n     no further round is begun, and none is finished, after so many minutes; the first is always whole
 *   --node path     the Node binary to measure, default this one
 *   --out file      the JSON file
 *   --note text     a sentence for the page, such as what else the machine was doing
 *   --docs          write docs/benchmarks.md (the default when nothing is filtered)
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle, CACHE, installPeers, libraryFile, peerEntry, ROOT } from './build.js';
import { CASES } from './cases/index.js';
import { writeDocs } from './docs.js';
import type { Sample } from './measure.js';
import { printTable } from './report.js';
import { type Result, type ResultFile, readResults, summarize } from './results.js';
import { PACKAGES, SYSTEM_NAMES, type SystemName } from './systems.js';
import type { Answer } from './worker.js';

const { values: options } = parseArgs({
  options: {
    case: { type: 'string' },
    system: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    files: { type: 'string' },
    minutes: { type: 'string', default: 'Infinity' },
    node: { type: 'string', default: process.execPath },
    out: { type: 'string' },
    note: { type: 'string' },
    docs: { type: 'boolean' },
  },
});

const begin = performance.now();

/** Cases that are not in the table of cases: they need a process of their own kind. */
const SPECIAL = ['scale', 'import', 'volume-memory', 'volume-alone'];

const effort = options.quick ? 'quick' : 'normal';
const minutes = Number(options.minutes);
const rounds = Number(options.rounds ?? (options.quick && minutes === Infinity ? 1 : 3));
const largestTree = Number(options.files ?? (options.quick ? 100_000 : 1_000_000));
const timeout = options.quick ? 12_000 : 90_000;
const nodeVersion = execFileSync(options.node, ['-p', 'process.version'], { encoding: 'utf8' }).trim();
const nodeMajor = Number(nodeVersion.slice(1).split('.')[0]);

function select(all: readonly string[], wanted: string | undefined): string[] {
  if (wanted === undefined) return [...all];
  const patterns = wanted.split(',');
  const matches = (name: string): boolean =>
    patterns.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : one === name));
  const found = all.filter(matches);
  if (found.length === 0) throw new Error(`nothing matches ${wanted}`);
  return found;
}

/** Why a system cannot run here at all. */
function unavailable(system: SystemName): string | undefined {
  if (system === 'node-vfs' && nodeMajor < 26) return 'needs Node 26';
  if (system === 'platformatic' && nodeMajor < 22) return 'needs Node 22';
  return undefined;
}

type Libraries = Readonly<Record<'ours' | 'engine', string>>;

function entryOf(system: SystemName, libraries: Libraries): string {
  if (system === 'ours' || system === 'engine') return libraries[system];
  const name = PACKAGES[system];
  return name === undefined ? '' : peerEntry(name);
}

function run(args: readonly string[], limit: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(options.node, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), limit);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(output === '' ? undefined : output);
    });
  });
}

/** Elapsed time of the bare import in a process that has loaded nothing else. */
async function measureImport(system: SystemName, entry: string): Promise<Answer> {
  const specifier = system === 'node-vfs' ? 'node:vfs' : pathToFileURL(entry).href;
  const code = `const c = process.cpuUsage(); const t = performance.now(); await import(${JSON.stringify(specifier)});
    const wall = (performance.now() - t) * 1000; const u = process.cpuUsage(c);
    console.log(JSON.stringify({ cpu: u.user + u.system, wall }));`;
  const samples: Sample[] = [];
  for (let i = 0; i < (options.quick ? 5 : 11); i++) {
    const flags = system === 'node-vfs' ? ['--experimental-vfs'] : [];
    const text = await run([...flags, '--input-type=module', '-e', code], timeout);
    if (text === undefined) return { unsupported: 'cannot be imported' };
    samples.push(JSON.parse(text) as Sample);
  }
  return { samples: { import: samples } };
}

async function measureOne(name: string, system: SystemName, worker: string, libraries: Libraries): Promise<Answer> {
  const entry = entryOf(system, libraries);
  if (name === 'import') {
    if (system === 'bare' || system === 'tmpfs') return { unsupported: 'nothing to import' };
    return measureImport(system, entry);
  }
  if (name === 'volume-memory' && (system === 'bare' || system === 'tmpfs' || system === 'zenfs')) {
    return { unsupported: 'not a volume of its own' };
  }
  if (name === 'volume-alone' && system !== 'ours') return { unsupported: 'no volume without an fs object' };
  const flags = [
    '--expose-gc',
    '--no-warnings',
    '--max-old-space-size=8192',
    ...(system === 'node-vfs' ? ['--experimental-vfs'] : []),
  ];
  const limit = name === 'scale' ? Math.max(timeout * 3, largestTree / 10) : timeout;
  const text = await run([...flags, worker, name, system, entry, effort, String(largestTree)], limit);
  if (text === undefined) return { unsupported: `over ${limit / 1000} s, or crashed` };
  return JSON.parse(text.trim().split('\n').at(-1) ?? '') as Answer;
}

/** Bytes of `npm pack`, when there is something to pack. */
function packedSize(): number | undefined {
  try {
    const text = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=silent'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    return (JSON.parse(text) as { size: number }[])[0]?.size;
  } catch {
    return undefined;
  }
}

/** Result files of whole runs on other versions of Node, in the cache from before. */
function otherResults(out: string): ResultFile[] {
  return readdirSync(CACHE)
    .filter((name) => /^results-v\d.*\.json$/.test(name) && join(CACHE, name) !== out)
    .map((name) => readResults(join(CACHE, name)))
    .filter((file) => file.node !== nodeVersion && file.results.length > CASES.length)
    .sort((a, b) => a.node.localeCompare(b.node));
}

async function main(): Promise<void> {
  const cases = select([...CASES.map(({ name }) => name), ...SPECIAL], options.case);
  const systems = select(
    SYSTEM_NAMES,
    options.system ?? SYSTEM_NAMES.filter((name) => name !== 'engine').join(),
  ) as SystemName[];
  if (systems.includes('platformatic') || systems.includes('zenfs')) installPeers();
  const worker = await bundle('test/bench/worker.ts', 'worker');
  const libraries: Libraries = {
    ours: systems.includes('ours') ? libraryFile() : '',
    engine: systems.includes('engine') ? await bundle('test/bench/engine-fs.ts', 'engine') : '',
  };

  const samples = new Map<string, { system: SystemName; name: string; rounds: (readonly Sample[])[] }>();
  const missing: Result[] = [];
  const dead = new Set<string>();
  const steps = rounds * cases.length;
  const isLate = () => performance.now() - begin > minutes * 60_000;
  let done = 0;
  for (let round = 0; round < rounds && !(round > 0 && isLate()); round++) {
    for (const [index, name] of cases.entries()) {
      if (round > 0 && isLate()) break;
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${round * cases.length + index + 1}/${steps} ${name}`);
      for (const system of systems) {
        const key = `${name} ${system}`;
        if (dead.has(key)) continue;
        const reason = unavailable(system);
        const answer: Answer =
          reason === undefined ? await measureOne(name, system, worker, libraries) : { unsupported: reason };
        if ('unsupported' in answer) {
          dead.add(key);
          missing.push({ case: name, system, missing: answer.unsupported });
          continue;
        }
        for (const [part, taken] of Object.entries(answer.samples)) {
          const slot = samples.get(`${part} ${system}`) ?? { system, name: part, rounds: [] };
          slot.rounds.push(taken);
          samples.set(`${part} ${system}`, slot);
        }
      }
      done++;
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');

  const results = [...samples.values()].map(({ name, system, rounds: taken }) => summarize(name, system, taken));
  const file: ResultFile = {
    node: nodeVersion,
    machine: `${cpus()[0]?.model.trim()}, ${cpus().length} threads, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}`,
    date: new Date().toISOString(),
    rounds: Math.round((done / cases.length) * 10) / 10,
    effort,
    files: largestTree,
    results: [...results, ...missing],
    packedSize: packedSize(),
    note: options.note,
  };
  const whole = options.case === undefined && options.system === undefined;
  const out = options.out ?? join(CACHE, `${whole ? 'results' : 'part'}-${nodeVersion}.json`);
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(out, `${JSON.stringify(file, null, 1)}\n`);
  printTable(file);
  console.log(`\nmeasured: ${libraries.ours.replace(ROOT, '')}; results: ${out.replace(ROOT, '')}`);
  if (options.docs ?? whole) writeDocs(file, otherResults(out));
}

await main();
console.log(`${Math.round((performance.now() - begin) / 1000)} s`);
