/** What is shown of a file system: trees, usage, differences, and dumps of failed tests. */
import { execFile } from 'node:child_process';
import nodeFs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memfs } from 'memfs';
import { expect, describe as group, it } from 'vitest';
import { importArchive } from '../../../src/adapters/archive/index.js';
import {
  describe,
  diff,
  dump,
  dumpOnFailure,
  printDiff,
  printTree,
  printUsage,
  usage,
} from '../../../src/adapters/inspect/index.js';
import { fromBytes, restore, snapshot } from '../../../src/adapters/snapshot/index.js';
import { createFs } from '../../../src/facade/index.js';
import { diskDirectory } from '../trees.js';

function small() {
  const fs = createFs({ maxQuota: 1024 * 1024 });
  fs.mkdirSync('/src/lib', { recursive: true });
  fs.writeFileSync('/src/index.js', 'x'.repeat(1500));
  fs.writeFileSync('/src/lib/a.js', 'a', { mode: 0o755 });
  fs.symlinkSync('lib/a.js', '/src/link');
  fs.mkdirSync('/tmp');
  return fs;
}

group('printTree', () => {
  it('draws names', () => {
    expect(printTree(small())).toBe(
      [
        '/',
        '├── src/',
        '│   ├── index.js',
        '│   ├── lib/',
        '│   │   └── a.js',
        '│   └── link -> lib/a.js',
        '└── tmp/',
      ].join('\n'),
    );
  });

  it('shows sizes, modes, colours; stops at a depth and after some lines', () => {
    const fs = small();
    expect(printTree(fs, '/src', { sizes: true, modes: true })).toBe(
      [
        'drwxr-xr-x /src/',
        '├── -rw-r--r-- index.js (1.5 KiB)',
        '├── drwxr-xr-x lib/',
        '│   └── -rwxr-xr-x a.js (1 B)',
        '└── lrwxrwxrwx link -> lib/a.js',
      ].join('\n'),
    );
    expect(printTree(fs, '/', { depth: 1 })).toBe('/\n├── src/\n│   └── (3 entries)\n└── tmp/');
    expect(printTree(fs, '/', { lines: 2 })).toBe('/\n├── src/\n… 5 more lines');
    expect(printTree(fs, '/src/lib', { color: true })).toContain('\u001b[34m/src/lib/\u001b[0m');
  });

  it('shows set-id bits, one file, and odd names without letting them act', () => {
    const fs = createFs();
    fs.writeFileSync('/a\n\u001b[31mb', '');
    fs.chmodSync('/a\n\u001b[31mb', 0o7644);
    expect(printTree(fs, '/', { modes: true })).toBe('drwxrwxrwx /\n└── -rwSr-Sr-T a\\x0a\\x1b[31mb');
    expect(printTree(small(), '/src/index.js', { sizes: true })).toBe('/src/index.js (1.5 KiB)');
    expect(() => printTree(fs, '/absent')).toThrow('ENOENT');
  });

  it('reads any file system', () => {
    const { fs } = memfs({ '/a/b': 'b' });
    expect(printTree(fs as unknown as typeof nodeFs)).toBe('/\n└── a/\n    └── b');
    expect(printTree(nodeFs, diskDirectory())).toMatch(/\/$/);
  });
});

group('usage', () => {
  it('counts as du: links of one file once, holes not', () => {
    const fs = small();
    fs.linkSync('/src/index.js', '/src/zz');
    fs.writeFileSync('/hole', '');
    fs.truncateSync('/hole', 500_000);
    const all = usage(fs);
    expect(all).toMatchObject({ path: '/', size: 501_501, files: 4, directories: 4, symlinks: 1 });
    expect(all.children.map(({ path }) => path).sort()).toEqual(['/hole', '/src', '/tmp']);
    expect(all.children.find(({ path }) => path === '/hole')?.allocated).toBe(0);
    expect(usage(fs, '/src/index.js').children).toEqual([]);
    expect(printUsage(fs, '/src').split('\n').at(-1)).toMatch(/^ *[\d.]+ KiB {2}\/src$/);
    expect(printUsage(fs, '/', { depth: 2 })).toContain('/src/lib');
  });
});

group('diff', () => {
  it('finds what was added, removed and changed', () => {
    const [a, b] = [small(), small()];
    expect(diff(a, b)).toEqual([]);
    b.writeFileSync('/src/index.js', 'y'.repeat(1500));
    b.chmodSync('/src/lib/a.js', 0o600);
    b.unlinkSync('/src/link');
    b.symlinkSync('elsewhere', '/src/link');
    b.mkdirSync('/new/deep', { recursive: true });
    b.writeFileSync('/new/deep/file', '');
    b.rmdirSync('/tmp');
    b.writeFileSync('/tmp', 'now a file');
    a.writeFileSync('/gone', '');
    a.mkdirSync('/tmp/below');
    expect(printDiff(diff(a, b))).toBe(
      [
        '- gone',
        '+ new',
        '+ new/deep',
        '+ new/deep/file',
        '~ src/index.js (content)',
        '~ src/lib/a.js (mode)',
        '~ src/link (target)',
        '~ tmp (type)',
        '- tmp/below',
      ].join('\n'),
    );
  });

  it('compares places, large files and times', () => {
    const fs = createFs();
    fs.mkdirSync('/a');
    fs.mkdirSync('/b');
    fs.writeFileSync('/a/big', Buffer.alloc(600_000, 1));
    fs.writeFileSync('/b/big', Buffer.alloc(600_000, 1));
    fs.utimesSync('/a/big', 1, 1);
    const sides = [
      { fs, path: '/a' },
      { fs, path: '/b' },
    ] as const;
    expect(diff(...sides)).toEqual([]);
    expect(diff(...sides, { times: true })).toEqual([{ path: 'big', kind: 'changed', parts: ['mtime'] }]);
    const fd = fs.openSync('/b/big', 'r+');
    fs.writeSync(fd, 'x', 599_999);
    fs.closeSync(fd);
    expect(diff(...sides)).toEqual([{ path: 'big', kind: 'changed', parts: ['content'] }]);
  });
});

group('diff of snapshots', () => {
  it('with the volume, with each other and with another place', () => {
    const fs = small();
    using before = snapshot(fs);
    expect(diff(before, fs, { times: true })).toEqual([]);
    fs.writeFileSync('/src/index.js', 'y'.repeat(1500));
    fs.rmSync('/src/link');
    fs.mkdirSync('/src/link');
    fs.writeFileSync('/src/link/below', '');
    fs.rmSync('/src/lib', { recursive: true });
    const expected = [
      '~ src/index.js (content)',
      '- src/lib',
      '- src/lib/a.js',
      '~ src/link (type)',
      '+ src/link/below',
    ];
    expect(printDiff(diff(before, fs))).toBe(expected.join('\n'));
    using after = snapshot(fs);
    fs.rmSync('/src', { recursive: true });
    expect(printDiff(diff(before, after))).toBe(expected.join('\n'));
    expect(diff(fromBytes(after.toBytes()), after, { times: true })).toEqual([]);
    restore(fs, before);
    expect(diff(fs, before, { times: true })).toEqual([]);
    expect(diff({ fs: small(), path: '/' }, before)).toEqual([]);
  });
});

group('describe', () => {
  it('says how full it is, and shows the tree', () => {
    expect(describe(small())).toMatch(/^[\d.]+ [KM]iB of [\d.]+ [KM]iB used, \d+ of \d+ nodes\n\/\n├── src\/\n/);
    expect(describe(small(), { lines: 3 })).toContain('… 4 more lines');
  });
});

group('dump', () => {
  it.each(['', '.zip', '.tar', '.tar.gz', '.tgz'])('writes a tree to the disk as "%s"', async (ending) => {
    const fs = small();
    const to = join(diskDirectory(), 'nested', `dump${ending}`);
    expect(await dump(fs, { to })).toBe(to);
    const back = createFs();
    if (ending !== '') await importArchive(back, { path: to, fs: nodeFs });
    expect(diff(fs, ending === '' ? { fs: nodeFs, path: to } : back)).toEqual([]);
    await dump(fs, { to, from: '/src' });
  });

  it('only after a failure, whose error it passes on', async () => {
    const fs = small();
    const to = join(diskDirectory(), 'dump.zip');
    expect(await dumpOnFailure(fs, { to }, () => 7)).toBe(7);
    expect(nodeFs.existsSync(to)).toBe(false);
    const failure = new Error('expected 1 to be 2');
    await expect(
      dumpOnFailure(fs, { to }, async () => {
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(failure.message).toBe(`expected 1 to be 2\n\nThe file system is in ${to}`);
    expect(nodeFs.existsSync(to)).toBe(true);
    const blocked = new Error('first');
    await expect(
      dumpOnFailure(fs, { to: `${to}/below` }, () => {
        throw blocked;
      }),
    ).rejects.toBe(blocked);
    expect(blocked.message).toContain('could not be written');
  });

  it('of node:test, told in its report', async () => {
    const directory = diskDirectory();
    const file = join(directory, 'dumps.test.mts');
    const from = (path: string): string => JSON.stringify(new URL(`../../../src/${path}`, import.meta.url).href);
    nodeFs.writeFileSync(
      file,
      `import test from 'node:test';
       import { createFs } from ${from('index.ts')};
       import { dumpOnFailure } from ${from('adapters/inspect/index.ts')};
       for (const name of ['passes', 'fails']) test(name, (t) => {
         const fs = createFs();
         dumpOnFailure(fs, { to: ${JSON.stringify(directory)} + '/' + name }, t);
         fs.writeFileSync('/left', name);
         if (name === 'fails') throw new Error('no');
       });`,
    );
    const stdout = await new Promise<string>((resolve) => {
      // Vitest's own variables would make the child one of its workers.
      const env = { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined };
      const cwd = fileURLToPath(new URL('../../..', import.meta.url));
      const flags = ['--import', 'tsx', '--test-reporter', 'tap', '--test', file];
      execFile(process.execPath, flags, { env, cwd }, (_failed, output) => resolve(output));
    });
    expect(stdout).toContain(`# The file system is in ${join(directory, 'fails')}`);
    expect(nodeFs.readFileSync(join(directory, 'fails', 'left'), 'utf8')).toBe('fails');
    expect(nodeFs.existsSync(join(directory, 'passes'))).toBe(false);
  }, 30_000);

  it('at the hook of a runner', async () => {
    const fs = small();
    const to = join(diskDirectory(), 'dump');
    const handlers: (() => Promise<void>)[] = [];
    dumpOnFailure(fs, { to }, { onTestFailed: (handler) => handlers.push(handler) });
    expect(nodeFs.existsSync(to)).toBe(false);
    await handlers[0]?.();
    expect(nodeFs.readFileSync(join(to, 'src/lib/a.js'), 'utf8')).toBe('a');
  });

  it('does not call the context of a Vitest test, which is a function', (context) => {
    expect(context).toBeTypeOf('function');
    expect(dumpOnFailure(small(), { to: join(diskDirectory(), 'dump') }, context)).toBe(undefined);
  });
});
