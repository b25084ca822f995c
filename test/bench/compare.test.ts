/** Benchmarks: the comparison of two result files. */
import { describe, expect, it } from 'vitest';
import { changes, isSlower, machineFactor } from './compare.js';
import type { Result, ResultFile } from './results.js';

const file = (results: Result[]): ResultFile => ({
  node: 'v20.0.0',
  machine: 'test',
  date: '2026-01-01T00:00:00.000Z',
  rounds: 3,
  effort: 'normal',
  results,
});

const result = (name: string, system: Result['system'], cpu: number, rounds = [cpu]): Result => ({
  case: name,
  system,
  cpu,
  wall: cpu,
  rounds,
});

describe('compare', () => {
  it('finds the case that became slower', () => {
    const before = file([result('stat', 'ours', 100), result('read', 'ours', 50)]);
    const after = file([result('stat', 'ours', 107), result('read', 'ours', 51)]);
    expect(changes(before, after).filter((change) => isSlower(change, 5))).toMatchObject([{ case: 'stat' }]);
  });

  it('forgives a machine that is slower altogether', () => {
    const before = file([result('stat', 'ours', 100), result('stat', 'bare', 10)]);
    const after = file([result('stat', 'ours', 200), result('stat', 'bare', 20)]);
    expect(machineFactor(before, after)).toBeCloseTo(2);
    expect(changes(before, after).filter((change) => isSlower(change, 5))).toEqual([]);
  });

  it('calls overlapping rounds noise', () => {
    const before = file([result('stat', 'ours', 100, [95, 100, 120])]);
    const after = file([result('stat', 'ours', 110, [105, 110, 115])]);
    expect(changes(before, after)).toMatchObject([{ ratio: 1.1, certain: false }]);
    expect(changes(before, after).filter((change) => isSlower(change, 5))).toEqual([]);
  });

  it('passes over what is in one file only', () => {
    const before = file([result('gone', 'ours', 1), { case: 'missing', system: 'ours', missing: 'crashed' }]);
    expect(changes(before, file([result('new', 'ours', 1)]))).toEqual([]);
  });
});
