/**
 * Benchmarks: one measuring process. Arguments: case, system, entry to import,
 * effort, largest tree. Prints one line of JSON: samples by case name, or why
 * this system cannot do this case.
 */
import { CASES } from './cases/index.js';
import { bareFiles, filesOf, measureScale } from './cases/scale.js';
import { measure, NORMAL, type Operation, QUICK, type Sample } from './measure.js';
import { SYSTEMS } from './systems.js';

export type Answer = { samples: Record<string, readonly Sample[]> } | { unsupported: string };

const [caseName, systemName, entry, effortName, limit] = process.argv.slice(2);
const effort = effortName === 'quick' ? QUICK : NORMAL;

function systemAsked() {
  const system = SYSTEMS.find(({ name }) => name === systemName);
  if (system === undefined) throw new Error(`no system ${systemName}`);
  return system;
}

const fresh = () => systemAsked().load(entry);

async function memoryOf(make: () => unknown): Promise<Sample[]> {
  const count = 2000;
  const settle = (): number => {
    for (let i = 0; i < 4; i++) globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const kept: unknown[] = [];
  for (let i = 0; i < 100; i++) kept.push(await make());
  const before = settle();
  for (let i = 0; i < count; i++) kept.push(await make());
  const each = (settle() - before) / count;
  if (kept.length !== count + 100) throw new Error('volumes lost');
  return [{ cpu: each, wall: each }];
}

async function volumeAlone(): Promise<Record<string, Sample[]>> {
  const make = await systemAsked().loadVolume?.(entry);
  if (make === undefined) throw new TypeError('no volume without an fs object');
  const operation: Operation = {
    run(count) {
      for (let i = 0; i < count; i++) make();
    },
  };
  return { 'volume-alone': await measure(operation, effort), 'volume-alone-memory': await memoryOf(make) };
}

async function answer(): Promise<Record<string, readonly Sample[]>> {
  if (caseName === 'scale') {
    return measureScale(systemName === 'bare' ? bareFiles() : await filesOf(await fresh()), Number(limit));
  }
  if (caseName === 'volume-memory') return { [caseName]: await memoryOf(await fresh()) };
  if (caseName === 'volume-alone') return volumeAlone();
  const one = CASES.find(({ name }) => name === caseName);
  if (one === undefined) throw new Error(`no case ${caseName}`);
  if (systemName === 'bare') {
    if (one.bare === undefined) throw new TypeError('no bare limit');
    return { [caseName]: await measure(one.bare(), effort) };
  }
  const operation = await one.prepare(await fresh());
  const samples = await measure(operation, effort);
  await operation.finish?.();
  return { [caseName]: samples };
}

let output: Answer;
try {
  output = { samples: await answer() };
} catch (error) {
  output = { unsupported: error instanceof Error ? error.message : String(error) };
}
process.stdout.write(`${JSON.stringify(output)}\n`, () => process.exit(0));
