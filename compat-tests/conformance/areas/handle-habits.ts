/**
 * Compat tests, conformance: FileHandles over time: streams and readers on them, what close() waits for, what is
 * refused afterwards, web streams, lines.
 */
import type { EventEmitter } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import type { Area, Tools } from '../suite.js';

/** The emitter that a handle is; its declared type says less. */
const emitter = (handle: FileHandle): EventEmitter => handle as unknown as EventEmitter;
const pause = (ms = 15): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Closes it unless a stream has: Node 20 ends the process when it is told to close while it is closing. */
const release = async (handle: FileHandle): Promise<void> => {
  await pause(30);
  if (handle.fd !== -1) await handle.close().catch(() => {});
};

const using =
  (use: (t: Tools, handle: FileHandle) => unknown, content = 'one\ntwo\r\nthree', flags = 'r+') =>
  async (t: Tools): Promise<unknown> => {
    t.fs.writeFileSync(t.p('f'), content);
    const handle = await t.fs.promises.open(t.p('f'), flags);
    try {
      return [await t.attempt(() => use(t, handle)), handle.fd === -1, t.fs.readFileSync(t.p('f'), 'utf8')];
    } finally {
      await release(handle);
    }
  };

const lines = async (from: AsyncIterable<string>): Promise<string[]> => {
  const found: string[] = [];
  for await (const line of from) found.push(line);
  return found;
};

type Web = ReadableStream<Uint8Array>;
const webText = async (stream: unknown): Promise<string> => text(Readable.fromWeb(stream as never));

const area: Area = {
  'lines: forms': async (t) => {
    const outcomes: unknown[] = [];
    for (const [content, options] of [
      ['a\nb\nc', undefined],
      ['a\nb\n', undefined],
      ['', undefined],
      ['\n\n', undefined],
      ['a\r\nb\rc', undefined],
      ['äö\nü', { encoding: 'latin1' }],
      ['0123\n4567\n89', { start: 2, end: 7 }],
      ['x'.repeat(70_000), { highWaterMark: 100 }],
    ] as const) {
      t.fs.writeFileSync(t.p('f'), content);
      const handle = await t.fs.promises.open(t.p('f'));
      outcomes.push(await t.attempt(() => lines(handle.readLines(options))), handle.fd === -1);
      await release(handle);
    }
    return outcomes;
  },
  'lines: left early': using(async (_, handle) => {
    for await (const line of handle.readLines()) {
      if (line === 'one') break;
    }
    await pause(60);
    return handle.fd === -1;
  }),
  'lines: autoClose false': using(async (_, handle) => {
    const found = await lines(handle.readLines({ autoClose: false }));
    await pause();
    return [found, handle.fd >= 0];
  }),
  'web stream: text, then closed or not': using(async (_, handle) => {
    const stream = handle.readableWebStream() as unknown as Web;
    return [await webText(stream), handle.fd >= 0];
  }),
  'web stream: asked for twice': using((t, handle) =>
    t.all(
      () => handle.readableWebStream().constructor.name,
      () => handle.readableWebStream(),
    ),
  ),
  'web stream: readers': using(async (_, handle) => {
    const stream = handle.readableWebStream({ type: 'bytes' } as never) as unknown as Web;
    const reader = stream.getReader({ mode: 'byob' });
    const first = await reader.read(new Uint8Array(5));
    const second = await reader.read(new Uint8Array(4));
    reader.releaseLock();
    const rest = await new Response(stream as never).text().catch((error: Error) => error.name);
    return [first.value, second.value, rest];
  }),
  'web stream: cancelled': using(async (_, handle) => {
    const stream = handle.readableWebStream() as unknown as Web;
    const result = await stream.cancel('enough');
    return [result, stream.locked, handle.fd >= 0];
  }),
  'web stream: the handle is closed': using(async (t, handle) => {
    const stream = handle.readableWebStream() as unknown as Web;
    const reader = stream.getReader();
    const first = await reader.read();
    await handle.close();
    return [first.done, (await reader.read()).done, await t.attempt(() => handle.readableWebStream())];
  }),
  'web stream: closing, options': using(async (t, handle) => {
    const closing = handle.close();
    const outcomes = [await t.attempt(() => handle.readableWebStream())];
    await closing;
    const { readableWebStream } = t.loose(Object.getPrototypeOf(handle));
    for (const options of [null, 1, 'x', { type: 'x' }, { type: 1 }, { autoClose: 1 }]) {
      const other = await t.fs.promises.open(t.p('f'));
      outcomes.push(
        await t.attempt(() => (Reflect.apply(readableWebStream, other, [options]) as object).constructor.name),
      );
      await other.close();
    }
    return outcomes;
  }),
  'close waits for what is under way': using(async (_, handle) => {
    const order: string[] = [];
    const done = (name: string) => (): void => void order.push(name);
    const all = [
      handle.read(Buffer.alloc(4), 0, 4, 0).then(done('read')),
      handle.stat().then(done('stat')),
      handle.close().then(done('close')),
      handle.close().then(done('close again')),
    ];
    await Promise.all(all);
    return [order.at(-1)?.startsWith('close'), order.length, await handle.close(), handle.fd];
  }),
  'close waits for a stream': using(async (_, handle) => {
    const order: string[] = [];
    const stream = handle.createReadStream({ highWaterMark: 2 });
    stream.on('close', () => order.push('stream'));
    emitter(handle).on('close', () => order.push('handle'));
    stream.once('data', () => {});
    await pause();
    await handle.close();
    order.push('closed');
    await pause();
    return [order, stream.destroyed];
  }),
  'after close: every method': using(async (t, handle) => {
    await handle.close();
    const loose = t.loose(handle);
    const outcomes: unknown[] = [];
    for (const [name, args] of [
      ['appendFile', ['x']],
      ['chmod', [0o600]],
      ['chown', [0, 0]],
      ['datasync', []],
      ['read', [Buffer.alloc(1)]],
      ['readFile', []],
      ['readv', [[Buffer.alloc(1)]]],
      ['stat', []],
      ['sync', []],
      ['truncate', [1]],
      ['utimes', [1, 1]],
      ['write', ['x']],
      ['writeFile', ['x']],
      ['writev', [[Buffer.alloc(1)]]],
    ] as const)
      outcomes.push(name, await t.attempt(() => loose[name](...args)));
    outcomes.push(await t.attempt(() => t.fs.promises.readFile(handle)));
    outcomes.push(await t.attempt(() => t.fs.promises.writeFile(handle, 'x')));
    outcomes.push(await t.attempt(() => t.fs.promises.appendFile(handle, 'x')));
    outcomes.push(await t.attempt(() => handle.createReadStream().constructor.name));
    return outcomes;
  }),
  'methods without their handle': using(async (t, handle) => {
    const { read, stat, close, write, readFile } = t.loose(handle);
    return t.all(
      ...[read, stat, write, readFile].map((method) => async () => {
        try {
          return await method('x');
        } catch (error) {
          return (error as Error).constructor.name;
        }
      }),
      () => close.call(undefined) instanceof Promise,
    );
  }),
  'reading and writing move one position': using(async (_, handle) => {
    const first = await handle.read(Buffer.alloc(3), 0, 3, null);
    const write = await handle.write('ZZ');
    const second = await handle.read({ buffer: Buffer.alloc(3) });
    const at = await handle.read({ buffer: Buffer.alloc(2), position: 0 });
    const third = await handle.read({ buffer: Buffer.alloc(3), position: -1 } as never);
    const rest = await handle.readFile('utf8');
    return [first, write, second, at, third, rest];
  }),
  'read into what it makes itself': using(async (_, handle) => {
    const { buffer, bytesRead } = await handle.read();
    const { buffer: none, bytesRead: zero } = await handle.read();
    return [buffer.byteLength, bytesRead, none.byteLength, zero, buffer.constructor.name];
  }),
  'writeFile and appendFile of all kinds': using(async (t, handle) => {
    const loose = t.loose(handle);
    const outcomes: unknown[] = [];
    const kinds: unknown[] = [
      'text',
      Buffer.from('bytes'),
      new Uint16Array([65]),
      new DataView(new ArrayBuffer(1)),
      (function* () {
        yield 'a';
        yield Buffer.from('b');
      })(),
      (async function* () {
        yield 'c';
      })(),
      Readable.from(['d', 'e']),
      ['f', 'g'],
      new Set(['h']),
      [1],
      1,
      null,
      {},
      new Date(0),
      Symbol('s'),
    ];
    for (const kind of kinds) outcomes.push(await t.attempt(() => loose.writeFile(kind)));
    outcomes.push(await t.attempt(() => loose.appendFile('é', 'latin1')));
    outcomes.push(await t.attempt(() => loose.appendFile('x', { encoding: 'nope' })));
    outcomes.push(await t.attempt(() => loose.writeFile('x', { signal: AbortSignal.abort() })));
    return outcomes;
  }, ''),
  'a stream written through a handle': using(async (t, handle) => {
    const stream = handle.createWriteStream({ start: 2 });
    stream.write('XX');
    stream.end('YY');
    await finished(stream);
    await pause();
    return [stream.bytesWritten, handle.fd === -1, await t.attempt(() => handle.stat())];
  }),
  // Options that are refused are left out: Node's stream, half made, then throws out of the handle's close.
  'stream options of a handle': async (t) => {
    t.fs.writeFileSync(t.p('f'), '0123456789');
    const opened = (): Promise<FileHandle> => t.fs.promises.open(t.p('f'), 'r+');
    return t.all(
      async () => text((await opened()).createReadStream({ start: 1, end: 3 })),
      async () => text((await opened()).createReadStream({ encoding: 'hex', start: 0 })),
      async () => text((await opened()).createReadStream(Object.freeze({ highWaterMark: 2 }))),
      async () => {
        const handle = await opened();
        const stream = handle.createWriteStream({ flush: true, start: 8 });
        stream.end('flushed');
        await finished(stream);
        await pause(60);
        return [handle.fd, t.fs.readFileSync(t.p('f'), 'utf8')];
      },
    );
  },
  'two streams on one handle': using(async (_, handle) => {
    const a = handle.createReadStream({ start: 0, end: 2, autoClose: false });
    const b = handle.createReadStream({ start: 4, end: 6 });
    // One after the other: on a disk the second may close the handle before the first has read.
    const both = [await text(a), await text(b)];
    await pause();
    return [both, handle.fd === -1];
  }),
  'handles in place of a path': using(async (t, handle) => {
    const { readFile, writeFile, appendFile, access, stat, truncate } = t.loose(t.fs.promises);
    return t.all(
      () => readFile(handle, 'utf8'),
      () => readFile(handle, 'utf8'),
      () => writeFile(handle, 'w'),
      () => appendFile(handle, 'a', { flush: true }),
      () => access(handle),
      () => stat(handle),
      () => truncate(handle, 1),
      () => t.loose().readFileSync(handle),
      () => t.loose().closeSync(handle),
      () => t.loose().createReadStream(handle),
    );
  }),
  'what a handle is': using(async (t, handle) => [
    handle.constructor.name,
    Object.prototype.toString.call(handle),
    Object.keys(handle),
    typeof emitter(handle).on,
    emitter(handle).listenerCount('close'),
    typeof (handle as unknown as { getAsyncId(): number }).getAsyncId(),
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(handle), 'fd')?.set === undefined,
    typeof (handle as unknown as Record<symbol, unknown>)[Symbol.asyncDispose ?? Symbol('none')],
    await t.attempt(() => {
      (handle as unknown as { fd: number }).fd = 7;
    }),
  ]),
  'a signal in readFile and writeFile': using(async (t, handle) => {
    const controller = new AbortController();
    const reading = t.attempt(() => handle.readFile({ signal: controller.signal }));
    controller.abort(new Error('why'));
    return [
      await reading,
      await t.attempt(() => handle.readFile({ signal: AbortSignal.abort() })),
      await t.attempt(() => handle.readFile({ signal: 'x' } as never)),
      await t.attempt(() => t.fs.promises.readFile(t.p('f'), { signal: AbortSignal.abort('text') })),
    ];
  }),
};

/** Node 20 gives the descriptor to its web streams, and ends the process when the handle is closed after them. */
const isFatal = (title: string): boolean => process.versions.node.startsWith('20.') && title.startsWith('web stream');

export default Object.fromEntries(Object.entries(area).filter(([title]) => !isFatal(title)));
