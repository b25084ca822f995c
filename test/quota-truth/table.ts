/** Quota truth: the table, and what counts as a failure. */
import type { Row } from './measure.js';
import { WORKLOADS } from './workloads/index.js';

const HEAD = [
  'workload',
  'steps',
  'real/quota',
  'code/quota',
  'peak/quota',
  'reported/quota',
  'data/quota',
  'left real',
  'left used',
  'again',
  'refusal',
  's',
];

const ratio = (value: number, quota: number): string => (value / quota).toFixed(3);

function cells({ workload, quota, measured, death }: Row): string[] {
  if (measured === undefined) return [workload, `died: ${death}`];
  return [
    workload,
    String(measured.steps),
    ratio(measured.real, quota),
    ratio(measured.code, quota),
    ratio(measured.peak, quota),
    ratio(measured.used, quota),
    ratio(measured.data, quota),
    ratio(measured.leftReal, quota),
    String(measured.leftUsed),
    (measured.stepsAgain / Math.max(1, measured.steps)).toFixed(2),
    measured.refusal?.code ?? (measured.impatient ? 'time' : '–'),
    (measured.milliseconds / 1000).toFixed(1),
  ];
}

const WIDTHS = [33, 9, 11, 11, 11, 14, 11, 9, 10, 6, 8, 6];
const line = (row: readonly string[]): string =>
  row.map((cell, i) => (i === 0 ? cell.padEnd(WIDTHS[0]) : cell.padStart(WIDTHS[i]))).join(' ');

/** Head of the table for one Node and quota. */
export function printHead(node: string, quota: number, subject: string): void {
  console.log(
    `\n${subject}, Node ${node}, quota ${quota / 2 ** 20} MiB (real: growth of heapUsed + external after collection; code: what of it is compiled code; peak: with garbage, for information)`,
  );
  console.log(line(HEAD));
}

export const printRow = (row: Row): void => console.log(line(cells(row)));

/** Real memory of compiled code that a run may add after the warm-up, and the noise of a collection. */
const NOISE = 512 * 1024;
/**
 * A process that was cold compiles the engine while it is measured. What V8 says is compiled code is the process's, once,
 * and is shown, not counted; what it keeps beside that (feedback, shapes, Node's own late parts) is noise.
 */
const COLD_NOISE = 1536 * 1024;

/** Everything wrong with one row, a line each. */
export function failures(row: Row): string[] {
  const { measured, quota } = row;
  const say = (what: string): string => `FAIL ${row.node} ${quota / 2 ** 20} MiB ${row.workload}: ${what}`;
  if (measured === undefined) return [say(`died: ${row.death}`)];
  const found: string[] = [];
  const workload = WORKLOADS.find(({ name }) => name === row.workload);
  const own = workload?.code ?? 0;
  // The margin of small volumes does not pay for what a cold process keeps.
  const apart = row.cold ? own + (workload?.volumes ? COLD_NOISE : 0) : 0;
  const [code, codeAgain] = row.cold ? [measured.code + apart, measured.codeAgain + apart] : [0, 0];
  const [real, again, left] = [measured.real - code, measured.realAgain - codeAgain, measured.leftReal - code];
  const slack = (row.cold ? COLD_NOISE : NOISE) + own;
  if (real > quota) found.push(say(`real memory is ${ratio(real, quota)} of the quota`));
  if (again > quota) found.push(say(`real memory is ${ratio(again, quota)} of the quota the second time`));
  if (workload?.volumes !== true && real > measured.used + slack) {
    found.push(say(`real memory is ${Math.round((real - measured.used) / 1024)} KiB above what is reported as used`));
  }
  if (measured.refusal !== undefined && measured.refusal.code !== 'ENOSPC')
    found.push(say(`refused with ${measured.refusal.code ?? measured.refusal.name}`));
  if (measured.refusal === undefined && workload?.endless !== true && !measured.impatient)
    found.push(say('never refused'));
  if (measured.leftUsed !== 0) found.push(say(`${measured.leftUsed} bytes still charged after deleting everything`));
  if (left > quota * 0.1 + slack)
    found.push(say(`${ratio(left, quota)} of the quota still held after deleting everything`));
  if (measured.stepsAgain < measured.steps * 0.95 && !measured.impatient)
    found.push(say(`only ${measured.stepsAgain} of ${measured.steps} steps the second time`));
  for (const problem of new Set(measured.problems)) found.push(say(problem));
  return found;
}
