/** Benchmarks: a goal that is missed says so. */
import { expect, it } from 'vitest';
import { goalRows } from './goals.js';
import type { ResultFile } from './results.js';

const fileWith = (stat: number, packedSize: number): ResultFile => ({
  node: 'v0',
  machine: '',
  date: '',
  rounds: 1,
  effort: 'quick',
  results: [
    { case: 'stat-hit', system: 'ours', cpu: stat },
    { case: 'stat-hit', system: 'bare', cpu: 0.1 },
    { case: 'stat-hit', system: 'memfs', cpu: 0.8 },
  ],
  packedSize,
});

it('shows a figure beyond its bound in bold, and a dash for what was not measured', () => {
  const rows = new Map(
    goalRows([fileWith(0.2, 149_000), fileWith(0.6, 151_000)]).map(([title, ...rest]) => [title, rest]),
  );
  expect(rows.get('stat ÷ bare limit')).toEqual(['≤ 5', '2.00', '**6.00**']);
  expect(rows.get('packed package')).toEqual(['≤ 150 kB', '149', '**151**']);
  expect(rows.get('memfs ÷ ours, geometric mean')).toEqual(['≥ 4', '4.00', '**1.33**']);
  expect(rows.get('cases in which another system is faster')).toEqual(['≤ 0', '0', '0']);
  expect(rows.get('import')).toEqual(['≤ 10 ms', '–', '–']);
});
