/** Mount: everything at once, as a volume and as an overlay over the real disk; what has to see the disk all the same. */
import { execFileSync } from 'node:child_process';
import nodeFs from 'node:fs';
import nodePromises from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createFs, quotaOf } from 'quotafs';
import { exportToDisk, importFromDisk } from 'quotafs/disk';
import { mount, onDisk } from 'quotafs/mount';
import { createOverlay } from 'quotafs/overlay';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryProbe, readUmask } from '../../../src/host/index.js';

const require = createRequire(import.meta.url);
let disk: string;
beforeEach(() => {
  disk = nodeFs.realpathSync(nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-whole-')));
  nodeFs.mkdirSync(join(disk, 'directory'));
  nodeFs.writeFileSync(join(disk, 'file'), 'disk');
});
afterEach(() => nodeFs.rmSync(disk, { recursive: true }));

describe('an overlay over everything', () => {
  it('takes every way to write, and leaves the disk as it is', async () => {
    const overlay = createOverlay({ root: '/' });
    const mounted = mount(overlay.fs, { except: ['/dev', '/proc'] });
    const file = join(disk, 'file');
    nodeFs.appendFileSync(file, '+sync');
    await nodePromises.appendFile(file, '+promise');
    await promisify(nodeFs.appendFile)(file, '+callback');
    const stream = nodeFs.createWriteStream(file, { flags: 'a' });
    await promisify((done: () => void) => stream.end('+stream', done))();
    const fd = nodeFs.openSync(file, 'a');
    nodeFs.writeSync(fd, '+fd');
    nodeFs.closeSync(fd);
    nodeFs.renameSync(join(disk, 'directory'), join(disk, 'moved'));
    nodeFs.cpSync(file, join(disk, 'moved/copy'));
    nodeFs.linkSync(file, join(disk, 'link'));
    const all = 'disk+sync+promise+callback+stream+fd';
    for (const name of ['file', 'moved/copy', 'link']) expect(nodeFs.readFileSync(join(disk, name), 'utf8')).toBe(all);
    expect(nodeFs.readdirSync(disk)).toEqual(['file', 'link', 'moved']);
    expect(onDisk(() => nodeFs.readdirSync(disk))).toEqual(['directory', 'file']);
    expect(quotaOf(overlay.fs).audit().ok).toBe(true);
    mounted.unmount();
    expect(nodeFs.readdirSync(disk)).toEqual(['directory', 'file']);
    expect(nodeFs.readFileSync(file, 'utf8')).toBe('disk');
    const kinds = overlay.changes().map(({ kind, path }) => `${kind} ${path.slice(disk.length + 1)}`);
    expect(kinds.filter((each) => !each.endsWith(' '))).toEqual([
      ...['deleted directory', 'changed file', 'added link', 'added moved', 'added moved/copy'],
    ]);
  });

  it('loads modules as the program has left them', () => {
    nodeFs.writeFileSync(join(disk, 'same.cjs'), "module.exports = 'same';");
    nodeFs.writeFileSync(join(disk, 'changed.cjs'), "module.exports = 'disk';");
    nodeFs.writeFileSync(join(disk, 'gone.cjs'), '');
    using _ = mount(createOverlay({ root: '/' }).fs);
    nodeFs.writeFileSync(join(disk, 'changed.cjs'), "module.exports = 'memory';");
    nodeFs.writeFileSync(join(disk, 'new.cjs'), "module.exports = [require('./same.cjs'), require('./changed.cjs')];");
    expect(require(join(disk, 'new.cjs'))).toEqual(['same', 'memory']);
    nodeFs.unlinkSync(join(disk, 'gone.cjs'));
    expect(() => require(join(disk, 'gone.cjs'))).toThrow(expect.objectContaining({ code: 'MODULE_NOT_FOUND' }));
    for (const name of ['new', 'changed', 'same']) delete require.cache[join(disk, `${name}.cjs`)];
  });

  it('goes to a directory that the disk has, for child processes too', () => {
    const before = process.cwd();
    const mounted = mount(createOverlay({ root: '/' }).fs);
    process.chdir(join(disk, 'directory'));
    expect(process.cwd()).toBe(join(disk, 'directory'));
    nodeFs.writeFileSync('here', '');
    expect(onDisk(() => nodeFs.readdirSync(join(disk, 'directory')))).toEqual([]);
    expect(execFileSync('pwd', { encoding: 'utf8' })).toBe(`${join(disk, 'directory')}\n`);
    nodeFs.mkdirSync(join(disk, 'made'));
    process.chdir('../made');
    expect(process.cwd()).toBe(join(disk, 'made'));
    expect(execFileSync('pwd', { encoding: 'utf8' })).toBe(`${join(disk, 'directory')}\n`);
    process.chdir(before);
    mounted.unmount();
    expect(process.cwd()).toBe(before);
  });
});

describe('what is left to the disk', () => {
  it('is what `except` names, and nothing beside it', () => {
    const fs = createFs();
    using _ = mount(fs, { except: [join(disk, 'directory'), '/proc/'] });
    nodeFs.writeFileSync(join(disk, 'directory/real'), 'real');
    expect(onDisk(() => nodeFs.readFileSync(join(disk, 'directory/real'), 'utf8'))).toBe('real');
    expect(nodeFs.readFileSync('/proc/self/stat', 'utf8')).toMatch(new RegExp(`^${process.pid} `));
    expect(nodeFs.existsSync(join(disk, 'file'))).toBe(false);
    expect(nodeFs.existsSync('/process')).toBe(false);
    nodeFs.mkdirSync(disk, { recursive: true });
    nodeFs.writeFileSync(join(disk, 'directory-beside'), '');
    expect(() => nodeFs.renameSync(join(disk, 'directory-beside'), join(disk, 'directory/x'))).toThrow('EXDEV');
    expect(fs.readdirSync(disk)).toEqual(['directory-beside']);
    expect(() => mount(fs, { except: [''] })).toThrow('The "options.except" property must be a path');
  });

  it('is the look at the memory of the machine', () => {
    const fs = createFs();
    fs.mkdirSync('/proc');
    fs.writeFileSync('/proc/meminfo', 'MemAvailable: 1 kB');
    using _ = mount(fs);
    expect(nodeFs.readFileSync('/proc/meminfo', 'utf8')).toBe('MemAvailable: 1 kB');
    expect(memoryProbe()).toBeGreaterThan(1024 ** 2);
    expect(() => createFs({ memoryGuard: 'init', memoryGuardAction: 'raise', maxQuota: 1024 ** 2 })).not.toThrow();
    expect(readUmask()).toBe(process.umask());
  });

  it('are trees that are brought in and out', async () => {
    const fs = createFs();
    using _ = mount(fs);
    await importFromDisk(fs, disk, { to: '/tree' });
    expect(nodeFs.readFileSync('/tree/file', 'utf8')).toBe('disk');
    nodeFs.writeFileSync('/tree/file', 'memory');
    await exportToDisk(fs, '/tree', join(disk, 'out'));
    await exportToDisk(fs, '/tree', join(disk, 'out'), { overwrite: true });
    expect(onDisk(() => nodeFs.readFileSync(join(disk, 'out/file'), 'utf8'))).toBe('memory');
    expect(onDisk(() => nodeFs.readdirSync(join(disk, 'out')))).toEqual(['directory', 'file']);
    expect(fs.readdirSync('/')).toEqual(['tree']);
  });

  it('mounts that were kept took ten kilobytes each, which nobody was billed for', () => {
    const fs = createFs({ maxQuota: 2 ** 20 });
    const { used } = quotaOf(fs);
    const mounts = Array.from({ length: 20 }, (_, i) => mount(fs, { at: `/m${i}` }));
    expect(quotaOf(fs).used - used).toBeGreaterThan(20 * 1024);
    for (const each of mounts) each.unmount();
    for (const each of mounts) each.unmount();
    for (let i = 0; i < 20; i++) fs.rmdirSync(`/m${i}`);
    expect(quotaOf(fs).used).toBe(used);
    expect(() => {
      for (let i = 0; ; i++) fs.writeFileSync(`/full${i}`, Buffer.alloc(3000));
    }).toThrow('ENOSPC');
    const before = quotaOf(fs).used;
    const kept: ReturnType<typeof mount>[] = [];
    try {
      for (;;) kept.push(mount(fs));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC', syscall: 'mount', path: '/' });
    }
    for (const each of kept) each.unmount();
    expect(quotaOf(fs).used).toBe(before);
    expect(quotaOf(fs).audit()).toMatchObject({ ok: true });
  });
});
