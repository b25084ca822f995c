/** Read and write streams beside the real ones: what is read and written, every event, every error. */
import { type EventEmitter, once } from 'node:events';
import nodeFs from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { inherits } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createFs } from '../../src/facade/index.js';
import { type Fs, type Side, sideBySide } from './side-by-side.js';

type Options = Record<string, unknown>;

const SILENCE = 800;

/** Records all events of a stream until it is closed (or nothing comes any more). */
async function record(stream: EventEmitter, act: () => void = () => {}): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (const name of ['open', 'ready', 'data', 'end', 'finish', 'error', 'close']) {
    stream.on(name, (...args: unknown[]) => {
      seen.push(name === 'open' ? [name, typeof args[0]] : [name, ...args]);
    });
  }
  act();
  await new Promise<void>((resolve) => {
    // Streams that nothing closes are given up after a silence, long enough for a busy disk.
    const timer = setTimeout(resolve, SILENCE);
    for (const name of ['open', 'data', 'end', 'finish', 'error']) stream.on(name, () => timer.refresh());
    stream.once('close', () => {
      clearTimeout(timer);
      setImmediate(resolve);
    });
  });
  const { bytesRead, bytesWritten, pending, path, flags, mode, start, end, pos, autoClose, destroyed, closed } =
    stream as unknown as Options;
  return [seen, { bytesRead, bytesWritten, pending, path, flags, mode, start, end, pos, autoClose, destroyed, closed }];
}

const text = 'The quick brown fox jumps over the lazy dog. '.repeat(40);
const tree = { f: text, empty: '', d: {} };

const readOptions: [string, unknown, Options?][] = [
  ['all', 'f'],
  ['an encoding', 'f', 'utf8' as unknown as Options],
  ['options.encoding', 'f', { encoding: 'hex' }],
  ['start', 'f', { start: 10 }],
  ['end', 'f', { end: 5 }],
  ['start and end', 'f', { start: 3, end: 9 }],
  ['start beyond the end', 'f', { start: 5000 }],
  ['an end beyond the file', 'f', { end: 50_000 }],
  ['highWaterMark', 'f', { highWaterMark: 7 }],
  ['an empty file', 'empty'],
  ['a missing file', 'missing'],
  ['a directory', 'd'],
  ['below a file', 'f/x'],
  ['flags a+', 'f', { flags: 'a+' }],
  ['flags w+', 'f', { flags: 'w+' }],
  ['bad flags', 'f', { flags: 'q' }],
  ['autoClose false', 'f', { autoClose: false }],
  ['autoClose false, missing', 'missing', { autoClose: false }],
  ['emitClose false', 'f', { emitClose: false }],
  ['a Buffer path', Buffer.from('f')],
  ['objectMode', 'f', { objectMode: true }],
  ['mode', 'new', { flags: 'w+', mode: 0o600 }],
];

describe('createReadStream beside the real one', () => {
  for (const [name, path, options] of readOptions) {
    it(name, async () => {
      const { real, ours } = await sideBySide(tree, ({ fs }) => record(fs.createReadStream(path as string, options)));
      expect(ours).toEqual(real);
    });
  }

  const bad: unknown[][] = [
    [],
    [null],
    [5],
    [{}],
    ['a\0'],
    ['f', 5],
    ['f', true],
    ['f', 'nope'],
    ['f', { encoding: 'nope' }],
    ['f', { start: 'x' }],
    ['f', { start: -1 }],
    ['f', { start: 1.5 }],
    ['f', { end: -1 }],
    ['f', { end: 'x' }],
    ['f', { start: 5, end: 2 }],
    ['f', { fd: -1 }],
    ['f', { fd: 'x' }],
    ['f', { fd: {} }],
    ['f', { fs: {} }],
    ['f', { fs: { open() {} } }],
    ['f', { fs: { open() {}, read: 1 } }],
    ['f', { signal: 1 }],
    ['f', { highWaterMark: -1 }],
    ['f', { flush: true }],
  ];
  for (const args of bad) {
    for (const name of ['createReadStream', 'createWriteStream', 'ReadStream', 'WriteStream'] as const) {
      it(`${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`, async () => {
        const { real, ours } = await sideBySide(tree, async ({ fs }) => {
          const stream = (fs[name] as (...all: unknown[]) => Readable)(...args);
          stream.on('error', () => {});
          stream.destroy();
          await once(stream, 'close');
        });
        expect(ours).toEqual(real);
      });
    }
  }

  it('takes a file URL, and keeps its path', async () => {
    const { real, ours } = await sideBySide(tree, ({ fs, root }) =>
      record(fs.createReadStream(pathToFileURL(`${root}/f`))),
    );
    expect(ours).toEqual(real);
  });

  it('reads from a descriptor, at its offset or from start', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const fd = fs.openSync('f', 'r');
      fs.readSync(fd, Buffer.alloc(4));
      const all: unknown[] = [await record(fs.createReadStream('', { fd, end: 20, autoClose: false }))];
      all.push(await record(fs.createReadStream(null as never, { fd, start: 2, end: 6, autoClose: false })));
      fs.closeSync(fd);
      return all;
    });
    expect(ours).toEqual(real);
  });

  it('reads from a FileHandle, which the stream closes', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const handle = await fs.promises.open('f');
      const events: string[] = [];
      (handle as unknown as EventEmitter).on('close', () => events.push('handle close'));
      const seen = await record(fs.createReadStream('ignored', { fd: handle, start: 1, end: 30 }));
      return { seen, events, fd: handle.fd };
    });
    expect(ours).toEqual(real);
  });

  it('FileHandle#createReadStream, and a handle closed while it is read', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const first = await fs.promises.open('f');
      const seen = await record(first.createReadStream({ encoding: 'utf8', start: 3, end: 12 }));
      const second = await fs.promises.open('f');
      const stream = second.createReadStream({ highWaterMark: 4 });
      const closed = record(stream);
      stream.once('data', () => void second.close());
      const [, state] = await closed;
      return { seen, destroyed: (state as Options).destroyed };
    });
    expect(ours).toEqual(real);
  });

  it('refuses a FileHandle together with fs', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const fd = await fs.promises.open('f');
      try {
        fs.createReadStream('', { fd, fs: fs as never });
      } finally {
        await fd.close();
      }
    });
    expect(ours).toEqual(real);
  });

  it('obeys a signal, before and during', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      // Node opens the file all the same, some time after 'close'.
      const [early] = (await record(fs.createReadStream('f', { signal: AbortSignal.abort() }))) as [unknown[][]];
      const controller = new AbortController();
      const stream = fs.createReadStream('f', { signal: controller.signal, highWaterMark: 10 });
      const late = record(stream);
      stream.once('data', () => controller.abort());
      const [events] = (await late) as [unknown[][]];
      const isTold = ([name]: unknown[]): boolean => name === 'error' || name === 'close';
      return { early: early.filter(isTold), late: events.filter(isTold) };
    });
    expect(ours).toEqual(real);
  });

  it('closes the FileHandle in a later turn when its signal is aborted before it is made', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const handle = await fs.promises.open('f');
      const make = async () => fs.createReadStream('', { fd: handle, signal: AbortSignal.abort() });
      const stream = await make();
      const seen: string[] = [];
      for (const event of ['resume', 'data', 'error', 'close']) stream.on(event, () => seen.push(event));
      await once(stream, 'close');
      return [seen, handle.fd];
    });
    expect(ours).toEqual(real);
  });

  it('that a FileHandle cannot make leaves it usable', async () => {
    const fs = createFs();
    const handle = await fs.promises.open('/f', 'w+');
    expect(() => handle.createReadStream({ start: -1 })).toThrow(RangeError);
    await handle.close();
    expect(() => handle.createReadStream({ start: -1 })).toThrow(RangeError);
    expect(handle.fd).toBe(-1);
  });

  it('is iterable, and closes the file when the loop is left', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const stream = fs.createReadStream('f', { highWaterMark: 5, encoding: 'utf8' });
      for await (const chunk of stream) return [chunk, stream.destroyed];
    });
    expect(ours).toEqual(real);
  });

  it('close() with a callback, twice', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const stream = fs.createReadStream('f');
      const calls: string[] = [];
      await new Promise<void>((resolve) => {
        stream.close(() => calls.push('one'));
        stream.close(() => {
          calls.push('two');
          resolve();
        });
      });
      return calls;
    });
    expect(ours).toEqual(real);
  });
});

const writeOptions: [string, unknown, Options?][] = [
  ['a new file', 'new'],
  ['an existing file', 'f'],
  ['flags a', 'f', { flags: 'a' }],
  ['flags r+ with start', 'f', { flags: 'r+', start: 4 }],
  ['start with w', 'f', { start: 4 }],
  ['wx on a file that is there', 'f', { flags: 'wx' }],
  ['a missing directory', 'no/new'],
  ['a directory', 'd'],
  ['encoding', 'new', { encoding: 'hex' }],
  ['latin1 as options', 'new', 'latin1' as unknown as Options],
  ['mode', 'new', { mode: 0o640 }],
  ['autoClose false', 'new', { autoClose: false }],
  ['emitClose false', 'new', { emitClose: false }],
  ['flush', 'new', { flush: true }],
  ['highWaterMark', 'new', { highWaterMark: 3 }],
];

describe('createWriteStream beside the real one', () => {
  for (const [name, path, options] of writeOptions) {
    it(name, async () => {
      const { real, ours } = await sideBySide(tree, ({ fs }) => {
        const stream = fs.createWriteStream(path as string, options);
        return record(stream, () => {
          stream.write('abcdef');
          stream.write(Buffer.from('ghi'));
          stream.write('12', 'latin1');
          stream.end('ab');
        });
      });
      expect(ours).toEqual(real);
    });
  }

  it('writes to a descriptor and to a FileHandle', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const fd = fs.openSync('by-fd', 'w');
      const first = fs.createWriteStream('', { fd, start: 3 });
      const one = await record(first, () => void first.end('xyz'));
      const handle = await fs.promises.open('by-handle', 'w');
      const second = fs.createWriteStream('', { fd: handle });
      const two = await record(second, () => {
        for (let i = 0; i < 5; i++) second.write(`${i},`);
        second.end('end');
      });
      const third = (await fs.promises.open('by-handle-2', 'w')).createWriteStream({ encoding: 'utf8' });
      const three = await record(third, () => void third.end('über'));
      return { one, two, three, fd: handle.fd };
    });
    expect(ours).toEqual(real);
  });

  it('backpressure, drain and many small writes', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const stream = fs.createWriteStream('new', { highWaterMark: 10 });
      const answers: boolean[] = [];
      for (let i = 0; i < 10; i++) answers.push(stream.write('12345'));
      await once(stream, 'drain');
      stream.cork();
      for (let i = 0; i < 3; i++) stream.write('x');
      stream.uncork();
      stream.end();
      await once(stream, 'close');
      return { answers, written: stream.bytesWritten };
    });
    expect(ours).toEqual(real);
  });

  it('close() and destroySoon() write what was accepted', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const one = fs.createWriteStream('one');
      one.write('all of it');
      await new Promise((resolve) => one.close(resolve));
      const two = fs.createWriteStream('two', { autoClose: false });
      two.write('this too');
      await new Promise((resolve) => two.close(resolve));
      return [one.closed, two.closed];
    });
    expect(ours).toEqual(real);
  });

  it('a pipeline copies a file', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const upper = new Transform({ transform: (chunk, _encoding, done) => done(null, String(chunk).toUpperCase()) });
      await pipeline(fs.createReadStream('f', { highWaterMark: 100 }), upper, fs.createWriteStream('copy'));
    });
    expect(ours).toEqual(real);
  });
});

const member = (fs: Fs, name: string): unknown => Reflect.get(fs, name);

describe('classes and members', () => {
  const sides = (name: string, program: (side: Side) => unknown): void => {
    it(name, async () => {
      const { real, ours } = await sideBySide(tree, program);
      expect(ours).toEqual(real);
    });
  };

  sides('called without new, by both names', async ({ fs }) => {
    const call = (Class: unknown, path: string) => (Class as (path: string) => Readable)(path);
    const streams = [
      call(fs.ReadStream, 'f'),
      call(member(fs, 'FileReadStream'), 'f'),
      call(fs.WriteStream, 'n'),
      call(member(fs, 'FileWriteStream'), 'm'),
    ];
    for (const stream of streams) stream.destroy();
    await Promise.all(streams.map((stream) => once(stream, 'close')));
    return streams.map((stream) => [
      stream instanceof nodeFs.ReadStream,
      stream instanceof nodeFs.WriteStream,
      stream.constructor.name,
    ]);
  });

  sides('names and lengths', ({ fs }) =>
    [fs.ReadStream, fs.WriteStream, fs.createReadStream, fs.createWriteStream].map((each) => [each.name, each.length]),
  );

  sides('extended with class', async ({ fs }) => {
    class Mine extends (fs.ReadStream as unknown as new (...all: unknown[]) => Readable) {
      readonly own = 'own';
    }
    const stream = new Mine('f', { encoding: 'utf8', end: 3 });
    return [await record(stream), stream.own, stream instanceof Mine, stream instanceof fs.ReadStream];
  });

  sides('extended the old way, with its own open()', async ({ fs }) => {
    const opened: string[] = [];
    function Old(this: object, path: string, options: object): unknown {
      if (!(this instanceof (Old as never as new () => object))) return Reflect.construct(Old, [path, options]);
      (fs.ReadStream as never as (this: object, ...all: unknown[]) => void).apply(this, [path, options]);
      return undefined;
    }
    inherits(Old, fs.ReadStream);
    Old.prototype.open = function open(this: Readable & { path: string; flags: string; mode: number; fd: number }) {
      opened.push(this.path);
      fs.open(this.path, this.flags, this.mode, (error, fd) => {
        if (error) this.destroy(error);
        else {
          this.fd = fd;
          this.emit('open', fd);
          this.emit('ready');
        }
      });
    };
    const stream = (Old as never as (...all: unknown[]) => Readable)('f', { end: 4 });
    return [await record(stream), opened];
  });

  sides('options.fs wins', async ({ fs }) => {
    const calls: string[] = [];
    const custom = {
      open: (path: string, flags: string, mode: number, done: (error: null, fd: number) => void) => {
        calls.push(`open ${path} ${flags} ${mode}`);
        process.nextTick(done, null, 7);
      },
      read: (
        fd: number,
        buffer: Buffer,
        offset: number,
        length: number,
        position: unknown,
        done: (...all: unknown[]) => void,
      ) => {
        calls.push(`read ${fd} ${offset} ${length} ${position}`);
        process.nextTick(done, null, calls.length < 4 ? buffer.write('abc', offset) : 0, buffer);
      },
      close: (fd: number, done: () => void) => {
        calls.push(`close ${fd}`);
        process.nextTick(done);
      },
    };
    return [await record(fs.createReadStream('virtual', { fs: custom as never })), calls];
  });

  for (const member of ['open', 'read', 'close', 'write', 'writev', 'fsync'] as const) {
    it(`calls the object's current ${member}`, async () => {
      const fs = createFs({ cwd: '/' });
      let calls = 0;
      const original = fs[member] as (...all: unknown[]) => void;
      (fs as unknown as Record<string, unknown>)[member] = (...args: unknown[]) => {
        calls++;
        original(...args);
      };
      const writer = fs.createWriteStream('/f', { flush: true });
      // One chunk goes through write, several at once through writev.
      for (let i = 0; i < (member === 'write' ? 1 : 3); i++) writer.write('x');
      writer.end();
      await once(writer, 'close');
      await pipeline(fs.createReadStream('/f'), async (source) => {
        for await (const chunk of source) expect(String(chunk)).toMatch(/^x+$/);
      });
      expect(calls).toBeGreaterThan(0);
    });
  }

  it('a class put on the object is used', () => {
    const fs = createFs({ cwd: '/' });
    fs.writeFileSync('/f', 'x');
    const made: unknown[] = [];
    const replace = (name: 'ReadStream' | 'WriteStream') => {
      const Original = fs[name] as new (...all: unknown[]) => object;
      (fs as unknown as Record<string, unknown>)[name] = class extends Original {
        constructor(...args: unknown[]) {
          super(...args);
          made.push(name);
        }
      };
    };
    replace('ReadStream');
    replace('WriteStream');
    fs.createReadStream('/f').destroy();
    fs.createWriteStream('/g').destroy();
    expect(made).toEqual(['ReadStream', 'WriteStream']);
  });

  it('is asked for as many bytes as Node asks for, when somebody has replaced read', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const lengths: unknown[] = [];
      const { read } = fs;
      fs.read = ((...args: unknown[]) => {
        lengths.push(args[3]);
        return Reflect.apply(read, fs, args);
      }) as typeof read;
      try {
        for await (const _ of fs.createReadStream('f'));
        for await (const _ of fs.createReadStream('f', { start: 1790, highWaterMark: 100 }));
      } finally {
        fs.read = read;
      }
      return lengths;
    });
    expect(ours).toEqual(real);
    expect(ours.result).toMatchObject({ value: [65_536, 65_536, 100, 100] });
  });

  it('takes no Buffer of 64 KiB for a small file', async () => {
    const fs = createFs({ cwd: '/' });
    fs.writeFileSync('/f', text);
    const sizes: number[] = [];
    const { allocUnsafeSlow } = Buffer;
    Buffer.allocUnsafeSlow = (size) => {
      sizes.push(size);
      return allocUnsafeSlow(size);
    };
    try {
      for await (const chunk of fs.createReadStream('/f')) expect(chunk.toString()).toBe(text);
    } finally {
      Buffer.allocUnsafeSlow = allocUnsafeSlow;
    }
    expect(sizes.every((size) => size <= text.length)).toBe(true);
    expect(sizes).toContain(text.length);
  });

  it('reads by the sizes that Node reads, and what a file has grown by meanwhile', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const sizes: number[] = [];
      const stream = fs.createReadStream('f', { start: 100, highWaterMark: 300 });
      for await (const chunk of stream) {
        if (sizes.length === 0) fs.appendFileSync('f', text);
        sizes.push(chunk.length);
      }
      return [sizes, stream.bytesRead];
    });
    expect(ours).toEqual(real);
  });

  it('works on a clone by own property names, and through destructuring', async () => {
    const fs = createFs({ cwd: '/' });
    fs.writeFileSync('/f', 'cloned');
    const clone = Object.create(Object.getPrototypeOf(fs)) as Fs;
    for (const name of Object.getOwnPropertyNames(fs)) {
      Object.defineProperty(clone, name, Object.getOwnPropertyDescriptor(fs, name) as PropertyDescriptor);
    }
    const { createReadStream } = clone;
    const chunks: string[] = [];
    for await (const chunk of createReadStream('/f', 'utf8')) chunks.push(chunk as string);
    expect(chunks).toEqual(['cloned']);
  });
});

describe('under the quota', () => {
  it('ENOSPC in the middle of a pipeline destroys it, and what was accepted stays readable', async () => {
    const fs = createFs({ maxQuota: 400_000, cwd: '/' });
    const chunk = Buffer.alloc(16_384, 'a');
    const source = Readable.from(Array.from({ length: 60 }, () => chunk));
    const target = fs.createWriteStream('/big');
    let closed = 0;
    target.on('close', () => closed++);
    await expect(pipeline(source, target)).rejects.toMatchObject({
      code: 'ENOSPC',
      errno: -28,
      syscall: expect.stringMatching(/^write/),
    });
    if (closed === 0) await once(target, 'close');
    const size = fs.statSync('/big').size;
    expect(size).toBe(target.bytesWritten);
    expect(size).toBeGreaterThan(200_000);
    expect(fs.readFileSync('/big').every((byte) => byte === 97)).toBe(true);
    fs.unlinkSync('/big');
    fs.writeFileSync('/again', Buffer.alloc(300_000));
    expect(closed).toBe(1);
  });

  it('closes its descriptors', async () => {
    const fs = createFs({ cwd: '/' });
    fs.writeFileSync('/f', 'x');
    const before = fs.openSync('/f', 'r');
    fs.closeSync(before);
    for (let i = 0; i < 20; i++) {
      await pipeline(fs.createReadStream('/f'), fs.createWriteStream(`/g${i}`));
      await once(fs.createReadStream('/f').destroy(), 'close');
    }
    const after = fs.openSync('/f', 'r');
    expect(after).toBe(before);
  });
});

describe.runIf('Utf8Stream' in nodeFs)('Utf8Stream beside the real one', () => {
  type Utf8 = EventEmitter & {
    write(text: string): boolean;
    end(): void;
    flushSync(): void;
    file: string;
    destroy(): void;
  };
  const Class = (fs: Fs) => (fs as unknown as { Utf8Stream: new (options?: unknown) => Utf8 }).Utf8Stream;

  for (const options of [
    {},
    { sync: true },
    { append: false },
    { mkdir: true, dest: 'sub/x/new' },
    { minLength: 100 },
    { fsync: true },
  ]) {
    it(JSON.stringify(options), async () => {
      const { real, ours } = await sideBySide(tree, async ({ fs }) => {
        const stream = new (Class(fs))({ dest: 'f', ...options });
        const events: string[] = [];
        for (const name of ['ready', 'finish', 'close', 'error', 'drop']) stream.on(name, () => events.push(name));
        if (!('sync' in options)) await once(stream, 'ready');
        const answers = [stream.write('one '), stream.write('two ')];
        const closed = once(stream, 'close');
        stream.end();
        await closed;
        return { answers, events, file: stream.file, real: stream instanceof Class(nodeFs) };
      });
      expect(ours).toEqual(real);
    });
  }

  for (const bad of [
    undefined,
    null,
    5,
    [],
    { dest: 5 },
    { dest: 'f', fs: 5 },
    { dest: 'f', fs: { write: 1 } },
    { dest: 'f', sync: 1 },
  ]) {
    it(`refuses ${JSON.stringify(bad)}`, async () => {
      const { real, ours } = await sideBySide(tree, ({ fs }) => void new (Class(fs))(bad));
      expect(ours).toEqual(real);
    });
  }

  it('is refused by the quota without losing what was written', async () => {
    const fs = createFs({ cwd: '/', maxQuota: 100_000 });
    const stream = new (Class(fs))({ dest: '/log', sync: true });
    const errors: unknown[] = [];
    stream.on('error', (error) => errors.push((error as { code: string }).code));
    for (let i = 0; i < 20; i++) stream.write('y'.repeat(10_000));
    stream.destroy();
    expect(errors).toContain('ENOSPC');
    expect(fs.readFileSync('/log', 'utf8')).toMatch(/^y+$/);
  });
});

it('the deprecated open() of Node up to 24 is there', () => {
  expect('open' in createFs().ReadStream.prototype).toBe('open' in nodeFs.ReadStream.prototype);
});

it('V8 names a stream by its class where a method does not take it', () => {
  const fs = createFs();
  const stream = fs.createWriteStream('/f');
  const length = Reflect.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'length')?.get;
  expect(() => length?.call(stream)).toThrow('incompatible receiver #<WriteStream>');
  stream.destroy();
});
