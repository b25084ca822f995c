/** Mount: over a directory that the disk has too, nothing that goes to the volume touches it, nor the other way round. */
import nodeFs from 'node:fs';
import nodePromises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { createFs, quotaOf } from 'quotafs';
import { type Mount, mount } from 'quotafs/mount';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let disk: string;
/** The mount point, and what is there on the disk. */
let at: string;
let volume: typeof nodeFs;
let mounted: Mount;

beforeEach(() => {
  disk = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-around-'));
  at = join(disk, 'around/mount');
  nodeFs.mkdirSync(join(at, 'sub'), { recursive: true });
  nodeFs.writeFileSync(join(at, 'sub/file'), 'disk');
  nodeFs.mkdirSync(join(disk, 'tree/sub'), { recursive: true });
  nodeFs.writeFileSync(join(disk, 'tree/sub/file'), 'tree');
  volume = createFs({ maxQuota: 2 ** 20 });
  mounted = mount(volume, { at });
  nodeFs.writeFileSync(join(at, 'virtual'), 'memory');
});
afterEach(() => {
  mounted.unmount();
  expect(quotaOf(volume).audit().ok).toBe(true);
  nodeFs.rmSync(disk, { recursive: true });
});

/** All that the disk has below the mount point. */
const below = (): unknown[] => {
  mounted.unmount();
  return (nodeFs.readdirSync(at, { recursive: true }) as string[]).sort();
};
const untouched = ['sub', 'sub/file'];

describe('a tree of the disk around a mount point', () => {
  for (const [style, rm] of Object.entries({
    sync: (path: string) => nodeFs.rmSync(path, { recursive: true }),
    callback: (path: string) => promisify(nodeFs.rm)(path, { recursive: true }),
    promise: (path: string) => nodePromises.rm(`${path}/`, { recursive: true }),
  })) {
    it(`is removed without a file of the volume, ${style}`, async () => {
      await rm(join(disk, 'around'));
      expect(volume.readFileSync(join(at, 'virtual'), 'utf8')).toBe('memory');
      mounted.unmount();
      expect(nodeFs.readdirSync(disk)).toEqual(['tree']);
    });
  }

  it('is copied as the disk has it, and not without end into its own mount point', async () => {
    const copies = {
      sync: (to: string) => nodeFs.cpSync(join(disk, 'around'), to, { recursive: true }),
      callback: (to: string) =>
        promisify<string, string, object>(nodeFs.cp)(join(disk, 'around'), to, { recursive: true }),
      promise: (to: string) => nodePromises.cp(join(disk, 'around'), to, { recursive: true }),
    };
    for (const [style, copy] of Object.entries(copies)) {
      await copy(join(disk, style));
      expect(nodeFs.readdirSync(join(disk, style, 'mount'))).toEqual(['sub']);
      const into = (async () => copy(join(at, 'copy')))();
      await expect(into).rejects.toMatchObject({ code: 'ERR_FS_CP_EINVAL', syscall: 'cp', path: join(at, 'copy') });
    }
    expect(nodeFs.readdirSync(at)).toEqual(['virtual']);
  });

  it.runIf('globSync' in nodeFs)('is searched as the disk has it', async () => {
    const found = [join(at, 'sub/file')];
    const pattern = `${disk}/around/**/{virtual,file}`;
    expect(nodeFs.globSync(pattern)).toEqual(found);
    expect(await promisify(nodeFs.glob)(pattern)).toEqual(found);
    const all: string[] = [];
    for await (const path of nodePromises.glob([pattern, `${at}/v*`])) all.push(path);
    expect(all).toEqual([...found, join(at, 'virtual')]);
  });
});

describe('the disk under a mount point', () => {
  it('is not reached by paths of another realm, nor by what looks like a URL', () => {
    const bytes: Uint8Array = runInNewContext('new Uint8Array(bytes)', { bytes: [...Buffer.from(join(at, 'bytes'))] });
    const { href, protocol, hostname, pathname, search } = new URL(`file://${at}/url`);
    nodeFs.writeFileSync(bytes as Buffer, '');
    nodeFs.writeFileSync({ href, protocol, hostname, pathname, search } as URL, '');
    expect(nodeFs.readdirSync(at)).toEqual(['bytes', 'url', 'virtual']);
    expect(below()).toEqual(untouched);
  });

  it('is not reached by copies that are under way when the mount ends', async () => {
    const tree = join(disk, 'tree');
    const filter = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      mounted.unmount();
      return true;
    };
    const copies = [
      nodePromises.cp(tree, join(at, 'slow'), { recursive: true, filter }),
      nodePromises.cp(tree, join(at, 'cp'), { recursive: true }),
      promisify<string, string, object>(nodeFs.cp)(tree, join(at, 'cp-callback'), { recursive: true }),
      nodePromises.copyFile(join(tree, 'sub/file'), join(at, 'copied')),
      promisify(nodeFs.copyFile)(join(tree, 'sub/file'), join(at, 'copied-callback')),
    ];
    mounted.unmount();
    await Promise.all(copies);
    expect(below()).toEqual(untouched);
    expect(volume.readdirSync(at)).toEqual(['copied', 'copied-callback', 'cp', 'cp-callback', 'slow', 'virtual']);
    expect(volume.readFileSync(join(at, 'slow/sub/file'), 'utf8')).toBe('tree');
  });

  it('has the temporary directories whose names begin with the mount point', async () => {
    const made = [nodeFs.mkdtempSync(`${at}-`), await nodePromises.mkdtemp(at)];
    expect(made.map((path) => [dirname(path), nodeFs.existsSync(path)])).toEqual(made.map(() => [dirname(at), true]));
    const inside = [
      nodeFs.mkdtempSync(`${at}/`),
      await nodePromises.mkdtemp(Buffer.from(`${at}/../mount/t-`) as never),
    ];
    expect(inside.map((path) => dirname(path))).toEqual([at, `${at}/../mount`]);
    expect(below()).toEqual(untouched);
  });
});

describe('copies across', () => {
  it('keep the names that are no text, and fractions of a millisecond', () => {
    const odd = (directory: string) => Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xff, 0xfe])]);
    nodeFs.writeFileSync(odd(disk), 'odd');
    nodeFs.copyFileSync(odd(disk), odd(at));
    expect(nodeFs.readFileSync(odd(at), 'utf8')).toBe('odd');
    nodeFs.utimesSync(join(disk, 'tree/sub/file'), 1.0005, 2.0005);
    nodeFs.cpSync(join(disk, 'tree/sub/file'), join(at, 'file'), { preserveTimestamps: true });
    expect(nodeFs.statSync(join(at, 'file')).mtimeMs).toBeCloseTo(2000.5, 3);
  });

  it('of a link do not replace a file, nor does a copied file change another name of its target', () => {
    nodeFs.symlinkSync('sub', join(disk, 'tree/link'));
    expect(() => nodeFs.cpSync(join(disk, 'tree/link'), join(at, 'virtual'))).toThrow(
      expect.objectContaining({ code: 'EEXIST', syscall: 'symlink' }),
    );
    nodeFs.linkSync(join(at, 'virtual'), join(at, 'other'));
    nodeFs.cpSync(join(disk, 'tree/sub/file'), join(at, 'virtual'));
    expect([nodeFs.readFileSync(join(at, 'virtual'), 'utf8'), nodeFs.readFileSync(join(at, 'other'), 'utf8')]).toEqual([
      'tree',
      'memory',
    ]);
  });

  it('fail as copies on the disk do', async () => {
    const attempts = [
      ['none', 'virtual', {}],
      ['tree', 'virtual', { recursive: true }],
      ['tree', 'new', {}],
      ['tree/sub/file', 'sub', {}],
      ['tree/sub/file', 'virtual', { force: false, errorOnExist: true }],
    ] as const;
    nodeFs.mkdirSync(join(at, 'sub'));
    nodeFs.mkdirSync(join(disk, 'plain/sub'), { recursive: true });
    nodeFs.writeFileSync(join(disk, 'plain/virtual'), '');
    for (const [from, to, options] of attempts) {
      const told = async (target: string): Promise<unknown> => {
        const error = await nodePromises.cp(join(disk, from), join(target, to), options).catch((each: Error) => each);
        return JSON.parse(JSON.stringify({ ...(error as Error), message: `${error}` }).replaceAll(target, '@'));
      };
      expect(await told(at)).toEqual(await told(join(disk, 'plain')));
    }
  });
});

it('a working directory that has been removed makes relative paths miss, and no call throw of itself', async () => {
  const before = process.cwd();
  nodeFs.mkdirSync(join(disk, 'gone'));
  process.chdir(join(disk, 'gone'));
  nodeFs.rmdirSync(join(disk, 'gone'));
  try {
    expect(nodeFs.existsSync('x')).toBe(false);
    await expect(nodePromises.readFile('x')).rejects.toMatchObject({ code: 'ENOENT', syscall: 'open', path: 'x' });
  } finally {
    process.chdir(before);
  }
});
