/**
 * Compat tests, conformance: what programs have come to expect of streams beside their options:
 * who calls whom, in which order, what is closed by whom, and what happens when something fails.
 */
import { type Readable, Readable as ReadableClass, Transform, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { inherits, inspect } from 'node:util';
import type { Area, NodeFs, Tools } from '../suite.js';

type Loose = Record<string, (...args: unknown[]) => unknown>;
type Bag = Record<string, unknown>;

const pause = (ms = 15): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const fixture = (t: Tools): void => t.fs.writeFileSync(t.p('f'), '0123456789abcdefghij');
const reader = (t: Tools, options?: unknown): Readable => t.loose().createReadStream(t.p('f'), options) as Readable;
const writer = (t: Tools, options?: unknown): Writable => t.loose().createWriteStream(t.p('w'), options) as Writable;

/** Resolves when a stream says that it is closed, and what comes with it has come. */
const closed = async (stream: Readable | Writable): Promise<void> => {
  await new Promise<void>((resolve) => stream.on('close', () => resolve()));
  await pause(2);
};

/** The names of all events in order, until `close` and a while after. */
const record = async (stream: Readable | Writable, act: () => unknown = () => {}): Promise<unknown> => {
  const seen: unknown[] = [];
  for (const name of ['open', 'ready', 'data', 'end', 'finish', 'error', 'close', 'drain']) {
    stream.on(name, (value: unknown) => seen.push(name === 'open' ? [name, typeof value] : [name, value]));
  }
  const over = new Promise<void>((resolve) => stream.on('close', () => resolve()));
  const outcome = await act();
  await Promise.race([over, pause(200)]);
  await pause(5);
  return [outcome, seen];
};

/** Replaces members of the object, runs, puts them back. */
const patched = async (fs: NodeFs, members: Bag, run: () => unknown): Promise<unknown> => {
  const saved = Object.fromEntries(Object.keys(members).map((name) => [name, (fs as unknown as Bag)[name]]));
  Object.assign(fs, members);
  try {
    return await run();
  } finally {
    Object.assign(fs, saved);
  }
};

const isOpen = (t: Tools, fd: unknown): boolean => {
  try {
    t.fs.fstatSync(fd as number);
    return true;
  } catch {
    return false;
  }
};

const fail = (...args: unknown[]): void => {
  (args.at(-1) as (error: Error) => void)(new Error('refused'));
};

const area: Area = {
  'a read that fails': async (t) => {
    fixture(t);
    return patched(t.fs, { read: fail }, async () => {
      const ended = reader(t);
      const kept = reader(t, { autoClose: false });
      const results = [await record(ended), await record(kept)];
      const { fd } = kept as unknown as { fd: number };
      results.push([ended.destroyed, kept.destroyed, isOpen(t, fd)]);
      t.fs.closeSync(fd);
      return results;
    });
  },
  'a write that fails': async (t) =>
    patched(t.fs, { write: fail }, async () => {
      const stream = writer(t);
      const callbacks: unknown[] = [];
      const outcome = await record(stream, () => {
        stream.write('a', (error) => callbacks.push(error));
        stream.end('b', (error?: Error) => callbacks.push(error));
      });
      return [outcome, callbacks, stream.destroyed, stream.writableFinished];
    }),
  'an open that fails': async (t) => {
    fixture(t);
    return patched(t.fs, { open: fail }, async () => [
      await record(reader(t)),
      await record(writer(t), () => t.attempt(() => Promise.resolve(1))),
      await record(reader(t, { autoClose: false })),
      await record(reader(t, { emitClose: false })),
    ]);
  },
  'a close that fails': async (t) => {
    fixture(t);
    const real = t.loose().close;
    const close = (fd: unknown, done: (error: Error) => void): unknown => real(fd, () => done(new Error('refused')));
    return patched(t.fs, { close }, async () => [
      await record(reader(t).resume()),
      await record(writer(t).end('x') as Writable),
    ]);
  },
  'a close that is late': async (t) => {
    fixture(t);
    const real = t.loose().close;
    const order: string[] = [];
    const close = (fd: unknown, done: unknown): unknown => {
      order.push('close called');
      return setTimeout(() => real(fd, done), 10);
    };
    return patched(t.fs, { close }, async () => {
      const stream = reader(t);
      stream.on('close', () => order.push('closed'));
      stream.on('open', () => stream.destroy());
      await closed(stream);
      return order;
    });
  },
  'writes that take a part': async (t) => {
    const real = t.loose().write;
    const sizes: unknown[] = [];
    const write = (fd: unknown, data: Buffer, offset: number, length: number, position: unknown, done: unknown) => {
      sizes.push([offset, length, position]);
      return real(fd, data, offset, Math.min(length, 3), position, done);
    };
    return patched(t.fs, { write, writev: undefined }, async () => {
      const stream = writer(t, { start: 2 });
      stream.write('abcdefgh');
      stream.end('ij');
      await finished(stream);
      return [sizes, t.fs.readFileSync(t.p('w')), (stream as unknown as Bag).bytesWritten];
    });
  },
  'corked writes go as one vector': async (t) => {
    const real = t.loose();
    const calls: unknown[] = [];
    const spy =
      (name: string, inner: (...args: unknown[]) => unknown) =>
      (...args: unknown[]): unknown => {
        calls.push([name, Array.isArray(args[1]) ? args[1].length : (args[1] as Buffer).length]);
        return inner(...args);
      };
    return patched(t.fs, { write: spy('write', real.write), writev: spy('writev', real.writev) }, async () => {
      const stream = writer(t);
      stream.cork();
      for (const piece of ['a', 'bb', 'ccc']) stream.write(piece);
      stream.uncork();
      stream.end();
      await finished(stream);
      const one = writer(t, { flags: 'a' });
      for (let i = 0; i < 5; i++) one.write(`${i}`);
      one.end();
      await finished(one);
      return [calls, t.fs.readFileSync(t.p('w'), 'utf8')];
    });
  },
  'flush asks for fsync once': async (t) => {
    const calls: unknown[] = [];
    const real = t.loose().fsync;
    const fsync = (fd: unknown, done: unknown): unknown => {
      calls.push(typeof fd);
      return real(fd, done);
    };
    return patched(t.fs, { fsync }, async () => {
      for (const flush of [true, false, undefined, null]) {
        const stream = writer(t, { flush });
        stream.end('x');
        await finished(stream);
        calls.push(flush);
      }
      return [calls, await t.attempt(() => writer(t, { flush: 'x' }))];
    });
  },
  'flush that fails': async (t) =>
    patched(t.fs, { fsync: fail }, async () => {
      const stream = writer(t, { flush: true });
      return record(stream, () => {
        stream.end('x');
      });
    }),
  'classes made the old way': async (t) => {
    fixture(t);
    const { ReadStream, WriteStream } = t.fs as unknown as Record<string, new (...args: unknown[]) => Readable>;
    // As graceful-fs and its likes did for years.
    function Own(this: object, ...args: unknown[]): unknown {
      if (this instanceof Own) return Reflect.apply(ReadStream, this, args) ?? this;
      return Reflect.construct(Own, args);
    }
    inherits(Own, ReadStream);
    const own = new (Own as unknown as new (path: string) => Readable)(t.p('f'));
    const called = (Own as unknown as (path: string) => Readable)(t.p('f'));
    const saved = t.fs.ReadStream;
    (t.fs as unknown as Bag).ReadStream = Own;
    const made = t.fs.createReadStream(t.p('f'));
    const replaced = [made instanceof Own, t.fs.ReadStream === (Own as unknown), await text(made)];
    t.fs.ReadStream = saved;
    return [
      own instanceof Own,
      own instanceof t.fs.ReadStream,
      await text(own),
      await text(called),
      replaced,
      Object.getPrototypeOf(WriteStream) !== null,
      [ReadStream.name, WriteStream.name, ReadStream.length, WriteStream.length],
      Object.keys(ReadStream.prototype).sort(),
      Object.keys(WriteStream.prototype).sort(),
    ];
  },
  'a class with an open of its own': async (t) => {
    fixture(t);
    const calls: string[] = [];
    class Own extends (t.fs.ReadStream as unknown as new (path: string) => Readable) {
      override _construct(done: (error?: Error | null) => void): void {
        calls.push('_construct');
        (inheritedConstruct(t) as (...args: unknown[]) => void).call(this, done);
      }
    }
    const own = new Own(t.p('f'));
    return [await text(own), calls];
  },
  'open, as old subclasses had it': async (t) => {
    fixture(t);
    // Deprecated since Node 14, gone in 26: there it is never called.
    const calls: string[] = [];
    function Old(this: object, path: string): void {
      Reflect.apply(t.fs.ReadStream as unknown as (path: string) => void, this, [path]);
    }
    inherits(Old, t.fs.ReadStream);
    Old.prototype.open = function open(this: Readable & { fd: number; path: string }): void {
      calls.push('open');
      t.fs.open(this.path, 'r', (error, fd) => {
        if (error) this.destroy(error);
        this.fd = fd;
        this.emit('open', fd);
        this.emit('ready');
      });
    };
    const stream = new (Old as unknown as new (path: string) => Readable)(t.p('f'));
    return [await text(stream), calls];
  },
  'reading while it grows': async (t) => {
    fixture(t);
    const stream = reader(t, { highWaterMark: 8 });
    const chunks: string[] = [];
    let grown = false;
    for await (const chunk of stream) {
      chunks.push(String(chunk));
      if (!grown) t.fs.appendFileSync(t.p('f'), 'MORE');
      grown = true;
    }
    return chunks;
  },
  'one descriptor for two streams': async (t) => {
    fixture(t);
    const fd = t.fs.openSync(t.p('f'), 'r');
    const [a, b] = [0, 10].map((start) => reader(t, { fd, start, end: start + 4, autoClose: false }));
    const c = reader(t, { fd, autoClose: false, highWaterMark: 4 });
    const results = [await text(a), await text(b), await text(c), isOpen(t, fd)];
    t.fs.closeSync(fd);
    return results;
  },
  'a descriptor that is closed': async (t) => {
    fixture(t);
    const fd = t.fs.openSync(t.p('f'), 'r');
    t.fs.closeSync(fd);
    return [
      await record(reader(t, { fd })),
      await record(writer(t, { fd }), () => 0),
      await record(writer(t, { fd }).end('x') as Writable),
    ];
  },
  'pausing, resuming, encodings': async (t) => {
    t.fs.writeFileSync(t.p('f'), 'äöü€'.repeat(20));
    const stream = reader(t, { highWaterMark: 7, encoding: 'utf8' });
    const chunks: string[] = [];
    stream.on('data', (chunk: string) => {
      chunks.push(chunk);
      stream.pause();
      setTimeout(() => stream.resume(), 1);
    });
    await finished(stream);
    const other = reader(t, { highWaterMark: 5 });
    other.setEncoding('utf8');
    return [chunks.length, chunks.join(''), await text(other), stream.readableEncoding, stream.readableHighWaterMark];
  },
  'counts and states as time goes by': async (t) => {
    fixture(t);
    const states: unknown[] = [];
    const snap = (stream: Readable | Writable): void => {
      const s = stream as unknown as Bag;
      states.push([typeof s.fd, s.fd === null, s.pending, s.bytesRead, s.bytesWritten, s.closed, s.destroyed]);
    };
    for (const make of [reader, writer]) {
      const stream = make(t);
      snap(stream);
      await new Promise((resolve) => stream.once('ready', resolve));
      snap(stream);
      if (stream instanceof ReadableClass) stream.resume();
      else (stream as Writable).end('hello');
      snap(stream);
      await finished(stream);
      snap(stream);
      await pause();
      snap(stream);
    }
    return states;
  },
  'closing again and again': async (t) => {
    fixture(t);
    const order: unknown[] = [];
    for (const make of [reader, writer]) {
      const stream = make(t) as unknown as { close(done?: (error?: unknown) => void): void } & Readable;
      for (const event of ['close', 'error', 'finish', 'end', 'open']) stream.on(event, () => order.push(event));
      const over = closed(stream);
      stream.close((error) => order.push(['first', error]));
      stream.close((error) => order.push(['second', error]));
      stream.destroy();
      await over;
      stream.close((error) => order.push(['third', error]));
      stream.close();
      await pause();
    }
    const idle = writer(t) as unknown as { close(): void } & Writable;
    const over = closed(idle);
    idle.write('kept');
    idle.close();
    await over;
    return [order, t.fs.readFileSync(t.p('w'), 'utf8')];
  },
  'writing after the end': async (t) => {
    const stream = writer(t);
    stream.end('x');
    const later: unknown[] = [];
    const outcome = await record(stream, () => {
      stream.write('y', (error) => later.push(error));
    });
    return [outcome, later];
  },
  'default encodings': async (t) => {
    const stream = writer(t, { encoding: 'hex' });
    stream.write('6162');
    stream.setDefaultEncoding('base64');
    stream.write('Y2Q=');
    stream.end('e', 'latin1');
    await finished(stream);
    return t.fs.readFileSync(t.p('w'), 'latin1');
  },
  'a signal': async (t) => {
    fixture(t);
    const run = async (make: (t: Tools, options: object) => Readable | Writable, when: string): Promise<unknown> => {
      const controller = new AbortController();
      if (when === 'before') controller.abort();
      const stream = make(t, { signal: controller.signal });
      if (when === 'open') stream.once('open', () => controller.abort(new Error('why')));
      return record(stream, () => {
        if (when === 'now') controller.abort();
      });
    };
    const results: unknown[] = [];
    for (const make of [reader, writer]) {
      for (const when of ['before', 'now', 'open']) results.push(await run(make, when));
    }
    return results;
  },
  'options are left as they were': async (t) => {
    fixture(t);
    const frozen = Object.freeze({ start: 1, end: 3, flags: 'r' });
    const inherited = Object.create({ start: 2, end: 4 });
    const stream = writer(t, Object.freeze({ flags: 'w', mode: 0o600 }));
    stream.end('x');
    await finished(stream);
    return [await text(reader(t, frozen)), await text(reader(t, inherited)), Object.keys(inherited)];
  },
  'a pipeline whose middle fails': async (t) => {
    fixture(t);
    const source = reader(t, { highWaterMark: 4 });
    const target = writer(t);
    const broken = new Transform({
      transform(chunk, _encoding, done) {
        if (String(chunk).startsWith('8')) done(new Error('middle'));
        else done(null, chunk);
      },
    });
    const over = [closed(source), closed(target)];
    const outcome = await t.attempt(() => pipeline(source, broken, target));
    await Promise.all(over);
    return [outcome, source.destroyed, target.destroyed, (source as unknown as Bag).fd, (target as unknown as Bag).fd];
  },
  'paths of all kinds': async (t) => {
    fixture(t);
    const results: unknown[] = [];
    for (const path of [Buffer.from(t.p('f')), new URL(`file://${t.p('f')}`), new Uint8Array(Buffer.from(t.p('f')))]) {
      const stream = t.fs.createReadStream(path as unknown as string);
      results.push(inspect(stream.path).replace(t.dir, '@').slice(0, 9), await text(stream));
    }
    return results;
  },
  'an fs option must have what is needed': (t) =>
    t.all(
      ...[
        {},
        { open: fail },
        { open: fail, read: fail },
        { open: fail, read: fail, close: fail },
        { open: fail, write: fail, close: fail },
        { open: fail, writev: fail, close: fail },
        { open: fail, write: 1, close: fail },
        { open: fail, write: fail, writev: 1, close: fail },
        { read: fail, close: fail, fsync: 1, open: fail, write: fail },
        { open: null },
      ].flatMap((fs) => [
        () => record(reader(t, { fs })),
        () => record(writer(t, { fs })),
        () => record(reader(t, { fs, fd: 900_001, autoClose: false })),
        () => record(writer(t, { fs, fd: 900_001, emitClose: false, autoClose: false })),
        () => record(writer(t, { fs, flush: true })),
      ]),
    ),
  'what console.log shows': async (t) => {
    fixture(t);
    const stream = reader(t);
    const shown = Object.keys(stream).filter((key) => !key.startsWith('_'));
    const values = stream as unknown as Bag;
    const before = shown.map((key) => [key, key === 'path' ? 'path' : values[key]]);
    stream.destroy();
    await closed(stream);
    return [before, stream.constructor.name, Object.prototype.toString.call(stream)];
  },
};

/** `_construct` of the class itself. */
const inheritedConstruct = (t: Tools): unknown => (t.fs.ReadStream.prototype as unknown as Loose)._construct;

export default area;
