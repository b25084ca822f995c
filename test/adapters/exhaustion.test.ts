/**
 * What adapters put into a volume, run with room for exactly n more bytes: each refusal is ENOSPC and leaves what was
 * there; what is all or nothing leaves nothing of itself, and no bill.
 */
import nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { exportArchive, importArchive } from '../../src/adapters/archive/index.js';
import { importFromDisk } from '../../src/adapters/disk/index.js';
import { createFsFromVolume, Volume } from '../../src/adapters/memfs/index.js';
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
}

const source = createFs();
plant(source, '/tree');
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

const CASES: Case[] = [
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
  subject.engine.resize(subject.used + room);
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
      if (await fits(subject, each, room)) continue;
      if (each.whole) expect(stateOf(subject), `room ${room}`).toEqual(before);
      expect(described(subject.fs, '/old')).toEqual(old);
      if (each.whole) expect(subject.engine.quota.used, `room ${room}`).toBe(subject.used);
    }
  });
});
