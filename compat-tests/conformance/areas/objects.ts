/** Compat tests, conformance: the objects that calls give: Stats, Dirent, Dir, StatFs; how they look and what they do when used in odd ways. */
import { inspect, isDeepStrictEqual } from 'node:util';
import type { Area, Tools } from '../suite.js';

type Bag = Record<string, unknown>;

const fixture = ({ fs, p }: Tools): void => {
  fs.mkdirSync(p('d/sub'), { recursive: true });
  fs.writeFileSync(p('d/f'), 'content');
  fs.symlinkSync('f', p('d/l'));
  fs.utimesSync(p('d/f'), 1.5, 2.25);
};

const types = ['isFile', 'isDirectory', 'isSymbolicLink', 'isFIFO', 'isSocket', 'isBlockDevice', 'isCharacterDevice'];
const answers = (object: object): unknown => types.map((name) => (object as Record<string, () => boolean>)[name]());

/** Keys with how they are defined. */
const shape = (object: object): unknown =>
  Reflect.ownKeys(object)
    .filter((key) => typeof key === 'string')
    .map((key) => {
      const property = Object.getOwnPropertyDescriptor(object, key);
      return [key, property?.get ? 'accessor' : typeof property?.value, property?.enumerable, property?.writable];
    });

const area: Area = {
  'Stats: shape': (t) => {
    fixture(t);
    const outcomes: unknown[] = [];
    for (const bigint of [false, true]) {
      const stats = t.fs.statSync(t.p('d/f'), { bigint });
      outcomes.push(shape(stats), answers(stats), Object.prototype.toString.call(stats), stats.constructor.name);
      for (const key in stats) outcomes.push(key);
    }
    return outcomes;
  },
  'Stats: dates': (t) => {
    fixture(t);
    const stats = t.fs.statSync(t.p('d/f'));
    const { mtime } = stats;
    const same = stats.mtime === mtime;
    const before = stats.mtime.toISOString();
    stats.mtime = new Date(5);
    stats.mtimeMs = 77;
    const loose = stats as unknown as Bag;
    loose.atime = 'text';
    return [same, before, stats.mtime, stats.mtimeMs, loose.atime, Object.keys(stats)];
  },
  'Stats: compared, copied, shown': (t) => {
    fixture(t);
    const path = t.p('d/f');
    const [a, b, c] = [t.fs.statSync(path), t.fs.lstatSync(path), t.fs.statSync(path, { bigint: true })];
    const fd = t.fs.openSync(path, 'r');
    const d = t.fs.fstatSync(fd);
    t.fs.closeSync(fd);
    const copy = { ...a } as Bag;
    const json = JSON.parse(JSON.stringify(a)) as Bag;
    return [
      isDeepStrictEqual(a, b),
      isDeepStrictEqual(a, d),
      isDeepStrictEqual(a, c),
      Object.keys(copy),
      typeof copy.mtime,
      Object.keys(json),
      json.size,
      inspect(a).replaceAll(/\d+(\.\d+)?/g, '#'),
      inspect(a, { depth: 0 }).split('\n')[0],
    ];
  },
  'Stats: the class': (t) => {
    fixture(t);
    const stats = t.fs.statSync(t.p('d/f'));
    const { Stats } = t.fs;
    class Own extends (Stats as unknown as new () => object) {}
    return [
      stats instanceof Stats,
      t.fs.statSync(t.p('d/f'), { bigint: true }) instanceof Stats,
      t.fs.lstatSync(t.p('d/l')) instanceof Stats,
      Stats.name,
      typeof Stats.prototype.isFile,
      Object.create(Stats.prototype) instanceof Stats,
      new Own() instanceof Stats,
    ];
  },
  'Stats: methods on odd receivers': (t) => {
    fixture(t);
    const { isFile } = t.fs.statSync(t.p('d/f'));
    const { isDirectory } = t.fs.statSync(t.p('d'), { bigint: true });
    return t.all(
      () => Reflect.apply(isFile, { mode: 0o100644 }, []),
      () => Reflect.apply(isFile, {}, []),
      () => Reflect.apply(isDirectory, { mode: 0o40000n }, []),
    );
  },
  'Dirent: shape': (t) => {
    fixture(t);
    const entries = t.fs.readdirSync(t.p('d'), { withFileTypes: true });
    const bytes = t.fs.readdirSync(t.p('d'), { withFileTypes: true, encoding: 'buffer' });
    const deep = t.fs.readdirSync(t.dir, { withFileTypes: true, recursive: true });
    return [
      entries.map((entry) => [entry.name, shape(entry), answers(entry), entry instanceof t.fs.Dirent]),
      bytes.map((entry) => [entry.name, entry.parentPath]),
      deep.map((entry) => [entry.name, entry.parentPath]).sort(),
      (entries[0] as unknown as Bag).path,
      Object.keys(entries[0]),
      JSON.stringify(entries[0]),
      entries.map((entry) => entry.constructor.name),
    ];
  },
  'Dirent: made by hand': (t) => {
    const Dirent = t.fs.Dirent as unknown as new (...args: unknown[]) => object;
    const { UV_DIRENT_FILE, UV_DIRENT_DIR, UV_DIRENT_LINK } = t.fs.constants as unknown as Record<string, number>;
    return [UV_DIRENT_FILE, UV_DIRENT_DIR, UV_DIRENT_LINK, 99, undefined].map((type) => {
      const entry = new Dirent('name', type, '/parent');
      return [answers(entry), shape(entry)];
    });
  },
  'Dirent: from a path of bytes': (t) => {
    fixture(t);
    return t.fs
      .readdirSync(Buffer.from(t.p('d')), { withFileTypes: true })
      .map((entry) => [entry.name, entry.parentPath]);
  },
  'Dir: reading to the end and beyond': async (t) => {
    fixture(t);
    const dir = t.fs.opendirSync(t.p('d'), { bufferSize: 1 });
    const names: unknown[] = [];
    for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) names.push(entry.name);
    return [
      names.sort(),
      dir.readSync(),
      await dir.read(),
      dir.path,
      dir instanceof t.fs.Dir,
      dir.closeSync(),
      await t.attempt(() => dir.readSync()),
      await t.attempt(() => dir.read()),
      await t.attempt(() => dir.closeSync()),
      await t.attempt(() => dir.close()),
    ];
  },
  'Dir: overlapping calls': async (t) => {
    fixture(t);
    const dir = t.fs.opendirSync(t.p('d'));
    const pending = dir.read();
    const outcomes = [await t.attempt(() => dir.readSync()), await t.attempt(() => dir.closeSync())];
    const all = await Promise.all([pending, dir.read(), dir.read(), dir.read()]);
    outcomes.push(all.map((entry) => entry?.name ?? null).sort());
    const closing = dir.close();
    outcomes.push(await closing, await t.attempt(() => dir.close()));
    return outcomes;
  },
  'Dir: callbacks': async (t) => {
    fixture(t);
    const dir = t.fs.opendirSync(t.p('d'));
    const loose = t.loose(dir);
    const outcomes: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const { args } = (await t.cb((done) => dir.read(done as never))) as { args: unknown[] };
      outcomes.push([args.length, args[0], args[1] === null]);
    }
    outcomes.push(await t.attempt(() => loose.read('x')), await t.attempt(() => loose.close(1)));
    outcomes.push(await t.cb((done) => dir.close(done as never)));
    outcomes.push(await t.cb((done) => dir.close(done as never)));
    outcomes.push(await t.attempt(() => dir.read(() => {})));
    return outcomes;
  },
  'Dir: within the callback of a read': async (t) => {
    for (const name of ['a', 'b', 'c']) t.fs.writeFileSync(t.p(name), '');
    const seen: unknown[] = [];
    for (const bufferSize of [1, 2, 32]) {
      for (const method of ['readSync', 'closeSync'] as const) {
        const dir = t.fs.opendirSync(t.dir, { bufferSize });
        seen.push(
          await new Promise((resolve) => dir.read(() => resolve(t.attempt(() => dir[method]() ?? 'nothing')))),
          await new Promise((resolve) => setTimeout(resolve, 1)),
          await t.attempt(() => dir.closeSync()),
        );
      }
      const dir = t.fs.opendirSync(t.dir, { bufferSize });
      const order: string[] = [];
      await new Promise<void>((resolve) => {
        dir.read(() => {
          dir.read(() => {
            order.push('second');
            dir.close(() => resolve());
          });
          process.nextTick(() => order.push('tick'));
          order.push('first');
        });
      });
      seen.push(order);
    }
    return seen;
  },
  'Dir: loops': async (t) => {
    fixture(t);
    const outcomes: unknown[] = [];
    const whole = await t.fs.promises.opendir(t.p('d'));
    const names: string[] = [];
    for await (const entry of whole) names.push(entry.name);
    outcomes.push(names.sort(), await t.attempt(() => whole.close()));
    const left = await t.fs.promises.opendir(t.p('d'));
    for await (const _ of left) break;
    outcomes.push(await t.attempt(() => left.close()));
    const thrown = await t.fs.promises.opendir(t.p('d'));
    outcomes.push(
      await t.attempt(async () => {
        for await (const _ of thrown) throw new Error('out');
      }),
      await t.attempt(() => thrown.read()),
    );
    const entries = await t.fs.promises.opendir(t.p('d'));
    const iterator = (entries as unknown as { entries(): AsyncIterator<unknown> }).entries();
    outcomes.push(typeof iterator.next, (await iterator.next()).done, await iterator.return?.());
    outcomes.push(await t.attempt(() => entries.close()));
    return outcomes;
  },
  'Dir: options': async (t) => {
    fixture(t);
    const { opendirSync, opendir } = t.loose();
    const open = (options: unknown) => () => {
      const dir = opendirSync(t.p('d'), options) as import('node:fs').Dir;
      const found: unknown[] = [];
      for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) found.push(entry.name);
      dir.closeSync();
      return found.map(String).sort();
    };
    return t.all(
      ...[
        undefined,
        null,
        'utf8',
        'buffer',
        'nope',
        {},
        { encoding: 'buffer' },
        { encoding: 'hex' },
        { bufferSize: 0 },
        { bufferSize: -1 },
        { bufferSize: 1.5 },
        { bufferSize: 'x' },
        { bufferSize: 2 ** 32 },
        { bufferSize: 1024 },
        1,
      ].map(open),
      () => t.cb((done) => opendir(t.p('none'), done)),
      () => t.cb((done) => opendir(t.p('d/f'), {}, done)),
      () => opendir(t.p('d')),
      () => opendir(t.p('d'), {}),
    );
  },
  'StatFs: shape': async (t) => {
    const stats = t.fs.statfsSync(t.dir);
    return [shape(stats), stats.constructor.name, shape(t.fs.statfsSync(t.dir, { bigint: true }))];
  },
  mkdtempDisposable: async (t) => {
    const loose = t.loose();
    if (loose.mkdtempDisposableSync === undefined) return 'not yet';
    const made = loose.mkdtempDisposableSync(t.p('tmp-')) as { path: string; remove(): void };
    t.fs.writeFileSync(`${made.path}/f`, 'x');
    const before = t.fs.existsSync(made.path);
    made.remove();
    const promises = t.loose(t.fs.promises);
    const promised = (await promises.mkdtempDisposable(t.p('tmp-'))) as {
      path: string;
      remove(): Promise<void>;
    };
    const there = t.fs.existsSync(promised.path);
    await promised.remove();
    return [
      Object.keys(made).sort(),
      String(shape(made)).length,
      before,
      t.fs.existsSync(made.path),
      await t.attempt(() => made.remove()),
      Object.keys(promised).sort(),
      there,
      t.fs.existsSync(promised.path),
      await t
        .attempt(() => loose.mkdtempDisposableSync(t.p('none/x-')))
        .then((outcome) => Object.keys(outcome as object)),
      await t.attempt(() => loose.mkdtempDisposableSync(1)),
    ];
  },
};

export default area;
