/**
 * Quota truth: what stands still in the middle of a call: contents that come in pieces and stop, text of an encoding that is
 * told later, searches and directories left, signals that outlive what listened to them, room that pages leave.
 */
import type { ReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { quotaOf } from '../../../src/index.js';
import { type Env, inThousands, type Workload } from '../env.js';
import { fillUp, ours, POOL, part } from '../parts.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ignore = (): void => {};

interface Standing {
  readonly over: Promise<unknown>;
  go(): void;
}

/** Pieces of a kilobyte, and then nothing more until it is let go. */
function halting(pieces: number): { source: AsyncGenerator<Buffer>; halted: Promise<void>; go(): void } {
  let [go, halt] = [ignore, ignore];
  const gone = new Promise<void>((resolve) => (go = resolve));
  const halted = new Promise<void>((resolve) => (halt = resolve));
  async function* source(): AsyncGenerator<Buffer> {
    for (let i = 0; i < pieces; i++) yield part(1000);
    halt();
    await gone;
  }
  return { source: source(), halted, go: () => go() };
}

const iterables = ours(
  'writes-of-iterables-standing',
  'writeFile, appendFile and FileHandles given iterables that stop after thirty pieces, none of them given up',
  async (env) => {
    let failure: unknown;
    await env.fillAsync(async (i) => {
      const { source, halted, go } = halting(30);
      const path = `/f${i}`;
      const { promises } = env.fs;
      const handle = i % 3 === 2 ? await promises.open(path, 'w') : undefined;
      const call =
        handle?.writeFile(source as never) ??
        (i % 3 === 0 ? promises.writeFile(path, source) : promises.appendFile(path, source as never));
      const over = Promise.resolve(call)
        .catch((error) => {
          failure = error;
        })
        .finally(() => handle?.close());
      env.keep({ over, go } satisfies Standing);
      await Promise.race([over, halted]);
      await turn();
      if (failure !== undefined) throw failure;
    }, 100_000);
  },
  {
    release: (env) =>
      env.releaseObjects(async ({ over, go }: Standing) => {
        go();
        await over;
      }),
    // The generators and promises, which are the program's.
    code: 2 ** 19,
  },
);

const destroyAll = async (env: Env): Promise<void> => {
  await env.releaseObjects((stream: ReadStream) => stream.on('error', ignore).destroy());
  for (let i = 0; i < 10; i++) await turn();
};

/** @param later - told when the stream has read already */
const encoded = (encoding: BufferEncoding, later: boolean): Workload =>
  ours(
    `read-streams-${encoding}${later ? '-later' : ''}`,
    `read streams of ${encoding}, told ${later ? 'after they have read' : 'at once'}, one character read, kept`,
    async (env) => {
      env.fs.writeFileSync('/file', part(Math.min(POOL.length, env.quota / 8)));
      await env.fillAsync(async () => {
        const stream = env.fs.createReadStream('/file', later ? {} : { encoding });
        env.keep(stream);
        await new Promise<void>((resolve, reject) => {
          stream.once('error', reject).once('readable', () => {
            stream.off('error', reject).on('error', ignore);
            resolve();
          });
        });
        if (later) stream.setEncoding(encoding);
        stream.read(1);
        await turn();
      }, 100_000);
    },
    { release: destroyAll },
  );

const intervals = ours(
  'watch-file-intervals',
  'watchFile of paths that are not there, with an interval of its own each, and bigint numbers',
  (env) =>
    void env.fill((i) => {
      env.fs.watchFile(`/w${i}`, { persistent: i % 2 === 0, interval: 1_000_000 + i, bigint: true }, ignore);
    }, 100_000),
  {
    release(env) {
      for (let i = 0; i < env.steps; i++) env.fs.unwatchFile(`/w${i}`);
    },
  },
);

const signalled = ours(
  'signals-outlive-iterators',
  'iterators of changes and of streams with one signal, begun and left by the thousand: it remembers none of them',
  async (env) => {
    const { signal } = new AbortController();
    env.fs.writeFileSync('/file', part(3000));
    await env.fillAsync(async (i) => {
      const changes = env.fs.promises.watch('/', { signal, recursive: i % 2 === 0 })[Symbol.asyncIterator]();
      const next = changes.next();
      env.fs.writeFileSync('/file', part(2000));
      await next;
      await changes.return?.();
      for await (const _ of env.fs.createReadStream('/file', { signal, highWaterMark: 500 })) break;
      const handle = await env.fs.promises.open('/file');
      for await (const _ of handle.readLines({ signal } as object)) break;
      await handle.close();
    }, 2000);
    env.keep(signal);
    env.look();
  },
  { endless: true, release: (env) => env.releaseObjects(ignore) },
);

const spares = ours(
  'pages-left-and-quota-shrunk',
  'files of pages written and removed, the quota shrunk to a hundredth and grown again, other things in their place',
  async (env) => {
    const quota = quotaOf(env.fs);
    for (let round = 0; round < 10; round++) {
      env.fill((i) => env.fs.writeFileSync(`/p${i}`, part(Math.min(POOL.length, env.quota / 16))));
      for (const name of env.fs.readdirSync('/')) env.fs.rmSync(`/${name}`);
      quota.resize(Math.floor(env.quota / 100));
      env.look();
      quota.resize(env.quota);
      env.fill((i) => env.fs.writeFileSync(`/s${i}`, part(300)), 2000);
      env.fill((i) => env.keepNumber(env.fs.openSync(`/s${i % 100}`, 'r')));
      env.look();
      env.closeNumbers();
      for (const name of env.fs.readdirSync('/')) env.fs.rmSync(`/${name}`);
      if (!env.mayGoOn()) return;
    }
    fillUp(env);
  },
);

const searches = ours(
  'glob-iterators-left',
  'searches of a full volume, each left after its first match and not kept',
  async (env) => {
    env.fill((i) => env.fs.writeFileSync(inThousands(env, i), part(200)));
    const { glob } = env.fs.promises;
    if (glob === undefined) return;
    for (let i = 0; i < Math.min(200, env.mostSteps / 20); i++) {
      for await (const _ of glob('/**/*')) break;
      if (i % 20 === 0) await turn();
    }
  },
);

const dirReads = ours(
  'dirs-read-at-once',
  'Dirs, recursive ones too, asked for twenty entries at once, by promise and by callback, kept',
  async (env) => {
    for (let i = 0; i < 500; i++) env.fs.writeFileSync(inThousands(env, i), '');
    for (let i = 0; i < 50; i++) env.fs.mkdirSync(`/d0/inner-${i}`);
    await env.fillAsync(async (i) => {
      const dir = await env.fs.promises.opendir('/', { recursive: i % 2 === 0, bufferSize: 1 });
      env.keep(dir);
      const reads: Promise<unknown>[] = [];
      for (let j = 0; j < 20; j++)
        reads.push(j % 2 === 0 ? dir.read() : new Promise((resolve) => dir.read((_, entry) => resolve(entry))));
      await Promise.all(reads);
    }, 100_000);
  },
  { release: (env) => env.releaseObjects((dir: { close(): Promise<void> }) => dir.close()) },
);

const vectors = ours(
  'vectors-of-empty-buffers',
  'readv and writev of thousands of empty buffers and of one buffer a thousand times, by callback, on a full volume',
  async (env) => {
    fillUp(env, 3000);
    const fd = env.fs.openSync('/rest0', 'r+');
    env.keepNumber(fd);
    const many = Array.from({ length: 1000 }, (_, i) => part(i % 2));
    for (let i = 0; i < Math.min(300, env.mostSteps); i++) {
      await new Promise((resolve) => env.fs.writev(fd, many, 0, resolve));
      await new Promise((resolve) => env.fs.readv(fd, [...many, Buffer.alloc(1000)], 0, resolve));
    }
  },
  { release: (env) => env.closeNumbers() },
);

const webLeft = ours(
  'web-streams-by-the-byte',
  'FileHandles whose web streams are read into buffers of the reader, one read still asked for, kept',
  async (env) => {
    env.fs.writeFileSync('/file', part(Math.min(POOL.length, env.quota / 8)));
    await env.fillAsync(async () => {
      const handle = await env.fs.promises.open('/file', 'r');
      const stream = handle.readableWebStream({ type: 'bytes' } as never) as ReadableStream<Uint8Array>;
      const reader = stream.getReader({ mode: 'byob' });
      env.keep({ handle, reader });
      await reader.read(new Uint8Array(10));
    }, 100_000);
  },
  {
    release: (env) =>
      env.releaseObjects(async ({ handle, reader }: { handle: FileHandle; reader: ReadableStreamBYOBReader }) => {
        await reader.cancel();
        await handle.close();
      }),
  },
);

type Open = (env: Env, path: string) => unknown;

/** What a volume keeps for the first of an inode is kept for each: a file or a directory of its own for everything that is open. */
const ofItsOwn = (what: string, make: 'mkdirSync' | 'writeFileSync', open: Open): Workload =>
  ours(
    `one-each-${what}`,
    `${what}, each of a ${make === 'mkdirSync' ? 'directory' : 'file'} of its own, kept`,
    async (env) => {
      await env.fillAsync(async (i) => {
        const path = `/n${i}`;
        if (make === 'mkdirSync') env.fs.mkdirSync(path);
        else env.fs.writeFileSync(path, 'some text');
        env.keep(await open(env, path));
      }, 500_000);
    },
    {
      async release(env) {
        await env.releaseObjects((one: { close(): unknown }) => one.close());
        for (let i = 0; i < 10; i++) await turn();
      },
    },
  );

const begun = async (env: Env, path: string): Promise<{ close(): void }> => {
  const stream = env.fs.createReadStream(path, { highWaterMark: 4 });
  await new Promise((resolve, reject) => stream.once('error', reject).once('readable', resolve));
  return { close: () => void stream.destroy() };
};

const watched = async ({ fs }: Env, path: string): Promise<{ close(): Promise<unknown> }> => {
  const changes = fs.promises.watch(path)[Symbol.asyncIterator]();
  let failure: unknown;
  const first = changes.next().catch((error) => {
    failure = error;
  });
  await turn();
  if (failure !== undefined) throw failure;
  const close = async (): Promise<unknown> => {
    fs.utimesSync(path, 1, 1);
    await first;
    return changes.return?.();
  };
  return { close };
};

export const standingWorkloads: readonly Workload[] = [
  ofItsOwn('watchers', 'writeFileSync', ({ fs }, path) => fs.watch(path, ignore)),
  ofItsOwn('tree-watchers', 'mkdirSync', ({ fs }, path) => fs.watch(path, { recursive: true }, ignore)),
  ofItsOwn('watch-iterators', 'mkdirSync', watched),
  ofItsOwn('dirs', 'mkdirSync', ({ fs }, path) => fs.opendirSync(path)),
  ofItsOwn('file-handles', 'writeFileSync', ({ fs }, path) => fs.promises.open(path)),
  ofItsOwn('read-streams', 'writeFileSync', begun),
  iterables,
  encoded('hex', false),
  encoded('hex', true),
  encoded('base64', true),
  encoded('utf16le', true),
  intervals,
  signalled,
  spares,
  searches,
  dirReads,
  vectors,
  webLeft,
];
