/**
 * What adapters put into a volume, run with room for exactly n more bytes: each refusal is ENOSPC and leaves what was
 * there; what is all or nothing leaves nothing of itself, and no bill.
 */
import nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { exportArchive, importArchive } from '../../src/adapters/archive/index.js';
import { importFromDisk } from '../../src/adapters/disk/index.js';
import { createFsFromVolume, Volume } from '../../src/adapters/memfs/index.js';
import { mount } from '../../src/adapters/mount/index.js';
import { createOverlay, type Overlay } from '../../src/adapters/overlay/index.js';
import { restore, snapshot as snapshotOf } from '../../src/adapters/snapshot/index.js';
import { mountOver } from '../../src/adapters/unionfs/index.js';
import { createProvider } from '../../src/adapters/vfs/index.js';
import type { Engine } from '../../src/core/index.js';
import { createFs, engineOf } from '../../src/facade/index.js';
import { expectClean, snapshot } from '../helpers/snapshot.js';
import { described, plant } from './trees.js';

type Fs = typeof nodeFs;

interface Case {
  readonly name: string;
  /** Nothing of it stays after a refusal. */
  readonly whole: boolean;
  readonly volume?: () => Fs;
  readonly run: (fs: Fs) => unknown;
  /** What else must be after a refusal what it was before. */
  readonly view?: (fs: Fs) => unknown;
}

const source = createFs();
plant(source, '/tree');
const foreign = snapshotOf(source);
const archives = new Map<string, Buffer>();
for (const format of ['tar', 'zip', 'tar.gz'] as const) {
  archives.set(format, await exportArchive(source, '/tree', { format }));
}
const onDisk = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-adapters-'));
plant(nodeFs, onDisk);
afterAll(() => nodeFs.rmSync(onDisk, { recursive: true, force: true }));

class VirtualProvider {}
afterEach(() => vi.restoreAllMocks());
function provider(fs: Fs): ReturnType<typeof createProvider> {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ VirtualProvider } as never);
  return createProvider(fs);
}

/** Names, contents and modes: not the times of directories in which something was made and taken back, nor links that a copy has not. */
const shown = (fs: Fs, root: string): unknown =>
  Object.entries(described(fs, root)).map(([path, { mtime, first: _, ...entry }]) => [
    path,
    entry.type === 'file' ? { ...entry, mtime } : entry,
  ]);

const LONG = 'n'.repeat(200);
const overUnion = (name: string, act: (union: Fs) => unknown): Case => ({
  name: `${name} of a union`,
  whole: false,
  run: (fs) => act(mountOver(source, fs) as Fs),
  view: (fs) => shown(mountOver(source, fs) as Fs, '/tree'),
});

/** An overlay over the planted tree. Looking brings records up, so what counts is what it shows, and its changes. */
const overlays = new WeakMap<Fs, Overlay>();
const overOverlay = (name: string, act: (fs: Fs) => unknown): Case => ({
  name: `${name} in an overlay`,
  whole: false,
  volume() {
    const overlay = createOverlay({ lower: source, root: '/' });
    overlays.set(overlay.fs, overlay);
    return overlay.fs;
  },
  run: act,
  view: (fs) => [
    shown(fs, '/tree'),
    overlays
      .get(fs)
      ?.changes()
      .map(({ path, kind, what }) => [path, kind, [...what]]),
  ],
});

/** What an overlay makes of the planted tree: deletions, longer names, new directories, a file in the place of a tree. */
function changed(): Overlay {
  const overlay = createOverlay({ lower: source, root: '/tree' });
  const { fs } = overlay;
  fs.rmSync('/tree/big.bin');
  fs.renameSync('/tree/secret', `/tree/${LONG}`);
  fs.mkdirSync(`/tree/${'d'.repeat(100)}/a/b/c`, { recursive: true });
  for (let i = 0; i < 40; i++) fs.mkdirSync(`/tree/many/directory-with-a-longer-name-${i}`, { recursive: true });
  fs.rmSync('/tree/empty', { recursive: true });
  fs.writeFileSync('/tree/empty', 'now a file');
  fs.appendFileSync('/tree/run.sh', 'echo\n');
  fs.symlinkSync('t'.repeat(1000), `/tree/many/${'l'.repeat(100)}`);
  return overlay;
}

const CASES: Case[] = [
  overUnion('appendFile', (union) => union.appendFileSync('/tree/big.bin', 'more')),
  overUnion('writeFile in a directory of the disk', (union) =>
    union.writeFileSync(`/tree/${'long-directory-name/'.repeat(9)}${LONG}`, Buffer.alloc(5000)),
  ),
  overUnion('open and write', (union) => {
    const fd = union.openSync('/tree/secret', 'r+');
    try {
      union.writeSync(fd, Buffer.alloc(100, 's'), 0, 100, 1_000_000);
    } finally {
      union.closeSync(fd);
    }
  }),
  overUnion('copyFile', (union) => union.copyFileSync('/tree/big.bin', '/tree/closed/copy')),
  overUnion('chmod', (union) => union.promises.chmod('/tree/run.sh', 0o700)),
  overUnion('link', (union) => union.linkSync('/tree/run.sh', `/tree/empty/${LONG}`)),
  overUnion('a write stream', async (union) => {
    const stream = union.createWriteStream('/tree/empty.txt', { flags: 'r+' });
    await finished(stream.end('text'));
  }),
  overOverlay('appendFile', (fs) => fs.appendFileSync('/tree/big.bin', 'more')),
  overOverlay('rename', (fs) => fs.renameSync('/tree/closed', `/tree/${LONG}`)),
  overOverlay('rm', (fs) => fs.rmSync('/tree/secret')),
  overOverlay('link', (fs) => fs.linkSync('/tree/secret', `/tree/empty/${LONG}`)),
  overOverlay('chmod', (fs) => fs.promises.chmod('/tree/run.sh', 0o700)),
  overOverlay('truncate', (fs) => fs.truncateSync('/tree/big.bin', 70_000)),
  overOverlay('cp', (fs) => fs.cpSync('/tree', '/copy', { recursive: true, verbatimSymlinks: true })),
  {
    name: 'applyTo of an overlay, where the tree is not',
    whole: false,
    run: (fs) => changed().applyTo('/new/place', { fs }),
    view: (fs) => shown(fs, '/'),
  },
  {
    name: 'applyTo of an overlay, onto the tree',
    whole: false,
    volume() {
      const fs = createFs();
      plant(fs, '/tree');
      return fs;
    },
    run: (fs) => changed().applyTo('/tree', { fs }),
    view: (fs) => shown(fs, '/'),
  },
  {
    name: 'importArchive by entries',
    whole: false,
    run: (fs) => importArchive(fs, archives.get('tar') as Buffer, { to: '/to', atomic: false }),
  },
  {
    name: 'restore of a snapshot of another volume',
    whole: true,
    run: (fs) => restore(fs, foreign),
  },
  {
    name: 'fromNestedJSON of a memfs volume',
    whole: false,
    volume: () => createFsFromVolume(new Volume()),
    run: (fs) =>
      (fs as unknown as { __vol: Volume }).__vol.fromNestedJSON({ new: { a: { b: 'b'.repeat(3000) }, [LONG]: {} } }),
  },
  {
    name: 'copies from the disk into a mount',
    whole: false,
    run(fs) {
      using _ = mount(fs, { at: '/virtual-exhausted' });
      nodeFs.copyFileSync(join(onDisk, 'big.bin'), '/virtual-exhausted/copy');
      nodeFs.cpSync(onDisk, '/virtual-exhausted/tree', { recursive: true, verbatimSymlinks: true });
    },
  },
  ...[...archives].map(([format, archive]) => ({
    name: `importArchive of a ${format}`,
    whole: true,
    run: (fs: Fs) => importArchive(fs, archive, { to: '/old/to' }),
  })),
  {
    name: 'importArchive over what is there',
    whole: true,
    run: (fs) => importArchive(fs, archives.get('tar') as Buffer, { to: '/old' }),
  },
  { name: 'importFromDisk', whole: true, run: (fs) => importFromDisk(fs, onDisk, { to: '/to' }) },
  {
    name: 'fromJSON of a memfs volume',
    whole: false,
    volume: () => createFsFromVolume(new Volume()),
    run: (fs) =>
      (fs as unknown as { __vol: Volume }).__vol.fromJSON({
        '/new/a/b': 'b'.repeat(3000),
        [`/new/${'n'.repeat(200)}`]: 'long',
        '/new/empty': null,
      }),
  },
  {
    name: 'a file of a node:vfs provider',
    whole: false,
    run(fs) {
      const file = provider(fs).openSync(`/${'p'.repeat(100)}`, 'w+');
      try {
        file.writeSync(Buffer.alloc(5000), 0, 5000, 0);
      } finally {
        file.closeSync();
      }
    },
  },
  {
    name: 'writeFileSync of a node:vfs provider',
    whole: true,
    run: (fs) => provider(fs).writeFileSync('/new', Buffer.alloc(70_000)),
  },
];

interface Subject {
  readonly fs: Fs;
  readonly engine: Engine;
  readonly used: number;
}

function populated({ volume = () => createFs() }: Case): Subject {
  const fs = volume();
  const engine = engineOf(fs) as Engine;
  fs.mkdirSync('/old');
  fs.writeFileSync('/old/run.sh', 'precious');
  fs.writeFileSync('/old/big', Buffer.alloc(90_000, 1));
  return { fs, engine, used: engine.quota.used };
}

/** All but times that a transfer which is taken back leaves on directories. */
const stateOf = ({ engine }: Subject): unknown =>
  snapshot(engine).nodes.map(({ atime: _, ctime: __, ...node }) => node);

async function fits(subject: Subject, { run }: Case, room: number): Promise<boolean> {
  subject.engine.resize(subject.engine.quota.used + room);
  const error = await (async () => run(subject.fs))().then(
    () => undefined,
    (reason) => reason,
  );
  expectClean(subject.engine);
  if (error !== undefined) expect(error).toMatchObject({ code: 'ENOSPC' });
  return error === undefined;
}

/** The least room with which it succeeds: it fits with more, and is refused with less. */
async function leastRoom(each: Case): Promise<number> {
  let [refused, accepted] = [-1, 2 ** 22];
  expect(await fits(populated(each), each, accepted)).toBe(true);
  while (accepted - refused > 1) {
    const middle = Math.floor((refused + accepted) / 2);
    if (await fits(populated(each), each, middle)) accepted = middle;
    else refused = middle;
  }
  return accepted;
}

describe('with room for n more bytes', () => {
  it.each(CASES)('$name', { timeout: 60_000 }, async (each) => {
    const least = await leastRoom(each);
    expect(least).toBeGreaterThan(1000);
    for (let i = 0; i <= 24; i++) {
      const room = i === 24 ? least - 1 : Math.floor((least * i) / 24);
      const subject = populated(each);
      const old = described(subject.fs, '/old');
      const before = stateOf(subject);
      const view = each.view?.(subject.fs);
      if (await fits(subject, each, room)) continue;
      // Looking may need room of its own.
      subject.engine.resize(2 ** 26);
      expect(each.view?.(subject.fs), `room ${room}`).toEqual(view);
      if (each.whole) expect(stateOf(subject), `room ${room}`).toEqual(before);
      expect(described(subject.fs, '/old')).toEqual(old);
      if (each.whole) expect(subject.engine.quota.used, `room ${room}`).toBe(subject.used);
    }
  });
});
