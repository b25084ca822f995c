/**
 * Compat tests, disk: makes a failing program small. Statements are dropped in
 * ever smaller blocks as long as the first divergence keeps its kind.
 */

import type { Target } from '../targets.js';
import type { Bench, Divergence } from './compare.js';
import type { Program } from './program.js';
import { NESTING } from './world.js';

/** Milliseconds for the making smaller: a program that takes seconds is reported as it is by then. */
const PATIENCE = 60_000;

export const shrink = async (
  bench: Bench,
  program: Program,
  found: Divergence,
  left: Target,
  right: Target,
): Promise<[Program, Divergence]> => {
  let best: Program = program.slice(0, found.at + 1);
  let divergence = found;
  const end = performance.now() + PATIENCE;
  for (let block = Math.max(1, best.length >> 1); block >= 1; block >>= 1) {
    let start = 0;
    while (start < best.length && performance.now() < end) {
      const candidate = [...best.slice(0, start), ...best.slice(start + block)];
      const again = await bench.compare(candidate, left, right);
      if (again?.kind === divergence.kind) {
        best = candidate.slice(0, again.at + 1);
        divergence = again;
      } else {
        start += block;
      }
    }
  }
  return [best, divergence];
};

/** For outcomes of several lines only the lines that differ. */
const difference = (left: string, right: string): [string, string] => {
  const other = (text: string, lines: Set<string>): string =>
    text
      .split('\n')
      .filter((line) => !lines.has(line))
      .join('\n        ');
  if (!left.includes('\n')) return [left, right];
  return [other(left, new Set(right.split('\n'))), other(right, new Set(left.split('\n')))];
};

/** Long paths as they were made: only their length matters. */
const shorten = (text: string): string =>
  text.replace(/(\.\/|x\/){9,}/g, (run) => `[${run.slice(0, 2)} × ${run.length / 2}]`);

/** The program as code to paste into a file. */
export const print = (program: Program, found: Divergence, left: Target, right: Target): string => {
  const lines = program.map((line, i) => `${i === found.at ? '▶ ' : '  '}${line};`);
  const [expected, actual] = difference(found.left, found.right).map(shorten);
  return `${lines.join('\n')}\n  ${left.name}: ${expected}\n  ${right.name}: ${actual}\n  (p(x) is '<base>/${NESTING}/' + x)`;
};
