/** The overlay as a program meets it: over a directory of the real disk, whose state is compared before and after. */
import { execFileSync } from 'node:child_process';
import nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lowerState, traced } from '../../../compat-tests/overlay/bench.js';
import { createOverlay, type Overlay, type OverlayOptions } from '../../../src/adapters/overlay/index.js';
import { createFs, quotaOf } from '../../../src/facade/index.js';

const MIB = 1024 * 1024;
let base: string;
let root: string;
let before: string;
let wrong: string[];
let made: Overlay[];

const overlayOf = (options: Partial<OverlayOptions> = {}): Overlay => {
  const where = options.roots === undefined ? { root } : {};
  const overlay = createOverlay({ lower: traced(wrong), maxQuota: 4 * MIB, ...where, ...options });
  made.push(overlay);
  return overlay;
};
const p = (name: string): string => join(root, name);
const kinds = (overlay: Overlay): string[] =>
  overlay.changes().map(({ kind, path, what }) => [kind, path.slice(root.length), ...what].join(' '));

beforeEach(() => {
  base = nodeFs.mkdtempSync(join(nodeFs.realpathSync(tmpdir()), 'quotafs-overlay-'));
  root = join(base, 'tree');
  nodeFs.mkdirSync(p('src/deep'), { recursive: true });
  nodeFs.writeFileSync(p('src/a.txt'), 'one\ntwo\nthree\n');
  nodeFs.writeFileSync(p('src/deep/b.txt'), 'b');
  nodeFs.writeFileSync(p('run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  nodeFs.linkSync(p('src/a.txt'), p('hard.txt'));
  nodeFs.symlinkSync('src/a.txt', p('link'));
  nodeFs.writeFileSync(p('große-datei.bin'), Buffer.alloc(100_000, 5));
  nodeFs.writeFileSync(join(base, 'outside'), 'secret');
  wrong = [];
  made = [];
  before = lowerState(base);
});

afterEach(() => {
  expect(lowerState(base)).toBe(before);
  expect(wrong).toEqual([]);
  for (const { fs } of made) expect(quotaOf(fs).audit().problems).toEqual([]);
  nodeFs.rmSync(base, { recursive: true, force: true });
});

describe('the whole facade over the disk', () => {
  it('reads through: files, links, directories, streams, handles, globs', async () => {
    const { fs } = overlayOf();
    expect(fs.readFileSync(p('link'), 'utf8')).toBe('one\ntwo\nthree\n');
    expect(fs.readFileSync(pathToFileURL(p('große-datei.bin'))).length).toBe(100_000);
    expect(fs.readdirSync(root, { recursive: true }).sort()).toEqual(
      nodeFs.readdirSync(root, { recursive: true }).sort(),
    );
    expect(fs.statSync(p('src/a.txt'), { bigint: true })).toEqual(nodeFs.statSync(p('src/a.txt'), { bigint: true }));
    const chunks: Buffer[] = [];
    for await (const chunk of fs.createReadStream(p('große-datei.bin'), { start: 10, end: 70_000 })) chunks.push(chunk);
    expect(Buffer.concat(chunks).length).toBe(69_991);
    const handle = await fs.promises.open(p('src/a.txt'));
    expect(await handle.readFile('utf8')).toBe('one\ntwo\nthree\n');
    await handle.close();
    const names: string[] = [];
    for await (const entry of await fs.promises.opendir(root)) names.push(entry.name);
    expect(names.sort()).toEqual(nodeFs.readdirSync(root).sort());
    expect(fs.existsSync(join(base, 'outside'))).toBe(false);
    expect(fs.readdirSync(base)).toEqual(['tree']);
  });

  it('writes, copies, renames and removes in memory', async () => {
    const overlay = overlayOf();
    const { fs } = overlay;
    await fs.promises.cp(p('src'), p('copy'), { recursive: true });
    fs.appendFileSync(p('copy/a.txt'), 'four\n');
    fs.renameSync(p('src'), p('lib'));
    await fs.promises.rm(p('große-datei.bin'));
    const out = fs.createWriteStream(p('out.txt'));
    await new Promise<void>((resolve) => out.end('streamed', () => resolve()));
    expect(fs.readFileSync(p('lib/deep/b.txt'), 'utf8')).toBe('b');
    expect(fs.readFileSync(p('copy/a.txt'), 'utf8')).toBe('one\ntwo\nthree\nfour\n');
    expect(() => fs.statSync(p('link'))).toThrow('ENOENT');
    expect(kinds(overlay)).toEqual([
      'added /copy',
      'added /copy/a.txt',
      'added /copy/deep',
      'added /copy/deep/b.txt',
      'deleted /große-datei.bin',
      'added /lib',
      'added /lib/a.txt',
      'added /lib/deep',
      'added /lib/deep/b.txt',
      'added /out.txt',
      'deleted /src',
      'deleted /src/a.txt',
      'deleted /src/deep',
      'deleted /src/deep/b.txt',
    ]);
    overlay.discard();
    expect(overlay.changes()).toEqual([]);
  });

  it('watches what is changed through it', async () => {
    const { fs } = overlayOf();
    const events: string[] = [];
    const watcher = fs.watch(p('src'), (event, name) => events.push(`${event} ${name}`));
    fs.writeFileSync(p('src/a.txt'), 'x');
    fs.unlinkSync(p('src/a.txt'));
    await vi.waitFor(() => expect(events).toEqual(expect.arrayContaining(['change a.txt', 'rename a.txt'])));
    watcher.close();
  });

  it('refuses what does not fit with ENOSPC, and shows the file as it was', () => {
    const { fs } = overlayOf({ maxQuota: 200_000 });
    expect(() => fs.appendFileSync(p('große-datei.bin'), Buffer.alloc(150_000))).toThrow(
      expect.objectContaining({ code: 'ENOSPC', syscall: 'write' }),
    );
    expect(fs.readFileSync(p('große-datei.bin')).equals(Buffer.alloc(100_000, 5))).toBe(true);
    expect(fs.statSync(p('große-datei.bin')).size).toBe(100_000);
  });

  it('is refused with EROFS when it is read-only', () => {
    const overlay = overlayOf({ readOnly: true });
    expect(() => overlay.fs.writeFileSync(p('new'), 'x')).toThrow(expect.objectContaining({ code: 'EROFS' }));
    expect(() => overlay.fs.rmSync(p('src'), { recursive: true })).toThrow(expect.objectContaining({ code: 'EROFS' }));
    expect(overlay.changes()).toEqual([]);
  });

  it('reads nothing of the disk into memory that was handed to another thread', () => {
    nodeFs.writeFileSync(p('below'), 'text');
    before = lowerState(base);
    const { fs } = overlayOf();
    const gone = new Uint8Array(4);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    const rest = Buffer.alloc(4);
    const fd = fs.openSync(p('below'), 'r');
    expect(fs.readvSync(fd, [gone, rest])).toBe(4);
    expect(rest.toString()).toBe('text');
    fs.closeSync(fd);
  });

  it('shows pipes and devices, removes them, and refuses to open them', () => {
    execFileSync('mkfifo', [p('pipe')]);
    before = lowerState(base);
    const { fs } = overlayOf();
    expect(fs.statSync(p('pipe')).isFIFO()).toBe(true);
    expect(
      fs
        .readdirSync(root, { withFileTypes: true })
        .find(({ name }) => name === 'pipe')
        ?.isFIFO(),
    ).toBe(true);
    expect(() => fs.openSync(p('pipe'), 'r')).toThrow(
      expect.objectContaining({ code: 'ENXIO', message: expect.stringContaining('no such device or address') }),
    );
    fs.unlinkSync(p('pipe'));
    expect(fs.existsSync(p('pipe'))).toBe(false);
  });
});

describe('roots', () => {
  it('shows several, and only the directories that lead to them', () => {
    const { fs } = overlayOf({ roots: [p('src/deep'), base, p('src')] });
    expect(fs.readFileSync(join(base, 'outside'), 'utf8')).toBe('secret');
    const two = overlayOf({ roots: [p('src/deep'), join(base, 'tree/src')] });
    expect(two.fs.readdirSync(root)).toEqual(['src']);
    two.fs.writeFileSync(p('src/deep/b.txt'), 'changed');
    expect(two.changes().map(({ path }) => path)).toEqual([p('src/deep/b.txt')]);
  });

  it('shows everything with /', () => {
    const overlay = overlayOf({ root: '/' });
    expect(overlay.fs.readdirSync('/')).toEqual(nodeFs.readdirSync('/'));
    expect(overlay.fs.readFileSync('/proc/self/status', 'utf8')).toContain('Name:');
    overlay.fs.writeFileSync(join(base, 'new'), 'n');
    expect(overlay.changes().map(({ kind, path }) => `${kind} ${path}`)).toEqual([`added ${join(base, 'new')}`]);
  });

  it('follows links on the way to a root', () => {
    nodeFs.symlinkSync('tree', join(base, 'alias'));
    before = lowerState(base);
    const { fs } = overlayOf({ root: join(base, 'alias/src') });
    expect(fs.readFileSync(join(base, 'alias/src/a.txt'), 'utf8')).toContain('two');
  });

  it('refuses roots that are none', () => {
    expect(() => overlayOf({ root: p('nowhere') })).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect(() => overlayOf({ root: p('run.sh') })).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
    const wrongOptions: [object, string][] = [
      [{ root: 1 }, 'ERR_INVALID_ARG_TYPE'],
      [{ root: undefined }, 'ERR_INVALID_ARG_TYPE'],
      [{ roots: [] }, 'ERR_INVALID_ARG_VALUE'],
      [{ roots: [root], root }, 'ERR_INVALID_ARG_VALUE'],
      [{ root, readOnly: 1 }, 'ERR_INVALID_ARG_TYPE'],
      [{ root, lookups: -1 }, 'ERR_OUT_OF_RANGE'],
      [{ root, lower: 1 }, 'ERR_INVALID_ARG_TYPE'],
      [{ root, nonsense: 1 }, 'ERR_INVALID_ARG_VALUE'],
    ];
    for (const [options, code] of wrongOptions) {
      const make = (): Overlay => createOverlay(options as OverlayOptions);
      expect(make, JSON.stringify(options)).toThrow(expect.objectContaining({ code }));
    }
    expect(() => overlayOf({ maxQuota: 100 })).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
  });

  it('lies over another volume as well', () => {
    const lower = createFs();
    lower.mkdirSync('/r');
    lower.writeFileSync('/r/f', 'lower');
    const overlay = createOverlay({ lower, root: '/r', maxQuota: MIB });
    overlay.fs.writeFileSync('/r/f', 'upper');
    expect([overlay.fs.readFileSync('/r/f', 'utf8'), lower.readFileSync('/r/f', 'utf8')]).toEqual(['upper', 'lower']);
    overlay.applyTo('/r', { fs: lower });
    expect(lower.readFileSync('/r/f', 'utf8')).toBe('upper');
    expect(overlay.changes()).toEqual([]);
    made.push(overlay);
  });
});

describe('changes', () => {
  it('tell type, size, mode and a unified diff', () => {
    const overlay = overlayOf();
    const { fs } = overlay;
    fs.writeFileSync(p('src/a.txt'), 'one\n2\nthree\nfour');
    fs.chmodSync(p('run.sh'), 0o644);
    fs.rmSync(p('link'));
    fs.mkdirSync(p('new'));
    fs.writeFileSync(p('große-datei.bin'), Buffer.from([0, 1]));
    const changes = overlay.changes();
    expect(kinds(overlay)).toEqual([
      'changed /große-datei.bin content mtime',
      'changed /hard.txt content mtime',
      'deleted /link',
      'added /new',
      'changed /run.sh mode',
      'changed /src/a.txt content mtime',
    ]);
    const [binary, , link, directory, script, text] = changes;
    expect(binary?.diff()).toBeUndefined();
    expect([binary?.before?.size, binary?.after?.size]).toEqual([100_000, 2]);
    expect(link).toMatchObject({ before: { type: 'symlink', size: 9 }, after: undefined });
    expect(link?.diff()).toContain('-src/a.txt');
    expect(directory).toMatchObject({ before: undefined, after: { type: 'directory', size: 0 } });
    expect([script?.before?.mode, script?.after?.mode, script?.diff()]).toEqual([0o755, 0o644, undefined]);
    expect(text?.diff()).toBe(
      `--- a${p('src/a.txt')}\n+++ b${p('src/a.txt')}\n@@ -1,3 +1,4 @@\n one\n-two\n+2\n three\n+four\n\\ No newline at end of file\n`,
    );
  });

  it('leave out what was changed back', () => {
    const overlay = overlayOf();
    const { mtime, atime } = overlay.fs.statSync(p('src/deep/b.txt'));
    overlay.fs.writeFileSync(p('src/deep/b.txt'), 'c');
    overlay.fs.writeFileSync(p('src/deep/b.txt'), 'b');
    expect(kinds(overlay)).toEqual(['changed /src/deep/b.txt mtime']);
    overlay.fs.renameSync(p('run.sh'), p('x'));
    overlay.fs.renameSync(p('x'), p('run.sh'));
    overlay.fs.utimesSync(p('src/deep/b.txt'), atime, mtime);
    expect(kinds(overlay).filter((line) => line.includes('run.sh'))).toEqual([]);
  });
});

describe('applyTo', () => {
  it.each(['deleted', 'added'])('does not pass over what is %s under a name that is not UTF-8', (kind) => {
    const name = Buffer.from(`${p('src/')}\xff`, 'latin1');
    if (kind === 'deleted') nodeFs.writeFileSync(name, 'x');
    before = lowerState(base);
    const overlay = overlayOf();
    overlay.fs.writeFileSync(p('more'), 'm');
    if (kind === 'deleted') overlay.fs.unlinkSync(name);
    else overlay.fs.writeFileSync(name, 'x');
    expect(() => overlay.applyTo(root)).toThrow(expect.objectContaining({ code: 'EILSEQ', syscall: 'applyTo' }));
    expect(overlay.changes()).toHaveLength(2);
  });

  const shape = (fs: typeof nodeFs, top: string): string[] =>
    (fs.readdirSync(top, { recursive: true }) as string[]).sort().map((name) => {
      const stats = fs.lstatSync(join(top, name));
      const content = stats.isFile()
        ? fs.readFileSync(join(top, name), 'latin1')
        : stats.isSymbolicLink()
          ? fs.readlinkSync(join(top, name))
          : '';
      return `${name} ${stats.mode.toString(8)} ${stats.isFile() ? Math.floor(stats.mtimeMs) : ''} ${content}`;
    });

  const change = ({ fs }: Overlay): void => {
    fs.writeFileSync(p('src/a.txt'), 'changed');
    fs.utimesSync(p('src/a.txt'), 1_000_000_000, 1_000_000_000.5);
    fs.renameSync(p('src/deep'), p('moved'));
    fs.rmSync(p('link'));
    fs.mkdirSync(p('link'), { mode: 0o500 });
    fs.rmSync(p('run.sh'));
    fs.symlinkSync('nowhere', p('run.sh'));
    fs.writeFileSync(p('new'), 'n', { mode: 0o600 });
    fs.linkSync(p('new'), p('new-too'));
    fs.chmodSync(p('große-datei.bin'), 0o640);
  };

  it('brings a copy of the disk to what the overlay shows', () => {
    const overlay = overlayOf();
    change(overlay);
    const copy = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-copy-'));
    execFileSync('cp', ['-a', `${root}/.`, copy]);
    overlay.applyTo(copy);
    expect(shape(nodeFs, copy)).toEqual(shape(overlay.fs, root));
    expect(nodeFs.statSync(join(copy, 'new')).ino).toBe(nodeFs.statSync(join(copy, 'new-too')).ino);
    expect(overlay.changes().length).toBeGreaterThan(0);
    nodeFs.rmSync(copy, { recursive: true });
  });

  it('writes onto the lower tree itself, and the overlay starts anew', () => {
    const overlay = overlayOf();
    change(overlay);
    const wanted = shape(overlay.fs, root);
    const { used } = quotaOf(overlay.fs);
    overlay.applyTo(pathToFileURL(root));
    expect(quotaOf(overlay.fs).used).toBeLessThan(used);
    expect(shape(nodeFs, root)).toEqual(wanted);
    expect(shape(overlay.fs, root)).toEqual(wanted);
    expect(overlay.changes()).toEqual([]);
    before = lowerState(base);
  });

  it('makes a directory that is missing, with what was changed alone', () => {
    const overlay = overlayOf();
    overlay.fs.writeFileSync(p('new'), 'n');
    const empty = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-empty-'));
    overlay.fs.writeFileSync(p('src/deep/b.txt'), 'changed');
    overlay.fs.mkdirSync(p('src/made'), { mode: 0o711 });
    overlay.fs.chmodSync(p('src/a.txt'), 0o604);
    overlay.fs.rmSync(p('link'));
    overlay.applyTo(join(empty, 'a/b'));
    const names = ['hard.txt', 'new', 'src', 'src/a.txt', 'src/deep', 'src/deep/b.txt', 'src/made'];
    const shown = shape(overlay.fs, root).filter((line) => names.includes(line.split(' ')[0] as string));
    expect(shape(nodeFs, join(empty, 'a/b'))).toEqual(shown);
    for (const name of ['src', 'src/deep']) {
      expect(nodeFs.statSync(join(empty, 'a/b', name)).mtimeMs).toBeCloseTo(overlay.fs.statSync(p(name)).mtimeMs, 2);
    }
    nodeFs.rmSync(empty, { recursive: true });
  });

  it('does not write through a link that leads elsewhere', () => {
    const overlay = overlayOf();
    overlay.fs.writeFileSync(p('src/a.txt'), 'changed');
    const copy = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-copy-'));
    nodeFs.mkdirSync(join(copy, 'victim'));
    nodeFs.mkdirSync(join(copy, 'dir'));
    nodeFs.symlinkSync('../victim', join(copy, 'dir/src'));
    expect(() => overlay.applyTo(join(copy, 'dir'))).toThrow(expect.objectContaining({ code: 'ELOOP' }));
    expect(nodeFs.readdirSync(join(copy, 'victim'))).toEqual([]);
    nodeFs.rmSync(join(copy, 'dir/src'));
    nodeFs.mkdirSync(join(copy, 'dir/src'));
    nodeFs.writeFileSync(join(copy, 'victim/f'), 'safe');
    nodeFs.symlinkSync('../../victim/f', join(copy, 'dir/src/a.txt'));
    overlay.applyTo(join(copy, 'dir'));
    expect(nodeFs.readFileSync(join(copy, 'victim/f'), 'utf8')).toBe('safe');
    expect(nodeFs.readFileSync(join(copy, 'dir/src/a.txt'), 'utf8')).toBe('changed');
    nodeFs.rmSync(copy, { recursive: true });
  });

  const fill = {
    nothing: () => {},
    file: (fs, path) => fs.writeFileSync(path, 'content'),
    'empty directory': (fs, path) => fs.mkdirSync(path),
    tree: (fs, path) => {
      fs.mkdirSync(join(path, 'd/d'), { recursive: true });
      for (const name of ['f', 'd/f']) fs.writeFileSync(join(path, name), name);
      fs.symlinkSync('f', join(path, 'd/l'));
    },
    'other tree': (fs, path) => {
      fs.mkdirSync(join(path, 'f/d'), { recursive: true });
      for (const name of ['d', 'f/d/f']) fs.writeFileSync(join(path, name), name);
      fs.symlinkSync('f', join(path, 'l'));
    },
    'link to a file': (fs, path) => fs.symlinkSync('src/deep/b.txt', path),
    'link to a directory': (fs, path) => fs.symlinkSync('src', path),
    'link to nowhere': (fs, path) => fs.symlinkSync('nowhere', path),
    'link to itself': (fs, path) => fs.symlinkSync('x', path),
  } satisfies Record<string, (fs: typeof nodeFs, path: string) => void>;
  const kindsOfThings = Object.keys(fill) as (keyof typeof fill)[];

  describe.each(kindsOfThings)('in the place of what is on the disk, %s', (old) => {
    it.each(kindsOfThings)('comes %s', (now) => {
      fill[old](nodeFs, p('x'));
      before = lowerState(base);
      const overlay = overlayOf();
      overlay.fs.rmSync(p('x'), { recursive: true, force: true });
      fill[now](overlay.fs, p('x'));
      const copy = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-copy-'));
      execFileSync('cp', ['-a', `${root}/.`, copy]);
      const wanted = shape(overlay.fs, root);
      overlay.applyTo(copy);
      expect(shape(nodeFs, copy)).toEqual(wanted);
      nodeFs.rmSync(copy, { recursive: true });
      overlay.applyTo(root);
      expect(shape(nodeFs, root)).toEqual(wanted);
      before = lowerState(base);
    });
  });

  it('touches nothing when the disk is full', () => {
    const overlay = overlayOf();
    change(overlay);
    overlay.fs.writeFileSync(p('zzz'), Buffer.alloc(500_000));
    const target = createFs({ maxQuota: 400_000 });
    target.mkdirSync(root, { recursive: true });
    target.writeFileSync(p('run.sh'), 'old');
    const shown = shape(target, root);
    expect(() => overlay.applyTo(root, { fs: target })).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    expect(shape(target, root)).toEqual(shown);
  });
});
