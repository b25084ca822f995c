/**
 * Helper of the facade tests: programs whose answers depend on the release of
 * Node. Each gives a list of notes, which are text and name no place of this machine.
 */
import { buffer } from 'node:stream/consumers';
import { type CopyCase, cases, plantAll, withFilter } from '../cp-cases.js';
import { describeError, describeTree, type Fs, plain, plant, type Tree } from '../side-by-side.js';

/** What a call gave, or how it failed. */
type Attempt = (name: string, call: () => unknown) => Promise<void>;

interface Ground {
  readonly fs: Fs;
  /** Absolute and empty; the working directory. */
  readonly root: string;
  readonly attempt: Attempt;
}

/** Members that the types of another release have. */
type Loose = Record<string, (...args: unknown[]) => unknown>;
const loose = (object: object): Loose => object as Loose;

/** A call with a callback, as a promise of the callback's arguments. */
const called = (start: (done: (...results: unknown[]) => void) => unknown): Promise<unknown[]> =>
  new Promise((resolve) => {
    start((...results) => resolve(results));
  });

const changes = (before: Record<string, string>, after: Record<string, string>): string[] => {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.filter((name) => before[name] !== after[name]).map((name) => `${name} ${after[name] ?? 'is gone'}`);
};

/** Copies one case of cp.test.ts: how it ended, what the filter was asked, and what the tree has become. */
const copy =
  ([source, destination, options]: CopyCase) =>
  async ({ fs, root, attempt }: Ground): Promise<string[]> => {
    plantAll(fs);
    const before = describeTree(fs, root);
    const asked: string[] = [];
    let done = false;
    await attempt('cpSync', () => {
      fs.cpSync(source, destination, withFilter(options, asked));
      done = true;
    });
    // What a copy that failed had asked is its own business: ours plans ahead.
    return [...(done ? asked.sort() : []), ...changes(before, describeTree(fs, root))];
  };

/** All but the one whose answer is a path of 4,095 letters. */
const copies = cases
  .filter(([source]) => source !== 'long')
  .map((each) => [`cpSync ${each[0]} → ${each[1]} ${JSON.stringify(each[2] ?? {})}`, copy(each)] as const);

const withTree =
  (tree: Tree, run: (ground: Ground) => Promise<unknown>) =>
  async (ground: Ground): Promise<string[]> => {
    plant(ground.fs, ground.root, tree);
    await run(ground);
    return [];
  };

const files: Tree = { f: 'content', e: '', d: { g: 'more', s: { h: '' } }, l: '>d', dang: '>nowhere' };

const times = withTree(files, async ({ fs, attempt }) => {
  for (const time of [0, 1.25, -1.25, 1_500_000_000.123_456_7, -0.000_000_4, Number.NaN, '12.5', new Date(-1500)]) {
    fs.utimesSync('f', 1000.5, 2000.5);
    await attempt(`utimes ${String(time)}`, () => {
      fs.utimesSync('f', time, 7);
      const { atimeNs, mtimeNs } = fs.statSync('f', { bigint: true });
      return [atimeNs, mtimeNs].map((ns) => (ns > 1_600_000_000_000_000_000n ? 'now' : String(ns)));
    });
  }
  await attempt('NaN of what is missing', () => fs.utimesSync('missing', Number.NaN, 1));
  await attempt('both NaN', () => {
    fs.utimesSync('f', 1000.5, 2000.5);
    fs.lutimesSync('f', Number.NaN, Number.NaN);
    return [fs.statSync('f').atimeMs, fs.statSync('f').mtimeMs];
  });
});

const buffers = withTree({ ...files, long: 'x'.repeat(600_000) }, async ({ fs, attempt }) => {
  const { promises } = fs;
  const options = [
    { buffer: Buffer.alloc(10, '.') },
    { buffer: new Uint16Array(8) },
    { buffer: new DataView(new ArrayBuffer(7)) },
    { buffer: Buffer.alloc(3) },
    { buffer: (size: number) => Buffer.alloc(size + 2, '.') },
    { buffer: () => Buffer.alloc(1) },
    { buffer: () => 'no buffer' },
    { buffer: 1 },
    { buffer: null },
    { buffer: Buffer.alloc(10, '.'), encoding: 'utf8' },
    { buffer: Buffer.alloc(10, '.'), encoding: 'latin1' },
  ];
  for (const [i, each] of options.entries()) {
    await attempt(`readFileSync ${i}`, () => loose(fs).readFileSync('f', each));
    await attempt(`readFile ${i}`, () => called((done) => loose(fs).readFile('f', each, done)));
    await attempt(`promises.readFile ${i}`, () => loose(promises).readFile('f', each));
    await attempt(`FileHandle.readFile ${i}`, async () => {
      const handle = await promises.open('f');
      try {
        return await loose(handle).readFile(each);
      } finally {
        await handle.close();
      }
    });
  }
  const fd = fs.openSync('f', 'r');
  await attempt('a descriptor', () => loose(fs).readFileSync(fd, { buffer: Buffer.alloc(9, '.') }));
  await attempt('a descriptor at its end', () => loose(fs).readFileSync(fd, { buffer: Buffer.alloc(9, '.') }));
  await attempt('a descriptor, later', () =>
    called((done) => loose(fs).readFile(fd, { buffer: Buffer.alloc(9, '.') }, done)),
  );
  for (const given of [Buffer.alloc(3), () => 'no buffer', 1]) {
    const again = fs.openSync('f', 'r');
    await attempt(`a descriptor, later, ${typeof given}`, () =>
      called((done) => loose(fs).readFile(again, { buffer: given }, done)),
    );
    fs.closeSync(again);
  }
  fs.closeSync(fd);
  await attempt('a closed descriptor', () =>
    called((done) => loose(fs).readFile(fd, { buffer: Buffer.alloc(9, '.') }, done)),
  );
  await attempt('a function that throws', () =>
    called((done) => {
      const options = {
        buffer() {
          throw new Error('mine');
        },
      };
      loose(fs).readFile('f', options, done);
    }),
  );
  await attempt('a long file', async () => (await promises.readFile('long', { encoding: 'latin1' })).length);
  for (const path of ['f', 'e', 'd', 'long', 'missing']) {
    await attempt(`an encoding that is none, ${path}`, () => loose(promises).readFile(path, 'none'));
  }
});

const looks = withTree(files, async ({ fs, attempt }) => {
  const odd = [undefined, null, 1, 'utf8', [], { bigint: 1 }, { throwIfNoEntry: false }, { signal: 1 }];
  const aborted = { signal: AbortSignal.abort(new Error('why')) };
  const fd = fs.openSync('f', 'r');
  for (const [i, options] of [...odd, aborted].entries()) {
    for (const name of ['stat', 'lstat']) {
      for (const path of ['f', 'missing']) {
        const size = (stat: unknown): unknown => (stat as { size?: unknown } | undefined)?.size;
        await attempt(`${name} ${path} ${i}`, async () => {
          const results = await called((done) => loose(fs)[name](path, options, done));
          return [results[0], results.length, size(results[1])];
        });
        await attempt(`promises.${name} ${path} ${i}`, async () => size(await loose(fs.promises)[name](path, options)));
      }
    }
    await attempt(`fstat ${i}`, () => called((done) => loose(fs).fstat(fd, options, (error: unknown) => done(error))));
  }
  fs.closeSync(fd);
  for (const path of ['f/x', 'missing', 'dang']) {
    await attempt(`statSync ${path}`, () => fs.statSync(path, { throwIfNoEntry: false }));
  }
});

/** The names of temporary directories without their six random characters. */
const temporary = withTree({ taken: '' }, async ({ fs, root, attempt }) => {
  const short = (path: unknown): string => `${typeof path} ${String(path).slice(0, -6)}`;
  const { promises } = fs;
  if (!('mkdtempDisposableSync' in fs)) return;
  // Node 20 has the symbols under names of its own.
  const keysOf = (made: object): string[] =>
    Reflect.ownKeys(made).map((key) => String(key).replace(/^.*\.(\w+)\)$/, '$1'));
  for (const encoding of [undefined, 'utf8', 'none']) {
    await attempt(`sync ${encoding}`, () => {
      const made = loose(fs).mkdtempDisposableSync('t-', encoding) as { path: string; remove(): void };
      fs.writeFileSync(`${made.path}/inner`, '');
      const held = fs.readdirSync('.').length;
      made.remove();
      return [short(made.path), held, keysOf(made), fs.readdirSync('.'), made.remove()];
    });
    await attempt(`later ${encoding}`, async () => {
      const made = (await loose(promises).mkdtempDisposable('t-', encoding)) as {
        path: string;
        remove(): Promise<void>;
      };
      await made.remove();
      return [
        short(made.path),
        keysOf(made),
        Object.getPrototypeOf(made) === null,
        fs.readdirSync('.'),
        await made.remove(),
      ];
    });
  }
  await attempt('by its symbol', () => {
    const made = loose(fs).mkdtempDisposableSync(`${root}/t-`) as Record<symbol, () => unknown>;
    return [made[Symbol.dispose](), fs.readdirSync('.')];
  });
  await attempt('by its symbol, later', async () => {
    const made = (await loose(promises).mkdtempDisposable(`${root}/t-`)) as Record<symbol, () => unknown>;
    return [await made[Symbol.asyncDispose](), fs.readdirSync('.')];
  });
  await attempt('from another working directory', () => {
    const made = loose(fs).mkdtempDisposableSync('t-') as { remove(): void };
    made.remove();
    return fs.readdirSync('.');
  });
  for (const prefix of ['missing/t-', 'taken/t-', 1, null, '']) {
    await attempt(`sync in ${prefix}`, () => Boolean(loose(fs).mkdtempDisposableSync(prefix)));
    if (prefix !== 'missing/t-' && prefix !== 'taken/t-') {
      await attempt(`later in ${prefix}`, async () => Boolean(await loose(promises).mkdtempDisposable(prefix)));
    }
  }
});

const webStreams = withTree(files, async ({ fs, attempt }) => {
  for (const options of [
    undefined,
    {},
    { type: 'bytes' },
    { type: 'other' },
    { type: 1 },
    { autoClose: true },
    { autoClose: 1 },
    null,
  ]) {
    const handle = await fs.promises.open('f');
    await attempt(`read whole ${JSON.stringify(options)}`, async () => {
      const stream = loose(handle).readableWebStream(options) as ReadableStream;
      const bytes = await buffer(stream);
      return [bytes.toString(), handle.fd === -1];
    });
    await attempt(`twice ${JSON.stringify(options)}`, () => loose(handle).readableWebStream(options));
    await handle.close();
    await attempt(`closed ${JSON.stringify(options)}`, () => loose(handle).readableWebStream(options));
  }
});

const removals = withTree({ ...files, ld: '>d', full: { a: { b: '' } } }, async ({ fs, attempt }) => {
  const { promises } = fs;
  for (const path of ['missing', 'f', 'e/', 'f/', 'd', 'ld', 'ld/', 'dang/', 'f/x', 'full', 'missing/x', '']) {
    for (const options of [{}, { recursive: true }]) {
      const tell = `${path} ${JSON.stringify(options)}`;
      if (path !== 'ld/') await attempt(`rmSync ${tell}`, () => fs.rmSync(path, options));
      await attempt(`rmdirSync ${tell}`, () => loose(fs).rmdirSync(path, options));
      await attempt(`rm ${tell}`, () => called((done) => fs.rm(path, options, done)));
      await attempt(`rmdir ${tell}`, () => called((done) => loose(fs).rmdir(path, options, done)));
      await attempt(`promises.rmdir ${tell}`, () => loose(promises).rmdir(path, options));
    }
  }
  await attempt('what is left', () => fs.readdirSync('.'));
});

const rest = withTree({ ...files, loop: '>loop', tree: { up: '>../tree', x: { y: '' } } }, async ({ fs, attempt }) => {
  const { promises } = fs;
  for (const [from, to, type] of [
    ['d', 'l1', 'dir'],
    ['d', 'l2', 'none'],
    ['d', 'l3', 7],
    ['d', 'l4', null],
  ]) {
    await attempt(`symlinkSync ${type}`, () => loose(fs).symlinkSync(from, to, type));
    await attempt(`promises.symlink ${type}`, () => loose(promises).symlink(from, `${to}p`, type));
  }
  await attempt('readlink of a number', () => loose(fs).readlinkSync(1));
  await attempt('truncate with a descriptor', async () => {
    const fd = fs.openSync('f', 'r+');
    try {
      loose(fs).truncateSync(fd, 3);
      return await called((done) => loose(fs).truncate(fd, 2, done));
    } catch (error) {
      // The message tells its number, which is no other's.
      return Reflect.get(Object(error), 'code');
    } finally {
      fs.closeSync(fd);
    }
  });
  const names = (found: unknown): unknown => (found as string[]).map(String).sort();
  await attempt('readdir', async () => names((await called((done) => fs.readdir('d', { recursive: true }, done)))[1]));
  await attempt('promises.readdir', async () => names(await promises.readdir('d', { recursive: true })));
  await attempt('readdirSync with types', () =>
    fs.readdirSync('tree', { recursive: true, withFileTypes: true }).map(({ name, parentPath }) => [name, parentPath]),
  );
  for (const position of [-1, 1.5, 2n, 2n ** 63n, '1', null, 2 ** 60]) {
    await attempt(`read at ${String(position)}`, async () => {
      const fd = fs.openSync('f', 'r+');
      try {
        return loose(fs).readSync(fd, Buffer.alloc(4), 0, 4, position);
      } finally {
        fs.closeSync(fd);
      }
    });
    await attempt(`FileHandle.read at ${String(position)}`, async () => {
      const handle = await promises.open('f', 'r+');
      try {
        return ((await loose(handle).read(Buffer.alloc(4), 0, 4, position)) as { bytesRead: number }).bytesRead;
      } finally {
        await handle.close();
      }
    });
  }
  for (const vectors of [[], [Buffer.alloc(2), new Uint16Array(1)], 'none', [1]]) {
    await attempt(`readv ${vectors}`, () => loose(fs).readvSync(-1, vectors));
    await attempt(`writev ${vectors}`, () => loose(fs).writevSync('1', vectors));
  }
  for (const mode of ['999', -1, null]) {
    await attempt(`writeFile with mode ${mode} and flag`, () =>
      loose(promises).writeFile('missing/f', 'x', { mode, flag: 'q' }),
    );
    await attempt(`writeFile with mode ${mode}`, () => loose(promises).writeFile('missing/f', 'x', { mode }));
  }
  await attempt('mkdirSync', () => loose(fs).mkdirSync(1, { recursive: 'yes', mode: 'x' }));
  await attempt('openAsBlob', () => loose(fs).openAsBlob('missing'));
  await attempt('a directory that is read after it was closed', async () => {
    const dir = fs.opendirSync('d');
    dir.closeSync();
    return dir.read();
  });
  await attempt('a directory that is missing', () => promises.opendir('missing'));
  await attempt('promises.watch', () => loose(promises).watch('d', { encoding: 'none' }));
});

type Program = (ground: Ground) => Promise<string[]>;

const programs: ReadonlyMap<string, Program> = new Map([
  ...copies,
  ['times', times],
  ['readFile into a buffer', buffers],
  ['looking', looks],
  ['temporary directories', temporary],
  ['web streams', webStreams],
  ['removing', removals],
  ['what else differs', rest],
]);

export const programNames: readonly string[] = [...programs.keys()];

/** What came of each attempt, and at last what the program itself has to tell. */
export type Notes = Map<string, string>;

/** Runs a program by `fs` in the empty directory `root`, which is the working directory. */
export async function notesOf(name: string, fs: Fs, root: string): Promise<Notes> {
  const run = programs.get(name);
  if (run === undefined) throw new Error(`no program ${name}`);
  const notes: Notes = new Map();
  const note = (key: string, text: string): void => {
    if (notes.has(key)) throw new Error(`two notes ${key}`);
    notes.set(key, text);
  };
  const attempt: Attempt = async (key, call) => {
    const show = (kind: string, value: unknown): void =>
      note(key, `${kind} ${JSON.stringify(plain(value, root)) ?? 'nothing'}`);
    try {
      show('gives', await call());
    } catch (error) {
      const { text, ...told } = describeError(error, root) as Record<string, unknown>;
      show('fails', text === `${told.class}: ${told.message}` ? told : { text, ...told });
    }
  };
  const after = await run({ fs, root, attempt });
  note('after', after.join('\n'));
  return notes;
}
