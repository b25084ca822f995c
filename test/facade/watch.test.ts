/** watch, watchFile and promises.watch beside the real ones. */
import { execFileSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createFs } from '../../src/facade/index.js';
import { nodeAtLeast } from '../../src/facade/running-node.js';
import { type Fs, type Side, sideBySide, type Tree } from './side-by-side.js';

const tree: Tree = {
  d: { s: {}, f: 'hi', e: '', l: '>f', lf: '>f', h1: 'h' },
  ld: '>d',
  o: 'oo',
};

/** Waits, and for the events that came meanwhile: on a busy machine the timer may be seen first. */
const settle = async (ms = 60): Promise<void> => {
  await delay(ms);
  await turn();
};

/** Equal neighbours are one: whether the kernel merges them hangs on who else watches the file. */
const isNews = (event: string, index: number, all: string[]): boolean =>
  event !== all[index - 1] || event.startsWith('rename');

/** Watches each target, acts, and lists the events that each watcher saw. */
async function observe({ fs }: Side, targets: string[], act: (fs: Fs) => unknown, options: object): Promise<unknown> {
  fs.linkSync('d/h1', 'd/h2');
  fs.linkSync('d/h1', 'x');
  await settle(20);
  const seen: Record<string, string[]> = {};
  const watchers = targets.map((target) => {
    seen[target] = [];
    return fs.watch(target, options, (type, name) => seen[target].push(`${type}:${name}`));
  });
  await settle(20);
  await act(fs);
  await settle();
  for (const watcher of watchers) watcher.close();
  return Object.fromEntries(Object.entries(seen).map(([target, events]) => [target, events.filter(isNews)]));
}

type Case = [name: string, act: (fs: Fs) => unknown, targets: string[]];

const withFile = (fs: Fs, path: string, use: (fd: number) => void): void => {
  const fd = fs.openSync(path, 'r+');
  use(fd);
  fs.closeSync(fd);
};

const cases: Case[] = [
  ['a file is written', (fs) => fs.writeFileSync('d/f', 'x'), ['d', 'd/f']],
  ['one watcher only: equal neighbours are one event', (fs) => fs.writeFileSync('d/f', 'x'), ['d']],
  ['an empty file is emptied', (fs) => fs.writeFileSync('d/e', ''), ['d', 'd/e']],
  ['append', (fs) => fs.appendFileSync('d/f', 'y'), ['d', 'd/f']],
  ['append of nothing', (fs) => fs.appendFileSync('d/f', ''), ['d', 'd/f']],
  ['truncate', (fs) => fs.truncateSync('d/f', 0), ['d', 'd/f']],
  ['truncate to the same size', (fs) => fs.truncateSync('d/f', 2), ['d', 'd/f']],
  ['ftruncate', (fs) => withFile(fs, 'd/f', (fd) => fs.ftruncateSync(fd, 1)), ['d', 'd/f']],
  [
    'writev',
    (fs) => withFile(fs, 'd/f', (fd) => void fs.writevSync(fd, [Buffer.from('a'), Buffer.from('b')])),
    ['d/f'],
  ],
  ['a read', (fs) => fs.readFileSync('d/f'), ['d', 'd/f']],
  ['fsync', (fs) => withFile(fs, 'd/f', (fd) => fs.fsyncSync(fd)), ['d', 'd/f']],
  ['chmod of a file', (fs) => fs.chmodSync('d/f', 0o600), ['d', 'd/f']],
  ['chmod of the watched directory', (fs) => fs.chmodSync('d', 0o700), ['d', '.']],
  ['chmod of a subdirectory', (fs) => fs.chmodSync('d/s', 0o700), ['d', 'd/s']],
  ['utimes', (fs) => fs.utimesSync('d/f', 1, 1), ['d', 'd/f']],
  ['lutimes of a link', (fs) => fs.lutimesSync('d/l', 1, 1), ['d', 'd/l']],
  ['a new file', (fs) => fs.writeFileSync('d/n', 'x'), ['d']],
  ['a new empty file', (fs) => fs.closeSync(fs.openSync('d/n', 'wx')), ['d']],
  ['a new file in a subdirectory', (fs) => fs.writeFileSync('d/s/n', 'x'), ['d', 'd/s']],
  ['mkdir', (fs) => fs.mkdirSync('d/n'), ['d']],
  ['symlink', (fs) => fs.symlinkSync('q', 'd/n'), ['d']],
  ['link', (fs) => fs.linkSync('d/f', 'd/n'), ['d', 'd/f']],
  ['link to elsewhere', (fs) => fs.linkSync('d/f', 'n'), ['d', 'd/f']],
  ['unlink', (fs) => fs.unlinkSync('d/f'), ['d', 'd/f']],
  ['unlink of one of several links', (fs) => fs.unlinkSync('d/h1'), ['d', 'd/h1']],
  [
    'unlink of an open file',
    async (fs) => {
      const fd = fs.openSync('d/f', 'r');
      fs.unlinkSync('d/f');
      await settle();
      fs.closeSync(fd);
    },
    ['d', 'd/f'],
  ],
  ['rmdir', (fs) => fs.rmdirSync('d/s'), ['d', 'd/s']],
  ['rename within', (fs) => fs.renameSync('d/f', 'd/g'), ['d', 'd/f']],
  ['rename over a file', (fs) => fs.renameSync('d/f', 'd/e'), ['d', 'd/f', 'd/e']],
  ['rename out', (fs) => fs.renameSync('d/f', 'g'), ['d', 'd/f']],
  ['rename in', (fs) => fs.renameSync('o', 'd/o'), ['d', 'o']],
  ['rename of a directory', (fs) => fs.renameSync('d/s', 'd/t'), ['d', 'd/s']],
  ['rename of the watched directory', (fs) => fs.renameSync('d', 'dd'), ['d', 'd/f']],
  [
    'a watch follows its inode',
    async (fs) => {
      fs.renameSync('d', 'dd');
      await settle();
      fs.writeFileSync('dd/f', 'x');
    },
    ['d', 'd/f'],
  ],
  ['rename of a file to its own other name', (fs) => fs.renameSync('d/h1', 'd/h2'), ['d', 'd/h1']],
  ['a watch through a link', (fs) => fs.writeFileSync('d/f', 'x'), ['d/lf', 'ld']],
  [
    'made and gone at once',
    (fs) => {
      fs.writeFileSync('d/n', 'x');
      fs.unlinkSync('d/n');
    },
    ['d'],
  ],
  [
    'written twice',
    async (fs) => {
      fs.writeFileSync('d/f', 'x');
      await settle();
      fs.writeFileSync('d/f', 'y');
    },
    ['d', 'd/f'],
  ],
  [
    'made again after unlink',
    async (fs) => {
      fs.unlinkSync('d/f');
      await settle();
      fs.writeFileSync('d/f', 'zz');
    },
    ['d', 'd/f'],
  ],
  ['a path that ends in a slash', (fs) => fs.chmodSync('d', 0o711), ['d/']],
];

describe('watch beside the real one', () => {
  for (const [name, act, targets] of cases) {
    it(name, async () => {
      const { real, ours } = await sideBySide(tree, (side) => observe(side, targets, act, {}));
      expect(ours.result).toEqual(real.result);
    });
  }

  it.each(['utf8', 'buffer', 'hex', 'latin1', 'base64'])('encoding %s', async (encoding) => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const seen: unknown[] = [];
      const watcher = fs.watch('d', encoding as 'utf8', (...args) => seen.push(...args));
      await settle(20);
      fs.mkdirSync('d/ünïcode');
      await settle();
      watcher.close();
      return seen;
    });
    expect(ours.result).toEqual(real.result);
  });

  const bad: unknown[][] = [
    [],
    [5],
    ['a\0'],
    ['missing'],
    ['f/x'],
    [Buffer.from('missing')],
    ['f', 5],
    ['f', 'nope'],
    ['f', { encoding: 'nope' }],
    ['f', { signal: 1 }],
    ['f', { recursive: true, persistent: 1 }],
    ['f', { recursive: 1 }],
  ];
  if (nodeAtLeast(24))
    bad.push(['f', { ignore: 5 }], ['f', { ignore: '' }], ['f', { ignore: ['x', 1] }], ['f', { ignore: {} }]);
  for (const args of bad) {
    it(`refuses ${JSON.stringify(args)}`, async () => {
      const { real, ours } = await sideBySide({ f: '' }, ({ fs }) => {
        (fs.watch as (...all: unknown[]) => EventEmitter & { close(): void })(...args).close();
      });
      expect(ours).toEqual(real);
    });
  }

  it('closes: by close(), twice, and by a signal', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const events: string[] = [];
      const watcher = fs.watch('d');
      watcher.on('close', () => events.push('close'));
      watcher.on('change', () => events.push('change'));
      fs.writeFileSync('d/n', '');
      watcher.close();
      watcher.close();
      events.push('returned');
      await settle();
      const controller = new AbortController();
      const second = fs.watch('d', { signal: controller.signal });
      controller.abort();
      await once(second, 'close');
      const third = fs.watch('d', { signal: AbortSignal.abort() });
      await once(third, 'close');
      return events;
    });
    expect(ours).toEqual(real);
  });

  it('ref and unref return the watcher', async () => {
    const { real, ours } = await sideBySide(tree, ({ fs }) => {
      const watcher = fs.watch('d');
      const same = [watcher.ref() === watcher, watcher.unref() === watcher, watcher instanceof EventEmitter];
      watcher.close();
      return [same, watcher.constructor.name, typeof Reflect.get(watcher, 'start')];
    });
    expect(ours).toEqual(real);
  });
});

describe('recursive', () => {
  const recursive: Case[] = [
    ['a file below is written', (fs) => fs.appendFileSync('d/s/deep/x', 'x'), ['d']],
    ['a file below appears', (fs) => fs.closeSync(fs.openSync('d/s/deep/n', 'wx')), ['d']],
    ['a directory below appears', (fs) => fs.mkdirSync('d/s/deep/n'), ['d']],
    ['a file below goes', (fs) => fs.unlinkSync('d/s/deep/x'), ['d']],
    ['a directory is renamed', (fs) => fs.renameSync('d/s/deep', 'd/s/shallow'), ['d']],
    ['an empty directory is renamed', (fs) => fs.renameSync('d/s/empty', 'd/s/void'), ['d/s']],
    ['the attributes of a directory', (fs) => fs.chmodSync('d/s', 0o711), ['d']],
    ['a watched file is written', (fs) => fs.appendFileSync('d/f', 'x'), ['d/f']],
    ['a watched file goes', (fs) => fs.unlinkSync('d/f'), ['d/f']],
    ['a watched directory goes', (fs) => fs.rmdirSync('e'), ['e']],
  ];
  const deep: Tree = { d: { s: { deep: { x: '' }, empty: {} }, f: '' }, e: {} };
  for (const [name, act, [target]] of recursive) {
    it(name, async () => {
      const { real, ours } = await sideBySide(deep, async ({ fs }) => {
        const seen: string[] = [];
        const watcher = fs.watch(target, { recursive: true }, (type, file) => seen.push(`${type}:${file}`));
        await settle(40);
        await act(fs);
        await settle();
        watcher.close();
        // Up to Node 24 the order of a rename's two halves is that of the directory listing.
        return seen.sort();
      });
      expect(ours.result).toEqual(real.result);
    });
  }
});

describe('recursive: for await', () => {
  type Iterable = import('node:fs').FSWatcher & AsyncIterable<{ eventType: string; filename: string }>;

  it('gives the next change of each turn, and closes when the loop is left', async () => {
    const { real, ours } = await sideBySide({ d: {} }, async ({ fs }) => {
      const watcher = fs.watch('d', { recursive: true }) as Iterable;
      const iterator = watcher[Symbol.asyncIterator]();
      const next = iterator.next();
      await settle(40);
      fs.writeFileSync('d/new', '');
      const { value } = await next;
      const left = await iterator.return?.();
      return [value.eventType, value.filename, left?.done, (await iterator.next()).done];
    });
    expect(ours.result).toEqual(real.result);
  });

  it('rejects when its signal is aborted, before or while it waits', async () => {
    const { real, ours } = await sideBySide({ d: {} }, async ({ fs }) => {
      const controller = new AbortController();
      const watcher = fs.watch('d', { recursive: true, signal: controller.signal }) as Iterable;
      const waiting = watcher[Symbol.asyncIterator]().next();
      await settle(20);
      controller.abort();
      return waiting.catch((error: Error) => [error.name, error.message]);
    });
    expect(ours.result).toEqual(real.result);
  });
});

describe('recursive: where it is not Node 26', () => {
  it('a file renamed over another is a rename, and a link does not speak for its target', async () => {
    const fs = createFs({ cwd: '/' });
    fs.mkdirSync('/d');
    for (const name of ['a', 'b', 'text']) fs.writeFileSync(`/d/${name}`, name);
    fs.symlinkSync('text', '/d/soft');
    const seen: string[] = [];
    const watcher = fs.watch('/d', { recursive: true }, (type, name) => seen.push(`${type} ${name}`));
    fs.renameSync('/d/a', '/d/b');
    fs.appendFileSync('/d/soft', 'more');
    await settle(10);
    watcher.close();
    expect(seen).toEqual(['rename a', 'rename b', 'change text']);
  });

  it('a directory tree made in one go is told of whole, and what happens in it afterwards', async () => {
    const fs = createFs({ cwd: '/' });
    fs.mkdirSync('/d');
    const seen: string[] = [];
    const watcher = fs.watch('/d', { recursive: true }, (type, name) => seen.push(`${type} ${name}`));
    fs.mkdirSync('/d/a/b/c', { recursive: true });
    await settle(10);
    fs.rmdirSync('/d/a/b/c');
    await settle(10);
    watcher.close();
    expect(seen).toEqual(['rename a', 'rename a/b', 'rename a/b/c', 'rename a/b/c']);
  });
});

describe('ignore', () => {
  it('takes globs, regular expressions, functions and lists of them', async () => {
    const fs = createFs({ cwd: '/' });
    fs.mkdirSync('/d/sub', { recursive: true });
    const names = ['a.log', 'b.txt', 'sub/c.log', 'sub/d.txt', 'skip'];
    const seenWith = async (ignore: unknown): Promise<string[]> => {
      const seen = new Set<string>();
      const watcher = fs.watch('/d', { recursive: true, ignore } as object, (_type, name) => seen.add(String(name)));
      for (const name of names) fs.writeFileSync(`/d/${name}`, '');
      await settle(10);
      watcher.close();
      for (const name of names) fs.unlinkSync(`/d/${name}`);
      return [...seen].sort();
    };
    expect(await seenWith('*.log')).toEqual(['b.txt', 'skip', 'sub/d.txt']);
    expect(await seenWith(/^sub/)).toEqual(['a.log', 'b.txt', 'skip']);
    expect(await seenWith((name: string) => name === 'skip')).toEqual(['a.log', 'b.txt', 'sub/c.log', 'sub/d.txt']);
    expect(await seenWith(['*.log', /txt$/])).toEqual(['skip']);
  });
});

describe('promises.watch', () => {
  it('yields what watch emits, until aborted', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const controller = new AbortController();
      const seen: unknown[] = [];
      const watching = (async () => {
        for await (const change of fs.promises.watch('d', { signal: controller.signal })) {
          seen.push([change.eventType, change.filename, Object.getPrototypeOf(change) === null]);
        }
      })();
      await settle(30);
      fs.mkdirSync('d/n');
      await settle(30);
      fs.unlinkSync('d/f');
      await settle(30);
      controller.abort(new Error('enough'));
      const error = await watching.catch((reason: Error) => [reason.name, reason.message, String(reason.cause)]);
      // Node 20 gives plain objects.
      return [seen.map((each) => (each as unknown[]).slice(0, 2)), error];
    });
    expect(ours.result).toEqual(real.result);
  });

  const bad: unknown[][] = [
    [],
    [5],
    ['missing'],
    ['f', null],
    ['f', 5],
    ['f', { persistent: 1 }],
    ['f', { recursive: 1 }],
    ['f', { signal: 1 }],
    ['f', { signal: AbortSignal.abort('why') }],
  ];
  if (nodeAtLeast(22))
    bad.push(['f', { maxQueue: 'x' }], ['f', { maxQueue: 1.5 }], ['f', { overflow: 'x' }], ['f', { encoding: 'nope' }]);
  if (nodeAtLeast(24)) bad.push(['f', { ignore: 5 }]);
  for (const args of bad) {
    it(`refuses ${JSON.stringify(args)}`, async () => {
      const { real, ours } = await sideBySide({ f: '' }, async ({ fs }) => {
        const iterator = (fs.promises.watch as unknown as (...all: unknown[]) => AsyncIterator<unknown>)(...args);
        await iterator.next();
      });
      expect(ours).toEqual(real);
    });
  }

  it('keeps at most maxQueue changes, or fails with overflow', async () => {
    const fs = createFs({ cwd: '/' });
    const run = async (options: object): Promise<unknown> => {
      const iterator = fs.promises.watch('/', options)[Symbol.asyncIterator]();
      const first = iterator.next();
      await settle(5);
      fs.mkdirSync('/start');
      await first;
      for (let i = 0; i < 10; i++) fs.mkdirSync(`/x${i}`);
      await settle(10);
      const names: unknown[] = [];
      try {
        for (let i = 0; i < 4; i++) {
          const { value } = await Promise.race([
            iterator.next(),
            settle(30).then(() => ({ value: { filename: 'none' } })),
          ]);
          names.push(value?.filename);
        }
      } catch (error) {
        return [(error as { code: string }).code, (error as Error).message];
      } finally {
        for (const name of fs.readdirSync('/')) fs.rmdirSync(`/${name}`);
      }
      return names;
    };
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', listen);
    expect(await run({ maxQueue: 3 })).toEqual(['x0', 'x1', 'x2', 'none']);
    expect(await run({ maxQueue: 3, overflow: 'error' })).toEqual([
      'ERR_FS_WATCH_QUEUE_OVERFLOW',
      'fs.watch() queued more than 3 items',
    ]);
    process.off('warning', listen);
    expect(warnings).toContain('fs.watch maxQueue exceeded');
  });

  it('stops watching when the loop is left', async () => {
    const fs = createFs({ cwd: '/' });
    setTimeout(() => fs.mkdirSync('/a'), 5);
    for await (const change of fs.promises.watch('/')) {
      expect(change).toMatchObject({ eventType: 'rename', filename: 'a' });
      break;
    }
  });
});

describe('watchFile beside the real one', () => {
  const interval = 25;

  // Each act is one system call: a poll of the real fs may fall between two.
  const story = (name: string, program: (side: Side) => unknown): void => {
    it(name, async () => {
      const { real, ours } = await sideBySide({ f: 'one', g: 'another', d: {} }, program);
      expect(ours.result).toEqual(real.result);
    });
  };

  async function follow(fs: Fs, path: string, acts: (() => void)[], options: object = {}): Promise<unknown[]> {
    const seen: unknown[] = [];
    const watcher = fs.watchFile(path, { interval, ...options }, (current, previous) => {
      seen.push(
        [current, previous].map((stat) => [typeof stat.size, Number(stat.size), Number(stat.mode), Number(stat.nlink)]),
      );
    });
    await settle(250);
    for (const act of acts) {
      act();
      await settle(300);
    }
    fs.unwatchFile(path);
    expect(watcher.listenerCount('change')).toBe(0);
    return seen;
  }

  story('written, emptied, removed, made again', ({ fs }) =>
    follow(fs, 'f', [
      () => fs.appendFileSync('f', ' and longer'),
      () => fs.truncateSync('f'),
      () => fs.unlinkSync('f'),
      () => fs.renameSync('g', 'f'),
    ]),
  );
  story('not there: one call with zeros', ({ fs }) => follow(fs, 'missing', []));
  story('not there, then made, then gone', ({ fs }) =>
    follow(fs, 'missing', [() => fs.renameSync('g', 'missing'), () => fs.unlinkSync('missing')]),
  );
  story('attributes, and a read that changes nothing', ({ fs }) =>
    follow(fs, 'f', [() => fs.chmodSync('f', 0o600), () => void fs.readFileSync('f'), () => fs.linkSync('f', 'h')]),
  );
  story('bigint', ({ fs }) => follow(fs, 'f', [() => fs.appendFileSync('f', ' and longer')], { bigint: true }));
  story('a directory', ({ fs }) => follow(fs, 'd', [() => fs.chmodSync('d', 0o700)]));
  story('another file changes', ({ fs }) => follow(fs, 'f', [() => fs.writeFileSync('other', 'x')]));

  story('several listeners on one path share a watcher', async ({ fs, root }) => {
    const seen: string[] = [];
    const [one, two] = [() => seen.push('one'), () => seen.push('two')];
    const first = fs.watchFile('f', { interval }, one);
    const second = fs.watchFile(`${root}/d/../f`, { interval }, two);
    await settle(100);
    fs.unwatchFile('f', one as never);
    fs.appendFileSync('f', 'changed');
    await settle(150);
    let stopped = 0;
    first.on('stop', () => stopped++);
    fs.unwatchFile('f');
    fs.unwatchFile('f');
    await settle(10);
    return [
      seen,
      first === second,
      stopped,
      first.constructor.name,
      typeof Reflect.get(first, 'start'),
      first.ref() === first,
    ];
  });

  const bad: unknown[][] = [
    [],
    [5],
    ['f'],
    ['f', {}],
    ['f', null],
    ['f', { interval: -1 }, () => {}],
    ['f', { interval: 'x' }, () => {}],
  ];
  bad.push([Buffer.from('f'), () => {}], ['f\0', () => {}], ['f', 'x']);
  for (const args of bad) {
    story(`refuses ${JSON.stringify(args)}`, ({ fs }) => {
      try {
        (fs.watchFile as (...all: unknown[]) => void)(...args);
      } finally {
        fs.unwatchFile('f');
      }
    });
  }

  it('does not look while nothing changes', async () => {
    const { createVolume } = await import('../../src/core/index.js');
    const { createFsFromEngine } = await import('../../src/facade/index.js');
    const engine = createVolume({});
    let looks = 0;
    const counting = new Proxy(engine, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (name === 'stat') looks++;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const fs = createFsFromEngine(counting, { cwd: '/' });
    fs.writeFileSync('/f', '');
    fs.watchFile('/f', { interval: 5 }, () => {});
    const before = looks;
    await settle(80);
    expect(looks).toBe(before);
    fs.writeFileSync('/f', 'x');
    await settle(40);
    expect(looks).toBeGreaterThan(before);
    fs.unwatchFile('/f');
  });
});

describe('memory and the process', () => {
  it('keeps a bounded queue however much is written', async () => {
    const fs = createFs({ cwd: '/' });
    let events = 0;
    const watcher = fs.watch('/', () => events++);
    fs.mkdirSync('/d');
    for (let i = 0; i < 30_000; i++) {
      fs.renameSync('/d', '/e');
      fs.renameSync('/e', '/d');
    }
    await settle(200);
    watcher.close();
    expect(events).toBeGreaterThan(1000);
    expect(events).toBeLessThanOrEqual(16_384);
  });

  it('a listener that throws is an uncaught exception and stops no other', async () => {
    const fs = createFs({ cwd: '/' });
    const thrown: string[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => thrown.push(error.message));
    const seen: string[] = [];
    const watcher = fs.watch('/', (_type, name) => {
      seen.push(String(name));
      if (name === 'a') throw new Error('from the listener');
    });
    fs.mkdirSync('/a');
    fs.mkdirSync('/b');
    await settle(20);
    watcher.close();
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
    expect(seen).toEqual(['a', 'b']);
    expect(thrown).toEqual(['from the listener']);
  });

  it('copyFile: what happens in one turn is one change, where the kernel tells of three steps', async () => {
    const fs = createFs({ cwd: '/' });
    for (const name of ['/a', '/b']) fs.writeFileSync(name, name);
    const seen: string[] = [];
    const watcher = fs.watch('/', (type, name) => seen.push(`${type} ${name}`));
    fs.copyFileSync('/a', '/b');
    fs.chmodSync('/b', 0o600);
    await settle(10);
    watcher.close();
    expect(seen).toEqual(['change b']);
  });

  it('access time: watchFile tells the one of its last look', async () => {
    const fs = createFs({ cwd: '/' });
    fs.writeFileSync('/f', 'text');
    fs.utimesSync('/f', 5, 5);
    const before: number[] = [];
    fs.watchFile('/f', { interval: 5 }, (_now, then) => before.push(then.atimeMs));
    fs.readFileSync('/f');
    await settle(30);
    fs.chmodSync('/f', 0o600);
    await settle(30);
    fs.unwatchFile('/f');
    expect(before).toEqual([5000]);
    expect(fs.statSync('/f').atimeMs).toBeGreaterThan(5000);
  });

  it('tells nobody of the names that cp uses while it works', async () => {
    const fs = createFs({ cwd: '/' });
    fs.mkdirSync('/d');
    fs.writeFileSync('/d/f', 'old');
    fs.writeFileSync('/g', 'new');
    const names = new Set<unknown>();
    const watcher = fs.watch('/d', { recursive: true }, (_type, name) => names.add(name));
    await fs.promises.cp('/g', '/d/f');
    await settle(10);
    watcher.close();
    expect([...names]).toEqual(['f']);
  });

  const script = (body: string): string => `
    import { createFs } from './src/facade/index.ts';
    const fs = createFs({ cwd: '/' });
    fs.writeFileSync('/f', '');
    let answer = 'at once';
    // It holds nobody up, and fires only where something else does.
    setTimeout(() => {
      answer = 'kept';
      end();
    }, 400).unref();
    process.on('exit', () => console.log(answer));
    let end = () => process.exit();
    ${body}`;
  const run = (body: string): string =>
    execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script(body)], {
      encoding: 'utf8',
    }).trim();

  it.each([
    ['persistent: false', "fs.watch('/f', { persistent: false }, () => {})", 'at once'],
    ['unref()', "fs.watch('/f', () => {}).unref()", 'at once'],
    ['watchFile, persistent: false', "fs.watchFile('/f', { persistent: false, interval: 10 }, () => {})", 'at once'],
    ['closed', "fs.watch('/f', () => {}).close()", 'at once'],
    ['open', "const w = fs.watch('/f', () => {}); end = () => w.close()", 'kept'],
    ['watchFile', "fs.watchFile('/f', { interval: 10 }, () => {}); end = () => fs.unwatchFile('/f')", 'kept'],
  ])('%s', (_name, body, expected) => {
    expect(run(body)).toBe(expected);
  });
});
