/**
 * Test helper: the deep form of a whole volume, for "a refused call changed
 * nothing" and for comparing the engine with the model. It reads through the
 * engine's public calls only. Attributes are read before any content, and files
 * are read with O_NOATIME, so that looking leaves as few traces as possible.
 */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { type Engine, O_NOATIME, O_RDONLY, S_IFDIR, S_IFLNK, S_IFMT, STAT_LENGTH } from '../../src/core/index.js';

export interface NodeSnapshot {
  path: string;
  type: 'file' | 'directory' | 'symlink';
  /** Permission bits with suid, sgid and sticky. */
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  /** Position of the inode's first path in this snapshot: equal numbers are hard links of one inode. */
  link: number;
  /** Logical size; 0 for a directory, whose size is the implementation's business. */
  size: number;
  /** Hash of a file's bytes, or a link's target. */
  content: string;
  atime: string;
  mtime: string;
  ctime: string;
  birthtime: string;
}

export interface VolumeSnapshot {
  nodes: NodeSnapshot[];
  used: number;
}

export const hashBytes = (bytes: Uint8Array): string =>
  `${bytes.length}:${createHash('sha1').update(bytes).digest('base64')}`;

/** Seconds and nanoseconds as one exact decimal string. */
export const timeText = (seconds: number, nanoseconds: number): string =>
  `${seconds}.${String(nanoseconds).padStart(9, '0')}`;

const join = (directory: string, name: string): string => (directory === '/' ? `/${name}` : `${directory}/${name}`);

/** The permissions that bar the reader are lifted (after recording them) when `force` is set: for a last look only. */
export function snapshot(engine: Engine, options: { force?: boolean } = {}): VolumeSnapshot {
  const { used } = engine.usage();
  const nodes: NodeSnapshot[] = [];
  const byInode = new Map<number, NodeSnapshot>();
  const visit = (path: string): void => {
    const stat = new Float64Array(STAT_LENGTH);
    expect(engine.lstat(path, stat), `lstat ${JSON.stringify(path)}`).toBe(0);
    const known = byInode.get(stat[7]);
    if (known) {
      nodes.push({ ...known, path });
      return;
    }
    const node = describeNode(path, stat, nodes.length);
    byInode.set(stat[7], node);
    nodes.push(node);
    if (options.force && node.type !== 'symlink') engine.chmod(path, 0o700);
    if (node.type === 'directory') for (const name of engine.readdir(path)) visit(join(path, name));
  };
  visit('/');
  for (const node of nodes) {
    if (node.type === 'symlink') node.content = engine.readlink(node.path);
    if (node.type === 'file') {
      node.content = hashBytes(engine.readFile(node.path, O_RDONLY | O_NOATIME, (size) => new Uint8Array(size)));
    }
  }
  return { nodes, used };
}

function describeNode(path: string, stat: Float64Array, link: number): NodeSnapshot {
  const format = stat[1] & S_IFMT;
  const type = format === S_IFDIR ? 'directory' : format === S_IFLNK ? 'symlink' : 'file';
  return {
    path,
    type,
    mode: stat[1] & 0o7777,
    nlink: stat[2],
    uid: stat[3],
    gid: stat[4],
    link,
    size: type === 'directory' ? 0 : stat[8],
    content: '',
    atime: timeText(stat[10], stat[11]),
    mtime: timeText(stat[12], stat[13]),
    ctime: timeText(stat[14], stat[15]),
    birthtime: timeText(stat[16], stat[17]),
  };
}

/** The volume's own fsck finds nothing. */
export function expectClean(engine: Engine): void {
  const report = engine.audit();
  if (report.ok && report.problems.length === 0 && report.used === report.recomputed) return;
  const lines = [`used ${report.used}, recomputed ${report.recomputed}`, ...report.problems];
  expect.fail(`audit found problems:\n  ${lines.join('\n  ')}`);
}

/** Runs `body` with room for exactly `bytes` more, then sets the limit back. */
export function withRoom<T>(engine: Engine, bytes: number, body: () => T): T {
  const { limit, used } = engine.usage();
  engine.resize(used + bytes);
  try {
    return body();
  } finally {
    engine.resize(limit);
  }
}
