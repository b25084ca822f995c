/** Trees between the disk and a volume, both ways, with what may go wrong. */
import { execFileSync } from 'node:child_process';
import nodeFs from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DiskError, exportToDisk, importFromDisk, type Progress } from '../../../src/adapters/disk/index.js';
import { diff } from '../../../src/adapters/inspect/index.js';
import { createVolume, QuotaExceededError } from '../../../src/core/index.js';
import { createFs, createFsFromEngine } from '../../../src/facade/index.js';
import { expectClean, snapshot } from '../../helpers/snapshot.js';
import { described, diskDirectory, plant } from '../trees.js';

function plantedOnDisk(): string {
  const directory = join(diskDirectory(), 'tree');
  nodeFs.mkdirSync(directory);
  plant(nodeFs, directory);
  return directory;
}

function planted() {
  const fs = createFs();
  plant(fs, '/tree');
  return fs;
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error) => error.code,
  );

describe('importFromDisk', () => {
  it.each([1, 3, 50])('brings everything over, %s files at once', async (concurrency) => {
    const directory = plantedOnDisk();
    const engine = createVolume({});
    const fs = createFsFromEngine(engine);
    const counts = await importFromDisk(fs, directory, { to: '/in/there', concurrency });
    expect(described(fs, '/in/there')).toEqual(described(nodeFs, directory));
    expect(counts).toMatchObject({ symlinks: 3, links: 1 });
    expectClean(engine);
  });

  it('takes a URL, a filter and tells how far it is', async () => {
    const directory = plantedOnDisk();
    const fs = createFs();
    const seen: Progress[] = [];
    await importFromDisk(fs, pathToFileURL(directory), {
      filter: (path, stats) => path !== 'empty' && !stats.isSymbolicLink(),
      onProgress: (progress) => seen.push(progress),
    });
    expect(fs.existsSync('/empty')).toBe(false);
    expect(fs.existsSync('/link')).toBe(false);
    const last = seen.at(-1);
    expect(last).toMatchObject({ files: last?.totalFiles, bytes: last?.totalBytes });
    expect(seen.map(({ path }) => path).sort()).toContain('big.bin');
  });

  it('refuses what cannot fit before it reads anything', async () => {
    const directory = plantedOnDisk();
    const engine = createVolume({ maxQuota: 600_000 });
    const fs = createFsFromEngine(engine);
    const changes = engine.changes;
    const seen: Progress[] = [];
    const error = await importFromDisk(fs, directory, { onProgress: (each) => seen.push(each) }).catch(
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(QuotaExceededError);
    expect(error).toMatchObject({ code: 'ENOSPC', requested: expect.any(Number), available: expect.any(Number) });
    expect(seen).toEqual([]);
    expect(engine.changes).toBe(changes);
  });

  it('is billed for its list of entries, which once took more than the quota, and for nothing afterwards', async () => {
    const directory = join(diskDirectory(), 'n'.repeat(200));
    nodeFs.mkdirSync(directory);
    for (let i = 0; i < 300; i++) nodeFs.writeFileSync(join(directory, `${i}-`.padEnd(200, 'f')), '');
    const root = join(directory, '..');
    for (const maxQuota of [150_000, 4_000_000]) {
      const engine = createVolume({ maxQuota });
      const fs = createFsFromEngine(engine);
      let most = 0;
      const filter = (): boolean => {
        most = Math.max(most, engine.usage().used);
        return true;
      };
      const outcome = await codeOf(importFromDisk(fs, root, { filter }));
      expect(outcome).toBe(maxQuota < 1_000_000 ? 'ENOSPC' : 'done');
      if (outcome === 'ENOSPC') expect(engine.usage().used).toBe(0);
      else expect(most).toBeGreaterThan(290 * 600);
      expect(engine.usage().used).toBeLessThan(150_000);
      expectClean(engine);
    }
  });

  it('leaves the volume as it was when it fails half way', async () => {
    const directory = plantedOnDisk();
    const engine = createVolume({ maxQuota: 900_000, maxNodes: 12 });
    const fs = createFsFromEngine(engine);
    fs.mkdirSync('/to');
    fs.writeFileSync('/to/run.sh', 'mine');
    const shape = () => snapshot(engine).nodes.map((node) => ({ ...node, atime: '', ctime: '' }));
    const before = shape();
    expect(await codeOf(importFromDisk(fs, directory, { to: '/to' }))).toBe('ENOSPC');
    expect(shape()).toEqual(before);
    expectClean(engine);
  });

  it('refuses files that grow or shrink meanwhile, sockets, and wrong options', async () => {
    const directory = plantedOnDisk();
    const fs = createFs();
    const change = (content: string) =>
      importFromDisk(fs, directory, {
        filter: (path) => {
          if (path === 'secret') setImmediate(() => nodeFs.writeFileSync(join(directory, 'zz'), content));
          return true;
        },
      });
    nodeFs.writeFileSync(join(directory, 'zz'), 'before');
    const outcome = await codeOf(change('a longer one'));
    // The change may come before its size is looked at.
    expect(['ERR_DISK_CHANGED', 'done']).toContain(outcome);
    expect(await codeOf(importFromDisk(fs, directory, { concurrency: 0 }))).toBe('ERR_OUT_OF_RANGE');
    expect(await codeOf(importFromDisk(fs, join(directory, 'secret')))).toBe('ERR_DISK_TYPE');
    expect(await codeOf(importFromDisk(fs, join(directory, 'absent')))).toBe('ENOENT');
  });

  it('refuses more entries than the volume has room for, before it reads anything', async () => {
    const directory = plantedOnDisk();
    const engine = createVolume({ maxNodes: 10 });
    const fs = createFsFromEngine(engine);
    const { changes } = engine;
    const seen: Progress[] = [];
    const error = await importFromDisk(fs, directory, { onProgress: (each) => seen.push(each) }).catch(
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: 'ENOSPC', resource: 'nodes', available: 10, limit: 11 });
    expect(seen).toEqual([]);
    expect(engine.changes).toBe(changes);
  });

  it.each(['a link', 'a pipe', 'another file', 'nothing'])(
    'reads no file that became %s after it was looked at, and leaves the volume as it was',
    async (what) => {
      const directory = diskDirectory();
      const outside = join(diskDirectory(), 'secret');
      nodeFs.writeFileSync(outside, 'secret');
      nodeFs.writeFileSync(join(directory, 'a'), 'first');
      nodeFs.writeFileSync(join(directory, 'b'), 'second');
      const victim = join(directory, 'b');
      const engine = createVolume({});
      const fs = createFsFromEngine(engine);
      const { changes } = engine;
      const swap = (): void => {
        nodeFs.renameSync(victim, join(directory, 'kept'));
        if (what === 'a link') nodeFs.symlinkSync(outside, victim);
        if (what === 'a pipe') execFileSync('mkfifo', [victim]);
        if (what === 'another file') nodeFs.writeFileSync(victim, 'secret');
      };
      const outcome = await codeOf(
        importFromDisk(fs, directory, { concurrency: 1, onProgress: ({ path }) => path === 'a' && swap() }),
      );
      expect(outcome).toBe(what === 'nothing' ? 'ENOENT' : 'ERR_DISK_CHANGED');
      expect(fs.readdirSync('/')).toEqual([]);
      expect(engine.changes).toBe(changes);
      expectClean(engine);
    },
  );

  it('is undone when a listener throws', async () => {
    const directory = plantedOnDisk();
    const engine = createVolume({});
    const fs = createFsFromEngine(engine);
    const onProgress = ({ files }: Progress): void => {
      if (files === 3) throw new Error('enough');
    };
    await expect(importFromDisk(fs, directory, { onProgress })).rejects.toThrow('enough');
    expect(fs.readdirSync('/')).toEqual([]);
    expectClean(engine);
  });

  it('takes names with the replacement character and refuses those that are not UTF-8', async () => {
    const directory = diskDirectory();
    nodeFs.writeFileSync(join(directory, 'odd \ufffd name'), 'odd');
    const fs = createFs();
    await importFromDisk(fs, directory);
    expect(fs.readFileSync('/odd \ufffd name', 'utf8')).toBe('odd');
    nodeFs.writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0x61, 0xff])]), '');
    expect(await codeOf(importFromDisk(fs, directory, { to: '/again' }))).toBe('ERR_DISK_NAME');
    expect(fs.existsSync('/again')).toBe(false);
  });

  it('keeps, skips or refuses links that lead out', async () => {
    const directory = diskDirectory();
    nodeFs.symlinkSync('/etc/passwd', join(directory, 'out'));
    const fs = createFs();
    expect(await codeOf(importFromDisk(fs, directory, { to: '/refuse', outsideLinks: 'refuse' }))).toBe(
      'ERR_DISK_LINK',
    );
    await importFromDisk(fs, directory, { to: '/skip', outsideLinks: 'skip' });
    await importFromDisk(fs, directory, { to: '/keep' });
    expect(fs.readdirSync('/skip')).toEqual([]);
    expect(fs.readlinkSync('/keep/out')).toBe('/etc/passwd');
  });
});

describe('exportToDisk', () => {
  it.each([1, 3, 50])('brings everything over, %s files at once', async (concurrency) => {
    const fs = planted();
    const directory = join(diskDirectory(), 'new', 'place');
    const { actions, ...counts } = await exportToDisk(fs, '/tree', directory, { concurrency });
    expect(described(nodeFs, directory)).toEqual(described(fs, '/tree'));
    expect(counts).toMatchObject({ symlinks: 3, links: 1 });
    expect(actions.length).toBe(Object.keys(described(fs, '/tree')).length);
  });

  it('only says what it would do', async () => {
    const fs = planted();
    const directory = join(diskDirectory(), 'new');
    const { actions } = await exportToDisk(fs, '/tree', directory, { dryRun: true });
    expect(actions).toContainEqual({ path: 'run.sh', type: 'file', action: 'create', size: 10 });
    expect(nodeFs.existsSync(directory)).toBe(false);
  });

  it('replaces only when it may, and each file in one step', async () => {
    const fs = planted();
    const directory = diskDirectory();
    nodeFs.writeFileSync(join(directory, 'run.sh'), 'mine');
    expect(await codeOf(exportToDisk(fs, '/tree', directory))).toBe('ERR_DISK_EXISTS');
    expect(nodeFs.readdirSync(directory)).toEqual(['run.sh']);
    const { ino } = nodeFs.statSync(join(directory, 'run.sh'));
    const fd = nodeFs.openSync(join(directory, 'run.sh'), 'r');
    await exportToDisk(fs, '/tree', directory, { overwrite: true });
    expect(described(nodeFs, directory)).toEqual(described(fs, '/tree'));
    expect(nodeFs.statSync(join(directory, 'run.sh')).ino).not.toBe(ino);
    expect(nodeFs.readFileSync(fd, 'utf8')).toBe('mine');
    nodeFs.closeSync(fd);
    await exportToDisk(fs, '/tree', directory, { overwrite: true });
    // Directories that are there already keep the times that they get by this.
    expect(diff({ fs, path: '/tree' }, { fs: nodeFs, path: directory })).toEqual([]);
  });

  it('never writes through a link of the disk', async () => {
    const fs = planted();
    const directory = diskDirectory();
    const outside = diskDirectory();
    nodeFs.symlinkSync(outside, join(directory, 'empty'));
    expect(await codeOf(exportToDisk(fs, '/tree', directory, { overwrite: true }))).toBe('ERR_DISK_LINK');
    nodeFs.unlinkSync(join(directory, 'empty'));
    nodeFs.writeFileSync(join(outside, 'victim'), 'victim');
    nodeFs.symlinkSync(join(outside, 'victim'), join(directory, 'run.sh'));
    await exportToDisk(fs, '/tree', directory, { overwrite: true });
    expect(nodeFs.readFileSync(join(outside, 'victim'), 'utf8')).toBe('victim');
    expect(nodeFs.lstatSync(join(directory, 'run.sh')).isFile()).toBe(true);
  });

  it('lets no link of the volume lead out; those inside keep their meaning', async () => {
    const fs = createFs();
    fs.mkdirSync('/app/lib', { recursive: true });
    fs.writeFileSync('/app/lib/file', 'file');
    fs.symlinkSync('/app/lib/file', '/app/lib/absolute');
    fs.symlinkSync('/app', '/app/lib/root');
    const directory = diskDirectory();
    await exportToDisk(fs, '/app', join(directory, 'inside'));
    expect(nodeFs.readlinkSync(join(directory, 'inside/lib/absolute'))).toBe('file');
    expect(nodeFs.readFileSync(join(directory, 'inside/lib/absolute'), 'utf8')).toBe('file');
    expect(nodeFs.realpathSync(join(directory, 'inside/lib/root'))).toBe(
      nodeFs.realpathSync(join(directory, 'inside')),
    );
    for (const target of ['/etc/passwd', '../../..', '../../evil', 'file/../../../evil', '/app/../etc']) {
      fs.symlinkSync(target, '/app/lib/out');
      expect(await codeOf(exportToDisk(fs, '/app', join(directory, 'refused'))), target).toBe('ERR_DISK_LINK');
      expect(nodeFs.existsSync(join(directory, 'refused'))).toBe(false);
      fs.unlinkSync('/app/lib/out');
    }
    fs.symlinkSync('/etc/passwd', '/app/lib/out');
    await exportToDisk(fs, '/app', join(directory, 'skipped'), { outsideLinks: 'skip' });
    expect(nodeFs.existsSync(join(directory, 'skipped/lib/out'))).toBe(false);
  });

  it('refuses conflicts before it writes', async () => {
    const fs = planted();
    const directory = diskDirectory();
    nodeFs.mkdirSync(join(directory, 'run.sh'));
    expect(await codeOf(exportToDisk(fs, '/tree', directory, { overwrite: true }))).toBe('ERR_DISK_CONFLICT');
    nodeFs.rmdirSync(join(directory, 'run.sh'));
    nodeFs.writeFileSync(join(directory, 'empty'), '');
    const error = await exportToDisk(fs, '/tree', directory, { overwrite: true }).catch((reason) => reason);
    expect(error).toBeInstanceOf(DiskError);
    expect(error).toMatchObject({ code: 'ERR_DISK_CONFLICT', entry: 'empty', name: 'DiskError' });
    expect(nodeFs.readdirSync(directory)).toEqual(['empty']);
    expect(await codeOf(exportToDisk(fs, '/tree/run.sh', directory))).toBe('ERR_DISK_TYPE');
    expect(await codeOf(exportToDisk(fs, '/absent', directory))).toBe('ENOENT');
  });

  it('does what a dry run says, also over what is there', async () => {
    const fs = planted();
    const directory = diskDirectory();
    nodeFs.mkdirSync(join(directory, 'closed'));
    nodeFs.writeFileSync(join(directory, 'run.sh'), 'mine');
    nodeFs.symlinkSync('elsewhere', join(directory, 'link'));
    nodeFs.writeFileSync(join(directory, 'not in the tree'), 'stays');
    const listing = () => nodeFs.readdirSync(directory, { recursive: true }).sort();
    for (const options of [{ overwrite: true }, { overwrite: true, filter: (path: string) => path !== 'empty' }]) {
      const before = listing();
      const said = await exportToDisk(fs, '/tree', directory, { ...options, dryRun: true });
      expect(listing()).toEqual(before);
      const done = await exportToDisk(fs, '/tree', directory, options);
      expect(done).toEqual(said);
      const made = said.actions.filter(({ action }) => action === 'create').map(({ path }) => path);
      expect(listing()).toEqual([...before, ...made].sort());
    }
    expect(nodeFs.readFileSync(join(directory, 'not in the tree'), 'utf8')).toBe('stays');
  });

  it('refuses a destination that is a file, is below one, or is a link that leads nowhere, also in a dry run', async () => {
    const fs = planted();
    const directory = diskDirectory();
    nodeFs.writeFileSync(join(directory, 'file'), '');
    nodeFs.symlinkSync('nowhere', join(directory, 'dangling'));
    nodeFs.mkdirSync(join(directory, 'real'));
    nodeFs.symlinkSync('real', join(directory, 'good'));
    const before = nodeFs.readdirSync(directory);
    for (const dryRun of [true, false]) {
      const to = (path: string) => codeOf(exportToDisk(fs, '/tree', join(directory, path), { dryRun }));
      expect(await to('file')).toBe('ERR_DISK_CONFLICT');
      expect(await to('file/below')).toBe('ERR_DISK_CONFLICT');
      expect(await to('dangling')).toBe('ERR_DISK_LINK');
      expect(await to('dangling/below')).toBe('ERR_DISK_LINK');
      expect(nodeFs.readdirSync(directory)).toEqual(before);
      expect(await to('good')).toBe('done');
    }
    expect(diff({ fs, path: '/tree' }, { fs: nodeFs, path: join(directory, 'real') })).toEqual([]);
  });

  it.each([1, 8])(
    'notices a directory that became a link before it is written into, %s files at once',
    async (concurrency) => {
      const fs = createFs();
      fs.mkdirSync('/kept');
      fs.writeFileSync('/kept/evil', 'evil');
      fs.mkdirSync('/zz');
      const directory = diskDirectory();
      const outside = diskDirectory();
      nodeFs.mkdirSync(join(directory, 'kept'));
      const swapping = {
        ...fs,
        // The plan looks at the tree in order: here 'kept' has been looked at on the disk.
        lstatSync: Object.assign((path: string, options: object) => {
          if (path === '/zz' && nodeFs.lstatSync(join(directory, 'kept')).isDirectory()) {
            nodeFs.rmdirSync(join(directory, 'kept'));
            nodeFs.symlinkSync(outside, join(directory, 'kept'));
          }
          return fs.lstatSync(path, options);
        }, {}),
      } as unknown as typeof fs;
      expect(await codeOf(exportToDisk(swapping, '/', directory, { concurrency, overwrite: true }))).toBe(
        'ERR_DISK_CHANGED',
      );
      expect(nodeFs.readdirSync(outside)).toEqual([]);
    },
  );

  it('tells of each file once, in step with the totals', async () => {
    const fs = planted();
    const seen: Progress[] = [];
    const { files, bytes } = await exportToDisk(fs, '/tree', join(diskDirectory(), 'new'), {
      concurrency: 4,
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.map(({ files: done }) => done)).toEqual(Array.from({ length: files }, (_, n) => n + 1));
    expect(new Set(seen.map(({ path }) => path)).size).toBe(files);
    expect(seen.at(-1)).toMatchObject({ files, totalFiles: files, bytes, totalBytes: bytes });
  });

  it('drops set-id bits and leaves no spare files behind', async () => {
    const fs = createFs();
    fs.writeFileSync('/tool', 'x');
    fs.chmodSync('/tool', 0o6755);
    const directory = diskDirectory();
    await exportToDisk(fs, '/', directory);
    expect(nodeFs.statSync(join(directory, 'tool')).mode & 0o7777).toBe(0o755);
    const broken = {
      ...fs,
      readSync: () => {
        throw new Error('unreadable');
      },
    };
    await expect(exportToDisk(broken, '/', directory, { overwrite: true })).rejects.toThrow('unreadable');
    expect(nodeFs.readdirSync(directory)).toEqual(['tool']);
    expect(nodeFs.readFileSync(join(directory, 'tool'), 'utf8')).toBe('x');
  });
});
