/** Mount: whatever is under way when a mount ends, the disk below it stays as it is. */
import nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createFs, quotaOf } from 'quotafs';
import { mount } from 'quotafs/mount';
import { expect, it } from 'vitest';
import { createPrng, effort, seeds } from '../../helpers/prng.js';

const { promises } = nodeFs;
const TRIALS = 40;

/** Names, inodes, modes, sizes and times of all that is there. */
function scan(root: string): string[] {
  return (nodeFs.readdirSync(root, { recursive: true }) as string[]).sort().map((name) => {
    const { ino, mode, size, mtimeNs, ctimeNs } = nodeFs.lstatSync(join(root, name), { bigint: true });
    return [name, ino, mode, size, mtimeNs, ctimeNs].join();
  });
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
const slowly = { recursive: true, filter: () => soon().then(() => true) };

async function* pieces(): AsyncGenerator<string> {
  for (const piece of ['one', 'two', 'three']) {
    yield piece;
    await soon();
  }
}

/** Calls that take more than one turn, on the mount `m` and the tree `t` of the disk. */
const calls: readonly ((m: string, t: string) => Promise<unknown>)[] = [
  (m) => promises.writeFile(`${m}/file`, 'text'),
  (m) => promises.writeFile(`${m}/pieces`, pieces()),
  (m) => promises.appendFile(`${m}/dir/file`, 'text'),
  (m) => promises.rm(`${m}/dir`, { recursive: true }),
  (m) => promisify(nodeFs.rm)(`${m}/dir`, { recursive: true }),
  (m, t) => promises.cp(t, `${m}/copy`, { recursive: true }),
  (m, t) => promises.cp(t, `${m}/slow`, slowly),
  (m) => promises.cp(`${m}/dir`, `${m}/other`, slowly),
  (m, t) => promisify<string, string, object>(nodeFs.cp)(t, `${m}/copy`, { recursive: true }),
  (m, t) => promises.copyFile(`${t}/file`, `${m}/file`),
  (m, t) => promisify(nodeFs.copyFile)(`${t}/file`, `${m}/copied`),
  (m) => promises.rename(`${m}/file`, `${m}/moved`),
  (m) => promisify<string, object>(nodeFs.mkdir)(`${m}/new/deep`, { recursive: true }),
  (m) => promises.mkdtemp(`${m}/temporary-`),
  (m) => promises.truncate(`${m}/dir/file`, 1),
  (m, t) => pipeline(nodeFs.createReadStream(`${t}/file`), nodeFs.createWriteStream(`${m}/streamed`)),
  (m) => pipeline(nodeFs.createReadStream(`${m}/file`), nodeFs.createWriteStream(`${m}/dir/file`, { flags: 'a' })),
  async (m) => {
    const handle = await promises.open(`${m}/file`, 'r+');
    await handle.write('text');
    await handle.truncate(1);
    await handle.chmod(0o600);
    await handle.close();
  },
  async (m) => {
    for await (const _ of await promises.opendir(m, { recursive: true }));
  },
];

it.each(seeds(1))('leaves the disk as it is while calls are under way, seed %d', { timeout: 60_000 }, async (seed) => {
  const random = createPrng(seed);
  const disk = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-under-way-'));
  const [at, tree] = [join(disk, 'at'), join(disk, 'tree')];
  const names = [];
  for (const root of [at, tree]) {
    nodeFs.mkdirSync(join(root, 'dir'), { recursive: true });
    for (const name of ['file', 'dir/file']) nodeFs.writeFileSync(join(root, name), 'disk'.repeat(30_000));
  }
  const before = scan(disk);
  for (let trial = 0; trial < TRIALS * effort; trial++) {
    const volume = createFs({ maxQuota: 2 ** 22 });
    const mounted = mount(volume, { at });
    volume.mkdirSync(join(at, 'dir'));
    for (const name of ['file', 'dir/file']) volume.writeFileSync(join(at, name), 'memory'.repeat(20_000));
    const running = Array.from({ length: random.between(1, 8) }, () => random.pick(calls)(at, tree));
    const ended = Promise.allSettled(running);
    const turns = random.int(4);
    for (let i = 0; i < turns; i++) await soon();
    mounted.unmount();
    for (const { status, ...outcome } of await ended) {
      if (status === 'rejected') names.push((outcome as { reason: NodeJS.ErrnoException }).reason.code);
    }
    expect(scan(disk), `trial ${trial}`).toEqual(before);
    expect(quotaOf(volume).audit().problems).toEqual([]);
  }
  // What one of them removes another misses; nothing else goes wrong.
  for (const name of names) expect(['ENOENT', 'ENOTEMPTY']).toContain(name);
  nodeFs.rmSync(disk, { recursive: true });
});
