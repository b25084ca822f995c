/** quotafs/memfs: memfs's documented examples, on memfs itself and on ours, side by side. */

import nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runInNewContext } from 'node:vm';
import * as theirs from 'memfs';
import { createFs, quotaOf } from 'quotafs';
import * as ours from 'quotafs/memfs';
import { Union } from 'unionfs';
import { describe, expect, it, vi } from 'vitest';
import webpack from 'webpack';

/** The parts of both that the examples use. */
type Library = Pick<typeof ours, 'createFsFromVolume' | 'fs' | 'memfs' | 'vol' | 'Volume'>;

const libraries: [string, Library][] = [
  ['quotafs/memfs', ours],
  ['memfs', theirs as unknown as Library],
];

describe.each(libraries)('the examples of memfs on %s', (_, { createFsFromVolume, fs, memfs, vol, Volume }) => {
  it('fills, reads and shows volumes', async () => {
    const json = { './README.md': '1', './src/index.js': '2', './node_modules/debug/index.js': '3' };
    vol.fromJSON(json, '/app');
    expect(fs.readFileSync('/app/README.md', 'utf8')).toBe('1');
    expect(vol.readFileSync('/app/src/index.js', 'utf8')).toBe('2');
    expect(await fs.promises.readFile('/app/src/index.js', 'utf8')).toBe('2');
    expect(vol.toJSON()).toEqual({
      '/app/README.md': '1',
      '/app/src/index.js': '2',
      '/app/node_modules/debug/index.js': '3',
    });
    vol.reset();
    expect([vol.toJSON(), vol.toTree()]).toEqual([{}, '/']);
  });

  it('makes volumes of one’s own', () => {
    const volume = Volume.fromJSON({ './foo': 'bar' }, '/dir');
    const own = createFsFromVolume(volume);
    expect(own.readFileSync('/dir/foo', 'utf8')).toBe('bar');
    expect(vol.existsSync('/dir/foo')).toBe(false);
    expect(Volume.fromNestedJSON({ '/x': { y: { z: '1', e: {} }, n: null } }).toJSON()).toEqual({
      ...{ '/x/y/z': '1', '/x/y/e': null, '/x/n': null },
    });
    volume.mountSync('/m', { a: 'A' });
    expect(volume.toJSON('/m')).toEqual({ '/m/a': 'A' });
  });

  it('draws and takes parts', () => {
    const { fs: own, vol: volume } = memfs(
      { '/a/b.txt': 'x', '/a/c': null, '/z': '', 'rel/q': 'q', '/d/e/f/g': '1' },
      '/app',
    );
    own.symlinkSync('/a', '/link');
    expect(volume.toTree()).toBe(
      '/\n├─ a/\n│  ├─ c/\n│  └─ b.txt\n├─ app/\n│  └─ rel/\n│     └─ q\n├─ d/\n│  └─ e/\n│     └─ f/\n│        └─ g\n├─ link → /a\n└─ z',
    );
    expect(volume.toTree({ dir: '/a' })).toBe('a/\n├─ c/\n└─ b.txt');
    expect(volume.toTree({ depth: 1 })).toBe('/\n├─ a/ (...)\n├─ app/ (...)\n├─ d/ (...)\n├─ link → /a\n└─ z');
    expect(volume.toTree({ dir: '/', depth: 0 })).toBe('/ (...)');
    expect(volume.toTree({ dir: '/a', tab: '  ' })).toBe('a/\n  ├─ c/\n  └─ b.txt');
    expect(volume.toTree({ dir: '/a', sort: false })).toBe('a/\n├─ b.txt\n└─ c/');
    expect(volume.toJSON()).toEqual({ '/a/b.txt': 'x', '/a/c': null, '/z': '', '/app/rel/q': 'q', '/d/e/f/g': '1' });
    expect(volume.toJSON('/a', {}, true)).toEqual({ 'b.txt': 'x', c: null });
    expect(volume.toJSON('/a/b.txt', {}, true)).toEqual({ '': 'x' });
    expect(volume.toJSON(['/z', '/none'], { k: '1' }, false, true)).toEqual({ k: '1', '/z': Buffer.alloc(0) });
  });

  it('does what the page on the fs API shows', async () => {
    const { fs: own } = memfs({
      '/app': { 'index.js': '1', 'package.json': '{}', 'README.md': '' },
      '/d': { a: '', b: '' },
    });
    expect(own.readdirSync('/app')).toEqual(['README.md', 'index.js', 'package.json']);
    expect(memfs({ './README.md': '# Hi' }, '/repo').fs.readFileSync('/repo/README.md', 'utf8')).toBe('# Hi');
    expect(memfs({ './README.md': '# Hi' }, { cwd: '/repo' }).fs.readFileSync('/repo/README.md', 'utf8')).toBe('# Hi');
    await own.promises.writeFile('/note.txt', 'hi');
    const handle = await own.promises.open('/note.txt', 'r');
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    await handle.close();
    expect([bytesRead, String(buffer)]).toEqual([2, 'hi']);
    own.writeFileSync('/in.txt', 'stream me');
    await pipeline(own.createReadStream('/in.txt'), own.createWriteStream('/out.txt'));
    expect(own.readFileSync('/out.txt', 'utf8')).toBe('stream me');
    const names: string[] = [];
    for await (const entry of await own.promises.opendir('/d'))
      names.push(`${entry.parentPath}/${entry.name} ${entry.isFile()}`);
    expect(names).toEqual(['/d/a true', '/d/b true']);
    const events: unknown[] = [];
    const watcher = own.watch('/note.txt', (kind) => events.push(kind));
    own.appendFileSync('/note.txt', 'entry');
    await vi.waitFor(() => expect(events).toContain('change'));
    watcher.close();
    const { readFileSync, constants } = own;
    expect([readFileSync('/note.txt', 'utf8'), constants.O_RDONLY]).toEqual(['hientry', 0]);
  });

  it('does what the page on volumes shows', () => {
    const nested = Volume.fromNestedJSON({
      '/app': { 'index.js': '...', src: { 'main.ts': '...', util: { 'log.ts': '...' } } },
    });
    expect(nested.toJSON()).toEqual({
      '/app/index.js': '...',
      '/app/src/main.ts': '...',
      '/app/src/util/log.ts': '...',
    });
    const volume = new Volume();
    volume.fromJSON({ '/a.txt': 'A' });
    volume.fromJSON({ '/b.txt': Buffer.from('B'), '/empty': null });
    expect(volume.toJSON()).toEqual({ '/a.txt': 'A', '/b.txt': 'B', '/empty': null });
    const [one, other] = [Volume.fromJSON({ '/foo': 'bar' }), Volume.fromJSON({ '/foo': 'baz' })];
    expect([one.readFileSync('/foo', 'utf8'), other.readFileSync('/foo', 'utf8')]).toEqual(['bar', 'baz']);
    expect(Volume.fromJSON({ '/dir/a': 'b', '/dir2/a': 'b', '/dir2/c': 'd' }).toJSON('/dir2')).toEqual({
      '/dir2/a': 'b',
      '/dir2/c': 'd',
    });
    const union = new Union().use(nodeFs).use(one as never) as unknown as typeof nodeFs;
    expect([union.readFileSync('/foo', 'utf8'), union.existsSync(process.execPath)]).toEqual(['bar', true]);
  });

  it('is the output of a compiler that is watched and served, as webpack-dev-middleware has it', {
    timeout: 60_000,
  }, async () => {
    const source = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-webpack-'));
    const output = Object.assign(createFsFromVolume(new Volume()), { join: join.bind(null) });
    nodeFs.writeFileSync(join(source, 'index.js'), 'module.exports = "one";');
    const compiler = webpack({
      mode: 'development',
      context: source,
      entry: './index.js',
      output: { path: '/dist', filename: 'main.js', library: { type: 'commonjs2' } },
    });
    compiler.outputFileSystem = output as unknown as typeof compiler.outputFileSystem;
    const builds: webpack.Stats[] = [];
    const watching = compiler.watch({ aggregateTimeout: 10, poll: 50 }, (error, stats) => {
      if (stats) builds.push(stats);
      expect(error).toBeNull();
    });
    const served = () => {
      const module = { exports: '' as unknown };
      runInNewContext(String(output.readFileSync('/dist/main.js')), { module });
      return module.exports;
    };
    await vi.waitFor(() => expect(served()).toBe('one'), { timeout: 20_000 });
    // In one step, as editors do: the compiler may be reading the file.
    nodeFs.writeFileSync(join(source, 'new.js'), 'module.exports = "two, changed";');
    nodeFs.renameSync(join(source, 'new.js'), join(source, 'index.js'));
    await vi.waitFor(() => expect(served()).toBe('two, changed'), { timeout: 20_000 });
    await new Promise((resolve) => watching?.close(resolve));
    nodeFs.rmSync(source, { recursive: true });
    expect(builds.flatMap((each) => each.compilation.errors.map(String))).toEqual([]);
    expect(output.existsSync('/dist/main.js')).toBe(true);
  });

  it('gives the object webpack-dev-middleware and bundlers ask for', () => {
    const own = createFsFromVolume(new Volume());
    own.mkdirSync('/dist', { recursive: true });
    own.writeFileSync('/dist/main.js', 'code');
    const { readFileSync } = own;
    expect(readFileSync('/dist/main.js', 'utf8')).toBe('code');
    const stream = own.createReadStream('/dist/main.js').destroy();
    expect(typeof stream.pipe).toBe('function');
    expect({ ...own }.statSync('/dist/main.js').size).toBe(4);
  });
});

describe('beyond memfs', () => {
  it('has a quota', () => {
    const { fs, vol } = ours.memfs({}, { maxQuota: 10_000 });
    expect(() => fs.writeFileSync('/big', Buffer.alloc(20_000))).toThrow('ENOSPC');
    expect([quotaOf(fs).limit, quotaOf(vol).limit]).toEqual([10_000, 10_000]);
    expect(quotaOf(vol).audit()).toMatchObject({ ok: true });
  });

  it('keeps its constants in a union, and resets what nobody may enter', () => {
    const volume = ours.Volume.fromJSON({ '/d/locked/f': '1' });
    volume.chmodSync('/d/locked', 0);
    expect(Reflect.get(new Union().use(volume as never), 'constants')).toBe(createFs().constants);
    volume.reset();
    expect(volume.readdirSync('/')).toEqual([]);
  });

  it('is one object with the functions of its fs too', () => {
    ours.default.writeFileSync('/through-the-module', '1');
    expect(ours.vol.readFileSync('/through-the-module', 'utf8')).toBe('1');
    expect([ours.default.fs, ours.default.Volume, ours.default.semantic]).toEqual([ours.fs, ours.Volume, true]);
    const module: object = theirs;
    const names = Object.keys(Reflect.get(module, 'default')).filter((each) => Object.keys(nodeFs).includes(each));
    expect(names.length).toBeGreaterThan(80);
    expect(Object.keys(ours.default)).toEqual(expect.arrayContaining(names));
    ours.vol.reset();
  });

  it('has the names', () => {
    expect(Object.keys(ours).sort()).toEqual(
      [
        'Volume',
        'createFsFromVolume',
        'default',
        'fromJSON',
        'fromNestedJSON',
        'fs',
        'memfs',
        'promises',
        'reset',
        'toJSON',
        'toTree',
        'vol',
      ].sort(),
    );
  });
});
