/**
 * What a user without privileges is refused, beside the real fs. Root gives its privileges up for the time of a test:
 * the effective user decides, here and in the kernel.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeAtLeast } from '../../src/facade/running-node.js';
import { record } from './record.js';
import { describeTree, type Fs, type Tree } from './side-by-side.js';

const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;

beforeEach(() => {
  if (!isRoot) return;
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
});
afterEach(() => {
  if (!isRoot) return;
  process.seteuid?.(0);
  process.setegid?.(0);
});

const tree = {
  shut: { f: 'secret', d: {} },
  fixed: { f: 'text', d: {} },
  free: { f: 'text', d: { g: 'g' } },
  f: 'own',
};

const lock = (fs: Fs): void => {
  fs.chmodSync('shut/f', 0);
  fs.chmodSync('shut', 0);
  fs.chmodSync('fixed/f', 0o444);
  fs.chmodSync('fixed', 0o555);
};

/** Makes what the user owns readable and removable again. */
const unlock = (fs: Fs, directory: string): void => {
  fs.chmodSync(directory, 0o755);
  for (const name of fs.readdirSync(directory)) {
    const path = `${directory}/${name}`;
    const stat = fs.lstatSync(path);
    if (stat.isDirectory()) unlock(fs, path);
    else if ((stat.mode & 0o777) === 0) fs.chmodSync(path, 0o600);
  }
};

type Call = (fs: Fs['promises'], path: string) => Promise<unknown>;
const calls: Record<string, Call> = {
  readFile: (fs, path) => fs.readFile(path, 'utf8'),
  writeFile: (fs, path) => fs.writeFile(path, 'new'),
  appendFile: (fs, path) => fs.appendFile(path, 'more'),
  truncate: (fs, path) => fs.truncate(path, 1),
  open: async (fs, path) => (await fs.open(path, 'r+')).close(),
  lstat: async (fs, path) => (await fs.lstat(path)).isDirectory(),
  readdir: async (fs, path) => (await fs.readdir(path)).sort(),
  opendir: async (fs, path) => (await fs.opendir(path)).close(),
  mkdir: (fs, path) => fs.mkdir(path),
  'mkdir -p': (fs, path) => fs.mkdir(`${path}/x/y`, { recursive: true }),
  rmdir: (fs, path) => fs.rmdir(path),
  unlink: (fs, path) => fs.unlink(path),
  rm: (fs, path) => fs.rm(path, { force: true }),
  rename: (fs, path) => fs.rename(path, 'moved'),
  'rename to': (fs, path) => fs.rename('f', path),
  link: (fs, path) => fs.link('f', path),
  symlink: (fs, path) => fs.symlink('f', path),
  readlink: (fs, path) => fs.readlink(path),
  realpath: (fs, path) => fs.realpath(path),
  chmod: (fs, path) => fs.chmod(path, 0o700),
  'chown to root': (fs, path) => fs.chown(path, 0, 0),
  utimes: (fs, path) => fs.utimes(path, 1, 2),
  copyFile: (fs, path) => fs.copyFile(path, 'copied'),
  'copyFile to': (fs, path) => fs.copyFile('f', path),
  cp: (fs, path) => fs.cp(path, 'copied', { recursive: true }),
};

const paths = ['shut', 'shut/f', 'shut/new', 'fixed', 'fixed/f', 'fixed/new', 'fixed/d'];
/** libuv empties and removes what it may not copy to (docs/differences.md). */
const parts = new Set(['copyFile to fixed/f']);

describe.each(Object.entries(calls))('%s', (name, call) => {
  it.each(paths.filter((path) => !parts.has(`${name} ${path}`)))('%s', async (path) => {
    const { real, ours } = await record(tree, async ({ fs, root, sync, later }) => {
      lock(fs);
      try {
        await later(`${name} ${path}`, () => call(fs.promises, path));
      } finally {
        unlock(fs, root);
      }
      sync('tree', () => Object.entries(describeTree(fs, root)).map((entry) => entry.join(' ')));
    });
    expect(ours).toEqual(real);
  });
});

describe('cp into a directory that may not be written', () => {
  const sources: Record<string, Tree> = { link: { l: '>x' }, file: { f: 'new' }, directory: { d: {} } };
  // There C++ ends the process.
  const ends = (kind: string, form: string): boolean =>
    kind === 'directory' && form === 'sync' && nodeAtLeast(22) && !nodeAtLeast(26);
  const all = Object.keys(sources).flatMap((kind) =>
    ['sync', 'promise', 'filter'].map((form) => [kind, form] as const),
  );

  it.each(all.filter(([kind, form]) => !ends(kind, form)))('%s, %s', async (kind, form) => {
    const { real, ours } = await record(
      { src: { in: sources[kind] }, dst: { in: {} } },
      async ({ fs, root, later, sync }) => {
        fs.chmodSync('dst/in', 0o555);
        const options = { recursive: true, ...(form === 'filter' ? { filter: () => true } : {}) };
        await later(form, async () =>
          form === 'promise' ? fs.promises.cp('src', 'dst', options) : fs.cpSync('src', 'dst', options),
        );
        fs.chmodSync('dst/in', 0o755);
        sync('tree', () => Object.entries(describeTree(fs, root)).map((entry) => entry.join(' ')));
      },
    );
    expect(ours).toEqual(real);
  });
});

describe('rm of a tree in which a part may not be removed', () => {
  const trees: Record<string, readonly [Tree, (fs: Fs) => void]> = {
    'empty, not to be read': [{}, (fs) => fs.chmodSync('d', 0)],
    'not to be read': [{ f: '' }, (fs) => fs.chmodSync('d', 0o300)],
    'not to be written': [{ f: '' }, (fs) => fs.chmodSync('d', 0o500)],
    'not to be written, a directory in it': [{ e: {} }, (fs) => fs.chmodSync('d', 0o500)],
    'not to be searched': [{ f: '' }, (fs) => fs.chmodSync('d', 0o600)],
    closed: [{ f: '' }, (fs) => fs.chmodSync('d', 0)],
    'inside: empty, not to be read': [{ e: {} }, (fs) => fs.chmodSync('d/e', 0)],
    'inside: not to be read': [{ e: { g: {} } }, (fs) => fs.chmodSync('d/e', 0o300)],
    'inside: not to be written': [{ e: { g: { h: '' } } }, (fs) => fs.chmodSync('d/e', 0o500)],
    'inside: not to be searched': [{ e: { g: {} } }, (fs) => fs.chmodSync('d/e', 0o600)],
  };
  const unlockAll = (fs: Fs): void => {
    for (const path of ['d', 'd/e']) if (fs.existsSync(path)) fs.chmodSync(path, 0o755);
  };
  const all = Object.keys(trees).flatMap((name) =>
    ['sync', 'promise'].flatMap((form) => [false, true].map((force) => [name, form, force] as const)),
  );

  it.each(all)('%s, %s, force: %s', async (name, form, force) => {
    const [content, shut] = trees[name];
    const { real, ours } = await record({ d: content }, async ({ fs, root, later, sync }) => {
      shut(fs);
      const options = { recursive: true, force };
      await later(form, async () => (form === 'sync' ? fs.rmSync('d/', options) : fs.promises.rm('d', options)));
      unlockAll(fs);
      sync('tree', () => Object.entries(describeTree(fs, root)).map((entry) => entry.join(' ')));
    });
    expect(ours).toEqual(real);
  });
});

describe.runIf(nodeAtLeast(24))('a directory that removes itself, and may not be read any more', () => {
  it.each(['Sync', ''])('mkdtempDisposable%s', async (form) => {
    const { real, ours } = await record({}, async ({ fs, later }) => {
      const make = Reflect.get(form === 'Sync' ? fs : fs.promises, `mkdtempDisposable${form}`);
      for (const inside of [[], ['f']]) {
        const made = (await Reflect.apply(make, undefined, ['t-'])) as { path: string; remove(): unknown };
        for (const name of inside) fs.writeFileSync(`${made.path}/${name}`, '');
        fs.chmodSync(made.path, 0);
        await later('remove', async () => {
          try {
            await made.remove();
          } catch (error) {
            // The name is random.
            throw new Error(String(error).replaceAll(made.path, 'made'));
          }
        });
        if (fs.existsSync(made.path)) fs.chmodSync(made.path, 0o700);
        await later('left', async () => fs.existsSync(made.path));
      }
    });
    expect(ours).toEqual(real);
  });
});

it.each(['sync', 'promise'])(
  'rm of a link with a slash behind it, in a directory that may not be written: %s',
  async (form) => {
    const { real, ours } = await record({ fixed: { l: '>../d' }, d: {} }, async ({ fs, later }) => {
      fs.chmodSync('fixed', 0o555);
      for (const path of ['fixed/l/', 'fixed/l', 'fixed/none/']) {
        for (const force of [false, true]) {
          const options = { recursive: true, force };
          await later(`${path} ${force}`, async () =>
            form === 'sync' ? fs.rmSync(path, options) : fs.promises.rm(path, options),
          );
        }
      }
      fs.chmodSync('fixed', 0o755);
    });
    expect(ours).toEqual(real);
  },
);

it('rm of what lies where nobody may look: forced and recursive, the words are those of the removal', async () => {
  const { real, ours } = await record(tree, async ({ fs, root, sync, later }) => {
    lock(fs);
    for (const path of ['shut/f', 'shut/d', 'shut/d/', 'shut/none']) {
      for (const options of [{}, { force: true }, { recursive: true }, { recursive: true, force: true }]) {
        sync(`${path} ${JSON.stringify(options)}`, () => fs.rmSync(path, options));
        await later(`${path} ${JSON.stringify(options)}`, () => fs.promises.rm(path, options));
      }
    }
    unlock(fs, root);
  });
  expect(ours).toEqual(real);
});

it('a blob of what may not be read is made, with its size, and cannot be read', async () => {
  const { real, ours } = await record(tree, async ({ fs, root, later }) => {
    fs.chmodSync('f', 0);
    for (const path of ['f', 'shut']) {
      await later(`${path} size`, async () => (await fs.openAsBlob(path)).size);
      await later(path, async () => (await fs.openAsBlob(path)).text());
      for (const range of [[], [0, 0], [0, 1], [1], [-1], [5000], [2, 1], [0, 10], [-2, -1]]) {
        const cut = async () => (await fs.openAsBlob(path)).slice(...range);
        await later(`${path} slice ${range} size`, async () => (await cut()).size);
        await later(`${path} slice ${range}`, async () => (await cut()).arrayBuffer());
        await later(`${path} slice ${range} of it`, async () => (await cut()).slice(0, 1).text());
      }
    }
    unlock(fs, root);
    fs.chmodSync('f', 0o600);
  });
  expect(ours).toEqual(real);
});
