/**
 * Run by misses.test.ts in a process of its own: counts calls of the functions that make errors and faults while
 * missing files are asked for, and while one call fails in earnest. Prints both counts.
 */
import { Session } from 'node:inspector/promises';
import { createFs } from '../../src/facade/index.js';

const CALLS = 50;
const MAKERS = /src\/(facade\/(uv-exception|node-errors)|core\/fault|host\/system-errors)\.ts$/;

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

const made = async (run: () => void): Promise<number> => {
  await session.post('Profiler.takePreciseCoverage');
  for (let i = 0; i < CALLS; i++) run();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const functions = result.filter(({ url }) => MAKERS.test(url)).flatMap((script) => script.functions);
  return Math.max(0, ...functions.map(({ ranges }) => ranges[0].count));
};

const fs = createFs({ cwd: '/' });
fs.writeFileSync('/f', '');
const quiet = { throwIfNoEntry: false };
const misses: Record<string, () => unknown> = {
  existsSync: () => fs.existsSync('/none'),
  'existsSync below a file': () => fs.existsSync('/f/x'),
  'existsSync far below': () => fs.existsSync('/none/at/all'),
  statSync: () => fs.statSync('/none', quiet),
  lstatSync: () => fs.lstatSync('/none', quiet),
  'statSync of bigints': () => fs.statSync('/none', { ...quiet, bigint: true }),
  control: () => {
    try {
      fs.statSync('/none');
    } catch {
      // It is made to be counted.
    }
  },
};
const counts: Record<string, number> = {};
for (const [name, run] of Object.entries(misses)) counts[name] = await made(run);
console.log(JSON.stringify(counts));
