/**
 * Quota truth: what is begun and left: streams that stand still in every state that Node has, listeners, archives that
 * stop half-way, handles that are lost.
 */
import type { FSWatcher, ReadStream, WriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { exportArchive, importArchive } from '../../../src/adapters/archive/index.js';
import { createFs, quotaOf } from '../../../src/index.js';
import { type Env, inThousands, type Workload } from '../env.js';
import { POOL, part } from '../parts.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ignore = (): void => {};

type More = Partial<Omit<Workload, 'name' | 'about' | 'run'>>;
const waiting = (name: string, about: string, run: Workload['run'], more: More = {}): Workload => ({
  name,
  about,
  portable: false,
  run,
  ...more,
});

const destroyAll = async (env: Env): Promise<void> => {
  await env.releaseObjects((stream: ReadStream | WriteStream) => {
    stream.on('error', ignore);
    stream.destroy();
  });
  for (let i = 0; i < 10; i++) await turn();
};

/** A file of an eighth of the volume, a mebibyte at most. */
const someFile = (env: Env): void => env.fs.writeFileSync('/file', part(Math.min(POOL.length, env.quota / 8)));

/** Resolves when it is open, rejects when that is refused. */
const opened = (stream: ReadStream | WriteStream): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.once('error', reject).once('open', () => {
      stream.off('error', reject).on('error', ignore);
      resolve();
    });
  });

const highWater = waiting(
  'read-streams-high-water',
  'read streams of a highWaterMark of 16 MiB, each half read and paused',
  async (env) => {
    someFile(env);
    await env.fillAsync(async () => {
      const stream = env.fs.createReadStream('/file', { highWaterMark: 2 ** 24 });
      env.keep(stream);
      await opened(stream);
      await new Promise((resolve) => stream.once('readable', resolve));
      stream.read(1000);
      stream.pause();
    }, 100_000);
  },
  { release: destroyAll },
);

const iterated = waiting(
  'read-streams-iterated',
  'asynchronous iterators of read streams, each kept after its first piece',
  async (env) => {
    someFile(env);
    await env.fillAsync(async () => {
      const stream = env.fs.createReadStream('/file', { highWaterMark: 1000 });
      env.keep(stream);
      await opened(stream);
      const iterator = stream[Symbol.asyncIterator]();
      await iterator.next();
      Object.assign(stream, { iterator });
    }, 100_000);
  },
  { release: destroyAll },
);

const piped = waiting(
  'read-streams-piped',
  'read streams piped into a writer that never takes the next piece',
  async (env) => {
    someFile(env);
    await env.fillAsync(async () => {
      const stream = env.fs.createReadStream('/file');
      env.keep(stream);
      stream.pipe(new Writable({ highWaterMark: 1, write: ignore }));
      await opened(stream);
      await turn();
    }, 100_000);
  },
  { release: destroyAll },
);

const manyPieces = waiting(
  'write-streams-many-pieces',
  'write streams given two thousand pieces of a byte while corked, ended, one file after the other',
  (env) =>
    env
      .fillAsync(async (i) => {
        const stream = env.fs.createWriteStream(`/s${i}`);
        stream.cork();
        for (let j = 0; j < 2000; j++) stream.write(POOL.subarray(j, j + 1 + (i % 30)));
        stream.uncork();
        await new Promise<void>((resolve, reject) => {
          stream.once('error', reject).once('finish', resolve).end();
        });
      })
      .then(ignore),
);

const finished = waiting(
  'streams-finished',
  'streams that are done, and those that were refused: they are lost, and thirty thousand of them leave nothing',
  async (env) => {
    env.fs.writeFileSync('/file', part(300));
    await env.fillAsync(async (i) => {
      const reading = env.fs.createReadStream('/file', { highWaterMark: 100 });
      for await (const _ of reading) if (i % 2 === 0) break;
      const writing = env.fs.createWriteStream('/file');
      await new Promise<void>((resolve) => writing.end(part(300), () => resolve()));
    }, 3000);
  },
  { endless: true },
);

const linesLeft = waiting(
  'line-readers-left',
  'FileHandles whose lines are read up to the second, then left by the loop',
  async (env) => {
    env.fs.writeFileSync('/text', 'a line of some length\n'.repeat(env.quota / 200));
    await env.fillAsync(async () => {
      const handle = await env.fs.promises.open('/text', 'r');
      for await (const _ of handle.readLines()) break;
      await handle.close();
    }, 3000);
  },
  { endless: true },
);

const oneListener = ignore;

const statListeners = waiting(
  'watch-file-listeners',
  'ever more listeners of one watched file',
  (env) => void env.fill(() => void env.fs.watchFile('/w', { persistent: false, interval: 1e6 }, () => {}), 2_000_000),
  { release: (env) => env.fs.unwatchFile('/w') },
);

const statSame = waiting(
  'watch-file-same-listener',
  'one listener of one watched file, added again and again',
  (env) =>
    void env.fill(() => void env.fs.watchFile('/w', { persistent: false, interval: 1e6 }, oneListener), 2_000_000),
  { release: (env) => env.fs.unwatchFile('/w') },
);

const longPath = (i: number, letter: string): string => {
  const name = letter.repeat(Math.floor(200 / Buffer.byteLength(letter)));
  return Buffer.from(`${`/${name}`.repeat(18)}/${i}`).toString();
};

const statPaths = (label: string, letter: string): Workload =>
  waiting(
    `watch-file-${label}-paths`,
    `watchFile of paths of 3,600 bytes that are not there, of ${label} names`,
    (env) =>
      void env.fill((i) => {
        env.fs.watchFile(longPath(i, letter), { persistent: false, interval: 1e6 }, oneListener);
      }, 100_000),
    {
      release(env) {
        for (let i = 0; i < env.steps; i++) env.fs.unwatchFile(longPath(i, letter));
      },
    },
  );

const statChanges = waiting(
  'watch-file-changes',
  'a thousand watched files that come and go, with turns between, then filled up',
  async (env) => {
    const files = Math.min(1000, Math.floor(env.quota / 8000));
    for (let i = 0; i < files; i++) env.fs.watchFile(`/w${i}`, { persistent: false, interval: 1 }, oneListener);
    await env.fillAsync(async (i) => {
      for (let j = 0; j < files; j += 3) env.fs.writeFileSync(`/w${j}`, part(i));
      if (i % 2 === 0) for (let j = 0; j < files; j += 2) env.fs.rmSync(`/w${j}`, { force: true });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }, 30);
    env.fill((i) => env.fs.writeFileSync(`/rest${i}`, part(500)));
  },
  {
    release(env) {
      for (let i = 0; i < 1000; i++) env.fs.unwatchFile(`/w${i}`);
    },
  },
);

const pressure = waiting(
  'pressure-listeners',
  'ever more listeners of the pressure on the quota',
  (env) => {
    const quota = quotaOf(env.fs);
    env.fill((i) => env.keep(quota.onPressure((i % 1000) / 1000, () => {})), 500_000);
  },
  { release: (env) => env.releaseObjects((end: () => void) => end()) },
);

const handlesLost = waiting(
  'mfs-handles-lost',
  'handles of the D-MemFS API that nobody keeps: they are collected, and give back what they held',
  async (env) => {
    await env.fillAsync(async (i) => {
      env.mfs.sync.open(`/lost${i}`, 'wb').write(part(100));
      if (i % 100 === 99) {
        globalThis.gc?.();
        await turn();
      }
    }, 2000);
    globalThis.gc?.();
    for (let i = 0; i < 5; i++) await turn();
  },
  { mfs: true, endless: true, prepare: () => process.removeAllListeners('warning').on('warning', ignore) },
);

const lockTimeouts = waiting(
  'mfs-lock-timeouts',
  'callers whose wait for a lock ends by its timeout, four thousand of them',
  async (env) => {
    const writer = env.mfs.sync.open('/file', 'wb');
    env.keep(writer);
    await env.fillAsync(
      () =>
        Promise.all(
          Array.from({ length: 20 }, () =>
            env.mfs.open('/file', 'rb', { lockTimeout: 0.001 }).then(
              () => env.wrong.push('two had the lock'),
              (error: NodeJS.ErrnoException) => error.code === 'ENOSPC' && env.refused(error),
            ),
          ),
        ),
      200,
    );
  },
  { mfs: true, endless: true, release: (env) => env.releaseObjects((handle: { close(): void }) => handle.close()) },
);

const DEEP_ENTRIES = 3300;

/** An archive of many directories below a path of 3,000 bytes, made once. */
const archives = new Map<string, Promise<Buffer>>();
function deepArchive(format: 'tar' | 'zip'): Promise<Buffer> {
  const made = archives.get(format) ?? make();
  archives.set(format, made);
  return made;
  function make(): Promise<Buffer> {
    const fs = createFs({ maxQuota: 2 ** 28 });
    const deep = `/${'p'.repeat(200)}`.repeat(15);
    fs.mkdirSync(deep, { recursive: true });
    for (let i = 0; i < DEEP_ENTRIES; i++) {
      if (i % 2 === 0) fs.mkdirSync(`${deep}/${i}`);
      else fs.writeFileSync(`${deep}/${i}`, '');
    }
    return exportArchive(fs, '/', { format });
  }
}

/** Weighed where most of it is known. */
const deepImport = (label: string, format: 'tar' | 'zip', atomic: boolean): Workload =>
  waiting(
    `archive-deep-${label}`,
    `a ${format} of empty directories and files below a path of 3,000 bytes, weighed while it is imported`,
    async (env) => {
      const archive = await deepArchive(format);
      let seen = 0;
      const filter = (): boolean => {
        if (++seen % Math.ceil(DEEP_ENTRIES / 4) === 0) env.look();
        return true;
      };
      await env.fillAsync(() => importArchive(env.fs, archive, { atomic, filter }), 1);
      env.fill((i) => env.fs.writeFileSync(`/rest${i}`, part(500)));
    },
    { prepare: () => deepArchive(format) },
  );

interface Racing {
  readonly handle: FileHandle;
  readonly watcher: FSWatcher;
}

const races = waiting(
  'append-races',
  'appends of a hundred bytes to one file, by path and by FileHandle, two hundred at once, some of them refused',
  async (env) => {
    const handle = await env.fs.promises.open('/log', 'a');
    env.keep({ handle, watcher: env.fs.watch('/', ignore) } satisfies Racing);
    let written = 0;
    await env.fillAsync(async () => {
      const calls = Array.from({ length: 200 }, (_, i) => {
        if (i % 3 === 0) return handle.appendFile(part(100));
        if (i % 3 === 1) return env.fs.promises.appendFile('/log', part(100));
        return new Promise<void>((resolve, reject) => {
          env.fs.appendFile('/log', part(100), (error) => (error ? reject(error) : resolve()));
        });
      });
      const results = await Promise.allSettled(calls);
      written += results.filter(({ status }) => status === 'fulfilled').length * 100;
      const refused = results.find((result) => result.status === 'rejected');
      if (refused) throw (refused as PromiseRejectedResult).reason;
    });
    const { size } = env.fs.statSync('/log');
    if (size !== written) env.wrong.push(`${size} bytes, though ${written} were written`);
  },
  {
    release: (env) =>
      env.releaseObjects(({ handle, watcher }: Racing) => {
        watcher.close();
        return handle.close();
      }),
  },
);

const listings = waiting(
  'listings-of-long-names',
  'a full volume of names of 200 bytes whose directories are listed in every form, by everyone',
  async (env) => {
    const most = env.fill((i) => {
      if (i % 200 === 0) env.fs.mkdirSync(`/d${i / 200}`);
      env.fs.writeFileSync(`/d${Math.floor(i / 200)}/${String(i).padEnd(i % 2 === 0 ? 120 : 40, 'ż')}`, '');
    });
    for (let i = 0; i < most / 200; i++) {
      if (i % 2 === 0) env.fs.readdirSync(`/d${i}`);
      else env.fs.readdirSync(`/d${i}`, { withFileTypes: true });
      await env.fs.promises.readdir(`/d${i}`, { encoding: 'buffer' as never });
    }
    env.fs.readdirSync('/', { recursive: true });
    env.fs.globSync?.('/**/*0*');
  },
);

const filesLooked = waiting(
  'paths-of-every-form',
  'half a million questions with paths of every form: URLs, Buffers, relative ones, with dots and slashes',
  (env) => {
    const files = env.fill((i) => env.fs.writeFileSync(inThousands(env, i), part(400)));
    for (let i = 0; i < 100_000; i++) {
      const path = `/d${Math.floor((i % files) / 1000)}/f${i % files}`;
      env.fs.existsSync(Buffer.from(path));
      env.fs.existsSync(new URL(`file://${path}`));
      env.fs.existsSync(`/./d0/..${path}//`);
      env.fs.existsSync(`${path}${i}/x`);
    }
  },
);

export const waitingWorkloads: readonly Workload[] = [
  highWater,
  iterated,
  piped,
  manyPieces,
  finished,
  linesLeft,
  statListeners,
  statSame,
  statPaths('ascii', 'p'),
  statPaths('wide', '🦊'),
  statChanges,
  pressure,
  handlesLost,
  lockTimeouts,
  deepImport('tar', 'tar', true),
  deepImport('tar-by-entry', 'tar', false),
  deepImport('zip', 'zip', true),
  races,
  listings,
  filesLooked,
];
