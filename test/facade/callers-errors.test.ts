/**
 * What a program throws inside a call (in a filter, an iterable, an accessor of its options) comes out as it is, with the
 * stack that says where, also when it is an error as this fs throws them.
 */
import nodeFs from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createFs, quotaOf } from '../../src/facade/index.js';

type Fs = ReturnType<typeof createFs>;
type Blunder = () => never;
type Callback = (error: unknown) => void;

/** Ways to make a mistake in a filter. */
const blunders: Record<string, (fs: Fs) => unknown> = {
  "an argument error of Node's": () => join(undefined as never),
  "an error of Node's fs": () => nodeFs.statSync('/no such file'),
  'an error of this fs': (fs) => fs.statSync('/no such file'),
};

/** Calls in which a program's own code runs. Each gives a promise of what it throws, calls back with or rejects with. */
const calls: Record<string, (fs: Fs, blunder: Blunder) => Promise<unknown>> = {
  cpSync: async (fs, filter) => fs.cpSync('/from', '/to', { recursive: true, filter }),
  cp: (fs, filter) => called((done) => fs.cp('/from', '/to', { recursive: true, filter }, done)),
  'promises.cp': (fs, filter) => fs.promises.cp('/from', '/to', { recursive: true, filter }),
  globSync: async (fs, exclude) => fs.globSync('**', { cwd: '/', exclude }),
  glob: (fs, exclude) => called((done) => fs.glob('**', { cwd: '/', exclude }, done)),
  'promises.glob': async (fs, exclude) => {
    for await (const _ of fs.promises.glob('**', { cwd: '/', exclude }));
  },
  'promises.writeFile': (fs, blunder) => fs.promises.writeFile('/new', pieces(blunder)),
  'FileHandle#writeFile': async (fs, blunder) => {
    await using handle = await fs.promises.open('/new', 'w');
    await handle.writeFile(pieces(blunder));
  },
  'an accessor': async (fs, blunder) =>
    fs.readFileSync('/from/file', {
      get flag() {
        return blunder();
      },
    }),
  'an accessor, promised': (fs, blunder) =>
    fs.promises.readFile('/from/file', {
      get flag() {
        return blunder();
      },
    }),
};

async function* pieces(blunder: Blunder): AsyncGenerator<string> {
  yield 'piece';
  blunder();
}

const called = (call: (done: Callback) => void): Promise<unknown> =>
  new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve(undefined))));

const cases = Object.keys(blunders).flatMap((mistake) => Object.keys(calls).map((call) => [mistake, call] as const));

it.each(cases)('%s keeps its stack: %s', async (mistake, call) => {
  const fs = createFs();
  fs.mkdirSync('/from');
  fs.writeFileSync('/from/file', 'text');
  let thrown: unknown;
  let stack: string | undefined;
  const blunder: Blunder = () => {
    try {
      blunders[mistake]?.(fs);
    } catch (error) {
      thrown = error;
      stack = (error as Error).stack;
      throw error;
    }
    return expect.unreachable();
  };
  await expect((async () => calls[call]?.(fs, blunder))()).rejects.toSatisfy((error) => error === thrown);
  expect((thrown as Error).stack).toBe(stack);
  expect(quotaOf(fs).audit().problems).toEqual([]);
});
