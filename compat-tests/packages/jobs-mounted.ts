/**
 * Compat tests, packages: packages that know only the process's own `node:fs`. They run on a volume
 * that is mounted under it, at the very directory in which they run on the disk.
 */
import nodeFs from 'node:fs';
import { join } from 'node:path';
import { type Job, load, sources, tree } from './sources.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
type Call = (...args: unknown[]) => Promise<unknown>;

export const mounted: Readonly<Record<string, Job>> = {
  'fs-extra': async (fs, dir) => {
    const extra = load<Record<string, Call>>('fs-extra');
    sources(fs, dir);
    const p = (name: string): string => join(dir, name);
    await extra.copy(p('src'), p('copy'), { dereference: false });
    await extra.move(p('copy/lib'), p('moved/lib'));
    await extra.outputFile(p('deep/er/file.txt'), 'out');
    await extra.outputJson(p('deep/data.json'), { a: 1 }, { spaces: 1 });
    await extra.ensureSymlink(p('src/index.js'), p('links/index'));
    await extra.ensureLink(p('src/index.js'), p('links/hard'));
    await extra.emptyDir(p('node_modules'));
    await extra.remove(p('src/lib'));
    return [
      tree(fs, dir),
      await extra.pathExists(p('src/lib')),
      await extra.readJson(p('deep/data.json')),
      await extra.copy(p('src'), p('src/in')).catch((error: Error) => error.message.replaceAll(dir, '@')),
      await extra.ensureDir(p('deep/data.json')).catch((error: NodeJS.ErrnoException) => error.code),
    ];
  },
  // Both take an fs, and go to the process's own for a part of their work.
  'make-dir': async (_, dir) => {
    const { makeDirectory, makeDirectorySync } = await import('make-dir');
    return [await makeDirectory(join(dir, 'p/q')), makeDirectorySync(join(dir, 'r/s'), { mode: 0o700 })];
  },
  globby: async (fs, dir) => {
    const { globby, globbySync } = await import('globby');
    sources(fs, dir);
    fs.writeFileSync(join(dir, '.gitignore'), 'deep\n');
    return [
      (await globby(['**', '!**/node_modules'], { cwd: dir })).sort(),
      (await globby('**', { cwd: dir, gitignore: true })).sort(),
      globbySync('src/**/*.js', { cwd: dir }).sort(),
      (await globby('src', { cwd: dir, expandDirectories: { extensions: ['txt'] } })).sort(),
    ];
  },
  rimraf: async (fs, dir) => {
    const { rimraf, rimrafSync } = await import('rimraf');
    sources(fs, dir);
    const results = [
      await rimraf(join(dir, 'src/lib')),
      await rimraf(join(dir, 'none')),
      rimrafSync(join(dir, 'node_modules/*'), { glob: true }),
      await rimraf([join(dir, 'src/alias')], { filter: (path) => !path.endsWith('x') }),
    ];
    return [results, tree(fs, dir)];
  },
  'write-file-atomic': async (fs, dir) => {
    const write = load<Call & { sync(file: string, data: string, options?: object): void }>('write-file-atomic');
    const file = join(dir, 'config');
    await Promise.all([write(file, 'one'), write(file, 'two', { mode: 0o600 })]);
    write.sync(join(dir, 'sync'), 'three', { fsync: true });
    await write(join(dir, 'none/config'), 'x').catch(() => {});
    return [tree(fs, dir), fs.statSync(file).mode];
  },
  chokidar: async (fs, dir) => {
    const { watch } = await import('chokidar');
    sources(fs, dir);
    const events: string[] = [];
    const watcher = watch(join(dir, 'src'), { followSymlinks: false, awaitWriteFinish: false });
    watcher.on('all', (event, path) => events.push(`${event} ${path.slice(dir.length)}`));
    await new Promise<void>((resolve) => watcher.on('ready', resolve));
    const first = events.splice(0).sort();
    const acts = [
      () => fs.writeFileSync(join(dir, 'src/new.js'), 'new'),
      () => fs.writeFileSync(join(dir, 'src/index.js'), 'changed'),
      () => fs.mkdirSync(join(dir, 'src/made')),
      () => fs.writeFileSync(join(dir, 'src/made/in.js'), 'in'),
      () => fs.unlinkSync(join(dir, 'src/new.js')),
      () => fs.rmSync(join(dir, 'src/lib/deep'), { recursive: true }),
    ];
    const later: string[][] = [];
    for (const act of acts) {
      act();
      await pause(350);
      later.push([...new Set(events.splice(0))].sort());
    }
    const watched = Object.keys(watcher.getWatched()).length;
    await watcher.close();
    return [first, later, watched];
  },
  readdirp: async (fs, dir) => {
    const { readdirp, readdirpPromise } = await import('readdirp');
    sources(fs, dir);
    const found: string[] = [];
    for await (const entry of readdirp(dir, { type: 'all', alwaysStat: true, lstat: true })) {
      found.push(`${entry.path} ${entry.stats?.isDirectory()}`);
    }
    const files = await readdirpPromise(dir, { fileFilter: ({ basename }) => basename.endsWith('.js'), depth: 2 });
    return [found.sort(), files.map(({ path }) => path).sort()];
  },
  'find-up': async (fs, dir) => {
    const { findUp, findUpSync } = await import('find-up');
    sources(fs, dir);
    fs.writeFileSync(join(dir, 'root.json'), '{}');
    const cwd = join(dir, 'src/lib/deep');
    return [
      (await findUp('root.json', { cwd }))?.slice(dir.length),
      findUpSync(['none', 'add.js'], { cwd })?.slice(dir.length),
      (await findUp('lib', { cwd, type: 'directory' }))?.slice(dir.length),
      await findUp('nowhere.at.all', { cwd }),
    ];
  },
  cacache: async (_, dir) => {
    const cacache = load<Record<string, Call> & { rm: Record<string, Call> }>('cacache');
    const cache = join(dir, 'cache');
    const integrity = String(await cacache.put(cache, 'key', 'data', { algorithms: ['sha256'], time: 1 }));
    await cacache.put(cache, 'other', Buffer.alloc(100_000, 'z'), { time: 2 });
    const { data } = (await cacache.get(cache, 'key')) as { data: Buffer };
    const listed = Object.keys((await cacache.ls(cache)) as object).sort();
    await cacache.rm.entry(cache, 'other');
    const verified = (await cacache.verify(cache)) as Record<string, unknown>;
    return [
      integrity,
      String(data),
      listed,
      await cacache.get(cache, 'other').catch((error: NodeJS.ErrnoException) => error.code),
      [verified.verifiedContent, verified.reclaimedCount, verified.totalEntries],
      String(await cacache.get.call(cacache, cache, 'key').then((found) => (found as { integrity: string }).integrity)),
    ];
  },
  lowdb: async (fs, dir) => {
    const { Low } = await import('lowdb');
    const { JSONFile } = await import('lowdb/node');
    const file = join(dir, 'db.json');
    const open = async () => {
      const db = new Low<{ posts: string[] }>(new JSONFile(file), { posts: [] });
      await db.read();
      return db;
    };
    const db = await open();
    await Promise.all([1, 2, 3].map((n) => db.update(({ posts }) => posts.push(`post ${n}`))));
    const again = await open();
    return [again.data, fs.readFileSync(file, 'utf8'), fs.readdirSync(dir)];
  },
  tmp: async (fs, dir) => {
    const tmp = load<{
      dirSync(options: object): { name: string; removeCallback(): void };
      fileSync(options: object): { name: string; fd: number; removeCallback(): void };
    }>('tmp');
    const folder = tmp.dirSync({ tmpdir: dir, unsafeCleanup: true, prefix: 'pre' });
    fs.writeFileSync(join(folder.name, 'x'), 'x');
    const file = tmp.fileSync({ tmpdir: dir, postfix: '.txt', mode: 0o640 });
    fs.writeSync(file.fd, 'written');
    const seen = [
      fs.statSync(folder.name).mode,
      fs.statSync(file.name).mode,
      fs.readFileSync(file.name, 'utf8'),
      fs.readdirSync(dir).length,
    ];
    folder.removeCallback();
    file.removeCallback();
    return [seen, fs.readdirSync(dir)];
  },
  dotenv: async (fs, dir) => {
    const dotenv = load<{ config(options: object): { parsed?: object; error?: Error & { code?: string } } }>('dotenv');
    fs.writeFileSync(join(dir, '.env'), 'A=1\nB="two words"\n# no\nC=$A\n');
    const processEnv = {};
    const found = dotenv.config({ path: join(dir, '.env'), processEnv, quiet: true });
    return [found.parsed, processEnv, dotenv.config({ path: join(dir, 'none'), processEnv, quiet: true }).error?.code];
  },
  'rotating-file-stream': async (fs, dir) => {
    const { createStream } = await import('rotating-file-stream');
    const stream = createStream((_time, index) => (index ? `old.${index}.log` : 'now.log'), {
      path: dir,
      size: '100B',
      maxFiles: 3,
      rotate: 3,
    } as never);
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => stream.write(`line number ${i}\n`, resolve));
      await pause(5);
    }
    await new Promise<void>((resolve) => stream.end(() => resolve()));
    await pause(30);
    return tree(fs, dir);
  },
  send: async (fs, dir) => {
    const send = load<(request: unknown, path: string, options: object) => { pipe(to: unknown): void }>('send');
    const { createServer } = await import('node:http');
    sources(fs, dir);
    const server = createServer((request, response) => {
      send(request, request.url ?? '', { root: dir, lastModified: false, etag: false }).pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as import('node:net').AddressInfo;
    const answers: unknown[] = [];
    for (const [path, range] of [
      ['/src/index.js', ''],
      ['/src/lib/deep/note.txt', 'bytes=1-2'],
      ['/none', ''],
      ['/src/.hidden', ''],
      ['/src', ''],
      ['/../etc/passwd', ''],
    ]) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        headers: range ? { range } : {},
        redirect: 'manual',
      });
      answers.push([path, response.status, (await response.text()).slice(0, 120)]);
    }
    server.closeAllConnections();
    server.close();
    return answers;
  },
  'sonic-boom': async (fs, dir) => {
    type Boom = NodeJS.EventEmitter & { write(line: string): boolean; flushSync(): void; end(): void };
    const SonicBoom = load<new (options: object) => Boom>('sonic-boom');
    const boom = new SonicBoom({ dest: join(dir, 'logs/app.log'), mkdir: true, minLength: 64, sync: false });
    await new Promise((resolve) => boom.once('ready', resolve));
    for (let i = 0; i < 100; i++) boom.write(`line ${i}\n`);
    const closed = new Promise((resolve) => boom.once('close', resolve));
    boom.end();
    await closed;
    const sync = new SonicBoom({ dest: join(dir, 'sync.log'), sync: true });
    sync.write('at once');
    sync.flushSync();
    return tree(fs, dir);
  },
  tar: async (fs, dir) => {
    const tar = await import('tar');
    fs.mkdirSync(join(dir, 'in'));
    sources(fs, join(dir, 'in'));
    fs.mkdirSync(join(dir, 'out'));
    await tar.create({ cwd: join(dir, 'in'), file: join(dir, 'a.tgz'), gzip: true, portable: true }, ['src']);
    await tar.extract({ cwd: join(dir, 'out'), file: join(dir, 'a.tgz') });
    tar.extract({ cwd: join(dir, 'out'), file: join(dir, 'a.tgz'), sync: true, strip: 1 });
    const names: string[] = [];
    await tar.list({ file: join(dir, 'a.tgz'), onReadEntry: (entry) => void names.push(entry.path) });
    return [tree(fs, join(dir, 'out')), names.sort()];
  },
  'proper-lockfile on its own': async (_, dir) => {
    const { lock, unlock, check } = load<Record<string, Call>>('proper-lockfile');
    nodeFs.writeFileSync(join(dir, 'guarded'), '');
    await lock(join(dir, 'guarded'));
    const held = await check(join(dir, 'guarded'));
    await unlock(join(dir, 'guarded'));
    return [held, await check(join(dir, 'guarded')), nodeFs.readdirSync(dir)];
  },
};
