/**
 * Quota truth: what outlives its use: streams that share a descriptor, calls that were aborted, refused or are never
 * answered, what was read and is written to by its reader.
 */
import type { EventEmitter } from 'node:events';
import type { ReadStream, WriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { TextHandle } from '../../../src/index.js';
import { type Env, inThousands, type Workload } from '../env.js';
import { ours, POOL, part } from '../parts.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ignore = (): void => {};

const event = (stream: ReadStream | WriteStream, name: string): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.once('error', reject).once(name, () => {
      stream.off('error', reject).on('error', ignore);
      resolve();
    });
  });

const destroyAll = async (env: Env): Promise<void> => {
  await env.releaseObjects((stream: ReadStream) => stream.on('error', ignore).destroy());
  for (let i = 0; i < 10; i++) await turn();
};

const ofOneHandle = ours(
  'streams-of-one-handle',
  'read and write streams of parts of one FileHandle, which they leave open, each used to its end',
  async (env) => {
    env.fs.writeFileSync('/file', part(5000));
    const handle = await env.fs.promises.open('/file', 'r+');
    (handle as unknown as EventEmitter).setMaxListeners(0);
    env.keep(handle);
    await env.fillAsync(async (i) => {
      if (i % 3 === 2) {
        const stream = handle.createWriteStream({ start: i % 1000, autoClose: false });
        stream.end(part(100));
        await event(stream, 'finish');
      } else {
        const stream = handle.createReadStream({ start: i % 1000, end: (i % 1000) + 500, autoClose: false });
        stream.resume();
        await event(stream, 'end');
      }
    }, 30_000);
  },
  {
    async release(env) {
      // Its close() waits for streams that nobody destroys, as Node's does.
      await env.releaseObjects((handle: FileHandle) => env.fs.closeSync(handle.fd));
      for (let i = 0; i < 10; i++) await turn();
    },
  },
);

const ofOneDescriptor = ours(
  'streams-of-one-descriptor',
  'read streams of one descriptor, each half read and kept',
  async (env) => {
    env.fs.writeFileSync('/file', part(Math.min(POOL.length, env.quota / 8)));
    const fd = env.fs.openSync('/file', 'r');
    env.keepNumber(fd);
    await env.fillAsync(async (i) => {
      const stream = env.fs.createReadStream('', { fd, start: i % 100, autoClose: false });
      env.keep(stream);
      await event(stream, 'readable');
      stream.read(10);
    }, 100_000);
  },
  {
    async release(env) {
      await destroyAll(env);
      env.closeNumbers();
    },
  },
);

const endless = function* (): Generator<Buffer> {
  for (;;) yield part(3000);
};

const endlessSource = ours(
  'write-streams-endless-source',
  'write streams of a highWaterMark of 64 MiB into which a source without end is piped until each is refused, kept',
  async (env) => {
    for (let i = 0; i < 20 && env.mayGoOn(); i++) {
      env.steps++;
      const stream = env.fs.createWriteStream(`/s${i}`, { highWaterMark: 2 ** 26 });
      env.keep(stream);
      const source = Readable.from(endless());
      stream.on('close', () => source.destroy());
      source.pipe(stream);
      await event(stream, 'never').catch((error) => env.refused(error));
    }
    for (let i = 0; i < 5; i++) await turn();
  },
  { release: destroyAll },
);

const aborted = ours(
  'calls-aborted',
  'calls and streams with a signal each, aborted before, meanwhile and afterwards, twenty thousand of them',
  async (env) => {
    env.fs.writeFileSync('/file', part(3000));
    // A piece that waits when its stream is destroyed gets ERR_STREAM_DESTROYED.
    const expected = (error: Error): void => {
      if (error.name !== 'AbortError' && (error as NodeJS.ErrnoException).code !== 'ERR_STREAM_DESTROYED')
        env.refused(error);
    };
    await env.fillAsync(async (i) => {
      const controller = new AbortController();
      const { signal } = controller;
      if (i % 4 === 0) controller.abort();
      const calls = [
        env.fs.promises.readFile('/file', { signal }).catch(expected),
        env.fs.promises.writeFile('/other', part(2000), { signal }).catch(expected),
        new Promise<void>((resolve) => env.fs.readFile('/file', { signal }, () => resolve())),
      ];
      const reading = env.fs.createReadStream('/file', { signal, highWaterMark: 500 }).on('error', expected);
      const writing = env.fs.createWriteStream('/third', { signal }).on('error', expected);
      if (!signal.aborted) writing.write(part(100), ignore);
      const watcher = env.fs.watch('/', { signal });
      if (i % 4 === 1) controller.abort();
      await Promise.all(calls);
      if (i % 4 === 2) controller.abort();
      await turn();
      watcher.close();
      reading.destroy();
      writing.destroy();
      await turn();
    }, 5000);
  },
  { endless: true },
);

const refusedLater = ours(
  'refusals-delivered-later',
  'callbacks and promises that get ENOSPC on a full volume, five hundred at once, a hundred thousand in all',
  async (env) => {
    const files = env.fill((i) => env.fs.writeFileSync(inThousands(env, i), part(3000)));
    const used = env.extras?.usage().used;
    const large = part(100_000);
    for (let round = 0; round < Math.min(200, env.mostSteps / 10); round++) {
      const calls = Array.from({ length: 500 }, (_, i) =>
        i % 2 === 0
          ? env.fs.promises.writeFile(`/new${i}`, large)
          : new Promise<void>((resolve, reject) => {
              env.fs.appendFile(`/d0/f${i % Math.min(files, 1000)}`, large, (error) =>
                error ? reject(error) : resolve(),
              );
            }),
      );
      for (const { status } of await Promise.allSettled(calls)) if (status !== 'rejected') env.wrong.push('it did fit');
    }
    if (env.extras?.usage().used !== used) env.wrong.push('refused calls left something behind');
  },
);

const scribbled = ours(
  'results-scribbled-on',
  'what every call that reads has given is written over by its reader: the volume keeps what it has',
  async (env) => {
    const sizes = [10, 5000, 9000, 66_000, 200_000].filter((size) => size * 4 < env.quota);
    const { fs } = env;
    const wanted = sizes.map((size) => Buffer.from(part(size)));
    const check = (): void => {
      sizes.forEach((size, i) => {
        if (!fs.readFileSync(`/f${size}`).equals(wanted[i])) env.wrong.push(`a reader changed a file of ${size}`);
      });
    };
    for (const size of sizes) {
      const source = Buffer.from(part(size));
      fs.writeFileSync(`/f${size}`, source);
      source.fill(7);
      fs.copyFileSync(`/f${size}`, `/copy${size}`);
    }
    check();
    await env.fillAsync(async (i) => {
      const path = `/f${sizes[i % sizes.length]}`;
      fs.readFileSync(path).fill(i);
      (await fs.promises.readFile(path)).fill(i);
      const handle = await fs.promises.open(path);
      const { buffer } = await handle.read(Buffer.alloc(300), 0, 300, 0);
      buffer.fill(i);
      (await handle.readFile()).fill(i);
      await handle.close();
      for await (const piece of fs.createReadStream(path)) piece.fill(i);
      const bytes = new Uint8Array(await (await fs.openAsBlob(path)).arrayBuffer());
      bytes.fill(i);
      const scattered = [Buffer.alloc(5), Buffer.alloc(500)];
      const fd = fs.openSync(path, 'r');
      fs.readvSync(fd, scattered);
      fs.closeSync(fd);
      for (const each of scattered) each.fill(i);
      if (i % 50 === 0) check();
    }, 500);
    check();
  },
  { endless: true },
);

const neverAnswered = ours(
  'cp-filters-never-answer',
  'cp of a tree of some hundred files, with a filter that answers all but the last question, ever more of them',
  async (env) => {
    const count = Math.min(400, Math.floor(env.quota / 12_000));
    env.fs.mkdirSync('/from');
    for (let i = 0; i < count; i++) env.fs.writeFileSync(`/from/file-with-some-name-${i}`, '');
    let failure: unknown;
    await env.fillAsync(async (i) => {
      let [seen, answer] = [0, ignore as (yes: boolean) => void];
      const filter = (): boolean | Promise<boolean> =>
        ++seen === count ? new Promise<boolean>((resolve) => (answer = resolve)) : true;
      const copying = env.fs.promises.cp('/from', `/to${i}`, { recursive: true, filter }).catch((error) => {
        failure = error;
      });
      env.keep({ copying, answer: () => answer(false) });
      while (seen < count && failure === undefined) await turn();
      if (failure !== undefined) throw failure;
    }, 3000);
    env.look();
  },
  {
    release: (env) =>
      env.releaseObjects(async ({ copying, answer }: { copying: Promise<void>; answer(): void }) => {
        answer();
        await copying;
      }),
  },
);

interface Lines {
  readonly stream: ReadStream;
  readonly lines: { close(): void };
}

const longLines = ours(
  'line-readers-long-lines',
  'readers of lines on streams of a file of one line, paused by what they have read of it, kept',
  async (env) => {
    env.fs.writeFileSync('/file', 'x'.repeat(Math.min(POOL.length, env.quota / 8)));
    await env.fillAsync(async () => {
      const stream = env.fs.createReadStream('/file');
      const lines = createInterface({ input: stream });
      lines.on('error', ignore);
      env.keep({ stream, lines } satisfies Lines);
      await event(stream, 'open');
      stream.pause();
    }, 100_000);
  },
  {
    async release(env) {
      await env.releaseObjects(({ stream, lines }: Lines) => {
        lines.close();
        stream.on('error', ignore).destroy();
      });
      for (let i = 0; i < 10; i++) await turn();
    },
  },
);

interface TextStream {
  write(text: string): boolean;
  destroy(): void;
  on(event: string, listener: () => void): unknown;
}

const textStreams = ours(
  'utf8-streams-kept',
  'Utf8Streams, where Node has them, each given a line and kept; elsewhere descriptors',
  async (env) => {
    const Stream = (env.fs as unknown as { Utf8Stream?: new (options: object) => TextStream }).Utf8Stream;
    await env.fillAsync(async (i) => {
      if (Stream === undefined) {
        env.keepNumber(env.fs.openSync(`/u${i}`, 'w'));
        return;
      }
      const fd = env.fs.openSync(`/u${i}`, 'a');
      env.keepNumber(fd);
      const stream = new Stream({ fd, sync: i % 2 === 0 });
      stream.on('error', ignore);
      env.keep(stream);
      stream.write('a line of text\n');
    }, 900_000);
  },
  {
    async release(env) {
      await env.releaseObjects((stream: TextStream) => stream.destroy());
      for (let i = 0; i < 10; i++) await turn();
      env.closeNumbers();
    },
  },
);

const textLines = ours(
  'mfs-text-lines-half-read',
  'TextHandles of a file of long lines, each an iterator kept after its first line',
  async (env) => {
    env.fs.writeFileSync('/text', `${'słowo '.repeat(300)}\n`.repeat(Math.floor(env.quota / 20_000)));
    env.fill(() => {
      const handle = env.mfs.sync.open('/text', 'rb');
      const lines = new TextHandle(handle)[Symbol.iterator]();
      env.keep(handle);
      lines.next();
      env.keep({ close: () => void lines.return?.() });
    }, 400_000);
  },
  { mfs: true, release: (env) => env.releaseObjects((one: { close(): void }) => one.close()) },
);

const walksLeft = ours(
  'mfs-walks-left',
  'walks, globs and listings of the D-MemFS API left after their first step, on a full volume',
  (env) => {
    env.fill((i) => env.fs.writeFileSync(inThousands(env, i), part(300)));
    for (let i = 0; i < Math.min(2000, env.mostSteps); i++) {
      env.mfs.sync.walk('/').next();
      if (i % 20 === 0) env.mfs.sync.glob('/d0/*1*');
      env.mfs.sync.listdir('/d0');
    }
  },
  { mfs: true },
);

const blobs = ours(
  'blobs-dropped',
  'blobs of a file that is removed and made again, read or not, none of them kept',
  async (env) => {
    await env.fillAsync(async (i) => {
      env.fs.writeFileSync('/file', part(Math.min(env.quota / 8, 200_000)));
      const blob = await env.fs.openAsBlob('/file');
      if (i % 2 === 0) env.fs.unlinkSync('/file');
      await blob.text().catch(ignore);
      if (i % 20 === 0) globalThis.gc?.();
    }, 1000);
  },
  { endless: true },
);

export const leftWorkloads: readonly Workload[] = [
  ofOneHandle,
  ofOneDescriptor,
  endlessSource,
  aborted,
  refusedLater,
  scribbled,
  neverAnswered,
  longLines,
  textStreams,
  textLines,
  walksLeft,
  blobs,
];
