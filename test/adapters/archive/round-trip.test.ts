/** Trees that go into an archive and come out again, in every format and from every kind of source. */
import { randomBytes } from 'node:crypto';
import nodeFs from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import { memfs } from 'memfs';
import { describe, expect, it } from 'vitest';
import {
  type ArchiveFormat,
  type ArchiveSource,
  exportArchive,
  exportArchiveStream,
  type ImportFs,
  importArchive,
} from '../../../src/adapters/archive/index.js';
import { createVolume } from '../../../src/core/index.js';
import { createFs, createFsFromEngine, quotaOf } from '../../../src/facade/index.js';
import { expectClean } from '../../helpers/snapshot.js';
import { described, diskDirectory, plant, zipped } from '../trees.js';
import { buildTar } from './build-tar.js';
import { buildZip } from './build-zip.js';

const formats: ArchiveFormat[] = [
  'zip',
  'tar',
  'tar.gz',
  'tar.br',
  ...('createZstdCompress' in zlib ? (['tar.zst'] as const) : []),
];

async function collected(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

function planted() {
  const fs = createFs({ maxQuota: 16 * 1024 * 1024 });
  plant(fs, '/tree');
  return fs;
}

describe.each(formats)('%s', (format) => {
  const expected = (fs: typeof nodeFs) => (format === 'zip' ? zipped : (tree: object) => tree)(described(fs, '/tree'));

  it.each([0, 1, undefined])('keeps modes, times, links, empty directories and names at level %s', async (level) => {
    const fs = planted();
    const archive = await exportArchive(fs, '/tree', { format, level });
    const engine = createVolume({});
    const back = createFsFromEngine(engine);
    const result = await importArchive(back, archive, { to: '/tree', format });
    expect(result).toMatchObject({ format, symlinks: 3 });
    expect((format === 'zip' ? zipped : (tree: object) => tree)(described(back, '/tree'))).toEqual(expected(fs));
    expectClean(engine);
  });

  it('is the same as a slow stream of many pieces', async () => {
    const fs = createFs();
    for (let n = 0; n < 9; n++) fs.writeFileSync(`/${n}`, randomBytes(700_000 + n * 100_000));
    for (let n = 0; n < 40; n++) fs.writeFileSync(`/small-${n}`, randomBytes(n * 1000));
    const pieces: Buffer[] = [];
    for await (const piece of exportArchiveStream(fs, '/', { format, level: 1 })) {
      pieces.push(piece);
      if (pieces.length % 8 === 0) await setTimeout(1);
    }
    const back = createFs();
    await importArchive(back, Buffer.concat(pieces), { format });
    for (const name of fs.readdirSync('/')) {
      expect(back.readFileSync(`/${name}`).equals(fs.readFileSync(`/${name}`)), name).toBe(true);
    }
  });

  it('lets the file go that it reads when the stream is closed early', async () => {
    const engine = createVolume({});
    const fs = createFsFromEngine(engine);
    fs.writeFileSync('/before', '');
    const { used } = engine.usage();
    fs.writeFileSync('/large', randomBytes(8_000_000));
    const stream = exportArchiveStream(fs, '/', { format, level: 1 });
    for await (const piece of stream) if (piece.length > 0) break;
    expect(stream.destroyed).toBe(true);
    fs.unlinkSync('/large');
    // The charge of a file without a name goes with its last descriptor.
    for (let n = 0; n < 100 && engine.usage().used > used; n++) await setTimeout(10);
    expect(engine.usage().used).toBeLessThanOrEqual(used);
    expectClean(engine);
  });

  it('goes from a full volume into the same, as one import does alone', async () => {
    const fs = createFs({ maxQuota: 2 ** 20 });
    fs.writeFileSync('/file', randomBytes(180_000));
    fs.writeFileSync('/full', Buffer.alloc(quotaOf(fs).available - 450_000));
    await importArchive(fs, exportArchiveStream(fs, '/file', { format }), { to: '/copy', format, atomic: false });
    expect(fs.readFileSync('/copy/file').equals(fs.readFileSync('/file'))).toBe(true);
    expect(quotaOf(fs).audit()).toMatchObject({ ok: true });
  });

  it('leaves a full volume again at once when the stream before was destroyed', async () => {
    const fs = createFs({ maxQuota: 2 ** 20 });
    fs.writeFileSync('/file', randomBytes(180_000));
    expect(() => {
      for (let i = 0; ; i++) fs.writeFileSync(`/${i}`, Buffer.alloc(3000));
    }).toThrow('ENOSPC');
    const { used } = quotaOf(fs);
    for (let i = 0; i < 5; i++) {
      const stream = exportArchiveStream(fs, '/file', { format });
      for await (const piece of stream.iterator({ destroyOnReturn: false })) if (piece.length > 0) break;
      stream.destroy();
    }
    expect((await collected(exportArchiveStream(fs, '/file', { format }))).length).toBeGreaterThan(180_000);
    await setTimeout(1);
    expect(quotaOf(fs).used).toBe(used);
    expect(quotaOf(fs).audit()).toMatchObject({ ok: true });
  });

  it('streams that were opened and kept held megabytes, which nobody was billed for', async () => {
    const fs = planted();
    const archive = await exportArchive(fs, '/tree', { format });
    const quota = quotaOf(fs);
    const { used } = quota;
    const open = () => exportArchiveStream(fs, '/tree', { format });
    const first = open();
    // But for the descriptor of a file that it reads.
    expect(quota.used).toBeLessThan(used + 500);
    const kept = [first];
    let refused: unknown;
    while (refused === undefined) {
      const before = quota.used;
      const stream = open();
      const error = new Promise((resolve) => stream.once('error', resolve));
      if (quota.used === before) refused = await error;
      else kept.push(stream);
    }
    expect(refused).toMatchObject({ code: 'ENOSPC', path: '/tree' });
    expect(quota.used - used).toBeGreaterThan(2 ** 22);
    // Those that were opened give the same, in smaller pieces where there was less room.
    for (const stream of kept) {
      const parts = await collected(stream);
      if (format === 'zip' || format === 'tar') expect(parts.equals(archive)).toBe(true);
    }
    await setTimeout(1);
    expect(quota.used).toBe(used);
    const full = Math.floor(quota.available - 70_000);
    fs.writeFileSync('/full', Buffer.alloc(full));
    expect((await collected(open())).length).toBeGreaterThan(100);
    const both = await Promise.all([exportArchive(fs, '/tree', { format }), exportArchive(fs, '/tree', { format })]);
    expect(both[0].equals(both[1])).toBe(true);
    expect(quota.audit()).toMatchObject({ ok: true });
  });

  it('is the same as a stream', async () => {
    const fs = planted();
    const archive = await exportArchive(fs, '/tree', { format });
    expect((await collected(exportArchiveStream(fs, '/tree', { format }))).equals(archive)).toBe(true);
  });

  it('comes from bytes, files, streams and iterables', async () => {
    const fs = planted();
    const archive = await exportArchive(fs, '/tree', { format });
    fs.writeFileSync('/in.archive', archive);
    const onDisk = join(diskDirectory(), 'archive');
    nodeFs.writeFileSync(onDisk, archive);
    const reused = Buffer.alloc(7);
    const sources: Record<string, () => ArchiveSource> = {
      bytes: () => archive,
      arrayBuffer: () => new Uint8Array(archive).buffer,
      'path on the volume': () => '/in.archive',
      'file on the disk': () => ({ path: onDisk, fs: nodeFs }),
      'stream of the volume': () => fs.createReadStream('/in.archive'),
      'stream of the disk': () => nodeFs.createReadStream(onDisk, { highWaterMark: 1000 }),
      'web stream': () => new Blob([new Uint8Array(archive)]).stream() as ReadableStream<Uint8Array>,
      'pieces in memory that is used again': function* () {
        for (let at = 0; at < archive.length; at += reused.length) {
          const length = archive.copy(reused, 0, at);
          yield reused.subarray(0, length);
        }
      },
    };
    for (const [name, source] of Object.entries(sources)) {
      for (const atomic of [true, false]) {
        await importArchive(fs, source(), { to: '/back', format, atomic });
        expect((format === 'zip' ? zipped : (tree: object) => tree)(described(fs, '/back')), name).toEqual(
          expected(fs),
        );
        fs.rmSync('/back', { recursive: true });
      }
    }
    expect(fs.readdirSync('/')).toEqual(['in.archive', 'tree']);
  });

  it('goes to and comes from the disk and memfs', async () => {
    const fs = planted();
    const archive = await exportArchive(fs, '/tree', { format });
    const dir = diskDirectory();
    await importArchive(nodeFs, archive, { to: `${dir}/tree`, format });
    expect((format === 'zip' ? zipped : (tree: object) => tree)(described(nodeFs, `${dir}/tree`))).toEqual(
      expected(fs),
    );
    const back = createFs();
    await importArchive(back, await exportArchive(nodeFs, `${dir}/tree`, { format }), { to: '/tree', format });
    expect((format === 'zip' ? zipped : (tree: object) => tree)(described(back, '/tree'))).toEqual(expected(fs));
    const other = memfs().fs as unknown as ImportFs & typeof nodeFs;
    await importArchive(other, archive, { to: '/tree', format, filter: ({ type }) => type !== 'symlink' });
    expect(other.readFileSync('/tree/secret', 'utf8')).toBe('x'.repeat(1000));
  });

  it('merges into what is there and replaces files, not what they were links to', async () => {
    const fs = planted();
    const archive = await exportArchive(fs, '/tree', {
      format,
      filter: (path) => path === 'run.sh' || path === 'link',
    });
    fs.mkdirSync('/there');
    fs.writeFileSync('/there/other', 'other');
    fs.writeFileSync('/outside', 'outside');
    fs.symlinkSync('/outside', '/there/run.sh');
    for (const atomic of [true, false]) {
      await importArchive(fs, archive, { to: '/there', format, atomic });
      expect(fs.readdirSync('/there')).toEqual(['link', 'other', 'run.sh']);
      expect(fs.lstatSync('/there/run.sh').isFile()).toBe(true);
      expect(fs.readFileSync('/outside', 'utf8')).toBe('outside');
    }
  });

  it('does not begin what cannot fit', async () => {
    const fs = planted();
    fs.writeFileSync('/tree/large', Buffer.alloc(2 * 1024 * 1024));
    const archive = await exportArchive(fs, '/tree', { format });
    const engine = createVolume({ maxQuota: 1024 * 1024 });
    const small = createFsFromEngine(engine);
    const { used } = engine.usage();
    for (const source of [archive, Readable.from([archive])]) {
      await expect(importArchive(small, source, { format })).rejects.toMatchObject({
        code: 'ENOSPC',
        limit: expect.any(Number),
      });
      expect(small.readdirSync('/')).toEqual([]);
      expect(engine.usage().used).toBe(used);
      expectClean(engine);
    }
  });

  it('is billed for the long paths that it knows, which once took more than the quota, and for nothing afterwards', async () => {
    const fs = createFs();
    const deep = `/${'p'.repeat(200)}`.repeat(15);
    fs.mkdirSync(deep, { recursive: true });
    for (let i = 0; i < 400; i++) fs.mkdirSync(`${deep}/${i}`);
    const archive = await exportArchive(fs, '/', { format });
    for (const maxQuota of [1024 * 1024, 8 * 1024 * 1024]) {
      const engine = createVolume({ maxQuota });
      const target = createFsFromEngine(engine);
      let most = 0;
      const filter = (): boolean => {
        most = Math.max(most, engine.usage().used);
        return true;
      };
      const result = await importArchive(target, archive, { format, filter }).catch((error) => error);
      if (maxQuota < 2 ** 21) {
        expect(result).toMatchObject({ code: 'ENOSPC', limit: maxQuota });
        expect(engine.usage()).toMatchObject({ used: 0, directories: 1 });
      } else {
        expect(most).toBeGreaterThan(390 * 3000);
        expect(result).toMatchObject({ directories: 415 });
        expect(engine.usage().used).toBeLessThan(200_000);
      }
      expectClean(engine);
    }
  });

  it('is refused when there is no room at any point', async () => {
    const fs = planted();
    const archive = await exportArchive(fs, '/tree', { format });
    for (let quota = 20_000; quota < 1_000_000; quota += 61_000) {
      const engine = createVolume({ maxQuota: quota });
      const small = createFsFromEngine(engine);
      small.writeFileSync('/kept', 'kept');
      const { used } = engine.usage();
      const error = await importArchive(small, archive, { to: '/to', format }).then(
        () => undefined,
        (reason) => reason,
      );
      if (error === undefined) expect(quota).toBeGreaterThan(700_000);
      else {
        expect(error.code).toBe('ENOSPC');
        expect(small.readdirSync('/')).toEqual(['kept']);
        expect(engine.usage().used).toBe(used);
      }
      expectClean(engine);
    }
  });
});

describe('options', () => {
  const archive = buildTar([
    { name: 'package/', type: '5' },
    { name: 'package/a', data: 'a' },
    { name: 'package/lib/b', data: 'bb' },
    { name: 'package/lib/c', type: '1', link: 'package/a' },
  ]);

  it('strips, filters and tells of each entry', async () => {
    const fs = createFs();
    const seen: string[] = [];
    const result = await importArchive(fs, archive, {
      strip: 1,
      filter: ({ path }) => path !== 'lib/b',
      onEntry: ({ path, type }) => seen.push(`${type} ${path}`),
    });
    expect(seen).toEqual(['file a', 'link lib/c']);
    expect(result).toEqual({ format: 'tar', files: 1, directories: 0, symlinks: 0, links: 1, bytes: 1 });
    expect(fs.readFileSync('/lib/c', 'utf8')).toBe('a');
  });

  it('calls the filter once for each entry of a zip', async () => {
    const seen: string[] = [];
    const zip = buildZip([
      { name: 'a', data: 'a' },
      { name: 'b', data: 'b' },
    ]);
    await importArchive(createFs(), zip, { filter: ({ path }) => seen.push(path) > 0 });
    expect(seen).toEqual(['a', 'b']);
  });

  it('leaves what is encrypted, unknown or a device to the filter', async () => {
    const fs = createFs();
    const zip = buildZip([
      { name: 'a', data: 'a', flags: 1 },
      { name: 'b', data: 'b', method: 99 },
      { name: 'c', data: 'c' },
    ]);
    await importArchive(fs, zip, { filter: ({ path }) => path === 'c' });
    const tar = buildTar([
      { name: 'null', type: '3' },
      { name: 'd', data: 'd' },
    ]);
    await importArchive(fs, tar, { filter: ({ type }) => type !== 'other' });
    expect(fs.readdirSync('/')).toEqual(['c', 'd']);
  });

  it('refuses, skips or keeps links that lead out', async () => {
    const tar = buildTar([{ name: 'l', type: '2', link: '/etc/passwd' }]);
    const fs = createFs();
    await expect(importArchive(fs, tar, { to: '/to' })).rejects.toMatchObject({ code: 'ERR_ARCHIVE_LINK' });
    await importArchive(fs, tar, { to: '/skip', outsideLinks: 'skip' });
    await importArchive(fs, tar, { to: '/keep', outsideLinks: 'keep' });
    expect(fs.readdirSync('/skip')).toEqual([]);
    expect(fs.readlinkSync('/keep/l')).toBe('/etc/passwd');
    // All of a volume is below its root.
    await importArchive(fs, tar, { to: '/' });
    expect(fs.readlinkSync('/l')).toBe('/etc/passwd');
  });

  it('shows nothing before the end, unless entry by entry', async () => {
    for (const [atomic, visible] of [
      [true, 0],
      [false, 2],
    ] as const) {
      const fs = createFs();
      let shown = 0;
      await importArchive(fs, archive, {
        to: '/to',
        atomic,
        onEntry: () => {
          if (fs.existsSync('/to/package/a')) shown++;
        },
      });
      expect(shown, `atomic ${atomic}`).toBeGreaterThanOrEqual(visible);
      if (atomic) expect(shown).toBe(0);
    }
  });

  it('keeps what was done before a failure, entry by entry', async () => {
    const engine = createVolume({});
    const fs = createFsFromEngine(engine);
    const broken = buildZip([
      { name: 'a', data: 'a' },
      { name: 'b', data: Buffer.alloc(400_000), crc: 1 },
    ]);
    await expect(importArchive(fs, broken, { to: '/to', atomic: false })).rejects.toMatchObject({
      code: 'ERR_ARCHIVE_CHECKSUM',
    });
    expect(fs.readdirSync('/to')).toEqual(['a']);
    expectClean(engine);
  });

  it('refuses what is no source and no format', async () => {
    const fs = createFs();
    await expect(importArchive(fs, 5 as never)).rejects.toThrow(TypeError);
    await expect(importArchive(fs, archive, { format: 'rar' as never })).rejects.toMatchObject({
      code: 'ERR_ARCHIVE_FORMAT',
    });
    await expect(importArchive(fs, '/absent.zip')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(exportArchive(fs, '/absent')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(exportArchive(fs, '/', { format: 'rar' as never })).rejects.toMatchObject({
      code: 'ERR_ARCHIVE_FORMAT',
    });
  });

  it('takes a zip behind a program, when it is told so', async () => {
    const source = createFs();
    source.writeFileSync('/a', 'content');
    const zip = await exportArchive(source, '/a', { format: 'zip' });
    const program = Buffer.alloc(1000, '#');
    // Both lists count from the beginning of the file: where the entries are, and where the entry is.
    const end = zip.length - 22;
    const list = zip.readUInt32LE(end + 16);
    zip.writeUInt32LE(list + program.length, end + 16);
    zip.writeUInt32LE(zip.readUInt32LE(list + 42) + program.length, list + 42);
    const bytes = Buffer.concat([program, zip]);
    const fs = createFs();
    await importArchive(fs, bytes, { format: 'zip' });
    expect(fs.readFileSync('/a', 'utf8')).toBe('content');
    await expect(importArchive(fs, bytes)).rejects.toMatchObject({ code: 'ERR_ARCHIVE_FORMAT' });
  });

  it('hands on what the source throws, and lets it go', async () => {
    const fs = createFs();
    const source = new Readable({
      read() {
        this.push(archive.subarray(0, 600));
        this.destroy(new Error('connection lost'));
      },
    });
    await expect(importArchive(fs, source)).rejects.toThrow('connection lost');
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(1000, 'x'));
      },
    });
    await expect(importArchive(fs, endless)).rejects.toMatchObject({ code: 'ERR_ARCHIVE_FORMAT' });
    expect(endless.destroyed).toBe(true);
    expect(fs.readdirSync('/')).toEqual([]);
  });
});

it('exports one file', async () => {
  const fs = planted();
  const back = createFs();
  for (const format of ['zip', 'tar'] as const) {
    await importArchive(back, await exportArchive(fs, '/tree/run.sh', { format }), { to: `/${format}` });
    expect(back.readdirSync(`/${format}`)).toEqual(['run.sh']);
  }
});

it('writes and reads the long form of zip: more than 65,535 entries', { timeout: 60_000 }, async () => {
  const fs = createFs({ maxQuota: 64 * 1024 * 1024 });
  for (let n = 0; n < 66_000; n++) fs.writeFileSync(`/${n}`, '');
  const archive = await exportArchive(fs, '/', { format: 'zip' });
  const back = createFs({ maxQuota: 64 * 1024 * 1024 });
  expect(await importArchive(back, archive, { to: '/to' })).toMatchObject({ files: 66_000 });
});

it.each([
  [{ to: 5 }, 'ERR_INVALID_ARG_TYPE'],
  [{ strip: -1 }, 'ERR_OUT_OF_RANGE'],
  [{ strip: 0.5 }, 'ERR_OUT_OF_RANGE'],
  [{ format: 'rar' }, 'ERR_ARCHIVE_FORMAT'],
])('refuses options that make no sense: %j', async (options, code) => {
  const fs = createFs();
  fs.writeFileSync('/a', 'x');
  const archive = await exportArchive(fs, '/', { format: 'zip' });
  const back = createFs();
  await expect(importArchive(back, archive, options as never)).rejects.toMatchObject({ code });
  expect(back.readdirSync('/')).toEqual([]);
  expect(quotaOf(back).audit().ok).toBe(true);
});
