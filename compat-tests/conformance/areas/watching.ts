/**
 * Compat tests, conformance: watchers. Each act is given time to be reported before the next one
 * begins, so that the order of events is the order of acts and not the kernel's patience.
 */
import type { FSWatcher, StatWatcher } from 'node:fs';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import type { Area, Case, Tools } from '../suite.js';

/** Long enough for inotify and the event loop. */
const REPORTED = 25;
const pause = async (ms = REPORTED): Promise<void> => {
  await delay(ms);
  // On a busy machine the timer may be seen before what came meanwhile.
  await turn();
  await turn();
};

const major = Number.parseInt(process.versions.node, 10);

type Act = (t: Tools) => unknown;

const fixture = ({ fs, p }: Tools): void => {
  fs.mkdirSync(p('d/sub/deep'), { recursive: true });
  fs.writeFileSync(p('d/f'), 'f');
  fs.writeFileSync(p('d/g'), 'g');
  fs.writeFileSync(p('d/sub/h'), 'h');
  fs.mkdirSync(p('out'));
  fs.writeFileSync(p('out/o'), 'o');
  fs.symlinkSync('d', p('dirlink'));
  fs.symlinkSync('d/f', p('link'));
};

/** What a watcher of `name` tells of each act, and when it is closed. */
const told =
  (name: string, options: object, acts: Record<string, Act>): Case =>
  async (t) => {
    fixture(t);
    const events: unknown[] = [];
    const watcher = t.fs.watch(t.p(name), options as { encoding: 'utf8' }, (type, filename) =>
      events.push([type, filename]),
    );
    for (const type of ['error', 'close']) watcher.on(type, (value: unknown) => events.push([type, value]));
    await pause();
    const report: unknown[] = [];
    for (const [title, act] of Object.entries(acts)) {
      const outcome = await t.attempt(() => act(t));
      await pause();
      report.push([title, outcome, events.splice(0)]);
    }
    watcher.close();
    watcher.close();
    t.fs.writeFileSync(t.p('d/late'), '');
    await pause();
    return [report, events];
  };

const withFile =
  (name: string, flag: string, use: (t: Tools, fd: number) => unknown): Act =>
  (t) => {
    const fd = t.fs.openSync(t.p(name), flag);
    try {
      use(t, fd);
    } finally {
      t.fs.closeSync(fd);
    }
  };

/** Acts in a directory `at` and around it. */
const acts = (at: string): Record<string, Act> => ({
  create: (t) => t.fs.writeFileSync(t.p(`${at}/new`), ''),
  'create with text': (t) => t.fs.writeFileSync(t.p(`${at}/text`), 'text'),
  overwrite: (t) => t.fs.writeFileSync(t.p(`${at}/text`), 'other'),
  'overwrite with nothing': (t) => t.fs.writeFileSync(t.p(`${at}/new`), ''),
  append: (t) => t.fs.appendFileSync(t.p(`${at}/text`), 'more'),
  'append nothing': (t) => t.fs.appendFileSync(t.p(`${at}/text`), ''),
  truncate: (t) => t.fs.truncateSync(t.p(`${at}/text`), 2),
  'truncate to the same size': (t) => t.fs.truncateSync(t.p(`${at}/text`), 2),
  'two writes': withFile(`${at}/text`, 'r+', (t, fd) => [t.fs.writeSync(fd, 'a'), t.fs.writeSync(fd, 'b')]),
  'a write of nothing': withFile(`${at}/text`, 'r+', (t, fd) => t.fs.writeSync(fd, '')),
  read: (t) => t.fs.readFileSync(t.p(`${at}/text`)),
  stat: (t) => t.fs.statSync(t.p(`${at}/text`)).size,
  chmod: (t) => t.fs.chmodSync(t.p(`${at}/text`), 0o600),
  utimes: (t) => t.fs.utimesSync(t.p(`${at}/text`), 1, 1),
  chown: (t) => t.fs.chownSync(t.p(`${at}/text`), 1, 1),
  link: (t) => t.fs.linkSync(t.p(`${at}/text`), t.p(`${at}/second`)),
  'write through the other name': (t) => t.fs.writeFileSync(t.p(`${at}/second`), 'x'),
  'unlink one of two': (t) => t.fs.unlinkSync(t.p(`${at}/second`)),
  symlink: (t) => t.fs.symlinkSync('text', t.p(`${at}/soft`)),
  'write through a symlink': (t) => t.fs.writeFileSync(t.p(`${at}/soft`), 'through'),
  lutimes: (t) => t.fs.lutimesSync(t.p(`${at}/soft`), 1, 1),
  'remove a symlink': (t) => t.fs.unlinkSync(t.p(`${at}/soft`)),
  rename: (t) => t.fs.renameSync(t.p(`${at}/text`), t.p(`${at}/moved`)),
  'rename over': (t) => t.fs.renameSync(t.p(`${at}/moved`), t.p(`${at}/new`)),
  'rename to itself': (t) => t.fs.renameSync(t.p(`${at}/new`), t.p(`${at}/new`)),
  'rename out': (t) => t.fs.renameSync(t.p(`${at}/new`), t.p('out/new')),
  'rename in': (t) => t.fs.renameSync(t.p('out/new'), t.p(`${at}/back`)),
  unlink: (t) => t.fs.unlinkSync(t.p(`${at}/back`)),
  mkdir: (t) => t.fs.mkdirSync(t.p(`${at}/made`)),
  'chmod of a directory': (t) => t.fs.chmodSync(t.p(`${at}/made`), 0o700),
  'a file in a new directory': (t) => t.fs.writeFileSync(t.p(`${at}/made/in`), 'in'),
  'unlink in it': (t) => t.fs.unlinkSync(t.p(`${at}/made/in`)),
  rmdir: (t) => t.fs.rmdirSync(t.p(`${at}/made`)),
  mkdtemp: (t) => t.fs.mkdtempSync(t.p('out/tmp-')).length,
  'chmod of itself': (t) => t.fs.chmodSync(t.p(at), 0o700),
  'a failed write': (t) => t.fs.writeFileSync(t.p(`${at}/no/file`), ''),
  'a failed mkdir': (t) => t.fs.mkdirSync(t.p(at)),
  elsewhere: (t) => t.fs.writeFileSync(t.p('out/o'), 'oo'),
});

const fileActs: Record<string, Act> = {
  write: (t) => t.fs.writeFileSync(t.p('d/f'), 'new'),
  append: (t) => t.fs.appendFileSync(t.p('d/f'), 'more'),
  chmod: (t) => t.fs.chmodSync(t.p('d/f'), 0o600),
  utimes: (t) => t.fs.utimesSync(t.p('d/f'), 1, 1),
  read: (t) => t.fs.readFileSync(t.p('d/f'), 'utf8'),
  link: (t) => t.fs.linkSync(t.p('d/f'), t.p('d/second')),
  'unlink the other name': (t) => t.fs.unlinkSync(t.p('d/second')),
  neighbour: (t) => t.fs.writeFileSync(t.p('d/g'), 'gg'),
  rename: (t) => t.fs.renameSync(t.p('d/f'), t.p('d/moved')),
  'write after the rename': (t) => t.fs.writeFileSync(t.p('d/moved'), 'w'),
  'another in its place': (t) => t.fs.writeFileSync(t.p('d/f'), 'again'),
  unlink: (t) => t.fs.unlinkSync(t.p('d/moved')),
  'after the unlink': (t) => t.fs.writeFileSync(t.p('d/moved'), 'again'),
};

const gone: Record<string, Act> = {
  'rename of itself': (t) => t.fs.renameSync(t.p('d'), t.p('e')),
  'a file in it': (t) => t.fs.writeFileSync(t.p('e/x'), ''),
  // One by one: the order of a tree's removal is the disk's.
  'removal of what is in it': (t) => {
    for (const name of ['f', 'g', 'x', 'sub/h']) t.fs.unlinkSync(t.p(`e/${name}`));
    for (const name of ['sub/deep', 'sub']) t.fs.rmdirSync(t.p(`e/${name}`));
  },
  'removal of itself': (t) => t.fs.rmdirSync(t.p('e')),
  'another in its place': (t) => t.fs.mkdirSync(t.p('d')),
};

const trees: Record<string, Act> = {
  'a tree at once': (t) => t.fs.mkdirSync(t.p('d/a/b/c'), { recursive: true }),
  'a file deep below': (t) => t.fs.writeFileSync(t.p('d/a/b/c/file'), 'x'),
  'change deep below': (t) => t.fs.appendFileSync(t.p('d/sub/h'), 'x'),
  'unlink deep below': (t) => t.fs.unlinkSync(t.p('d/a/b/c/file')),
  'rmdir deep below': (t) => t.fs.rmdirSync(t.p('d/a/b/c')),
};

/** Runs with a watcher that is closed whatever happens. */
const watched = async (
  t: Tools,
  make: () => FSWatcher,
  use: (watcher: FSWatcher, events: unknown[]) => unknown,
): Promise<unknown> => {
  const events: unknown[] = [];
  const watcher = make();
  for (const type of ['change', 'error', 'close'])
    watcher.on(type, (...args: unknown[]) => events.push([type, ...args]));
  await pause();
  const value = await t.attempt(() => use(watcher, events));
  await pause();
  watcher.close();
  return [value, events];
};

/** Changes from an async iterator, until it ends or a while is over. */
const iterate = async (t: Tools, options: object, act: () => unknown, count: number): Promise<unknown> => {
  const seen: unknown[] = [];
  const iterator = t.fs.promises.watch(t.p('d'), options) as AsyncIterable<unknown> & AsyncIterator<unknown>;
  const reading = (async () => {
    for await (const event of iterator) if (seen.push(event) === count) break;
    return 'ended';
  })();
  // It may fail before it is asked how it went.
  reading.catch(() => {});
  await pause();
  const outcome = await t.attempt(act);
  await pause();
  return [outcome, await t.attempt(() => Promise.race([reading, pause(300).then(() => 'still waiting')])), seen];
};

const stats = (t: Tools, interval: number, path: string, options: object = {}) => {
  const seen: unknown[] = [];
  const watcher = t
    .loose()
    .watchFile(path, { interval, ...options }, (now: unknown, then: unknown) => seen.push([now, then])) as StatWatcher;
  return { seen, watcher };
};

const area: Area = {
  'a directory': told('d', {}, acts('d')),
  'a directory through a link': told('dirlink', {}, { ...acts('d') }),
  'a directory with a slash': told('d/', {}, { create: (t) => t.fs.writeFileSync(t.p('d/n'), '') }),
  'a file': told('d/f', {}, fileActs),
  'a file through a link': told('link', {}, fileActs),
  'a directory that goes away': told('d', {}, gone),
  'names as bytes': told('d', { encoding: 'buffer' }, { create: (t) => t.fs.writeFileSync(t.p('d/é'), '') }),
  'names as hex': told('d', { encoding: 'hex' }, { create: (t) => t.fs.writeFileSync(t.p('d/é'), '') }),
  'names as latin1': told('d', { encoding: 'latin1' }, { create: (t) => t.fs.writeFileSync(t.p('d/é'), '') }),
  'options that are refused': (t) => {
    fixture(t);
    const { watch } = t.loose();
    const listener = (): void => {};
    const open =
      (...args: unknown[]) =>
      () => {
        const watcher = watch(...args) as FSWatcher;
        const shape = [watcher.constructor.name, watcher.eventNames()];
        watcher.close();
        return shape;
      };
    return t.all(
      open(t.p('d'), null),
      open(t.p('d'), undefined, listener),
      open(t.p('d'), listener),
      open(t.p('d'), 'utf8', listener),
      open(t.p('d'), 'nope'),
      open(t.p('d'), { encoding: 'nope' }),
      open(t.p('d'), 1),
      open(t.p('d'), { persistent: 'x' }),
      open(t.p('d'), { recursive: 'x' }),
      open(t.p('d'), { recursive: true, persistent: 'x' }),
      open(t.p('d'), {}, 'listener'),
      open(t.p('d'), {}, {}),
      open(t.p('none')),
      open(t.p('none'), { persistent: false }),
      open(`${t.p('d/f')}/x`),
      open(`${t.p('d/f')}/`),
      open(''),
      open('', { recursive: true }),
      // A watcher that never hears of anything, on Node 24 alone (docs/differences.md).
      ...(major === 24 ? [] : [open(t.p('none'), { recursive: true })]),
      open(),
      open(1),
      open(null),
      open({}),
      open('a\0b'),
      open(Buffer.from(t.p('d'))),
      open(new URL(`file://${t.p('d')}`)),
      open(new URL('http://localhost/x')),
      open(t.p('d'), { signal: {} }),
      open(t.p('d'), { signal: 'x' }),
      open(t.p('d'), { signal: null }),
    );
  },
  'life of a watcher': async (t) => {
    fixture(t);
    const watch =
      (options: object = {}) =>
      () =>
        t.fs.watch(t.p('d'), options);
    const before = AbortSignal.abort();
    const controller = new AbortController();
    return [
      await watched(t, watch(), (watcher) => [watcher.ref() === watcher, watcher.unref() === watcher]),
      await watched(t, watch({ recursive: true }), (watcher) => [watcher.ref(), watcher.unref()]),
      await watched(t, watch(), (watcher, events) => {
        watcher.close();
        return events.length;
      }),
      await watched(t, watch({ recursive: true }), (watcher, events) => {
        watcher.close();
        return events.length;
      }),
      await watched(t, watch({ signal: before }), () => 'aborted before'),
      await watched(t, watch({ signal: controller.signal }), () => controller.abort()),
      await watched(t, watch(), (watcher) => {
        watcher.once('change', () => watcher.close());
        for (const name of ['1', '2', '3']) t.fs.writeFileSync(t.p(`d/${name}`), name);
      }),
      await watched(t, watch(), (watcher) => {
        t.fs.writeFileSync(t.p('d/unseen'), '');
        watcher.close();
      }),
      await watched(t, watch(), () => {
        for (let i = 0; i < 3; i++) t.fs.appendFileSync(t.p('d/f'), 'x');
      }),
      await watched(t, watch(), (watcher) => (watcher as unknown as { start(): unknown }).start()),
    ];
  },
  'two watchers of one directory': async (t) => {
    fixture(t);
    const seen: unknown[] = [];
    const watchers = ['a', 'b'].map((name) =>
      t.fs.watch(t.p('d'), (type, filename) => seen.push([name, type, filename])),
    );
    await pause();
    t.fs.writeFileSync(t.p('d/x'), '');
    await pause();
    watchers[0].close();
    t.fs.unlinkSync(t.p('d/x'));
    await pause();
    watchers[1].close();
    return seen.map(String).sort();
  },
  watchFile: async (t) => {
    fixture(t);
    const { seen, watcher } = stats(t, 15, t.p('d/f'));
    const report: unknown[] = [watcher.constructor.name, watcher.eventNames()];
    const events: unknown[] = [];
    watcher.on('stop' as never, () => events.push('stop'));
    await pause(60);
    const act = async (change: () => unknown): Promise<void> => {
      change();
      await pause(80);
      report.push(seen.splice(0));
    };
    await act(() => {});
    await act(() => t.fs.writeFileSync(t.p('d/f'), 'longer'));
    await act(() => t.fs.chmodSync(t.p('d/f'), 0o600));
    await act(() => t.fs.utimesSync(t.p('d/f'), 5, 5));
    await act(() => t.fs.unlinkSync(t.p('d/f')));
    await act(() => t.fs.writeFileSync(t.p('d/g'), 'x'));
    await act(() => t.fs.writeFileSync(t.p('d/f'), 'back'));
    t.fs.unwatchFile(t.p('d/f'));
    report.push([...events]);
    await act(() => t.fs.writeFileSync(t.p('d/f'), 'unseen'));
    return [report, events];
  },
  'watchFile of what is not there': async (t) => {
    const first = stats(t, 15, t.p('none'));
    const big = stats(t, 15, t.p('none2'), { bigint: true });
    await pause(80);
    t.fs.writeFileSync(t.p('none2'), 'now');
    await pause(80);
    for (const name of ['none', 'none2']) t.fs.unwatchFile(t.p(name));
    return [first.seen, big.seen];
  },
  'watchFile: one watcher for a path': async (t) => {
    fixture(t);
    const seen: string[] = [];
    const one = (): unknown => seen.push('one');
    const two = (): unknown => seen.push('two');
    const first = t.fs.watchFile(t.p('d/f'), { interval: 15 }, one);
    const second = t.fs.watchFile(t.p('d/../d/f'), { interval: 15 }, two);
    await pause(60);
    t.fs.writeFileSync(t.p('d/f'), 'changed');
    await pause(80);
    t.fs.unwatchFile(t.p('d/f'), one);
    t.fs.writeFileSync(t.p('d/f'), 'again and');
    await pause(80);
    t.fs.unwatchFile(t.p('d/f'));
    const shape = [first === second, first.ref() === first, first.unref() === first, first.listenerCount('change')];
    return [shape, seen, await t.attempt(() => t.fs.unwatchFile(t.p('d/f'))), t.fs.unwatchFile(t.p('never'))];
  },
  'watchFile: what is refused': (t) => {
    const { watchFile, unwatchFile } = t.loose();
    const listener = (): void => {};
    const open =
      (...args: unknown[]) =>
      () => {
        const watcher = watchFile(...args) as StatWatcher;
        const { name } = watcher.constructor;
        unwatchFile(args[0]);
        return name;
      };
    const quick = { interval: 1000 };
    return t.all(
      open(),
      open(1, listener),
      open(null, listener),
      open({}, listener),
      open('a\0', listener),
      open(t.p('f')),
      open(t.p('f'), 'x'),
      open(t.p('f'), {}),
      open(t.p('f'), {}, 1),
      open(t.p('f'), { interval: 'x' }, listener),
      open(t.p('f'), { interval: -1 }, listener),
      open(t.p('f'), { interval: 1.5 }, listener),
      open(t.p('f'), { interval: 2 ** 32 }, listener),
      open(t.p('f'), { interval: 0 }, listener),
      open(t.p('f'), { ...quick, persistent: 'x', bigint: 'x' }, listener),
      open(t.p('f'), null, listener),
      open(t.p('f'), undefined, listener),
      open(Buffer.from(t.p('f')), quick, listener),
      open(new URL(`file://${t.p('f')}`), quick, listener),
      open(new URL('http://x/f'), quick, listener),
      () => unwatchFile(1),
      () => unwatchFile(),
      () => unwatchFile(t.p('f'), 'x'),
    );
  },
  'promises.watch': async (t) => {
    fixture(t);
    const controller = new AbortController();
    const write = (name: string) => () => t.fs.writeFileSync(t.p(name), 'x');
    return [
      await iterate(t, {}, write('d/one'), 2),
      await iterate(t, { encoding: 'buffer' }, write('d/two'), 2),
      await iterate(t, { signal: controller.signal }, () => controller.abort(new Error('why')), 9),
      await iterate(t, { signal: AbortSignal.abort() }, () => 0, 9),
      await iterate(t, { recursive: true }, write('d/sub/three'), 1),
      await t.attempt(async () => {
        const iterator = t.fs.promises.watch(t.p('d')) as AsyncIterator<unknown> & AsyncIterable<unknown>;
        const first = iterator.next();
        await pause();
        write('d/four')();
        const value = await first;
        return [value, await iterator.return?.(), await iterator.next(), iterator[Symbol.asyncIterator]() === iterator];
      }),
    ];
  },
  'promises.watch: what is refused': (t) => {
    fixture(t);
    const watch = t.loose(t.fs.promises).watch as (...args: unknown[]) => AsyncIterator<unknown>;
    const begin =
      (...args: unknown[]) =>
      async () => {
        const iterator = watch(...args);
        // A good one waits for a change: enough is known.
        const outcome = await Promise.race([iterator.next(), pause(30).then(() => 'waits')]);
        if (outcome === 'waits') t.fs.writeFileSync(t.p('d/wake'), `${Math.random()}`);
        return outcome;
      };
    return t.all(
      () => Object.prototype.toString.call(watch(t.p('d'))),
      begin(t.p('none')),
      begin(t.p('d'), { persistent: 'x' }),
      begin(t.p('d'), { recursive: 'x' }),
      begin(t.p('d'), { encoding: 'nope' }),
      begin(t.p('d'), { encoding: 1 }),
      begin(t.p('d'), { signal: {} }),
      begin(t.p('d'), { signal: 1 }),
      begin(t.p('d'), 1),
      begin(t.p('d'), null),
      begin(t.p('d'), 'utf8'),
      begin(1),
      begin(null, {}),
      begin('a\0', {}),
      begin(new URL('http://x/y'), {}),
    );
  },
};

/** In docs/differences.md: Node watches the target of each link in a tree too, and remembers each file's name. */
const unlike = ['symlink', 'write through a symlink', 'lutimes', 'remove a symlink', 'rename over'];
const treeActs = Object.fromEntries(Object.entries(acts('d')).filter(([title]) => !unlike.includes(title)));

/** What came with Node 24 and 26; ours has it everywhere. */
const recent: Area = {
  'a tree': told('d', { recursive: true }, trees),
  'a tree, all acts': told('d', { recursive: true }, treeActs),
  'a tree that goes away': told('d', { recursive: true }, gone),
  'a file, as if it were a tree': told('d/f', { recursive: true }, fileActs),
  ignore: async (t) => {
    fixture(t);
    const names = ['a.txt', 'b.log', 'c', 'node_modules', '.hidden', 'x.tmp'];
    const seen = async (ignore: unknown, recursive = false): Promise<unknown> =>
      watched(
        t,
        () => t.loose().watch(t.p('d'), { ignore, recursive }) as FSWatcher,
        () => {
          for (const name of names) t.fs.writeFileSync(t.p(`d/${name}`), '');
        },
      ).then((outcome) => {
        for (const name of names) t.fs.rmSync(t.p(`d/${name}`), { force: true });
        return outcome;
      });
    const outcomes: unknown[] = [];
    for (const ignore of [
      '*.txt',
      '**/*.log',
      ['*.txt', /^c$/],
      /\./,
      (name: string) => name.length > 3,
      [],
      null,
      undefined,
      '.*',
      'node_modules',
      ['!c'],
    ])
      outcomes.push(await t.attempt(() => seen(ignore)));
    for (const ignore of [1, '', [1], [''], {}, true]) outcomes.push(await t.attempt(() => seen(ignore)));
    outcomes.push(await t.attempt(() => seen('*.txt', true)));
    return outcomes;
  },
  'promises.watch: the queue': async (t) => {
    fixture(t);
    const many = (): void => {
      for (let i = 0; i < 9; i++) t.fs.writeFileSync(t.p(`d/n${i}`), '');
    };
    const outcomes: unknown[] = [];
    for (const options of [
      { maxQueue: 3, overflow: 'error' },
      { maxQueue: 0 },
      { maxQueue: 'x' },
      { maxQueue: 1.5 },
      { overflow: 'x' },
      { overflow: 1 },
      { ignore: 1 },
      { ignore: 'n*', maxQueue: 4 },
    ]) {
      outcomes.push(options, await t.attempt(() => iterate(t, options, many, 2)));
    }
    return outcomes;
  },
};

export default major >= 26 ? { ...area, ...recent } : area;
