/** Path arguments of every kind in every function that takes one, beside the real fs. */
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { nameOf, type Recorder, record } from './record.js';
import { type Fs, sideBySide } from './side-by-side.js';

const tree = { file: 'hello', dir: { x: '1' }, ln: '>file', dln: '>dir', loop: '>loop', dang: '>nowhere' };

const bytes = (text: string): Buffer => Buffer.from(text);
const refused: readonly unknown[] = [
  undefined,
  null,
  99,
  1.5,
  {},
  [],
  true,
  10n,
  'a\0b',
  bytes('a\0b'),
  new URL('http://x/y'),
  new URL('file://host/x'),
  new URL('file:///a%2fb'),
  new URL('file:///a%00b'),
  new Uint16Array([110]),
];
const found: readonly unknown[] = [
  '',
  'nope',
  bytes('nope'),
  new Uint8Array([110, 111]),
  'file/x',
  'file/',
  'dir',
  'dir/',
  'dir/../file',
  'dln/../file',
  'ln',
  'ln/x',
  'loop',
  'loop/x',
  'dang',
  './/dir//x',
  'x'.repeat(300),
];
const label = (value: unknown): string => `${Object(value).constructor?.name} ${nameOf(value)}`.slice(0, 60);

const readers = ['accessSync', 'existsSync', 'readdirSync', 'readlinkSync', 'readFileSync', 'realpathSync'] as const;

function lookAround({ fs, sync }: Recorder, path: never): void {
  for (const name of readers) sync(`${name} ${label(path)}`, () => fs[name](path));
  sync(`native ${label(path)}`, () => fs.realpathSync.native(path));
  for (const name of ['statSync', 'lstatSync'] as const) {
    sync(`${name} ${label(path)}`, () => {
      const { mode, size, nlink } = fs[name](path);
      return [mode, size, nlink];
    });
    sync(`quiet ${name} ${label(path)}`, () => fs[name](path, { throwIfNoEntry: false })?.mode);
  }
  sync(`openSync ${label(path)}`, () => fs.closeSync(fs.openSync(path, 'r')));
  sync(`opendirSync ${label(path)}`, () => fs.opendirSync(path).closeSync());
}

function changeThings({ fs, sync }: Recorder, path: never): void {
  sync(`chmod ${label(path)}`, () => fs.chmodSync(path, 0o755));
  sync(`chown ${label(path)}`, () => fs.chownSync(path, 0, 0));
  sync(`lchown ${label(path)}`, () => fs.lchownSync(path, 0, 0));
  sync(`utimes ${label(path)}`, () => fs.utimesSync(path, 1, 2));
  sync(`lutimes ${label(path)}`, () => fs.lutimesSync(path, 1, 2));
  sync(`mkdir ${label(path)}`, () => fs.mkdirSync(path));
  sync(`mkdir -p ${label(path)}`, () => fs.mkdirSync(path, { recursive: true }));
  sync(`rmdir ${label(path)}`, () => fs.rmdirSync(path));
  for (const name of ['renameSync', 'linkSync', 'copyFileSync', 'symlinkSync'] as const) {
    sync(`${name} from ${label(path)}`, () => fs[name](path, 'other'));
    sync(`${name} to ${label(path)}`, () => fs[name]('file', path));
  }
  sync(`unlink ${label(path)}`, () => fs.unlinkSync(path));
}

const asynchronous = ['access', 'readdir', 'readlink', 'readFile', 'realpath', 'unlink'] as const;

async function lookLater(recorder: Recorder, path: never): Promise<void> {
  const { fs, later, callback } = recorder;
  for (const name of asynchronous) {
    await later(`promises.${name} ${label(path)}`, () => (fs.promises[name] as (path: never) => unknown)(path));
    if (name === 'readFile' && typeof path === 'number') continue;
    await callback(`${name} ${label(path)}`, (done) => (fs[name] as (path: never, done: unknown) => void)(path, done));
  }
  await callback(`exists ${label(path)}`, (done) => fs.exists(path, done));
}

describe('path arguments', () => {
  afterEach(() => process.umask(0o022));

  it.each([...refused, ...found].map((path) => [label(path), path] as const))('%s', async (_label, path) => {
    process.umask(0o022);
    const { real, ours } = await record(tree, async (recorder) => {
      lookAround(recorder, path as never);
      await lookLater(recorder, path as never);
      changeThings(recorder, path as never);
    });
    expect(ours).toEqual(real);
    expect(real.length).toBeGreaterThan(30);
  });

  it('half a surrogate pair, bytes and URLs of another realm, as in a sandbox of Jest, are named in errors', async () => {
    const [Bytes, Url] = [runInNewContext('Uint8Array') as typeof Uint8Array, class Heir extends URL {}];
    const { real, ours } = await sideBySide(tree, async ({ fs, root }) => {
      const paths: unknown[] = ['no\ud800', Bytes.from(Buffer.from('nope')), new Url(`file://${root}/no%20pe`)];
      const url = new Url(`file://${root}/no`);
      // Node's C++ makes text of it.
      const text = Object.create({ toString: () => url.href });
      paths.push(Object.assign(text, { href: url.href, protocol: 'file:', hostname: '', pathname: url.pathname }));
      const failures: unknown[] = [];
      for (const path of paths as string[]) {
        for (const call of [
          () => fs.statSync(path),
          () => fs.promises.rename(path, path),
          () => fs.rmSync(path),
          () => fs.promises.cp(path, 'x'),
          () => fs.watch(path),
          async () => {
            for await (const change of fs.promises.watch(path)) return change;
            return undefined;
          },
        ]) {
          try {
            failures.push(await call());
          } catch (error) {
            failures.push(error);
          }
        }
      }
      return failures;
    });
    expect(ours).toEqual(real);
  });

  it('objects whose class has no name are described in the words of the release', async () => {
    const values = [new (class {})(), { constructor: { name: '' } }, { constructor: {} }, { constructor: { name: 5 } }];
    const { real, ours } = await sideBySide(tree, ({ fs }) =>
      values.map((value) => {
        try {
          return fs.statSync(value as unknown as string);
        } catch (error) {
          return error;
        }
      }),
    );
    expect(ours).toEqual(real);
  });

  it('invalid Dates leave their times, two of them before anyone looks for the file', async () => {
    const { real, ours } = await record(tree, async ({ fs, sync, later }) => {
      const never = new Date(Number.NaN);
      const pairs = [
        [never, never],
        [never, 5],
        [5, never],
      ] as const;
      const fd = fs.openSync('times', 'w');
      for (const [atime, mtime] of pairs) {
        for (const path of ['times', 'missing', 'times/x', '', 'n'.repeat(300)]) {
          fs.utimesSync('times', 1000, 2000);
          sync(`utimes ${path}`, () => fs.utimesSync(path, atime, mtime));
          sync(`lutimes ${path}`, () => fs.lutimesSync(path, atime, mtime));
          await later(`promise ${path}`, () => fs.promises.utimes(path, atime, mtime));
          sync('times', () => [fs.statSync('times').atimeMs, fs.statSync('times').mtimeMs]);
        }
        for (const file of [fd, 987_654]) sync(`futimes ${file === fd}`, () => fs.futimesSync(file, atime, mtime));
      }
      fs.closeSync(fd);
    });
    expect(ours).toEqual(real);
  });

  it('resolves relative paths from the cwd option', async () => {
    const { createFs } = await import('../../src/facade/index.js');
    let cwd = '/a';
    const fs: Fs = createFs({ cwd: () => cwd });
    fs.mkdirSync('/a/b', { recursive: true });
    fs.writeFileSync('f', 'in a');
    cwd = '/a/b';
    expect(fs.readFileSync('../f', 'utf8')).toBe('in a');
    expect(() => fs.readFileSync('f')).toThrow("ENOENT: no such file or directory, open 'f'");
  });

  it('keeps names that are not UTF-8', async () => {
    const name = Buffer.from([0x66, 0xff, 0xfe]);
    const { real, ours } = await record({}, ({ fs, root, sync }) => {
      fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/`), name]), 'x');
      sync('buffer', () => fs.readdirSync(root, 'buffer'));
      sync('hex', () => fs.readdirSync(root, 'hex'));
      sync('utf8', () => fs.readdirSync(root));
      fs.unlinkSync(Buffer.concat([Buffer.from(`${root}/`), name]));
      fs.writeFileSync('grün', 'ü');
      sync('text', () => fs.readdirSync(root));
    });
    expect(ours).toEqual(real);
  });

  it('realpath takes a path that is longer than any system call takes', async () => {
    const { real, ours } = await record(tree, async ({ fs, root, sync, later }) => {
      const endings = [
        'file',
        'dir',
        'dir/x',
        'file/',
        'file/.',
        'dir/.',
        'dir/',
        'dln/x',
        'dln/../file',
        'nope',
        'file/x',
      ];
      for (const ending of [...endings, 'dang', 'loop', 'nope/x', `${'n'.repeat(256)}`]) {
        for (const length of [4090, 4094, 4095, 4096, 9000]) {
          const path = `${root}/${'./'.repeat((length - root.length) >> 1)}${ending}`;
          sync(`${ending} native`, () => fs.realpathSync.native(path));
          await later(`${ending} promise`, () => fs.promises.realpath(path));
        }
      }
    });
    expect(ours).toEqual(real);
  });

  it('stat looks at the path before the signal', async () => {
    const { real, ours } = await record(tree, async ({ fs, callback }) => {
      for (const path of [null, 'file', 'nope'] as string[]) {
        for (const signal of [AbortSignal.abort(), 1, null, undefined]) {
          const options = { signal } as object;
          await callback(`stat ${path}`, (done) => fs.stat(path, options, (error, stats) => done(error, !stats)));
          await callback(`lstat ${path}`, (done) => fs.lstat(path, options, (error, stats) => done(error, !stats)));
        }
      }
    });
    expect(ours.map(([name, outcome]) => [name, outcome.replace('at once', 'later')])).toEqual(
      real.map(([name, outcome]) => [name, outcome.replace('at once', 'later')]),
    );
  });

  it('symlink and stat look at their arguments in the order of the release', async () => {
    const { real, ours } = await record(tree, async ({ fs, sync }) => {
      const call = fs.symlink as (...args: unknown[]) => unknown;
      const done = (): void => {};
      for (const args of [
        ['a', {}, '', {}, done],
        ['a', 'b', '', {}],
        ['a', 'b', 'x'],
        ['a', {}, 'file'],
        ['a', 'b', 1, 1],
        [1, 'b', 'file', done],
        ['a', 1, 'x', done],
        ['a', 'b', 'x', null],
      ]) {
        sync(args.map(nameOf).join(' '), () => call(...args));
      }
      for (const options of [{ encoding: 1 }, { encoding: 'utf8' }, null, 'x', 1] as never[]) {
        for (const name of ['stat', 'lstat'] as const)
          sync(nameOf(options), () => fs[name]('file', options, 1 as never));
      }
    });
    expect(ours).toEqual(real);
  });

  it('realpath keeps half a surrogate pair where Node works on text', async () => {
    const half = 'a\ud800';
    const { real, ours } = await record({ d: {}, l: '>d' }, async ({ fs, sync, callback }) => {
      fs.writeFileSync(`d/${half}`, '');
      for (const file of [`d/${half}`, `l/${half}`, `missing${half}`]) {
        for (const options of [undefined, 'utf8', 'utf-8', 'hex', { encoding: 'utf8' }] as never[]) {
          sync('sync', () => JSON.stringify(fs.realpathSync(file, options)));
          sync('native', () => JSON.stringify(fs.realpathSync.native(file, options)));
          await callback('callback', (done) =>
            fs.realpath(file, options, (e, found) => done(e, JSON.stringify(found))),
          );
        }
      }
    });
    expect(ours).toEqual(real);
  });
});
