/** quotafs/memfs: memfs's documented examples, on memfs itself and on ours, side by side. */
import * as theirs from 'memfs';
import { createFs, quotaOf } from 'quotafs';
import * as ours from 'quotafs/memfs';
import { Union } from 'unionfs';
import { describe, expect, it } from 'vitest';

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
    expect(volume.toJSON()).toEqual({ '/a/b.txt': 'x', '/a/c': null, '/z': '', '/app/rel/q': 'q', '/d/e/f/g': '1' });
    expect(volume.toJSON('/a', {}, true)).toEqual({ 'b.txt': 'x', c: null });
    expect(volume.toJSON('/a/b.txt', {}, true)).toEqual({ '': 'x' });
    expect(volume.toJSON(['/z', '/none'], { k: '1' }, false, true)).toEqual({ k: '1', '/z': Buffer.alloc(0) });
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
