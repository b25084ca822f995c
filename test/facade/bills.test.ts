/** What is open and kept is billed: handles, streams with what they read ahead, web streams, line readers, the queues and matchers of watchers, what recursive watchers know. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createFs, type Quota, quotaOf } from '../../src/facade/index.js';

type Fs = ReturnType<typeof createFs>;
const KIB = 1024;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function volume(maxQuota = 2048 * KIB): { fs: Fs; quota: Quota } {
  const fs = createFs({ maxQuota });
  return { fs, quota: quotaOf(fs) };
}

/** Leaves no room for data. */
function fillUp(fs: Fs): void {
  const fd = fs.openSync('/filler', 'a');
  for (let size = 64 * KIB; size >= 1; size = size >> 1) {
    try {
      for (;;) fs.writeSync(fd, Buffer.alloc(size));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
  }
  fs.closeSync(fd);
}

const clean = (quota: Quota): void => expect(quota.audit()).toMatchObject({ ok: true, problems: [] });

describe('a stream', () => {
  it('that is kept half-read is billed for what it holds, and nothing once it is destroyed', async () => {
    const { fs, quota } = volume();
    fs.writeFileSync('/file', Buffer.alloc(300 * KIB));
    const before = quota.used;
    const stream = fs.createReadStream('/file');
    await once(stream, 'readable');
    stream.read(1);
    expect(quota.used - before).toBeGreaterThan(stream.readableLength);
    stream.destroy();
    await once(stream, 'close');
    expect(quota.used).toBe(before);
    clean(quota);
  });

  it('ends its bill with the descriptor, whoever closes that', async () => {
    const { fs, quota } = volume();
    const before = quota.used;
    const stream = fs.createWriteStream('/file', { autoClose: false });
    const [fd] = (await once(stream, 'open')) as [number];
    expect(quota.used - before).toBeGreaterThan(700);
    fs.closeSync(fd);
    fs.unlinkSync('/file');
    expect(quota.used).toBe(before);
    clean(quota);
  });

  it('that leaves its descriptor open is billed until it has ended', async () => {
    const { fs, quota } = volume();
    fs.writeFileSync('/file', 'content');
    const fd = fs.openSync('/file', 'r');
    const before = quota.used;
    for (let i = 0; i < 20; i++) {
      const stream = fs.createReadStream('', { fd, start: 0, autoClose: false }).resume();
      await once(stream, 'end');
    }
    expect(quota.used).toBe(before);
    fs.closeSync(fd);
    clean(quota);
  });

  it('reads a full volume, in smaller pieces and holding no more than one', async () => {
    const { fs, quota } = volume();
    const content = Buffer.alloc(200 * KIB, 'full');
    fs.writeFileSync('/file', content);
    fillUp(fs);
    const streams = [0, 1, 2, 3].map(() => fs.createReadStream('/file'));
    await Promise.all(streams.map((stream) => once(stream, 'readable')));
    await turn();
    const held = streams.reduce((sum, stream) => sum + stream.readableLength, 0);
    expect(held).toBeLessThan(64 * KIB);
    expect(quota.used).toBeLessThanOrEqual(quota.limit);
    for (const stream of streams) expect(Buffer.concat(await stream.toArray()).equals(content)).toBe(true);
    clean(quota);
  });

  it('reads in its usual pieces again when there is room', async () => {
    const { fs } = volume();
    fs.writeFileSync('/file', Buffer.alloc(400 * KIB));
    fillUp(fs);
    const others = Array.from({ length: 6 }, () => fs.createReadStream('/file'));
    await Promise.all(others.map((stream) => once(stream, 'readable')));
    const stream = fs.createReadStream('/file');
    await once(stream, 'readable');
    expect(stream.readableHighWaterMark).toBeLessThan(64 * KIB);
    for (const other of others) other.destroy();
    fs.unlinkSync('/filler');
    let largest = 0;
    for await (const chunk of stream) largest = Math.max(largest, (chunk as Buffer).length);
    expect(largest).toBe(64 * KIB);
    expect(stream.readableHighWaterMark).toBe(64 * KIB);
  });

  it('that cannot be paid for neither truncates nor makes its file', async () => {
    const { fs, quota } = volume(256 * KIB);
    fs.writeFileSync('/file', 'precious');
    fillUp(fs);
    const kept = [];
    let refusal: unknown;
    while (refusal === undefined) {
      const stream = fs.createWriteStream('/filler', { flags: 'r+' });
      kept.push(stream);
      await once(stream, 'open').catch((error) => {
        refusal = error;
      });
    }
    expect(refusal).toMatchObject({ code: 'ENOSPC', name: 'QuotaExceededError', syscall: 'open', path: '/filler' });
    for (const path of ['/file', '/new'])
      await expect(once(fs.createWriteStream(path), 'open')).rejects.toMatchObject({ code: 'ENOSPC', path });
    expect(fs.readFileSync('/file', 'utf8')).toBe('precious');
    expect(fs.existsSync('/new')).toBe(false);
    for (const stream of kept) stream.destroy();
    await turn();
    clean(quota);
  });

  it('on another fs is nothing to the volume', async () => {
    const [{ fs, quota }, other] = [volume(), volume()];
    other.fs.writeFileSync('/file', 'there');
    const before = quota.used;
    const stream = fs.createReadStream('/file', { fs: other.fs } as object);
    await once(stream, 'readable');
    expect(quota.used).toBe(before);
    stream.destroy();
  });
});

it('a FileHandle whose descriptor is closed by its number is billed no more, and closing it then takes nothing back', async () => {
  const { fs, quota } = volume();
  const handle = await fs.promises.open('/file', 'w');
  fs.unlinkSync('/file');
  const { fd } = handle;
  fs.closeSync(fd);
  expect(quota.used).toBe(0);
  await expect(handle.close()).rejects.toMatchObject({ code: 'EBADF' });
  expect(quota.used).toBe(0);
  clean(quota);
});

it('a line reader is billed for the lines that wait, reads a full volume in small pieces, and ends its bill', async () => {
  const { fs, quota } = volume(8192 * KIB);
  const text = Array.from({ length: 20_000 }, (_, i) => `line ${i} of a text`);
  fs.writeFileSync('/text', text.join('\n'));
  const before = quota.used;
  const first = (await fs.promises.open('/text')).readLines();
  await first[Symbol.asyncIterator]().next();
  expect(quota.used - before).toBeGreaterThan(300 * KIB);
  (first as unknown as { input: { destroy(): void } }).input.destroy();
  for (let i = 0; i < 5; i++) await turn();
  expect(quota.used).toBe(before);
  fillUp(fs);
  const full = quota.used;
  const lines: string[] = [];
  for await (const line of (await fs.promises.open('/text')).readLines()) lines.push(line);
  expect(lines).toEqual(text);
  for (let i = 0; i < 5; i++) await turn();
  expect(quota.used).toBe(full);
  clean(quota);
});

it('a stream that gives text is billed two bytes for each character that it holds', async () => {
  const { fs, quota } = volume();
  fs.writeFileSync('/file', `${'a'.repeat(1000)}🦊`.repeat(300));
  const before = quota.used;
  const stream = fs.createReadStream('/file', 'utf8');
  await once(stream, 'readable');
  stream.read(100);
  expect(quota.used - before).toBeGreaterThan(2 * stream.readableLength);
  stream.destroy();
  await once(stream, 'close');
  expect(quota.used).toBe(before);
  clean(quota);
});

it('a stream that leaves its FileHandle open is billed as long as the handle knows it', async () => {
  const { fs, quota } = volume();
  fs.writeFileSync('/file', 'content');
  const handle = await fs.promises.open('/file');
  const before = quota.used;
  const stream = handle.createReadStream({ start: 0, autoClose: false }).resume();
  await once(stream, 'end');
  expect(quota.used - before).toBeGreaterThan(1000);
  // Not for what it read ahead, which is gone.
  expect(quota.used - before).toBeLessThan(1500);
  stream.destroy();
  await once(stream, 'close');
  expect(quota.used).toBeLessThan(before);
  clean(quota);
});

const { Utf8Stream } = createFs() as unknown as {
  Utf8Stream?: new (options: object) => NodeJS.EventEmitter & { destroy(): void };
};

/** From Node 24.6 on. */
it.runIf(Utf8Stream)('a Utf8Stream is billed with its descriptor, and refused when it cannot be paid for', async () => {
  const { fs, quota } = volume();
  const before = quota.used;
  const Stream = (fs as unknown as { Utf8Stream: NonNullable<typeof Utf8Stream> }).Utf8Stream;
  const stream = new Stream({ dest: '/text' });
  await once(stream, 'ready');
  expect(quota.used - before).toBeGreaterThan(2000);
  stream.destroy();
  await once(stream, 'close');
  fs.unlinkSync('/text');
  expect(quota.used).toBe(before);
  fillUp(fs);
  const fds = Array.from({ length: 200 }, () => fs.openSync('/filler', 'a'));
  expect(() => fds.map((fd) => new Stream({ fd }))).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
  for (const fd of fds) fs.closeSync(fd);
  clean(quota);
});

it.runIf(Utf8Stream)(
  'Utf8Streams that are ended before it shows that they cannot be paid for fail, and throw nowhere',
  async () => {
    const { fs, quota } = volume();
    fs.writeFileSync('/text', '');
    fillUp(fs);
    const Stream = (fs as unknown as { Utf8Stream: NonNullable<typeof Utf8Stream> }).Utf8Stream;
    const failures: unknown[] = [];
    const streams = Array.from({ length: 200 }, () => {
      const stream = new Stream({ dest: '/text', append: true });
      stream.on('error', ({ code, syscall }) => failures.push(`${code} ${syscall}`));
      (stream as unknown as NodeJS.WritableStream).end();
      return stream;
    });
    for (let i = 0; i < 10; i++) await turn();
    expect(failures).toContain('ENOSPC open');
    for (const stream of streams) stream.destroy();
    for (let i = 0; i < 10; i++) await turn();
    clean(quota);
  },
);

it('streams whose signal was aborted before leave neither a descriptor nor a bill', async () => {
  const { fs, quota } = volume();
  fs.writeFileSync('/file', '');
  const before = quota.used;
  for (let i = 0; i < 10; i++) {
    const signal = AbortSignal.abort();
    const streams = [fs.createReadStream('/file', { signal }), fs.createWriteStream('/file', { signal })];
    for (const stream of streams) stream.on('error', () => {});
  }
  for (let i = 0; i < 10; i++) await turn();
  expect(quota.used).toBe(before);
  clean(quota);
});

it('a cp whose filter takes its time is billed for its plan, and leaves nothing when there is no room for that', async () => {
  const { fs, quota } = volume(1024 * KIB);
  const start = quota.used;
  fs.mkdirSync('/from');
  for (let i = 0; i < 200; i++) fs.writeFileSync(`/from/${i}`, '');
  const before = quota.used;
  let answer: (yes: boolean) => void = () => {};
  let asked = 0;
  const filter = (): boolean | Promise<boolean> => ++asked < 201 || new Promise((resolve) => (answer = resolve));
  const copying = fs.promises.cp('/from', '/to', { recursive: true, filter });
  while (asked < 201) await turn();
  expect(quota.used - before).toBeGreaterThan(200 * 600);
  fillUp(fs);
  await expect(fs.promises.cp('/from', '/other', { recursive: true, filter: () => true })).rejects.toMatchObject({
    code: 'ENOSPC',
    path: '/from',
    dest: '/other',
  });
  fs.unlinkSync('/filler');
  answer(false);
  await copying;
  expect(fs.readdirSync('/').sort()).toEqual(['from', 'to']);
  for (const path of ['/from', '/to']) fs.rmSync(path, { recursive: true });
  expect(quota.used).toBe(start);
  clean(quota);
});

it('a stream with a signal is billed for what listens to it', async () => {
  const { fs, quota } = volume();
  fs.writeFileSync('/file', 'content');
  const { signal } = new AbortController();
  const before = quota.used;
  const used: number[] = [];
  for (const options of [{}, { signal }]) {
    const stream = fs.createReadStream('/file', options);
    await once(stream, 'open');
    used.push(quota.used - before);
    stream.destroy();
    await once(stream, 'close');
  }
  expect(used[1] - used[0]).toBeGreaterThan(500);
  expect(quota.used).toBe(before);
  clean(quota);
});

describe('a path of 3,800 bytes that something open keeps is billed', () => {
  const directory = Array.from({ length: 19 }, (_, i) => `/${i}-`.padEnd(200, 'p')).join('');
  type Open = (fs: Fs, path: string) => Promise<() => unknown> | (() => unknown);
  const openers: Record<string, Open> = {
    'by a watcher': (fs, path) => {
      const watcher = fs.watch(path);
      return () => watcher.close();
    },
    'by a Dir': (fs, path) => {
      const dir = fs.opendirSync(path);
      return () => dir.closeSync();
    },
    'by a read stream': async (fs, path) => {
      const stream = fs.createReadStream(`${path}/file`);
      await once(stream, 'open');
      return () => once(stream.destroy(), 'close');
    },
    'by a write stream': async (fs, path) => {
      const stream = fs.createWriteStream(`${path}/file`, { flags: 'r+' });
      await once(stream, 'open');
      return () => once(stream.destroy(), 'close');
    },
  };
  it.each(Object.entries(openers))('%s', async (_, open) => {
    const { fs, quota } = volume();
    fs.mkdirSync(directory, { recursive: true });
    fs.mkdirSync('/short');
    for (const path of [directory, '/short']) fs.writeFileSync(`${path}/file`, 'x');
    const before = quota.used;
    const bill = async (path: string): Promise<number> => {
      const close = await open(fs, path);
      const billed = quota.used - before;
      await close();
      expect(quota.used).toBe(before);
      return billed;
    };
    expect(await bill(directory)).toBeGreaterThanOrEqual((await bill('/short')) + directory.length - 10);
    clean(quota);
  });
});

it('a Dir reads fewer long names ahead than short ones, and misses none', () => {
  const { fs, quota } = volume();
  const names = Array.from({ length: 100 }, (_, i) => `${'🦊'.repeat(60)}${i}`).sort();
  for (const name of names) fs.writeFileSync(`/${name}`, '');
  const dir = fs.opendirSync('/');
  const read = [dir.readSync()?.name];
  // Beyond what it has read ahead, it sees that a file has gone.
  for (const name of names) if (name !== read[0]) fs.unlinkSync(`/${name}`);
  for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) read.push(entry.name);
  expect(read.length).toBeLessThan(8);
  dir.closeSync();
  for (const name of names.slice(1)) fs.writeFileSync(`/${name}`, '');
  expect(fs.readdirSync('/').length).toBeGreaterThanOrEqual(99);
  const all = fs.opendirSync('/');
  const seen: string[] = [];
  for (let entry = all.readSync(); entry !== null; entry = all.readSync()) seen.push(entry.name);
  all.closeSync();
  expect(seen.sort()).toEqual(fs.readdirSync('/').sort());
  clean(quota);
});

it('a web stream is billed until it is cancelled or its handle closes', async () => {
  const { fs, quota } = volume();
  fs.writeFileSync('/file', Buffer.alloc(100 * KIB));
  const handle = await fs.promises.open('/file');
  const before = quota.used;
  const reader = (handle.readableWebStream() as ReadableStream<unknown>).getReader();
  await reader.read();
  expect(quota.used - before).toBeGreaterThan(5000);
  await reader.cancel();
  expect(quota.used).toBe(before);
  await handle.close();
  clean(quota);
});

it('a web stream that cannot be paid for leaves the handle to be read by another', async () => {
  const { fs, quota } = volume(128 * KIB);
  fs.writeFileSync('/file', Buffer.alloc(100));
  const handle = await fs.promises.open('/file');
  const { limit } = quota;
  quota.resize(quota.used);
  expect(() => handle.readableWebStream()).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
  quota.resize(limit);
  const reader = (handle.readableWebStream() as ReadableStream<unknown>).getReader();
  expect(await reader.read()).toMatchObject({ done: false });
  await reader.cancel();
  await handle.close();
  clean(quota);
});

describe('a watcher', () => {
  it('with patterns to leave out is billed for what they are compiled to', async () => {
    const { fs, quota } = volume(256 * KIB);
    const bill = (options: object): number => {
      const watcher = fs.watch('/', options);
      const { used } = quota;
      watcher.close();
      expect(quota.used).toBe(0);
      return used;
    };
    const plain = bill({});
    expect(bill({ ignore: '*.log' })).toBeGreaterThan(plain + 2000);
    expect(bill({ ignore: ['a', 'x{1..20}y*'] })).toBeGreaterThan(plain + 30_000);
    expect(bill({ signal: new AbortController().signal })).toBeGreaterThan(plain + 400);
    // A few bytes of pattern, a megabyte of matchers.
    const large = { ignore: '{1..99}{1..99}*' };
    const error = expect.objectContaining({ code: 'ENOSPC', syscall: 'watch', path: '/' });
    expect(() => fs.watch('/', large as object)).toThrow(error);
    await expect(
      fs.promises
        .watch('/', large as object)
        [Symbol.asyncIterator]()
        .next(),
    ).rejects.toEqual(error);
    expect(quota.used).toBe(0);
    clean(quota);
  });

  it('is billed for events that wait, until they are told', async () => {
    const { fs, quota } = volume();
    const told: unknown[] = [];
    const watcher = fs.watch('/', (_, name) => told.push(name));
    fs.mkdirSync('/dir');
    fs.rmdirSync('/dir');
    const before = quota.used;
    for (let i = 0; i < 50; i++) {
      fs.mkdirSync('/dir');
      fs.rmdirSync('/dir');
    }
    expect(quota.used - before).toBeGreaterThan(100 * 200);
    await turn();
    await turn();
    expect(told).toHaveLength(102);
    watcher.close();
    expect(quota.used).toBe(0);
    clean(quota);
  });

  it('shares the bill of an event with all who watch the same', async () => {
    const bill = async (count: number): Promise<number> => {
      const { fs, quota } = volume();
      let told = 0;
      const watchers = Array.from({ length: count }, () => fs.watch('/', () => told++));
      const before = quota.used;
      for (let i = 0; i < 40; i++) fs.symlinkSync('x', `/link-${i}`);
      for (let i = 0; i < 40; i++) fs.unlinkSync(`/link-${i}`);
      const billed = quota.used - before;
      while (told < count * 80) await turn();
      expect(quota.used).toBe(before);
      for (const watcher of watchers) watcher.close();
      clean(quota);
      return billed;
    };
    const [one, hundred] = [await bill(1), await bill(100)];
    // What is more are the macrotasks that wait, of which there is a largest number.
    expect(hundred - one).toBeLessThan(1024 * 150);
    expect(hundred).toBeLessThan(one * 12);
  });

  it('does not miss changes because a hundred others watch the same', async () => {
    const { fs, quota } = volume(8192 * KIB);
    fs.mkdirSync('/dir');
    const told: string[] = [];
    const watchers = Array.from({ length: 100 }, (_, i) =>
      fs.watch('/dir', i === 99 ? (_event, name) => told.push(String(name)) : () => {}),
    );
    const names = Array.from({ length: 1000 }, (_, i) => `file-${i}`);
    for (const name of names) fs.symlinkSync('x', `/dir/${name}`);
    while (told.length < names.length) await turn();
    expect(told).toEqual(names);
    for (const watcher of watchers) watcher.close();
    clean(quota);
  });

  it('is told of one change even when the volume is full', async () => {
    const { fs, quota } = volume(64 * KIB);
    const told: unknown[] = [];
    const watcher = fs.watch('/', (_, name) => told.push(name));
    fillUp(fs);
    await turn();
    await turn();
    while (told.splice(0).length > 0) await turn();
    quota.resize(quota.used);
    for (let i = 0; i < 10; i++) fs.chmodSync('/filler', 0o600 + i);
    for (let i = 0; i < 3; i++) {
      await turn();
      fs.chmodSync('/filler', 0o600);
      await turn();
    }
    expect(told.length).toBeGreaterThanOrEqual(3);
    watcher.close();
    clean(quota);
  });

  it('of a tree is billed for each directory it knows, and refused when they do not fit', () => {
    const { fs, quota } = volume(256 * KIB);
    for (let i = 0; i < 200; i++) fs.mkdirSync(`/directory-with-a-name-${i}`);
    const before = quota.used;
    const watcher = fs.watch('/', { recursive: true });
    expect(quota.used - before).toBeGreaterThan(200 * 140);
    watcher.close();
    expect(quota.used).toBe(before);
    fillUp(fs);
    const full = quota.used;
    expect(() => fs.watch('/', { recursive: true })).toThrow(
      expect.objectContaining({
        code: 'ENOSPC',
        name: 'QuotaExceededError',
        syscall: 'watch',
        path: '/',
        filename: '/',
      }),
    );
    expect(quota.used).toBe(full);
    clean(quota);
  });

  it('of a tree gives back what a removed directory was billed', async () => {
    const { fs, quota } = volume();
    const watcher = fs.watch('/', { recursive: true });
    const before = quota.used;
    for (let round = 0; round < 3; round++) {
      fs.mkdirSync('/a/b/c', { recursive: true });
      for (let i = 0; i < 5; i++) await turn();
      expect(quota.used).toBeGreaterThan(before);
      fs.rmSync('/a', { recursive: true });
      for (let i = 0; i < 5; i++) await turn();
      expect(quota.used).toBe(before);
    }
    watcher.close();
    clean(quota);
  });
});

describe('a watched file', () => {
  const listener = (): void => {};

  it('is billed for each listener, and gives back what one was billed that is taken away', () => {
    const { fs, quota } = volume();
    const before = quota.used;
    fs.watchFile('/w', { persistent: false }, listener);
    const one = quota.used - before;
    fs.watchFile('/w', listener);
    fs.watchFile('/w', () => {});
    const listeners = quota.used - before - one;
    expect(listeners).toBeGreaterThan(2 * 72);
    fs.unwatchFile('/w', listener);
    expect(quota.used).toBe(before + one + listeners / 2);
    fs.unwatchFile('/w');
    expect(quota.used).toBe(before);
    const stopped = fs.watchFile('/w', { persistent: false }, listener) as unknown as { stop(): void };
    fs.watchFile('/w', listener);
    stopped.stop();
    fs.watchFile('/w', listener);
    fs.unwatchFile('/w', listener);
    fs.unwatchFile('/w');
    expect(quota.used).toBe(before);
    clean(quota);
  });

  it('takes no more listeners than fit: two million of them once took fifteen times the quota', () => {
    const { fs, quota } = volume(64 * KIB);
    const watcher = fs.watchFile('/w', { persistent: false }, listener) as unknown as NodeJS.EventEmitter;
    const more = (): void => {
      for (let i = 0; i < 10_000; i++) fs.watchFile('/w', () => {});
    };
    expect(more).toThrow(
      expect.objectContaining({ code: 'ENOSPC', name: 'QuotaExceededError', syscall: 'watch', path: '/w' }),
    );
    const { length } = watcher.listeners('change');
    expect(more).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    expect(watcher.listeners('change')).toHaveLength(length);
    clean(quota);
    fs.unwatchFile('/w');
    expect(quota.used).toBe(0);
    clean(quota);
  });

  it('is billed for both forms of its path', () => {
    const { fs, quota } = volume();
    const wide = `/${'🦊'.repeat(60)}`.repeat(10);
    const bill = (path: string): number => {
      const before = quota.used;
      fs.watchFile(path, { persistent: false }, listener);
      const billed = quota.used - before;
      fs.unwatchFile(path);
      return billed;
    };
    expect(bill(wide) - bill('/w')).toBeGreaterThan(Buffer.byteLength(wide) + 2 * wide.length - 10);
    expect(quota.used).toBe(0);
    clean(quota);
  });
});

describe('a listener of the pressure', () => {
  it('is billed until it is ended, once, and refused when it does not fit', () => {
    const { fs, quota } = volume(256 * KIB);
    const end = quota.onPressure(0.5, () => {});
    expect(quota.used).toBeGreaterThan(344);
    end();
    end();
    expect(quota.used).toBe(0);
    const ends: (() => void)[] = [];
    const more = (): void => {
      for (let i = 0; i < 10_000; i++) ends.push(quota.onPressure(i / 10_000, () => {}));
    };
    expect(more).toThrow(expect.objectContaining({ code: 'ENOSPC', name: 'QuotaExceededError' }));
    expect(ends.length).toBeLessThan((256 * KIB) / 344);
    for (const each of ends) each();
    expect(quota.used).toBe(0);
    fs.writeFileSync('/file', Buffer.alloc(200 * KIB));
    clean(quota);
  });
});
