/**
 * The archives of real packages and of the system's own tar and zip, file by file against the disk. The packages are
 * those that this project has installed; `npm run compat:archives` takes others from the registry. Where the tools are
 * missing, packages are packed by our own exporter, and Info-ZIP's archives are those in `fixtures`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import nodeFs from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ArchiveFormat, exportArchive, importArchive } from '../../../src/adapters/archive/index.js';
import { createFs, quotaOf } from '../../../src/facade/index.js';
import { described, diskDirectory, plant, zipped } from '../trees.js';

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const has = (tool: string): boolean => spawnSync(tool, ['--help']).error === undefined;
const tools = { tar: has('tar'), zip: has('zip') && has('unzip'), zstd: has('zstd') };
const run = (cwd: string, command: string, ...args: string[]): void =>
  void execFileSync(command, args, { cwd, stdio: 'pipe', env: { ...process.env, LC_ALL: 'C.UTF-8' } });

/** A directory with a copy of an installed package, as npm packs it: in 'package/'. */
function packageCopy(name: string): string {
  const directory = diskDirectory();
  nodeFs.mkdirSync(dirname(join(directory, 'package')), { recursive: true });
  nodeFs.cpSync(join(modules, name), join(directory, 'package'), { recursive: true, dereference: true });
  return directory;
}

const newVolume = () => createFs({ maxQuota: 256 * 1024 * 1024 });

describe.each(['typescript', 'esbuild', 'memfs', 'fflate'])('the package %s', (name) => {
  it('comes out of archives of ours, and of npm’s kind of tarball, as it is on the disk', {
    timeout: 120_000,
  }, async () => {
    const directory = packageCopy(name);
    const onDisk = zipped(described(nodeFs, join(directory, 'package')));
    const archives: [string, Buffer][] = [
      ['our tar', await exportArchive(nodeFs, directory, { format: 'tar' })],
      ['our tar.gz', await exportArchive(nodeFs, directory, { format: 'tar.gz', level: 1 })],
      ['our zip', await exportArchive(nodeFs, directory, { format: 'zip', level: 1 })],
    ];
    if (tools.tar) {
      run(directory, 'tar', '-czf', 'made.tgz', 'package');
      archives.push(['tar.gz by tar', nodeFs.readFileSync(join(directory, 'made.tgz'))]);
    }
    if (tools.zip) {
      run(directory, 'zip', '-qr1', 'made.zip', 'package');
      archives.push(['zip by zip', nodeFs.readFileSync(join(directory, 'made.zip'))]);
    }
    for (const [what, archive] of archives) {
      const fs = newVolume();
      await importArchive(fs, archive, { to: '/in', strip: 1, filter: ({ path }) => !path.startsWith('made') });
      expect(zipped(described(fs, '/in')), what).toEqual(onDisk);
    }
  });
});

/** On disk: the planted tree; the caller packs it with a tool. */
function plantedOnDisk(): string {
  const directory = diskDirectory();
  nodeFs.mkdirSync(join(directory, 'tree'));
  plant(nodeFs, join(directory, 'tree'));
  return directory;
}

describe.runIf(tools.tar)('tar of the system', () => {
  it.each(['gnu', 'posix', 'ustar', 'v7', 'oldgnu'])('its %s archives are read', async (format) => {
    const directory = plantedOnDisk();
    // The old formats have no room for long names.
    if (['ustar', 'v7'].includes(format))
      nodeFs.rmSync(join(directory, 'tree/long-directory-name'), { recursive: true });
    run(directory, 'tar', `--format=${format}`, '-cf', 'made.tar', '-C', 'tree', '.');
    const fs = newVolume();
    await importArchive(fs, nodeFs.readFileSync(join(directory, 'made.tar')), { to: '/in' });
    expect(zipped(described(fs, '/in'))).toEqual(zipped(described(nodeFs, join(directory, 'tree'))));
    expect(described(fs, '/in')['zz-second-name']?.first).toBe('secret');
  });

  it('labels its archives, and they are read all the same', async () => {
    const directory = plantedOnDisk();
    run(directory, 'tar', '-V', 'a label', '-cf', 'made.tar', '-C', 'tree', '.');
    const fs = newVolume();
    await importArchive(fs, nodeFs.readFileSync(join(directory, 'made.tar')), { to: '/in' });
    expect(zipped(described(fs, '/in'))).toEqual(zipped(described(nodeFs, join(directory, 'tree'))));
  });

  it('reads it compressed by zstd, where this Node can', async () => {
    if (!tools.zstd || !('createZstdDecompress' in (await import('node:zlib')))) return;
    const directory = plantedOnDisk();
    run(directory, 'tar', '--zstd', '-cf', 'made.tar.zst', '-C', 'tree', '.');
    const fs = newVolume();
    expect(await importArchive(fs, nodeFs.readFileSync(join(directory, 'made.tar.zst')))).toMatchObject({
      format: 'tar.zst',
    });
  });

  it.each(['tar', 'tar.gz'] as ArchiveFormat[])('unpacks our %s to the same tree', async (format) => {
    const fs = newVolume();
    plant(fs, '/tree');
    const directory = diskDirectory();
    nodeFs.writeFileSync(join(directory, 'made'), await exportArchive(fs, '/tree', { format }));
    nodeFs.mkdirSync(join(directory, 'out'));
    run(directory, 'tar', '--no-same-owner', '-xpf', 'made', '-C', 'out');
    expect(described(nodeFs, join(directory, 'out'))).toEqual(described(fs, '/tree'));
  });
});

/** Made by Info-ZIP 3.0 from one small tree, so that its archives are read here even where it is not installed. */
describe('zips by Info-ZIP that are kept beside this test', () => {
  const TIME = 1_614_834_367_000;
  const file = (content: string, mode = 0o644) => ({
    type: 'file',
    mode,
    mtime: TIME,
    content: createHash('sha1').update(content).digest('hex'),
  });
  const directory = { type: 'directory', mode: 0o755, mtime: TIME };
  const text = 'Info-ZIP packs this line.\n'.repeat(800);
  const whole = {
    closed: directory,
    'closed/inside': file('inside', 0o600),
    empty: directory,
    'empty/deep': directory,
    'empty/up': { type: 'symlink', content: '../text.txt' },
    'empty.txt': file(''),
    link: { type: 'symlink', content: 'run.sh' },
    'run.sh': file('#!/bin/sh\n', 0o755),
    'text.txt': file(text),
    '日本語 ünï 🎉.txt': file('unicode'),
  };
  const { 'empty/deep': _, ...withoutDirectories } = whole;
  const expected: [string, Record<string, object>, number][] = [
    ['stored', whole, 0],
    ['deflated', whole, 0],
    ['zip64', whole, 0],
    ['without-extra-fields', whole, 2000],
    ['without-directories', withoutDirectories, 0],
    ['to-a-pipe', { 'run.sh': whole['run.sh'], 'text.txt': whole['text.txt'] }, 0],
  ];
  it.each(expected)('%s', async (name, tree, tolerance) => {
    const fs = newVolume();
    const archive = nodeFs.readFileSync(fileURLToPath(new URL(`fixtures/${name}.zip`, import.meta.url)));
    // Without Info-ZIP's field, times are MS-DOS's: even seconds, in the zone of who made the archive.
    const isLocal = tolerance > 0;
    await importArchive(fs, archive, { to: '/in' });
    const read = described(fs, '/in');
    const simple = Object.entries(read).map(([path, entry]) => {
      const { mtime, ...rest } = entry;
      const impliedTime = entry.type === 'directory' && name === 'without-directories';
      const near = Math.abs((mtime ?? TIME) - TIME) <= (isLocal ? 15 * 3_600_000 : tolerance);
      return [path, mtime === undefined ? rest : { ...rest, mtime: near || impliedTime ? TIME : mtime }];
    });
    expect(Object.fromEntries(simple)).toEqual(tree);
    expect(quotaOf(fs).audit().problems).toEqual([]);
  });
});

describe.runIf(tools.zip)('zip of the system', () => {
  const options: [string, string[]][] = [
    ['stored', ['-0']],
    ['deflated', ['-9']],
    ['zip64', ['-fz']],
    ['without extra fields', ['-X']],
    ['without directories', ['-D']],
  ];
  it.each(options)('its archives %s are read', async (what, flags) => {
    const directory = plantedOnDisk();
    run(join(directory, 'tree'), 'zip', '-qry', ...flags, '../made.zip', '.');
    const fs = newVolume();
    await importArchive(fs, nodeFs.readFileSync(join(directory, 'made.zip')), { to: '/in' });
    const onDisk = zipped(described(nodeFs, join(directory, 'tree')));
    const read = zipped(described(fs, '/in'));
    const onlyFiles = what === 'without directories';
    for (const [path, entry] of Object.entries(onDisk)) {
      if (onlyFiles && entry.type === 'directory') continue;
      expect({ ...read[path], mtime: 0 }, path).toEqual({ ...entry, mtime: 0 });
      // Without Info-ZIP's field, times are MS-DOS's: even seconds.
      const tolerance = what === 'without extra fields' ? 2000 : 0;
      expect(Math.abs((read[path]?.mtime ?? 0) - (entry.mtime ?? 0)), path).toBeLessThanOrEqual(tolerance);
    }
  });

  it('is read when zip wrote to a pipe, sizes after contents', async () => {
    const directory = plantedOnDisk();
    // Info-ZIP cannot do links that way.
    const archive = execFileSync('sh', ['-c', 'zip -qr - big.bin closed | cat'], { cwd: join(directory, 'tree') });
    const fs = newVolume();
    expect(await importArchive(fs, archive, { to: '/in' })).toMatchObject({ files: 2, directories: 1, bytes: 700_007 });
    expect(fs.readFileSync('/in/big.bin').equals(nodeFs.readFileSync(join(directory, 'tree/big.bin')))).toBe(true);
  });

  it('is read when zip read from a pipe', async () => {
    const archive = execFileSync('sh', ['-c', 'echo piped | zip -q - - | cat']);
    const fs = newVolume();
    await importArchive(fs, archive, { to: '/in' });
    expect(fs.readFileSync('/in/-', 'utf8')).toBe('piped\n');
  });

  it.each([0, 6])('unpacks ours of level %s to the same tree', async (level) => {
    const fs = newVolume();
    plant(fs, '/tree');
    const directory = diskDirectory();
    nodeFs.writeFileSync(join(directory, 'made.zip'), await exportArchive(fs, '/tree', { format: 'zip', level }));
    run(directory, 'unzip', '-tq', 'made.zip');
    run(directory, 'unzip', '-q', 'made.zip', '-d', 'out');
    expect(zipped(described(nodeFs, join(directory, 'out')))).toEqual(zipped(described(fs, '/tree')));
  });

  it('unpacks our long form', { timeout: 60_000 }, async () => {
    const fs = newVolume();
    for (let n = 0; n < 65_600; n++) fs.writeFileSync(`/${n}`, '');
    const directory = diskDirectory();
    nodeFs.writeFileSync(join(directory, 'made.zip'), await exportArchive(fs, '/', { format: 'zip' }));
    const list = execFileSync('unzip', ['-l', 'made.zip'], { cwd: directory, encoding: 'utf8', maxBuffer: 1e8 });
    expect(list).toMatch(/65600 files/);
  });
});
