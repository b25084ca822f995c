/** Compat tests, conformance: ReadStream and WriteStream: options, events, errors, patched members, subclasses. */
import { Readable, type Stream, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import type { Area, Tools } from '../suite.js';

const EVENTS = ['open', 'ready', 'end', 'finish', 'error', 'close'];

const fixture = (t: Tools): void => t.fs.writeFileSync(t.p('f'), '0123456789abcdefghij');

/** All events in order with data sizes, and the properties when it is over. */
const trace = async (make: () => Stream, act: (stream: Stream) => void = () => {}): Promise<unknown> => {
  let stream: Stream;
  try {
    stream = make();
  } catch (error) {
    return { threw: error };
  }
  const events: unknown[] = [];
  for (const name of EVENTS)
    stream.on(name, (value: unknown) => events.push(value instanceof Error ? [name, value] : name));
  if (stream instanceof Readable)
    stream.on('data', (chunk: string | Buffer) => events.push(['data', chunk.length, String(chunk)]));
  act(stream);
  await new Promise<void>((resolve) => {
    stream.on('close', () => resolve());
    // What never closes is over when it has been quiet for a while, also on a machine that is busy.
    setTimeout(resolve, 250);
  });
  const values = stream as unknown as Record<string, unknown>;
  const shown = [
    'path',
    'flags',
    'mode',
    'start',
    'end',
    'pos',
    'bytesRead',
    'bytesWritten',
    'pending',
    'destroyed',
    'closed',
    'autoClose',
  ].map((key) => [key, key in values, values[key]]);
  stream.removeAllListeners();
  stream.on('error', () => {});
  (stream as Readable).destroy();
  return [events, shown];
};

const write =
  (...chunks: unknown[]) =>
  (stream: Stream): void => {
    const target = stream as Writable;
    for (const chunk of chunks) target.write(chunk as string);
    target.end();
  };

const READ_OPTIONS: unknown[] = [
  undefined,
  null,
  'utf8',
  {},
  { start: 3 },
  { end: 4 },
  { start: 3, end: 5 },
  { start: 5, end: 3 },
  { start: 100 },
  { end: Infinity },
  { start: -1 },
  { start: 1.5 },
  { end: -1 },
  { start: 'x' },
  { highWaterMark: 4 },
  { highWaterMark: 4, start: 2, end: 9 },
  { encoding: 'hex' },
  { encoding: 'nope' },
  { flags: 'r+' },
  { flags: 'w+' },
  { flags: 'z' },
  { mode: 0o600 },
  { autoClose: false },
  { emitClose: false },
  { fd: null },
  { fd: 'x' },
  { fs: null },
  { fs: {} },
  { fs: { open: 1 } },
  1,
  true,
  { signal: {} },
  { highWaterMark: -1 },
  { start: 2n },
];
const WRITE_OPTIONS: unknown[] = [
  undefined,
  null,
  'latin1',
  {},
  { start: 3 },
  { flags: 'r+', start: 3 },
  { flags: 'a' },
  { flags: 'a', start: 2 },
  { flags: 'wx' },
  { flags: 'z' },
  { mode: 0o600 },
  { mode: '640' },
  { encoding: 'hex' },
  { encoding: 'nope' },
  { defaultEncoding: 'hex' },
  { autoClose: false },
  { emitClose: false },
  { flush: true },
  { flush: 1 },
  { start: -1 },
  { start: 'x' },
  { highWaterMark: 2 },
  { fs: { open: 1 } },
  { fs: {} },
  1,
  true,
];

const area: Area = {
  'reading: options': async (t) => {
    const outcomes: unknown[] = [];
    for (const options of READ_OPTIONS) {
      fixture(t);
      outcomes.push(
        options && typeof options === 'object' ? Object.keys(options) : options,
        await trace(() => t.loose().createReadStream(t.p('f'), options) as Stream),
      );
    }
    return outcomes;
  },
  'writing: options': async (t) => {
    const outcomes: unknown[] = [];
    for (const options of WRITE_OPTIONS) {
      fixture(t);
      outcomes.push(
        await trace(() => t.loose().createWriteStream(t.p('f'), options) as Stream, write('cafe', Buffer.from('XY'))),
        t.fs.readFileSync(t.p('f')),
      );
      t.fs.rmSync(t.p('g'), { force: true });
      outcomes.push(
        await trace(() => t.loose().createWriteStream(t.p('g'), options) as Stream, write()),
        await t.attempt(() => t.fs.statSync(t.p('g')).mode),
      );
    }
    return outcomes;
  },
  'paths that fail': async (t) => {
    t.fs.mkdirSync(t.p('dir'));
    fixture(t);
    const outcomes: unknown[] = [];
    for (const path of [t.p('none'), t.p('dir'), `${t.p('f')}/x`, '', 'a\0', 1, null, undefined, {}]) {
      outcomes.push(
        await trace(() => t.loose().createReadStream(path) as Stream),
        await trace(
          () => t.loose().createWriteStream(path === t.p('none') ? t.p('no/file') : path) as Stream,
          write('x'),
        ),
      );
    }
    return outcomes;
  },
  'chunks that cannot be written': (t) =>
    t.all(
      ...[1, null, undefined, {}, true, []].map(
        (chunk) => () =>
          trace(
            () => t.fs.createWriteStream(t.p('f')),
            (stream) => {
              try {
                (stream as Writable).write(chunk);
              } catch (error) {
                stream.emit('error', error);
              }
            },
          ),
      ),
    ),
  'descriptors and FileHandles': async (t) => {
    fixture(t);
    const open = (flags: string): number => t.fs.openSync(t.p('f'), flags);
    const first = open('r');
    const second = open('r');
    const third = open('r+');
    const outcomes = [
      await trace(() => t.loose().createReadStream(null, { fd: first }) as Stream),
      await trace(() => t.loose().createReadStream('', { fd: second, autoClose: false, start: 4, end: 6 }) as Stream),
      await trace(() => t.loose().createWriteStream(null, { fd: third, start: 2 }) as Stream, write('ZZ')),
      t.fs.readFileSync(t.p('f'), 'utf8'),
    ];
    const handle = await t.fs.promises.open(t.p('f'), 'r');
    outcomes.push(await trace(() => t.fs.createReadStream('', { fd: handle })), handle.fd);
    const other = await t.fs.promises.open(t.p('f'), 'r+');
    outcomes.push(
      await trace(() => other.createReadStream({ start: 1, end: 3, autoClose: false })),
      other.fd >= 0,
      await trace(() => other.createWriteStream({ start: 1 }), write('hi')),
      other.fd,
    );
    return outcomes;
  },
  'without new, subclasses, instanceof': async (t) => {
    fixture(t);
    const { ReadStream, WriteStream } = t.loose();
    const plain = ReadStream(t.p('f')) as Readable;
    class Own extends t.fs.ReadStream {
      opened = false;
      override _read(size: number): void {
        this.opened = true;
        super._read(size);
      }
    }
    // The declared type is that of Readable's constructor; Node's takes a path.
    const own = new (Own as unknown as new (path: string) => Own)(t.p('f'));
    const created = t.fs.createReadStream(t.p('f'));
    const writer = WriteStream(t.p('g')) as Writable;
    writer.end('x');
    await finished(writer);
    return [
      await text(plain),
      await text(own),
      own.opened,
      created instanceof t.fs.ReadStream,
      created instanceof Readable,
      writer instanceof t.fs.WriteStream,
      await text(created),
      (t.fs.ReadStream as unknown) === t.loose().FileReadStream,
    ];
  },
  'patched members of the object are honoured': async (t) => {
    fixture(t);
    const calls: string[] = [];
    const patched = t.loose();
    const saved: Record<string, (...args: unknown[]) => unknown> = {};
    for (const name of ['open', 'read', 'close', 'write', 'writev']) {
      saved[name] = patched[name];
      patched[name] = (...args) => {
        calls.push(name);
        return saved[name](...args);
      };
    }
    try {
      await text(t.fs.createReadStream(t.p('f')));
      const writer = t.fs.createWriteStream(t.p('g'));
      writer.end('x');
      await finished(writer);
    } finally {
      Object.assign(patched, saved);
    }
    return calls;
  },
  'fs option': async (t) => {
    fixture(t);
    const calls: string[] = [];
    const fs = {
      open: (...args: unknown[]) => {
        calls.push('open');
        return t.loose().open(...args);
      },
      read: (...args: unknown[]) => {
        calls.push('read');
        return t.loose().read(...args);
      },
      close: (...args: unknown[]) => {
        calls.push('close');
        return t.loose().close(...args);
      },
    };
    return [await text(t.loose().createReadStream(t.p('f'), { fs }) as Readable), calls];
  },
  'pipelines and backpressure': async (t) => {
    t.fs.writeFileSync(t.p('big'), Buffer.alloc(300_000, 'abc'));
    await pipeline(
      t.fs.createReadStream(t.p('big'), { highWaterMark: 1000 }),
      t.fs.createWriteStream(t.p('copy'), { highWaterMark: 700 }),
    );
    const writer = t.fs.createWriteStream(t.p('w'), { highWaterMark: 4 });
    const answers = [writer.write('ab'), writer.write('abc'), writer.writableNeedDrain];
    await new Promise((resolve) => writer.once('drain', resolve));
    writer.end();
    await finished(writer);
    return [t.fs.readFileSync(t.p('copy')).equals(t.fs.readFileSync(t.p('big'))), answers, writer.bytesWritten];
  },
  'destroy and close': async (t) => {
    fixture(t);
    const closed = (stream: { close(done?: (error?: Error | null) => void): void }): Promise<unknown> =>
      new Promise((resolve) => stream.close((error) => resolve(error ?? 'closed')));
    return [
      await trace(
        () => t.fs.createReadStream(t.p('f')),
        (stream) => (stream as Readable).destroy(new Error('stop')),
      ),
      await trace(
        () => t.fs.createReadStream(t.p('f')),
        (stream) => (stream as Readable).destroy(),
      ),
      await closed(t.fs.createReadStream(t.p('f'))),
      await closed(t.fs.createWriteStream(t.p('f'))),
    ];
  },
  'async iteration': async (t) => {
    fixture(t);
    const sizes: number[] = [];
    for await (const chunk of t.fs.createReadStream(t.p('f'), { highWaterMark: 8 }))
      sizes.push((chunk as Buffer).length);
    const stream = t.fs.createReadStream(t.p('f'), { highWaterMark: 8 });
    for await (const _ of stream) break;
    return [sizes, stream.destroyed];
  },
};

export default area;
