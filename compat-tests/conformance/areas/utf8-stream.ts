/** Compat tests, conformance: Utf8Stream, which came with Node 24: options, buffering, rotation, failure. */
import type { EventEmitter } from 'node:events';
import nodeFs from 'node:fs';
import type { Area, Tools } from '../suite.js';

interface Utf8Stream extends EventEmitter {
  write(text: string): boolean;
  flush(done?: (error?: unknown) => void): void;
  flushSync(): void;
  reopen(file?: string): void;
  end(): void;
  destroy(): void;
  readonly [key: string]: unknown;
}

const make = (t: Tools, options: object): Utf8Stream => {
  const Class = (t.fs as unknown as { Utf8Stream: new (options: object) => Utf8Stream }).Utf8Stream;
  return new Class(options);
};

const STATES = [
  'append',
  'contentMode',
  'file',
  'fsync',
  'maxLength',
  'minLength',
  'mkdir',
  'mode',
  'periodicFlush',
  'sync',
];
const pause = (ms = 50): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const run = async (t: Tools, options: object, act: (stream: Utf8Stream) => unknown): Promise<unknown> => {
  const events: unknown[] = [];
  let stream: Utf8Stream;
  try {
    stream = make(t, options);
  } catch (error) {
    return error;
  }
  for (const name of ['ready', 'drop', 'finish', 'close', 'error', 'write']) {
    // Node's may say twice that it is over, when the disk is slow.
    stream.on(name, (value: unknown) => {
      if (value !== undefined) events.push([name, value]);
      else if (!events.includes(name)) events.push(name);
    });
  }
  const outcome = await t.attempt(() => act(stream));
  await pause();
  const state = STATES.map((key) => [key, stream[key]]);
  stream.destroy();
  // A busy disk takes its time to close.
  for (let i = 0; i < 200 && !events.includes('close'); i++) await pause(5);
  return [outcome, events, state, await t.attempt(() => t.fs.readFileSync(t.p('log'), 'utf8'))];
};

const area: Area = {
  'writing, in both ways': async (t) => {
    const outcomes: unknown[] = [];
    for (const options of [
      {},
      { sync: true },
      { sync: true, minLength: 10 },
      { minLength: 10 },
      { maxLength: 5 },
      { fsync: true, sync: true },
      { append: false },
      { mode: 0o600 },
      { contentMode: 'utf8' },
      { maxWrite: 16384 },
    ]) {
      t.fs.rmSync(t.p('log'), { force: true });
      outcomes.push(
        options,
        await run(t, { dest: t.p('log'), ...options }, async (stream) => {
          const answers = ['one\n', 'two, and longer than ten\n', 'ä€\n'].map((text) => stream.write(text));
          await pause();
          stream.end();
          return answers;
        }),
        await t.attempt(() => t.fs.statSync(t.p('log')).mode),
      );
    }
    return outcomes;
  },
  'options that are refused': async (t) => {
    const outcomes = await t.all(
      ...[
        {},
        { dest: 1 },
        { dest: null },
        { fd: -1 },
        // Text is taken for a path.
        { fd: t.p('x') },
        { dest: t.p('log'), minLength: 'x' },
        { dest: t.p('log'), maxLength: -1 },
        { dest: t.p('log'), minLength: 20_000, maxWrite: 100 },
        { dest: t.p('log'), contentMode: 'x' },
        { dest: t.p('log'), mode: {} },
        { dest: t.p('log'), sync: 1 },
        { dest: t.p('log'), fs: 1 },
        { dest: t.p('log'), fs: { writeSync: 1 } },
        { dest: t.p('log'), retryEAGAIN: 1 },
      ].map((options) => () => {
        const stream = make(t, options);
        stream.on('error', () => {});
        stream.destroy();
        return stream.constructor.name;
      }),
    );
    // One that was refused late is opening its file, and nobody listens to it: the directory must stay until then.
    for (let i = 0; i < 8; i++) await t.fs.promises.access(t.dir);
    await pause();
    return outcomes;
  },
  'making the directory': (t) =>
    run(t, { dest: t.p('log'), mkdir: true, sync: true }, (stream) => {
      stream.write('x');
      stream.end();
    }),
  flushing: async (t) => [
    await run(t, { dest: t.p('log'), minLength: 100 }, async (stream) => {
      await new Promise((resolve) => stream.once('ready', resolve));
      stream.write('kept back');
      const before = t.fs.readFileSync(t.p('log'), 'utf8');
      await new Promise((resolve) => stream.flush(resolve));
      return [before, t.fs.readFileSync(t.p('log'), 'utf8')];
    }),
    await run(t, { dest: t.p('log'), minLength: 100, sync: true, append: false }, (stream) => {
      stream.write('kept back');
      stream.flushSync();
      return t.fs.readFileSync(t.p('log'), 'utf8');
    }),
  ],
  reopening: (t) =>
    run(t, { dest: t.p('log'), sync: true }, async (stream) => {
      stream.write('first');
      t.fs.renameSync(t.p('log'), t.p('old'));
      stream.reopen();
      await pause();
      stream.write('second');
      await pause();
      return t.fs.readFileSync(t.p('old'), 'utf8');
    }),
  'a place that is not there': (t) => run(t, { dest: t.p('none/log') }, () => 'made'),
  'a descriptor': async (t) => {
    const fd = t.fs.openSync(t.p('log'), 'w');
    return run(t, { fd, sync: true }, (stream) => {
      stream.write('by descriptor');
      stream.end();
    });
  },
  'after the end': (t) =>
    run(t, { dest: t.p('log'), sync: true }, async (stream) => {
      stream.end();
      await pause();
      return t.all(
        () => stream.write('x'),
        () => stream.flushSync(),
        () => stream.end(),
        () => stream.destroy(),
      );
    }),
};

export default 'Utf8Stream' in nodeFs ? area : {};
