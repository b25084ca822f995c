/** Mount: members of `node:fs` that a program replaces while a volume is mounted are called as they are for files of the disk. */
import nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { createFs, quotaOf } from 'quotafs';
import { mount } from 'quotafs/mount';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

const AT = '/quotafs-spies';
let disk: string;
beforeAll(() => {
  disk = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-spies-'));
});
afterAll(() => {
  nodeFs.rmSync(disk, { recursive: true });
});

const names = ['open', 'read', 'write', 'writev', 'close', 'fsync', 'writeFile', 'access'] as const;
const syncNames = [
  'openSync',
  'readSync',
  'writeSync',
  'closeSync',
  'fsyncSync',
  'ftruncateSync',
  'writeFileSync',
] as const;

/** The members that are called in a directory, with how many arguments. */
async function calledBy(dir: string, use: (path: string) => unknown): Promise<string[]> {
  const path = join(dir, 'f');
  nodeFs.writeFileSync(path, 'content');
  const calls: string[] = [];
  for (const name of [...names, ...syncNames]) {
    const inner = nodeFs[name] as (...args: unknown[]) => unknown;
    vi.spyOn(nodeFs, name).mockImplementation(((...args: unknown[]) => {
      calls.push(`${name}/${args.length}`);
      return inner(...args);
    }) as never);
  }
  try {
    await use(path);
  } finally {
    vi.restoreAllMocks();
  }
  return [...calls, nodeFs.readFileSync(path, 'utf8')];
}

const called = (start: (done: (error: unknown) => void) => unknown): Promise<unknown> => new Promise(start);

const uses: Record<string, (path: string) => unknown> = {
  createReadStream: (path) => text(nodeFs.createReadStream(path)),
  createWriteStream: (path) => finished(nodeFs.createWriteStream(path, { flush: true }).end('new')),
  readFile: (path) => called((done) => nodeFs.readFile(path, done)),
  readFileSync: (path) => nodeFs.readFileSync(path),
  writeFile: (path) => called((done) => nodeFs.writeFile(path, 'new', { flush: true }, done)),
  writeFileSync: (path) => nodeFs.writeFileSync(path, Buffer.from('new')),
  appendFile: (path) => called((done) => nodeFs.appendFile(path, 'new', done)),
  appendFileSync: (path) => nodeFs.appendFileSync(path, Buffer.from('new')),
  truncate: (path) => called((done) => nodeFs.truncate(path, 2, done)),
  truncateSync: (path) => nodeFs.truncateSync(path, 2),
  exists: (path) => called((done) => nodeFs.exists(path, done)),
};

it.each(Object.entries(uses))('spies on node:fs see what %s does in a mount', async (_, use) => {
  const expected = await calledBy(disk, use);
  const volume = createFs();
  using _mounted = mount(volume, { at: AT });
  expect(await calledBy(AT, use)).toEqual(expected);
  // The volume's own members are its own affair.
  expect(volume.readFileSync(`${AT}/f`, 'utf8')).toBe(expected.at(-1));
  expect(quotaOf(volume).audit().problems).toEqual([]);
});

it('a write that node:fs is made to refuse is refused in a mount, by the stream too', async () => {
  using _mounted = mount(createFs(), { at: AT });
  const refuse = ((...args: unknown[]) => (args.at(-1) as (error: Error) => void)(new Error('refused'))) as never;
  vi.spyOn(nodeFs, 'write').mockImplementation(refuse);
  try {
    await expect(finished(nodeFs.createWriteStream(`${AT}/g`).end('x'))).rejects.toThrow('refused');
  } finally {
    vi.restoreAllMocks();
  }
  await finished(nodeFs.createWriteStream(`${AT}/g`).end('x'));
  expect(nodeFs.readFileSync(`${AT}/g`, 'utf8')).toBe('x');
});
