/**
 * The calls of the exhaustion tests: every way to change a volume, on a small
 * volume that has one of everything. `free` calls give back or overwrite in
 * place and must work in a full volume. `nodes` says how many inodes a call
 * makes.
 */
import {
  type Engine,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  type StoragePolicy,
  type TreeEntry,
} from '../../src/core/index.js';

export const KIB = 1024;
const LONG = 'n'.repeat(255);

/** Descriptors that are open before the call. */
export interface Opened {
  file: number;
  big: number;
  hole: number;
  unlinked: number;
}

export interface Scenario {
  name: string;
  /** What happens to the volume before there is so little room. */
  before?(engine: Engine, fd: Opened): void;
  run(engine: Engine, fd: Opened): unknown;
  /** Must succeed without a byte of room. */
  free?: true;
  /** Writes out of order: not for 'sequential'. */
  outOfOrder?: true;
  /** Inodes made; 0 when absent. */
  nodes?: number;
}

export const filled = (length: number, byte = 0x5a): Uint8Array => new Uint8Array(length).fill(byte);

/** One of everything: files of a slab block, of exactly 8 KiB, of pages; holes, links, a tree, an unlinked open file. */
export function populate(engine: Engine, policy: StoragePolicy): Opened {
  engine.mkdir('/dir', 0o755);
  engine.mkdir('/dir/sub', 0o755);
  engine.writeFile('/file', filled(100), O_WRONLY | O_CREAT, 0o644);
  engine.writeFile('/dir/other', filled(40), O_WRONLY | O_CREAT, 0o644);
  engine.writeFile('/block', filled(8 * KIB), O_WRONLY | O_CREAT, 0o644);
  engine.writeFile('/big', filled(200 * KIB), O_WRONLY | O_CREAT, 0o644);
  engine.symlink('file', '/link');
  engine.symlink('long-target-'.repeat(30), '/long-link');
  engine.link('/file', '/dir/hard');
  engine.mkdir('/tree', 0o755);
  engine.mkdir('/tree/b', 0o755);
  engine.writeFile('/tree/a', filled(20 * KIB), O_WRONLY | O_CREAT, 0o600);
  engine.writeFile('/tree/b/c', filled(300), O_WRONLY | O_CREAT, 0o600);
  engine.symlink('b/c', '/tree/l');
  engine.mkdir('/empty', 0o755);
  engine.copyFile('/big', '/shared', 0);
  const hole = engine.open('/hole', O_RDWR | O_CREAT, 0o644);
  engine.ftruncate(hole, 600 * KIB);
  if (policy !== 'sequential') engine.write(hole, filled(1), 0, 1, 512 * KIB);
  const unlinked = engine.open('/gone', O_RDWR | O_CREAT, 0o644);
  engine.write(unlinked, filled(500), 0, 500, -1);
  engine.unlink('/gone');
  return { file: engine.open('/file', O_RDWR, 0), big: engine.open('/big', O_RDWR, 0), hole, unlinked };
}

const TREE: TreeEntry[] = [
  { path: '/in/x/y/z', type: 'file', data: filled(3 * KIB) },
  { path: '/in/x/big', type: 'file', data: filled(70 * KIB) },
  { path: '/in/empty', type: 'directory' },
  { path: '/in/link', type: 'symlink', data: filled(50, 0x61) },
  { path: '/file', type: 'file', data: filled(9 * KIB) },
  { path: '/dir/other', type: 'file', data: filled(1) },
];

const writeAt = (engine: Engine, fd: number, length: number, position: number): number =>
  engine.write(fd, filled(length, 0x77), 0, length, position);
const append = (engine: Engine, path: string, length: number): void =>
  engine.writeFile(path, filled(length, 0x66), O_WRONLY | O_APPEND, 0);
const put = (engine: Engine, path: string, length: number): void =>
  engine.writeFile(path, filled(length, 0x55), O_WRONLY | O_CREAT | O_TRUNC, 0o644);

export const SCENARIOS: Scenario[] = [
  // open files
  { name: 'open an existing file', run: (engine) => engine.open('/file', O_RDONLY, 0) },
  { name: 'open a directory', run: (engine) => engine.open('/dir', O_RDONLY, 0) },
  { name: 'open O_CREAT', run: (engine) => engine.open('/n', O_WRONLY | O_CREAT, 0o644), nodes: 1 },
  { name: 'open O_CREAT, long name', run: (engine) => engine.open(`/dir/${LONG}`, O_RDWR | O_CREAT, 0o644), nodes: 1 },
  { name: 'open O_EXCL', run: (engine) => engine.open('/tree/new', O_RDWR | O_CREAT | O_EXCL, 0o644), nodes: 1 },
  { name: 'open O_TRUNC', run: (engine) => engine.open('/big', O_WRONLY | O_TRUNC, 0) },
  { name: 'open O_TMPFILE', run: (engine) => engine.open('/dir', O_RDWR | O_TMPFILE, 0o600), nodes: 1 },
  {
    name: 'open with preallocation',
    run: (engine) => engine.open('/pre', O_RDWR | O_CREAT, 0o644, 100 * KIB),
    nodes: 1,
  },
  { name: 'open O_TRUNC with preallocation', run: (engine) => engine.open('/big', O_WRONLY | O_TRUNC, 0, 300 * KIB) },
  { name: 'opendir', run: (engine) => engine.opendir('/tree') },
  { name: 'watch', run: (engine) => engine.watch('/dir', false, () => {}) },
  // contents
  { name: 'append a byte', run: (engine) => append(engine, '/file', 1) },
  { name: 'append past the block', run: (engine) => append(engine, '/file', 60) },
  { name: 'append to exactly 8 KiB', run: (engine) => append(engine, '/block', 1) },
  { name: 'append a page', run: (engine) => append(engine, '/file', 64 * KIB) },
  { name: 'append much', run: (engine) => append(engine, '/big', 300 * KIB) },
  { name: 'append to an empty file that is there', run: (engine) => append(engine, '/hole', 10) },
  { name: 'append to an unlinked open file', run: (engine, fd) => writeAt(engine, fd.unlinked, 5000, 500) },
  { name: 'write into a hole', run: (engine, fd) => writeAt(engine, fd.hole, 10, 100 * KIB), outOfOrder: true },
  {
    name: 'write over a hole of many pages',
    run: (engine, fd) => writeAt(engine, fd.hole, 400 * KIB, 3),
    outOfOrder: true,
  },
  { name: 'write far past the end', run: (engine, fd) => writeAt(engine, fd.file, 3, 2 ** 40), outOfOrder: true },
  { name: 'overwrite a little', run: (engine, fd) => writeAt(engine, fd.file, 10, 5), free: true, outOfOrder: true },
  {
    name: 'write to a shared page',
    run: (engine, fd) => writeAt(engine, fd.big, 10, 70 * KIB),
    free: true,
    outOfOrder: true,
  },
  { name: 'overwrite all', run: (engine, fd) => writeAt(engine, fd.big, 200 * KIB, 0), free: true, outOfOrder: true },
  { name: 'overwrite and append', run: (engine, fd) => writeAt(engine, fd.big, 40 * KIB, 190 * KIB), outOfOrder: true },
  {
    name: 'writev',
    run: (engine, fd) => engine.writev(fd.unlinked, [filled(10), filled(0), filled(90 * KIB), filled(3)], 500),
  },
  { name: 'ftruncate up', run: (engine, fd) => engine.ftruncate(fd.file, 10_000_000), free: true },
  { name: 'ftruncate down', run: (engine, fd) => engine.ftruncate(fd.big, 70 * KIB), free: true },
  { name: 'ftruncate a little down', run: (engine, fd) => engine.ftruncate(fd.big, 199 * KIB), free: true },
  { name: 'truncate a shared file', run: (engine) => engine.truncate('/shared', 10), free: true },
  { name: 'truncate to nothing', run: (engine) => engine.truncate('/file', 0), free: true },
  { name: 'truncate up', run: (engine) => engine.truncate('/file', 2 ** 40), free: true },
  { name: 'allocate', run: (engine, fd) => engine.allocate(fd.file, 100 * KIB) },
  { name: 'allocate in a hole', run: (engine, fd) => engine.allocate(fd.hole, 700 * KIB) },
  // names
  { name: 'mkdir', run: (engine) => engine.mkdir('/d', 0o755), nodes: 1 },
  { name: 'mkdir, long name', run: (engine) => engine.mkdir(`/empty/${LONG}`, 0o755), nodes: 1 },
  { name: 'mkdirp, deep', run: (engine) => engine.mkdirp(`/dir${'/deeper-and-deeper'.repeat(20)}`, 0o755), nodes: 20 },
  { name: 'mkdtemp', run: (engine) => engine.mkdtemp('/dir/tmp-'), nodes: 1 },
  { name: 'symlink, short', run: (engine) => engine.symlink('t', '/s'), nodes: 1 },
  { name: 'symlink, long', run: (engine) => engine.symlink('t'.repeat(4095), `/${LONG}`), nodes: 1 },
  { name: 'link', run: (engine) => engine.link('/big', '/dir/sub/hard'), nodes: 0 },
  { name: 'link, long name', run: (engine) => engine.link('/big', `/dir/${LONG}`), nodes: 0 },
  { name: 'rename', run: (engine) => engine.rename('/file', '/fil2'), free: true },
  { name: 'rename over a file', run: (engine) => engine.rename('/file', '/dir/other'), free: true },
  { name: 'rename over a big file', run: (engine) => engine.rename('/file', '/big'), free: true },
  { name: 'rename over an empty directory', run: (engine) => engine.rename('/tree', '/empty'), free: true },
  { name: 'rename into another directory', run: (engine) => engine.rename('/dir/sub', '/tree/b/moved') },
  { name: 'move, making parents', run: (engine) => engine.move('/file', `/made/by/${LONG}/file`), nodes: 3 },
  { name: 'rename to a longer name', run: (engine) => engine.rename('/file', `/tree/${LONG}`) },
  // whole files and trees
  { name: 'copyFile', run: (engine) => engine.copyFile('/big', '/dir/copy', 0), nodes: 1 },
  { name: 'copyFile, small', run: (engine) => engine.copyFile('/file', '/copy', 0), nodes: 1 },
  { name: 'copyFile over', run: (engine) => engine.copyFile('/tree/a', '/file', 0) },
  { name: 'copyFile over a larger one', run: (engine) => engine.copyFile('/tree/b/c', '/block', 0) },
  { name: 'copyTree', run: (engine) => engine.copyTree('/tree', '/dir/tree'), nodes: 5 },
  { name: 'copyTree of a file', run: (engine) => engine.copyTree('/big', '/dir/big'), nodes: 1 },
  { name: 'importTree', run: (engine) => engine.importTree(TREE), nodes: 7 },
  { name: 'writeFile, new', run: (engine) => put(engine, '/new', 90 * KIB), nodes: 1 },
  { name: 'writeFile, new and empty', run: (engine) => put(engine, '/dir/new', 0), nodes: 1 },
  { name: 'writeFile over a smaller one', run: (engine) => put(engine, '/file', 9 * KIB) },
  { name: 'writeFile over the same', run: (engine) => put(engine, '/big', 200 * KIB) },
  { name: 'writeFile over a larger one', run: (engine) => put(engine, '/big', 10) },
  // giving back, and attributes
  { name: 'unlink', run: (engine) => engine.unlink('/big'), free: true },
  { name: 'unlink one of two names', run: (engine) => engine.unlink('/file'), free: true },
  { name: 'rmdir', run: (engine) => engine.rmdir('/empty'), free: true },
  { name: 'removeTree', run: (engine) => engine.removeTree('/tree'), free: true },
  { name: 'close', run: (engine, fd) => engine.close(fd.unlinked), free: true },
  { name: 'chmod', run: (engine) => engine.chmod('/file', 0o600), free: true },
  { name: 'chown', run: (engine) => engine.chown('/file', 5, 6), free: true },
  { name: 'utimes', run: (engine) => engine.utimes('/file', 1, 2, 3, 4), free: true },
];
