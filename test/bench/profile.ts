/**
 * Benchmarks: where the time of one case goes:
 * `tsx test/bench/profile.ts case [system] [--node path] [--top 20]`.
 * Runs the measuring process under --cpu-prof and adds up the time spent in each
 * function itself, below the timed calls only where these are synchronous.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, CACHE, libraryFile, peerEntry } from './build.js';
import { PACKAGES, type SystemName } from './systems.js';

interface Profile {
  readonly nodes: readonly {
    id: number;
    children?: readonly number[];
    callFrame: { functionName: string; url: string; lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { node: { type: 'string', default: process.execPath }, top: { type: 'string', default: '20' } },
});
const [name, system = 'ours'] = positionals;
if (name === undefined) throw new Error('usage: profile.ts case [system]');

async function entryOf(): Promise<string> {
  if (system === 'ours') return libraryFile();
  if (system === 'engine') return bundle('test/bench/engine-fs.ts', 'engine');
  const peer = PACKAGES[system as SystemName];
  return peer === undefined ? '' : peerEntry(peer);
}

const folder = join(CACHE, 'profiles');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const worker = await bundle('test/bench/worker.ts', 'worker');
const flags = ['--expose-gc', '--no-warnings', '--cpu-prof', `--cpu-prof-dir=${folder}`];
const output = execFileSync(values.node, [...flags, worker, name, system, await entryOf(), 'normal', '100000'], {
  encoding: 'utf8',
});
if (output.includes('"unsupported"')) throw new Error(output);

const [file] = readdirSync(folder);
const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile;
const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
const parents = new Map(
  profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
);

/** True when the timed part of the measuring loop is on the stack. */
function isTimed(id: number): boolean {
  for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
    if (frames.get(at)?.functionName === 'timed') return true;
  }
  return false;
}

const timed = new Map(profile.nodes.map(({ id }) => [id, isTimed(id)]));
const timedSamples = profile.samples.filter((id) => timed.get(id)).length;
const onlyTimed = timedSamples > profile.samples.length / 50;

const spent = new Map<string, number>();
let total = 0;
profile.samples.forEach((id, i) => {
  const frame = frames.get(id);
  if (onlyTimed && !timed.get(id)) return;
  if (frame === undefined || frame.functionName === '(idle)' || frame.functionName === '(program)') return;
  const where = frame.url === '' ? '' : ` ${frame.url.split('/').at(-1)}:${frame.lineNumber + 1}`;
  const key = `${frame.functionName || '(anonymous)'}${where}`;
  spent.set(key, (spent.get(key) ?? 0) + profile.timeDeltas[i]);
  total += profile.timeDeltas[i];
});
console.log(`${name}, ${system}: share of the time in each function itself`);
for (const [key, time] of [...spent].sort((a, b) => b[1] - a[1]).slice(0, Number(values.top))) {
  console.log(`${((time / total) * 100).toFixed(1).padStart(6)} %  ${key}`);
}
