/**
 * Compat tests: `npm run compat:archives`. Real archives against the system's tools, file by file on the disk.
 *
 * The npm tarballs of typescript, react, lodash and esbuild come from the registry and are kept in a cache folder. Zips
 * are made by Info-ZIP with each of its options, one of them with a file of 4 GiB. What we export is listed, tested and
 * unpacked by tar, bsdtar, unzip and Python. Every tool must be there: tar, bsdtar, zip, unzip, python3.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  ArchiveError,
  type ArchiveFormat,
  exportArchive,
  exportArchiveStream,
  importArchive,
} from '../../src/adapters/archive/index.js';
import { diff } from '../../src/adapters/inspect/index.js';
import { createFs, quotaOf } from '../../src/facade/index.js';
import { type Described, described, plant, zipped } from '../../test/adapters/described.js';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const PACKAGES = ['typescript@5.9.3', 'react@19.1.1', 'lodash@4.17.21', 'esbuild@0.27.7'];

const cache = join(tmpdir(), 'quotafs-compat-archives');
const work = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-archives-'));
let places = 0;
let checks = 0;
const problems: string[] = [];

const run = (cwd: string, command: string, ...args: string[]): string =>
  execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 256 * MIB,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });

function directory(): string {
  const path = join(work, String(places++));
  nodeFs.mkdirSync(path);
  return path;
}

function same(what: string, actual: unknown, expected: unknown): void {
  checks++;
  if (isDeepStrictEqual(actual, expected)) return;
  const [a, b] = [actual, expected].map((each) => Object(each) as Record<string, unknown>);
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !isDeepStrictEqual(a[key], b[key]));
  const shown = keys.slice(0, 3).map((key) => `${key}: ${JSON.stringify(a[key])} is not ${JSON.stringify(b[key])}`);
  problems.push(`${what}: ${keys.length} differ: ${shown.join('; ')}`);
}

async function attempt(what: string, act: () => Promise<void> | void): Promise<void> {
  const before = problems.length;
  try {
    await act();
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    problems.push(`${what}: ${(error as Error).message} ${stderr}`.trim());
  }
  console.log(`${problems.length === before ? 'ok  ' : 'FAIL'} ${what}`);
}

const newVolume = () => createFs({ maxQuota: 512 * MIB });
type Fs = ReturnType<typeof newVolume>;

function clean(what: string, fs: Fs): void {
  same(`${what}: audit`, quotaOf(fs).audit().problems, []);
}

/** Directories whose times unpacking tools set or not, as they like. */
function withoutDirectoryTimes(tree: Record<string, Described>): Record<string, Described> {
  return Object.fromEntries(
    Object.entries(tree).map(([path, entry]) => [path, entry.type === 'directory' ? { ...entry, mtime: 0 } : entry]),
  );
}

const PYTHON = `
import hashlib, json, stat, sys, tarfile, zipfile
out = {}
sha = lambda data: hashlib.sha1(data).hexdigest()
if sys.argv[1].endswith('.zip'):
    with zipfile.ZipFile(sys.argv[1]) as z:
        assert z.testzip() is None
        for i in z.infolist():
            mode = i.external_attr >> 16
            kind = 'symlink' if stat.S_ISLNK(mode) else 'directory' if i.is_dir() else 'file'
            data = z.read(i)
            e = {'type': kind}
            if kind == 'symlink': e['content'] = data.decode()
            else: e['mode'] = mode & 0o7777
            if kind == 'file': e['content'] = sha(data)
            out[i.filename.rstrip('/')] = e
else:
    with tarfile.open(sys.argv[1]) as t:
        for i in t.getmembers():
            kind = 'symlink' if i.issym() else 'directory' if i.isdir() else 'file'
            e = {'type': kind}
            if kind == 'symlink': e['content'] = i.linkname
            else:
                e['mode'] = i.mode
                e['mtime'] = int(i.mtime) * 1000
            if kind == 'file': e['content'] = sha(t.extractfile(i).read())
            if i.islnk(): e['first'] = i.linkname
            out[i.name] = e
json.dump(out, sys.stdout)
`;

/** What Python sees in an archive, in our form. */
const byPython = (archive: string): Record<string, Described> =>
  JSON.parse(run(work, 'python3', '-c', PYTHON, archive));

/** What of our form Python's modules tell. */
function asPythonTells(tree: Record<string, Described>, format: ArchiveFormat): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(tree).map(([path, { first, mtime, ...entry }]) => {
      if (format === 'zip') return [path, entry];
      const times = mtime === undefined ? {} : { mtime: Math.floor(mtime / 1000) * 1000 };
      return [path, { ...entry, ...times, ...(first === undefined || first === path ? {} : { first }) }];
    }),
  );
}

/** Exports a tree in every format, and has every tool look at it, test it and unpack it. */
async function checkExports(what: string, fs: Fs, from: string): Promise<void> {
  const tree = described(fs, from);
  const formats: [string, ArchiveFormat, number | undefined][] = [
    ['made.tar', 'tar', undefined],
    ['made.tar.gz', 'tar.gz', 6],
    ['stored.zip', 'zip', 0],
    ['packed.zip', 'zip', 9],
  ];
  for (const [name, format, level] of formats) {
    const at = directory();
    const archive = join(at, name);
    nodeFs.writeFileSync(archive, await exportArchive(fs, from, { format, level }));
    const streamed: Buffer[] = [];
    for await (const piece of exportArchiveStream(fs, from, { format, level })) streamed.push(piece);
    same(`${what} ${name} as a stream`, Buffer.concat(streamed).equals(nodeFs.readFileSync(archive)), true);
    const expected = format === 'zip' ? zipped(tree) : tree;
    const unpackers: [string, string[]][] =
      format === 'zip'
        ? [
            ['unzip', ['-q', archive, '-d']],
            ['bsdtar', ['--no-same-owner', '-xpf', archive, '-C']],
          ]
        : [
            ['tar', ['--no-same-owner', '-xpf', archive, '-C']],
            ['bsdtar', ['--no-same-owner', '-xpf', archive, '-C']],
          ];
    for (const [command, args] of unpackers) {
      const out = directory();
      run(at, command, ...args, out);
      const unpacked = described(nodeFs, out);
      same(`${what} ${name} by ${command}`, format === 'zip' ? zipped(unpacked) : unpacked, expected);
    }
    const names = (text: string): number => text.trimEnd().split('\n').length;
    const count = Object.keys(tree).length;
    if (format === 'zip') {
      same(`${what} ${name} unzip -t`, /No errors detected/.test(run(at, 'unzip', '-t', archive)), true);
      same(`${what} ${name} zipinfo`, names(run(at, 'zipinfo', '-1', archive)), count);
    } else same(`${what} ${name} tar -tvf`, names(run(at, 'tar', '-tvf', archive)), count);
    same(`${what} ${name} bsdtar -tvf`, names(run(at, 'bsdtar', '-tvf', archive)), count);
    same(`${what} ${name} by Python`, byPython(archive), asPythonTells(expected, format));
  }
}

function tarball(name: string): string {
  nodeFs.mkdirSync(cache, { recursive: true });
  const file = join(cache, `${name.replace('@', '-')}.tgz`);
  if (!nodeFs.existsSync(file)) run(cache, 'npm', 'pack', name, '--pack-destination', cache, '--loglevel', 'error');
  return file;
}

async function checkPackage(name: string): Promise<void> {
  const file = tarball(name);
  const disk = directory();
  run(disk, 'tar', '--no-same-owner', '-xpzf', file);
  const onDisk = described(nodeFs, disk);
  const fs = newVolume();
  const result = await importArchive(fs, { path: file, fs: nodeFs }, { to: '/in' });
  same(`${name} as a file`, withoutDirectoryTimes(described(fs, '/in')), withoutDirectoryTimes(onDisk));
  const streamed = newVolume();
  await importArchive(streamed, nodeFs.createReadStream(file), { to: '/in', atomic: false });
  same(`${name} as a stream`, diff({ fs, path: '/in' }, { fs: streamed, path: '/in' }), []);
  console.log(`     ${result.files} files, ${(result.bytes / MIB).toFixed(1)} MiB`);
  await checkExports(name, fs, '/in');
  for (const flags of [['-0'], ['-6'], ['-9', '-fz']]) {
    const zip = join(directory(), 'made.zip');
    run(disk, 'zip', '-qry', ...flags, zip, '.');
    const volume = newVolume();
    await importArchive(volume, nodeFs.readFileSync(zip), { to: '/in' });
    same(`${name} by zip ${flags.join(' ')}`, zipped(described(volume, '/in')), zipped(onDisk));
    clean(name, volume);
  }
  clean(name, fs);
}

/** Each option of Info-ZIP that changes what an archive is; the tree has links, unicode, long names, odd modes. */
const OPTIONS: readonly (readonly [string, readonly string[]])[] = [
  ['stored', ['-0', '-y']],
  ['deflated', ['-9', '-y']],
  ['links followed', ['-x', 'dangling']],
  ['zip64 by force', ['-fz', '-y']],
  ['zip64 never', ['-fz-', '-y']],
  ['without extra fields', ['-X', '-y']],
  ['without directories', ['-D', '-y']],
  ['names in UTF-8', ['-UN=UTF8', '-y']],
  ['names escaped', ['-UN=Escape', '-y']],
  ['with a comment', ['-z', '-y']],
  ['text packed as text', ['-l', '-y']],
  ['without paths above', ['-y', '-i', '*.txt', '*.sh']],
];

async function checkOption(flags: readonly string[]): Promise<void> {
  const at = directory();
  nodeFs.mkdirSync(join(at, 'tree'));
  plant(nodeFs, join(at, 'tree'));
  run(join(at, 'tree'), 'zip', '-qr', join(at, 'made.zip'), '.', ...flags);
  run(at, 'unzip', '-q', 'made.zip', '-d', 'out');
  const fs = newVolume();
  await importArchive(fs, nodeFs.readFileSync(join(at, 'made.zip')), { to: '/in' });
  const ours = withoutDirectoryTimes(zipped(described(fs, '/in')));
  const theirs = withoutDirectoryTimes(zipped(described(nodeFs, join(at, 'out'))));
  same(`zip ${flags.join(' ')}`, withoutImplied(ours, flags), withoutImplied(theirs, flags));
  clean('zip', fs);
}

/** Directories that are no entries have the modes that each tool gives new ones. */
function withoutImplied(tree: Record<string, Described>, flags: readonly string[]): Record<string, Described> {
  if (!flags.includes('-D') && !flags.includes('-i')) return tree;
  return Object.fromEntries(Object.entries(tree).filter(([, { type }]) => type !== 'directory'));
}

/** A file of more than 4 GiB, packed by Info-ZIP from a pipe: its bytes are counted and hashed, and kept nowhere. */
async function checkZip64BySize(): Promise<void> {
  const at = directory();
  const size = 4 * GIB + 12_345;
  nodeFs.writeFileSync(join(at, 'small'), 'small');
  nodeFs.writeFileSync(join(at, 'big'), '');
  nodeFs.truncateSync(join(at, 'big'), size - 3);
  nodeFs.appendFileSync(join(at, 'big'), 'end');
  run(at, 'zip', '-q1', 'made.zip', 'big', 'small');
  nodeFs.unlinkSync(join(at, 'big'));
  const volume = createFs({ maxQuota: 8 * GIB });
  const tail = Buffer.alloc(3);
  let bytes = 0;
  const counting = {
    ...volume,
    writeSync(_fd: number, data: Uint8Array, offset: number, length: number): number {
      bytes += length;
      const end = Buffer.from(data.buffer, data.byteOffset + offset, length).subarray(-3);
      end.copy(tail, 3 - end.length);
      return length;
    },
  } as unknown as Fs;
  const { files } = await importArchive(counting, { path: join(at, 'made.zip'), fs: nodeFs });
  same('zip64 by size', { files, bytes, tail: String(tail) }, { files: 2, bytes: size, tail: 'end' });
  same('zip64 by size: small', volume.readFileSync('/small', 'utf8'), 'small');
  clean('zip64 by size', volume);
}

async function refused(what: string, archive: Buffer, code: string): Promise<void> {
  const fs = newVolume();
  const error = await importArchive(fs, archive).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  same(what, error instanceof ArchiveError ? error.code : String(error), code);
  same(`${what}: nothing left`, fs.readdirSync('/'), []);
  clean(what, fs);
}

async function checkRefusals(): Promise<void> {
  const at = directory();
  nodeFs.writeFileSync(join(at, 'text'), 'text '.repeat(100_000));
  run(at, 'zip', '-q', '-P', 'secret', 'encrypted.zip', 'text');
  await refused('encrypted', nodeFs.readFileSync(join(at, 'encrypted.zip')), 'ERR_ARCHIVE_ENCRYPTED');
  run(at, 'zip', '-q', '-Z', 'bzip2', 'bzip2.zip', 'text');
  await refused('bzip2', nodeFs.readFileSync(join(at, 'bzip2.zip')), 'ERR_ARCHIVE_METHOD');
  nodeFs.writeFileSync(join(at, 'noise'), createHash('sha512').update('x').digest().toString('hex').repeat(20_000));
  nodeFs.writeFileSync(join(at, 'random'), Buffer.from(Array.from({ length: 400_000 }, (_, n) => (n * n * 31) >> 5)));
  run(at, 'zip', '-q0', '-s', '64k', 'split.zip', 'random', 'noise');
  const error = await importArchive(newVolume(), nodeFs.readFileSync(join(at, 'split.zip'))).catch((reason) => reason);
  same('the last disk of several', error instanceof ArchiveError, true);
}

try {
  for (const name of PACKAGES) await attempt(name, () => checkPackage(name));
  for (const [what, flags] of OPTIONS) await attempt(`Info-ZIP, ${what}`, () => checkOption(flags));
  await attempt('a tree with one of everything', async () => {
    const fs = newVolume();
    plant(fs, '/tree');
    await checkExports('planted', fs, '/tree');
  });
  await attempt('Info-ZIP, zip64 by size', checkZip64BySize);
  await attempt('what is refused', checkRefusals);
} finally {
  nodeFs.rmSync(work, { recursive: true, force: true });
}
console.log(problems.length === 0 ? `\nAll ${checks} checks passed.` : `\n${problems.join('\n')}`);
process.exitCode = problems.length === 0 ? 0 : 1;
