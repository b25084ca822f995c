/**
 * Benchmarks: compares two result files. `tsx test/bench/compare.ts old.json new.json [--limit 5]`
 * prints every case of ours that moved by more than the limit (per cent) and
 * exits 1 when one became slower. The bare limit of the same file corrects for a
 * machine that is faster or slower today; a case counts only when even its best
 * round now is slower than its worst round was, or there was one round.
 */
import { parseArgs } from 'node:util';
import { geometricMean, lookup, type Result, type ResultFile, readResults } from './results.js';

export interface Change {
  readonly case: string;
  /** New time ÷ old time, corrected for the machine. */
  readonly ratio: number;
  /** False when the rounds of the two files overlap: noise. */
  readonly certain: boolean;
}

/** How much slower the machine was in `after`: the geometric mean over the bare limits that both files have. */
export function machineFactor(before: ResultFile, after: ResultFile): number {
  const ratios = before.results.flatMap((old) => {
    const now = old.system === 'bare' ? lookup(after, old.case, 'bare') : undefined;
    return old.cpu !== undefined && now !== undefined ? [now / old.cpu] : [];
  });
  return ratios.length === 0 ? 1 : geometricMean(ratios);
}

function isCertain(old: Result, now: Result, factor: number): boolean {
  const before = old.rounds ?? [];
  const after = (now.rounds ?? []).map((value) => value / factor);
  if (before.length < 2 || after.length < 2) return true;
  return Math.min(...after) > Math.max(...before) || Math.max(...after) < Math.min(...before);
}

/** Every case of ours in both files. */
export function changes(before: ResultFile, after: ResultFile): Change[] {
  const factor = machineFactor(before, after);
  return before.results.flatMap((old) => {
    const now = after.results.find((one) => one.system === 'ours' && one.case === old.case);
    if (old.system !== 'ours' || old.cpu === undefined || now?.cpu === undefined) return [];
    return [{ case: old.case, ratio: now.cpu / factor / old.cpu, certain: isCertain(old, now, factor) }];
  });
}

/** True when a change is slower than the limit (per cent) allows. */
export const isSlower = (change: Change, limit: number): boolean => change.certain && change.ratio > 1 + limit / 100;

function main(): void {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { limit: { type: 'string', default: '5' } },
  });
  const [oldPath, newPath] = positionals;
  if (newPath === undefined) throw new Error('usage: compare.ts old.json new.json [--limit 5]');
  const limit = Number(values.limit);
  const [before, after] = [readResults(oldPath), readResults(newPath)];
  const all = changes(before, after);
  console.log(`machine: ×${machineFactor(before, after).toFixed(3)} (bare limits, new ÷ old)`);
  for (const change of [...all].sort((a, b) => b.ratio - a.ratio)) {
    if (Math.abs(change.ratio - 1) * 100 < limit) continue;
    const verdict = change.ratio < 1 ? 'faster' : change.certain ? 'SLOWER' : 'slower, within the noise';
    console.log(`${change.case.padEnd(32)} ×${change.ratio.toFixed(2)}  ${verdict}`);
  }
  const slower = all.filter((change) => isSlower(change, limit));
  console.log(`${all.length} cases compared, ${slower.length} slower by more than ${limit} %`);
  process.exitCode = slower.length > 0 ? 1 : 0;
}

if (process.argv[1]?.endsWith('compare.ts')) main();
