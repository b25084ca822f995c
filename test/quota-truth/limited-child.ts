/**
 * A child process under a real memory limit of the kernel: a control group of
 * version 2 or 1 where this process may make one (root outside a container).
 * Where it may not, the child gets a faked probe that counts down from the limit.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type LimitKind = 'cgroup v2' | 'cgroup v1' | 'faked probe';

interface Group {
  readonly kind: LimitKind;
  readonly procs: string;
  remove(): void;
}

const attempts: { kind: LimitKind; root: string; limit: string; mark: string }[] = [
  { kind: 'cgroup v2', root: '/sys/fs/cgroup', limit: 'memory.max', mark: 'cgroup.controllers' },
  { kind: 'cgroup v1', root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', mark: 'memory.limit_in_bytes' },
];

function makeGroup(bytes: number): Group | undefined {
  for (const { kind, root, limit, mark } of attempts) {
    if (!existsSync(join(root, mark))) continue;
    const directory = join(root, `quotafs-test-${process.pid}-${Date.now()}`);
    try {
      mkdirSync(directory);
      try {
        writeFileSync(join(directory, limit), String(bytes));
        return { kind, procs: join(directory, 'cgroup.procs'), remove: () => rmdirSync(directory) };
      } catch {
        rmdirSync(directory);
      }
    } catch {
      // Not this version, or not allowed.
    }
  }
  return undefined;
}

export interface LimitedResult {
  readonly kind: LimitKind;
  readonly signal: string | null;
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a TypeScript file in a child that may take `bytes` of memory. */
export function runLimited(file: string, args: readonly string[], bytes: number): LimitedResult {
  const group = makeGroup(bytes);
  const kind = group?.kind ?? 'faked probe';
  const command = [process.execPath, '--import', 'tsx', file, ...args, kind === 'faked probe' ? String(bytes) : ''];
  const enter = group === undefined ? '' : `echo $$ > '${group.procs}' && `;
  try {
    const { signal, status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', `${enter}exec "$@"`, 'sh', ...command.filter((word) => word !== '')],
      { encoding: 'utf8', timeout: 60_000 },
    );
    return { kind, signal, status, stdout, stderr };
  } finally {
    group?.remove();
  }
}
