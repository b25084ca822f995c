/** Quota truth: runs the workloads, one process each, and judges what they report. */
import { execFileSync, spawn } from 'node:child_process';
import type { Subject } from './open.js';
import type { Measured } from './worker.js';
import { WORKLOADS } from './workloads/index.js';

/** One line of the table. */
export interface Row {
  readonly node: string;
  readonly subject: Subject;
  readonly workload: string;
  readonly quota: number;
  readonly cold: boolean;
  /** Absent when the process died. */
  readonly measured?: Measured;
  readonly death?: string;
}

export interface Job {
  readonly worker: string;
  readonly node: string;
  readonly subject: Subject;
  readonly quota: number;
  readonly workload?: string;
  readonly cold: boolean;
  readonly patience: number;
  /** MiB of V8's old space; default more than any needs. */
  readonly oldSpace?: number;
  /** Told each row as it comes. */
  readonly onRow?: (row: Row) => void;
  /** Told what Node is about to be measured. */
  readonly onStart?: (version: string) => void;
  /** Rows of ours, whose steps a system without a limit repeats. */
  readonly steps?: readonly Row[];
}

function select(wanted: string | undefined): string[] {
  const names = WORKLOADS.map(({ name }) => name);
  if (wanted === undefined) return names;
  const patterns = wanted.split(',');
  const found = names.filter((name) =>
    patterns.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : one === name)),
  );
  if (found.length === 0) throw new Error(`no workload matches ${wanted}`);
  return found;
}

function run(node: string, args: readonly string[], limit: number): Promise<{ output: string; errors: string }> {
  return new Promise((resolve) => {
    const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), limit);
    child.on('close', (_, signal) => {
      clearTimeout(timer);
      resolve({ output, errors: signal === null ? errors : `killed by ${signal} ${errors}` });
    });
  });
}

/** The line of an error dump that says what happened. */
const reason = (errors: string): string =>
  errors
    .split('\n')
    .find((line) => /^(\w*Error\b|killed|FATAL)/.test(line))
    ?.slice(0, 160) ?? errors.slice(0, 160);

export async function measureAll(job: Job): Promise<Row[]> {
  const version = execFileSync(job.node, ['-p', 'process.version'], { encoding: 'utf8' }).trim();
  const rows: Row[] = [];
  job.onStart?.(version);
  for (const name of select(job.workload)) {
    const workload = WORKLOADS.find((one) => one.name === name);
    if (job.subject === 'memfs' && workload?.portable !== true) continue;
    if (job.subject !== 'ours' && (workload?.mfs === true || workload?.overlay === true)) continue;
    const ours = job.steps?.find((row) => row.workload === name && row.quota === job.quota)?.measured?.steps;
    if (job.subject === 'memfs' && ours === undefined && job.steps !== undefined) continue;
    const steps = ours ?? (job.subject === 'memfs' ? 5000 : Number.MAX_SAFE_INTEGER);
    const args = [
      '--expose-gc',
      `--max-old-space-size=${job.oldSpace ?? 12000}`,
      job.worker,
      job.subject,
      name,
      String(job.quota),
      String(steps),
      String(job.patience),
    ];
    if (job.cold) args.push('cold');
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${version} ${job.quota / 2 ** 20} MiB ${name}`);
    const { output, errors } = await run(job.node, args, job.patience * 3 + 60_000);
    const base = { node: version, subject: job.subject, workload: name, quota: job.quota, cold: job.cold };
    const row: Row =
      output === '' ? { ...base, death: reason(errors) } : { ...base, measured: JSON.parse(output) as Measured };
    rows.push(row);
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    job.onRow?.(row);
  }
  return rows;
}
