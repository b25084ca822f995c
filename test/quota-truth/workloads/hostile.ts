/** Quota truth: adapters handed what is made to hurt: archives that stop, lie or swell, large lower files, mounts by the thousand. */
import nodeFs from 'node:fs';
import { gzipSync } from 'node:zlib';
import { exportArchive, importArchive } from '../../../src/adapters/archive/index.js';
import { Volume } from '../../../src/adapters/memfs/index.js';
import { mount } from '../../../src/adapters/mount/index.js';
import { mountOver } from '../../../src/adapters/unionfs/index.js';
import { createFs } from '../../../src/index.js';
import type { Workload } from '../env.js';
import { LOWER_DIRECTORIES, LOWER_FILES, lowerPath } from '../open.js';
import { fillUp, ours, part } from '../parts.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ignore = (): void => {};

/** A tree of two hundred files, as an archive. */
async function someArchive(format: 'tar' | 'tar.gz' | 'zip'): Promise<Buffer> {
  const fs = createFs({ maxQuota: 2 ** 24 });
  for (let i = 0; i < 200; i++) fs.writeFileSync(`/file-${i}`, part(i * 20));
  return exportArchive(fs, '/', { format });
}

/** A source that stands still after its first half, until it is let go. */
function halting(archive: Buffer): { source: AsyncGenerator<Buffer>; halted: Promise<void>; go(): void } {
  let [go, halt] = [ignore, ignore];
  const gone = new Promise<void>((resolve) => (go = resolve));
  const halted = new Promise<void>((resolve) => (halt = resolve));
  async function* pieces(): AsyncGenerator<Buffer> {
    yield archive.subarray(0, archive.length / 2);
    halt();
    await gone;
  }
  return { source: pieces(), halted, go: () => go() };
}

const hanging = (format: 'tar' | 'tar.gz' | 'zip'): Workload =>
  ours(
    `archive-imports-hanging-${format.replace('.', '-')}`,
    `imports of a ${format} that stops half-way, none of them given up`,
    async (env) => {
      const archive = await someArchive(format);
      const used = (): number => env.extras?.usage().used ?? 0;
      let failure: unknown;
      await env.fillAsync(async (i) => {
        const { source, halted, go } = halting(archive);
        const importing = importArchive(env.fs, source, { to: `/t${i}` }).catch((error) => {
          failure = error;
        });
        env.keep({ importing, go });
        await Promise.race([importing, halted]);
        // Until zlib's threads have unpacked what came.
        for (let before = -1; before !== used(); ) {
          before = used();
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        if (failure !== undefined) throw failure;
      }, 5000);
    },
    {
      release: (env) =>
        env.releaseObjects(async ({ importing, go }: { importing: Promise<void>; go(): void }) => {
          go();
          await importing;
        }),
      code: 2 ** 19,
    },
  );

const byteByByte = ours(
  'archive-zip-byte-by-byte',
  'a zip that comes as a stream of single bytes, weighed on the way',
  async (env) => {
    const archive = await someArchive('zip');
    async function* pieces(): AsyncGenerator<Buffer> {
      for (let i = 0; i < archive.length; i++) {
        if (i % Math.ceil(archive.length / 4) === 1) env.look();
        yield archive.subarray(i, i + 1);
      }
      env.look();
    }
    await env.fillAsync((i) => importArchive(env.fs, pieces(), { to: `/t${i}` }), 2);
    fillUp(env);
  },
  { code: 2 ** 20 },
);

/** 64 MiB of zeros, and as many names of one entry's extended header, packed. */
const bombs: Record<string, Promise<Buffer> | undefined> = {};
async function makeBombs(): Promise<void> {
  const fs = createFs({ maxQuota: 2 ** 27 });
  fs.writeFileSync('/zeros', Buffer.alloc(2 ** 26));
  for (const format of ['tar.gz', 'zip'] as const) bombs[format] ??= exportArchive(fs, '/', { format });
  bombs.pax ??= exportArchive(fs, '/', { format: 'tar' }).then((tar) => {
    // The file becomes an extended header ('x') of as many bytes, its checksum made good.
    tar[156] = 'x'.charCodeAt(0);
    tar.fill(' ', 148, 156);
    const sum = tar.subarray(0, 512).reduce((all, each) => all + each, 0);
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return gzipSync(tar);
  });
  await Promise.all(Object.values(bombs));
}

const bombing = ours(
  'archive-bombs',
  'archives of 64 MiB of zeros, as a file and as the header of one, imported until they are refused, again and again',
  async (env) => {
    const before = env.extras?.usage().used;
    for (let i = 0; i < Math.min(6, env.mostSteps); i++) {
      for (const format of ['tar.gz', 'zip', 'pax']) {
        const bomb = (await bombs[format]) as Buffer;
        await importArchive(env.fs, bomb, { atomic: i % 2 === 0 }).then(
          () => env.wrong.push('it did fit'),
          (error: NodeJS.ErrnoException) => {
            if (format !== 'pax') env.refused(error);
          },
        );
        for (const name of env.fs.readdirSync('/')) env.fs.rmSync(`/${name}`, { recursive: true });
        if (env.extras?.usage().used !== before) env.wrong.push('a refused import left something behind');
      }
    }
    fillUp(env);
  },
  { prepare: makeBombs, code: 2 ** 20 },
);

const exportsLeft = ours(
  'archive-exports-waiting',
  'archives asked for of a full volume, a hundred at once, none of which is waited for before the last',
  async (env) => {
    env.fill((i) => env.fs.writeFileSync(`/f${i}`, part(3000)));
    const some = env.fs.readdirSync('/').slice(0, 20);
    for (let round = 0; round < Math.min(10, env.mostSteps); round++) {
      await Promise.all(
        some.map((name) => exportArchive(env.fs, `/${name}`, { format: round % 2 ? 'zip' : 'tar.gz' })),
      );
    }
  },
  { code: 2 ** 20 },
);

const overlay = (name: string, about: string, run: Workload['run'], more: Pick<Workload, 'code'> = {}): Workload =>
  ours(`overlay-${name}`, about, run, { overlay: true, ...more });

const renamedTrees = overlay(
  'directories-moved',
  'lower directories moved into one another and replaced by files, links and new directories, then filled up',
  (env) => {
    const { fs } = env;
    env.fill((i) => {
      const directory = `/lower/d${i}`;
      if (i % 4 === 0) fs.renameSync(directory, `/lower/d${i + 1}/moved-from-${i}`);
      else if (i % 4 === 1) fs.rmSync(directory, { recursive: true });
      else if (i % 4 === 2) fs.renameSync(directory, `/lower/${String(i).padEnd(200, 'm')}`);
      if (i % 4 === 3) return;
      if (i % 3 === 0) fs.writeFileSync(directory, part(100));
      else if (i % 3 === 1) fs.symlinkSync(`/lower/d${i + 3}`, directory);
      else fs.mkdirSync(directory);
    }, LOWER_DIRECTORIES - 4);
    for (let i = 0; i < LOWER_FILES; i += 7) fs.existsSync(lowerPath(i));
    env.fill((i) => fs.writeFileSync(`/lower/new${i}`, part(500)));
  },
  // What the process keeps of its code: 600 to 800 KiB remain when all is dropped, at 8 MiB as at 64.
  { code: 2 ** 18 },
);

const linksAndModes = overlay(
  'linked-and-changed',
  'lower files given second names, other modes and owners, names looked for in between, then filled up',
  (env) => {
    const { fs } = env;
    env.fill((i) => {
      const path = lowerPath(i);
      if (i % 3 === 0) fs.linkSync(path, `/lower/second-${i}`);
      else if (i % 3 === 1) fs.chmodSync(path, 0o600);
      else fs.truncateSync(path, i % 50);
      fs.existsSync(`${path}-missing`);
    }, LOWER_FILES);
    env.fill((i) => fs.writeFileSync(`/lower/new${i}`, part(500)));
  },
);

const mounted = ours(
  'mount-filled',
  'a volume mounted on the process and filled through node:fs: files, descriptors, handles, streams, Dirs, watchers',
  async (env) => {
    const using = mount(env.fs as typeof nodeFs, { at: '/virtual-quotafs' });
    const at = (name: string): string => `/virtual-quotafs/${name}`;
    try {
      nodeFs.writeFileSync(at('file'), part(3000));
      await env.fillAsync(async (i) => {
        nodeFs.writeFileSync(at(`f${i}`), part(500));
        env.keepNumber(nodeFs.openSync(at(`f${i}`), 'a'));
        env.keep(await nodeFs.promises.open(at('file')));
        env.keep(nodeFs.watch(at('file'), ignore));
        env.keep(nodeFs.opendirSync(at('')));
        const stream = nodeFs.createReadStream(at('file'), { highWaterMark: 300 });
        env.keep({ close: () => void stream.destroy() });
        await new Promise((resolve, reject) => stream.once('error', reject).once('readable', resolve));
        nodeFs.statSync(at(`f${i}`));
      });
    } finally {
      using.unmount();
    }
  },
  {
    async release(env) {
      await env.releaseObjects((one: { close(): unknown }) => one.close());
      env.closeNumbers();
      for (let i = 0; i < 10; i++) await turn();
    },
  },
);

const mounts = ours(
  'mounts-by-the-thousand',
  'a volume mounted, used, entered and unmounted, at other places each time, two thousand times',
  (env) =>
    void env.fill((i) => {
      const at = `/virtual-${i % 100}/${'m'.repeat(i % 200)}`;
      const using = mount(env.fs as typeof nodeFs, { at });
      nodeFs.mkdirSync(at, { recursive: true });
      nodeFs.writeFileSync(`${at}/f`, part(100));
      nodeFs.readdirSync(at);
      using.unmount();
    }, 2000),
  { endless: true },
);

const unioned = ours(
  'union-copied-up',
  'a union over a lower tree: looked up, appended to, then filled up',
  (env) => {
    const union = mountOver(lower(), env.fs as typeof nodeFs);
    env.fill((i) => union.existsSync(lowerPath(i)), LOWER_FILES);
    env.fill((i) => union.appendFileSync(lowerPath(i), part(10)), LOWER_FILES);
    env.fill((i) => union.writeFileSync(`/lower/new${i}`, part(500)));
  },
  { prepare: () => lower() },
);

let lowerTree: typeof nodeFs | undefined;
function lower(): typeof nodeFs {
  if (lowerTree !== undefined) return lowerTree;
  lowerTree = createFs({ maxQuota: 2 ** 27 });
  for (let i = 0; i < LOWER_DIRECTORIES; i++) lowerTree.mkdirSync(`/lower/d${i}`, { recursive: true });
  for (let i = 0; i < LOWER_FILES; i++) lowerTree.writeFileSync(lowerPath(i), part(i % 1000));
  return lowerTree;
}

/** The volume is the workload's own: the one under test stays empty. */
const fromJson = ours(
  'memfs-from-json',
  "memfs's Volume filled by fromJSON with nested trees until it refuses, read by toJSON, reset, filled again",
  (env) => {
    const volume = new Volume({ maxQuota: env.quota });
    env.keep(volume);
    for (let round = 0; round < 3; round++) {
      volume.reset();
      env.fill((i) =>
        volume.fromNestedJSON(
          {
            [`dir${i}`]: { a: { b: { c: 'text '.repeat(i % 400) } }, 'some-empty-directory': {}, [`${i}.txt`]: `${i}` },
          },
          '/',
        ),
      );
      volume.toJSON('/dir0');
    }
    env.refusal = undefined;
  },
  { volumes: true, endless: true, release: (env) => env.releaseObjects((volume: Volume) => volume.reset()) },
);

export const hostileWorkloads: readonly Workload[] = [
  hanging('tar'),
  hanging('tar.gz'),
  hanging('zip'),
  byteByByte,
  bombing,
  exportsLeft,
  renamedTrees,
  linksAndModes,
  mounted,
  mounts,
  unioned,
  fromJson,
];
