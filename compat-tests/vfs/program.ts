/**
 * Compat tests, node:vfs: Node's own mount and module loader on a volume. Run by
 * `npm run compat:nodes` on Node 26, as `node --experimental-vfs --import tsx
 * --test compat-tests/vfs/program.ts`. Each test ends with an audit.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import vfs from 'node:vfs';
import { createProvider, type VolumeProvider } from '../../src/adapters/vfs/index.js';
import { quotaOf } from '../../src/index.js';

/** What Node's types leave out. */
interface Mounting {
  readonly mountPoint: string;
  readonly mounted: boolean;
  mount(): string;
  unmount(): void;
}
const create = (provider: VolumeProvider) =>
  vfs.create(provider, { emitExperimentalWarning: false }) as vfs.VirtualFileSystem & Mounting;

const LIMIT = 2 ** 20;
const refused = { name: 'QuotaExceededError', code: 'ENOSPC', errno: -28, limit: LIMIT };
const big = Buffer.alloc(2 ** 21);

let provider: VolumeProvider;
let mounted: ReturnType<typeof create>;
const at = (...names: string[]) => join(mounted.mountPoint, ...names);
const code = (expected: string) => (error: NodeJS.ErrnoException) => error.code === expected;

beforeEach(() => {
  provider = createProvider({ maxQuota: LIMIT });
  mounted = create(provider);
  mounted.mount();
});
afterEach(() => {
  if (mounted.mounted) mounted.unmount();
  const report = quotaOf(provider.fs).audit();
  assert.ok(report.ok, JSON.stringify(report));
});

describe('a provider', () => {
  it('is one of Node’s, mounts and unmounts', () => {
    assert.ok(provider instanceof vfs.VirtualProvider);
    fs.writeFileSync(at('a'), 'x');
    const path = at('a');
    assert.equal(provider.fs.readFileSync('/a', 'utf8'), 'x');
    mounted.unmount();
    assert.equal(fs.existsSync(path), false);
    mounted.mount();
    assert.equal(fs.readFileSync(at('a'), 'utf8'), 'x');
  });

  it('takes a volume that is there', () => {
    const other = create(createProvider(provider.fs));
    fs.writeFileSync(at('shared'), '1');
    assert.equal(other.readFileSync('/shared', 'utf8'), '1');
  });
});

describe('node:fs on a mounted volume', () => {
  it('does synchronously what it does on a disk', () => {
    assert.equal(fs.mkdirSync(at('d/e'), { recursive: true }), at('d'));
    fs.writeFileSync(at('d/f'), 'abc', { mode: 0o640 });
    fs.appendFileSync(at('d/f'), 'd');
    assert.equal(fs.readFileSync(at('d/f'), 'utf8'), 'abcd');
    assert.equal(fs.statSync(at('d/f')).mode & 0o777, 0o640);
    assert.equal(fs.statSync(at('d/f'), { bigint: true }).size, 4n);
    assert.equal(fs.statSync(at('none'), { throwIfNoEntry: false }), undefined);
    fs.symlinkSync('f', at('d/l'));
    assert.equal(fs.readlinkSync(at('d/l')), 'f');
    assert.ok(fs.lstatSync(at('d/l')).isSymbolicLink());
    assert.equal(fs.realpathSync(at('d/l')), at('d/f'));
    assert.deepEqual(fs.realpathSync(at('d/l'), { encoding: 'buffer' }), Buffer.from(at('d/f')));
    assert.equal(fs.readFileSync(at('d/l'), 'utf8'), 'abcd');
    fs.linkSync(at('d/f'), at('d/h'));
    assert.equal(fs.statSync(at('d/h')).nlink, 2);
    fs.renameSync(at('d/h'), at('d/i'));
    fs.copyFileSync(at('d/i'), at('d/c'));
    assert.throws(() => fs.copyFileSync(at('d/i'), at('d/c'), fs.constants.COPYFILE_EXCL), code('EEXIST'));
    fs.truncateSync(at('d/c'), 1);
    assert.equal(fs.readFileSync(at('d/c'), 'utf8'), 'a');
    fs.chmodSync(at('d/c'), 0o400);
    fs.utimesSync(at('d/c'), 1, 2);
    assert.equal(fs.statSync(at('d/c')).mtimeMs, 2000);
    fs.lutimesSync(at('d/l'), 3, 4);
    assert.equal(fs.lstatSync(at('d/l')).mtimeMs, 4000);
    fs.chownSync(at('d/c'), process.getuid?.() ?? 0, process.getgid?.() ?? 0);
    fs.accessSync(at('d/c'), fs.constants.R_OK);
    assert.deepEqual(fs.readdirSync(at('d')).sort(), ['c', 'e', 'f', 'i', 'l']);
    assert.ok(fs.mkdtempSync(at('t-')).startsWith(at('t-')));
    fs.unlinkSync(at('d/l'));
    fs.rmdirSync(at('d/e'));
    fs.rmSync(at('d'), { recursive: true });
    assert.equal(fs.existsSync(at('d')), false);
  });

  it('lists with types, recursively, through opendir and glob', async () => {
    fs.mkdirSync(at('a/b'), { recursive: true });
    fs.writeFileSync(at('a/b/c.txt'), '');
    fs.symlinkSync('b', at('a/l'));
    const shown = (entries: fs.Dirent[]) =>
      entries.map((entry) => [entry.parentPath, entry.name, entry.isDirectory(), entry.isSymbolicLink()]);
    assert.deepEqual(shown(fs.readdirSync(mounted.mountPoint, { recursive: true, withFileTypes: true })).sort(), [
      [at(), 'a', true, false],
      [at('a'), 'b', true, false],
      [at('a'), 'l', false, true],
      [at('a/b'), 'c.txt', false, false],
      // Since Node 26 a recursive listing goes through links to directories, as on a disk.
      [at('a/l'), 'c.txt', false, false],
    ]);
    assert.equal(
      fs.readdirSync(mounted.mountPoint, { recursive: true }).sort().join(),
      'a,a/b,a/b/c.txt,a/l,a/l/c.txt',
    );
    const names: string[] = [];
    for await (const entry of await fs.promises.opendir(at('a'))) names.push(entry.name);
    assert.deepEqual(names.sort(), ['b', 'l']);
    assert.deepEqual(await fs.promises.readdir(at('a')), ['b', 'l']);
    assert.deepEqual(fs.globSync('**/*.txt', { cwd: mounted.mountPoint }), ['a/b/c.txt']);
  });

  it('does so with promises and callbacks', async () => {
    const { promises } = fs;
    assert.equal(await promises.mkdir(at('p/q'), { recursive: true }), at('p'));
    await promises.writeFile(
      at('p/f'),
      (async function* () {
        yield 'a';
        yield 'b';
      })(),
    );
    await promises.appendFile(at('p/f'), 'c');
    assert.equal(await promises.readFile(at('p/f'), 'utf8'), 'abc');
    assert.equal((await promises.stat(at('p/f'))).size, 3);
    await promises.symlink('f', at('p/l'));
    assert.equal(await promises.readlink(at('p/l')), 'f');
    assert.equal(await promises.realpath(at('p/l')), at('p/f'));
    await promises.link(at('p/f'), at('p/h'));
    await promises.rename(at('p/h'), at('p/i'));
    await promises.copyFile(at('p/i'), at('p/c'));
    await promises.truncate(at('p/c'), 1);
    await promises.chmod(at('p/c'), 0o600);
    await promises.utimes(at('p/c'), 1, 2);
    await promises.access(at('p/c'));
    await promises.unlink(at('p/c'));
    await promises.rm(at('p/l'));
    await promises.rmdir(at('p/q'));
    await assert.rejects(promises.readFile(at('p/none')), code('ENOENT'));
    const call = promisify;
    await call(fs.writeFile)(at('p/cb'), '1');
    assert.equal(await call(fs.readFile)(at('p/cb'), 'utf8'), '1');
    assert.equal((await call(fs.stat)(at('p/cb'))).size, 1);
    assert.deepEqual(await call(fs.readdir)(at('p')), ['cb', 'f', 'i']);
    await call(fs.rm)(at('p'), { recursive: true });
    await assert.rejects(call(fs.stat)(at('p')), code('ENOENT'));
  });

  it('gives descriptors and FileHandles', async () => {
    const fd = fs.openSync(at('f'), 'w+');
    assert.equal(fs.writeSync(fd, 'hello world'), 11);
    assert.equal(fs.writeSync(fd, Buffer.from('J'), 0, 1, 0), 1);
    const buffer = Buffer.alloc(5);
    assert.equal(fs.readSync(fd, buffer, 0, 5, 0), 5);
    assert.equal(String(buffer), 'Jello');
    assert.equal(fs.fstatSync(fd).size, 11);
    fs.ftruncateSync(fd, 5);
    fs.fchmodSync(fd, 0o604);
    fs.futimesSync(fd, 1, 2);
    fs.fsyncSync(fd);
    assert.deepEqual([fs.fstatSync(fd).mode & 0o777, fs.fstatSync(fd).mtimeMs], [0o604, 2000]);
    assert.equal((await promisify(fs.read)(fd, buffer, 0, 5, 0)).bytesRead, 5);
    assert.equal((await promisify(fs.write)(fd, Buffer.from('!'), 0, 1, 5)).bytesWritten, 1);
    assert.equal(fs.writevSync(fd, [Buffer.from('a'), Buffer.from('b')], 6), 2);
    fs.closeSync(fd);
    assert.equal(fs.readFileSync(at('f'), 'utf8'), 'Jello!ab');
    assert.throws(() => fs.readSync(fd, buffer), code('EBADF'));

    const handle = await fs.promises.open(at('h'), 'w+');
    await handle.writeFile('one\ntwo\n');
    await handle.appendFile('three');
    await handle.write('O', 0);
    assert.equal((await handle.read(Buffer.alloc(3), 0, 3, 0)).buffer.toString(), 'One');
    assert.equal((await handle.read({ buffer: Buffer.alloc(3), position: 4 })).bytesRead, 3);
    assert.equal((await handle.readv([Buffer.alloc(2), Buffer.alloc(20)], 0)).bytesRead, 13);
    await handle.writev([Buffer.from('a'), Buffer.from('b')], 13);
    await handle.truncate(14);
    await handle.chmod(0o600);
    await handle.chown(process.getuid?.() ?? 0, process.getgid?.() ?? 0);
    await handle.utimes(5, 6);
    await handle.sync();
    await handle.datasync();
    assert.deepEqual([(await handle.stat()).size, (await handle.stat()).mtimeMs], [14, 6000]);
    await handle.close();
    assert.equal(fs.readFileSync(at('h'), 'utf8'), 'One\ntwo\nthreea');
    await using reader = await fs.promises.open(at('h'));
    assert.equal(await reader.readFile('utf8'), 'One\ntwo\nthreea');
    await assert.rejects(reader.write('x'), code('EBADF'));
  });

  it('streams, with start and end', async () => {
    const text = async (stream: NodeJS.ReadableStream) => {
      let all = '';
      for await (const piece of stream) all += piece;
      return all;
    };
    const write = (stream: fs.WriteStream, data: string) =>
      new Promise<void>((resolve, reject) => stream.on('error', reject).on('close', resolve).end(data));
    await write(fs.createWriteStream(at('s')), '0123456789');
    await write(fs.createWriteStream(at('s'), { flags: 'r+', start: 3 }), 'xyz');
    await write(fs.createWriteStream(at('s'), { flags: 'a' }), 'A');
    assert.equal(await text(fs.createReadStream(at('s'))), '012xyz6789A');
    assert.equal(await text(fs.createReadStream(at('s'), { start: 2, end: 4 })), '2xy');
    await assert.rejects(text(fs.createReadStream(at('none'))), code('ENOENT'));
  });

  it('watches', async () => {
    const events: string[] = [];
    const watcher = fs.watch(mounted.mountPoint, (kind, name) => events.push(`${kind} ${name}`));
    fs.writeFileSync(at('w'), '1');
    await delay(20);
    watcher.close();
    assert.ok(events.includes('rename w') && events.includes('change w'), events.join());
    const changed = new Promise((resolve) => {
      const listener = (now: fs.Stats) => {
        fs.unwatchFile(at('w'), listener);
        resolve(now.size);
      };
      fs.watchFile(at('w'), { interval: 10 }, listener);
    });
    await delay(20);
    fs.writeFileSync(at('w'), '12');
    assert.equal(await changed, 2);
    const controller = new AbortController();
    const seen = (async () => {
      for await (const { filename } of fs.promises.watch(mounted.mountPoint, { signal: controller.signal }))
        return filename;
      return undefined;
    })();
    await delay(5);
    fs.writeFileSync(at('w2'), '');
    assert.equal(await seen, 'w2');
  });

  it('fails with Node’s errors', () => {
    fs.mkdirSync(at('d'));
    fs.writeFileSync(at('d/f'), '');
    assert.throws(() => fs.readFileSync(at('none')), { code: 'ENOENT', errno: -2, syscall: 'open', path: at('none') });
    assert.throws(() => fs.mkdirSync(at('d')), { code: 'EEXIST', syscall: 'mkdir', path: '/d' });
    assert.throws(() => fs.rmdirSync(at('d')), { code: 'ENOTEMPTY', syscall: 'rmdir' });
    assert.throws(() => fs.readdirSync(at('d/f')), { code: 'ENOTDIR', syscall: 'scandir' });
    assert.throws(() => fs.openSync(at('d/f'), 'wx'), code('EEXIST'));
    assert.throws(() => fs.writeFileSync(at('d'), ''), code('EISDIR'));
    assert.throws(() => fs.renameSync(at('d/f'), '/tmp/x'), code('EXDEV'));
    assert.throws(() => fs.openSync(at('d/f'), 'nope'), code('ERR_INVALID_ARG_VALUE'));
  });
});

describe('the quota', () => {
  it('refuses in every style, and nothing is lost', async () => {
    fs.writeFileSync(at('f'), 'kept');
    assert.throws(() => fs.writeFileSync(at('g'), big), refused);
    assert.throws(() => fs.appendFileSync(at('f'), big), refused);
    await assert.rejects(fs.promises.writeFile(at('g'), big), refused);
    await assert.rejects(promisify(fs.writeFile)(at('g'), big), refused);
    const fd = fs.openSync(at('f'), 'r+');
    assert.throws(() => fs.writeSync(fd, big), refused);
    await assert.rejects(promisify(fs.write)(fd, big), refused);
    fs.closeSync(fd);
    const handle = await fs.promises.open(at('f'), 'a');
    await assert.rejects(handle.write(big), refused);
    await assert.rejects(handle.writeFile(big), refused);
    await handle.close();
    const stream = fs.createWriteStream(at('f'), { flags: 'a' });
    const failed = new Promise((resolve) => stream.on('error', resolve));
    stream.end(big);
    assert.equal(((await failed) as NodeJS.ErrnoException).code, 'ENOSPC');
    assert.equal(fs.readFileSync(at('f'), 'utf8'), 'kept');
    provider.fs.writeFileSync('/half', Buffer.alloc(LIMIT / 2));
    assert.throws(() => fs.copyFileSync(at('half'), at('other')), refused);
    assert.equal(fs.existsSync(at('other')), false);
  });
});

describe('read-only', () => {
  it('refuses changes with EROFS', async () => {
    fs.writeFileSync(at('f'), 'x');
    const fd = fs.openSync(at('f'), 'r+');
    provider.setReadOnly();
    assert.equal(mounted.readonly, true);
    const refusedCalls: (() => unknown)[] = [
      () => fs.writeFileSync(at('f'), ''),
      () => fs.appendFileSync(at('f'), ''),
      () => fs.openSync(at('new'), 'w'),
      () => fs.mkdirSync(at('d')),
      () => fs.unlinkSync(at('f')),
      () => fs.rmSync(at('f')),
      () => fs.rmdirSync(at('f')),
      () => fs.renameSync(at('f'), at('g')),
      () => fs.linkSync(at('f'), at('g')),
      () => fs.symlinkSync('f', at('g')),
      () => fs.copyFileSync(at('f'), at('g')),
      () => fs.chmodSync(at('f'), 0),
      () => fs.utimesSync(at('f'), 0, 0),
      () => fs.truncateSync(at('f')),
      () => fs.writeSync(fd, 'y'),
      () => fs.ftruncateSync(fd, 0),
      () => fs.fchmodSync(fd, 0),
    ];
    for (const call of refusedCalls) assert.throws(call, code('EROFS'), String(call));
    await assert.rejects(fs.promises.writeFile(at('f'), ''), code('EROFS'));
    const handle = await fs.promises.open(at('f'));
    await assert.rejects(handle.chmod(0), code('EROFS'));
    await handle.close();
    fs.closeSync(fd);
    assert.equal(fs.readFileSync(at('f'), 'utf8'), 'x');
  });
});

describe('modules', () => {
  it('are required and imported', async () => {
    const load = createRequire(import.meta.url);
    fs.mkdirSync(at('node_modules/dep/lib'), { recursive: true });
    fs.writeFileSync(
      at('node_modules/dep/package.json'),
      '{ "exports": { ".": "./lib/main.js", "./x": { "import": "./lib/x.mjs" } } }',
    );
    fs.writeFileSync(at('node_modules/dep/lib/main.js'), 'exports.name = "dep"; exports.file = __filename;');
    fs.writeFileSync(at('node_modules/dep/lib/x.mjs'), 'export default import.meta.url;');
    fs.writeFileSync(at('data.json'), '{ "n": 7 }');
    fs.writeFileSync(at('a.cjs'), 'module.exports = [require("dep").name, require("./data.json").n, require("./d")];');
    fs.mkdirSync(at('d'));
    fs.writeFileSync(at('d/index.js'), 'module.exports = "index";');
    fs.writeFileSync(
      at('m.mjs'),
      'import dep from "dep"; import x from "dep/x"; import { join } from "node:path"; export default [dep.file, x, typeof join];',
    );
    fs.writeFileSync(at('t.mts'), 'const n: number = 1; export default n;');
    fs.symlinkSync('a.cjs', at('link.cjs'));
    assert.deepEqual(load(at('a.cjs')), ['dep', 7, 'index']);
    assert.deepEqual(load(at('link.cjs')), ['dep', 7, 'index']);
    const { default: imported } = await import(pathToFileURL(at('m.mjs')).href);
    assert.deepEqual(imported, [
      at('node_modules/dep/lib/main.js'),
      pathToFileURL(at('node_modules/dep/lib/x.mjs')).href,
      'function',
    ]);
    assert.throws(() => load(at('none.cjs')), code('MODULE_NOT_FOUND'));
    await assert.rejects(import(at('none.mjs')), code('ERR_MODULE_NOT_FOUND'));
  });

  it('go with the mount', () => {
    const load = createRequire(import.meta.url);
    fs.writeFileSync(at('v.cjs'), 'module.exports = 1');
    const path = at('v.cjs');
    assert.equal(load(path), 1);
    mounted.unmount();
    assert.throws(() => load(path), code('MODULE_NOT_FOUND'));
    provider.fs.writeFileSync('/v.cjs', 'module.exports = 2');
    mounted.mount();
    assert.equal(load(path), 2);
  });
});

describe('startup mounts', () => {
  it('run a program from a copy of its directory', () => {
    const dir = fs.mkdtempSync(join(tmpdir(), 'quotafs-vfs-'));
    const from = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
    try {
      fs.mkdirSync(join(dir, 'app'));
      fs.writeFileSync(
        join(dir, 'app/index.js'),
        `const fs = require('fs');
        fs.writeFileSync(__dirname + '/out', '1');
        try { fs.writeFileSync(__dirname + '/big', Buffer.alloc(2 ** 21)); } catch (error) { console.log(error.code); }
        console.log(fs.readdirSync(__dirname).join());`,
      );
      fs.writeFileSync(
        join(dir, 'register.mjs'),
        `import vfs from 'node:vfs';
        import { createFs } from ${from('index.ts')};
        import { importFromDisk } from ${from('adapters/disk/index.ts')};
        import { createProvider } from ${from('adapters/vfs/index.ts')};
        const volume = createFs({ maxQuota: 2 ** 20 });
        await importFromDisk(volume, './app');
        vfs.registerProvider({ name: 'quotafs', canHandle: (_, stats) => stats.isDirectory(), create: () => createProvider(volume) });`,
      );
      const tsx = import.meta.resolve('tsx');
      const args = ['--experimental-vfs', '--import', tsx, '--import', './register.mjs', '--vfs-load=./app'];
      const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: dir, encoding: 'utf8' });
      assert.equal(stdout, 'ENOSPC\nindex.js,out\n', stderr);
      assert.deepEqual(fs.readdirSync(join(dir, 'app')), ['index.js']);
    } finally {
      fs.rmSync(dir, { recursive: true });
    }
  });
});
