/**
 * Compat tests, archives: random trees with odd names, modes, times, links and holes go through every way in and out
 * (archives, the disk, snapshots) and must arrive as they were, or, where they do not fit or are cut off, not at all.
 */
import { createHash } from 'node:crypto';
import nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import {
  type ArchiveFormat,
  exportArchive,
  exportArchiveStream,
  importArchive,
} from '../../src/adapters/archive/index.js';
import { exportToDisk, importFromDisk } from '../../src/adapters/disk/index.js';
import { clone, fromBytes, restore, snapshot } from '../../src/adapters/snapshot/index.js';
import { createFs, quotaOf } from '../../src/facade/index.js';
import type { Prng } from '../../test/helpers/prng.js';
import type { NodeFs } from '../targets.js';

const NAMES = [
  ...[
    'a',
    'b.txt',
    '-rf',
    ' lead',
    'trail ',
    'trail.',
    '.hidden',
    '..twice',
    '...',
    'new\nline',
    'tab\there',
    'quo\'te"s',
  ],
  ...[
    'back\\slash',
    'c:d',
    'con',
    '*?[x]{y}',
    '$HOME',
    '%41',
    '~',
    '#',
    'é',
    'e\u0301',
    '日本',
    '🎉',
    '\u202eright',
    '\u007f\u0001',
  ],
  ...[
    'x'.repeat(255),
    'é'.repeat(127),
    '🎉'.repeat(63),
    `${'y'.repeat(99)}z`,
    `${'y'.repeat(100)}`,
    '__proto__',
    'constructor',
  ],
];
const SIZES = [0, 1, 511, 512, 513, 4095, 4096, 10_239, 10_240, 65_537];
/** Seconds; what all formats keep: zip has them to the second, and from 1980 on. */
const TIMES = [315_619_200, 946_684_800, 1_614_834_367, 2_147_483_647, 4_000_000_000];

/** Puts a random tree below `root`. */
export function grow(fs: NodeFs, root: string, random: Prng): void {
  const directories = [root];
  const files: string[] = [];
  const free = (): string => {
    for (;;) {
      const path = `${random.pick(directories)}/${random.pick(NAMES)}${random.chance(0.3) ? random.int(50) : ''}`;
      const long = path.split('/').some((name) => Buffer.byteLength(name) > 255) || Buffer.byteLength(path) > 1000;
      if (!long && !fs.existsSync(path) && !nodeFs.existsSync(path)) {
        try {
          fs.lstatSync(path);
        } catch {
          return path;
        }
      }
    }
  };
  fs.mkdirSync(root, { recursive: true });
  for (let count = random.between(3, 40); count > 0; count--) {
    const path = free();
    const kind = random.int(10);
    if (kind < 3) {
      fs.mkdirSync(path);
      directories.push(path);
    } else if (kind < 7 || files.length === 0) {
      fs.writeFileSync(path, Buffer.alloc(random.pick(SIZES), `${random.int(1000)} `));
      if (random.chance(0.1)) fs.truncateSync(path, random.pick([0, 3000, 200_000]));
      files.push(path);
    } else if (kind === 7) fs.linkSync(random.pick(files), path);
    else if (kind === 8) fs.symlinkSync(random.pick(files).split('/').at(-1) as string, path);
    else fs.symlinkSync(random.pick(['nowhere', '.', 'x'.repeat(300), 'dir/in\nside']), path);
  }
  for (const file of files) {
    fs.chmodSync(file, random.pick([0o644, 0o600, 0o755, 0o444, 0o1777, 0o400]));
    fs.utimesSync(file, 1, random.pick(TIMES));
  }
  for (const directory of directories.reverse()) {
    fs.chmodSync(directory, random.pick([0o755, 0o700, 0o1777, 0o750]));
    fs.utimesSync(directory, 1, random.pick(TIMES));
  }
}

/** Everything below `root` that is to arrive; `links`: which names are one file. */
export function picture(fs: NodeFs, root: string, { links = true, inodes = false } = {}): string[] {
  const lines: string[] = [];
  const firsts = new Map<number, string>();
  const visit = (directory: string): void => {
    for (const name of fs.readdirSync(`${root}${directory}/`).sort()) {
      const path = `${directory}/${name}`;
      const stat = fs.lstatSync(root + path);
      const kind = stat.isDirectory() ? 'd' : stat.isSymbolicLink() ? 'l' : 'f';
      const mode = kind === 'l' ? '' : (stat.mode & 0o7777).toString(8);
      const content =
        kind === 'f'
          ? createHash('sha1')
              .update(fs.readFileSync(root + path))
              .digest('hex')
          : '';
      const text = kind === 'l' ? fs.readlinkSync(root + path) : '';
      const time = kind === 'l' ? '' : Math.round(stat.mtimeMs / 1000);
      const first = links && kind === 'f' ? (firsts.get(stat.ino) ?? path) : '';
      firsts.set(stat.ino, first);
      const size = kind === 'f' ? stat.size : '';
      lines.push(JSON.stringify([path, kind, mode, size, content, text, time, first, inodes ? stat.ino : 0]));
      if (kind === 'd') visit(path);
    }
  };
  visit('');
  return lines;
}

/** What differs between two pictures, in words. */
function difference(expected: readonly string[], actual: readonly string[]): string | undefined {
  const missing = expected.filter((line) => !actual.includes(line));
  const added = actual.filter((line) => !expected.includes(line));
  if (missing.length + added.length === 0) return undefined;
  return [...missing.slice(0, 3).map((line) => `- ${line}`), ...added.slice(0, 3).map((line) => `+ ${line}`)].join(
    '\n',
  );
}

const audited = (fs: NodeFs): string | undefined => {
  const report = quotaOf(fs).audit();
  return report.ok ? undefined : `audit: ${JSON.stringify(report)}`;
};

/** Bytes in random pieces, which may end in an error. */
async function* pieces(bytes: Uint8Array, random: Prng, until = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + random.pick([1, 7, 512, 5000, 70_000]);
    if (end > until) throw new Error('cut off');
    yield bytes.subarray(at, end);
    at = end;
  }
}

const FORMATS: readonly ArchiveFormat[] = ['zip', 'tar', 'tar.gz', 'tar.br'];

/** A tree in a volume that has room for itself and little else, or not even that. */
async function refusedOrWhole(
  what: string,
  random: Prng,
  expected: readonly string[],
  bring: (fs: NodeFs) => Promise<unknown>,
  links: boolean,
): Promise<string[]> {
  const fs = createFs({ maxQuota: random.between(20_000, 900_000) });
  const problems: string[] = [];
  fs.mkdirSync('/old/dir', { recursive: true });
  fs.writeFileSync('/old/kept', 'kept');
  const before = picture(fs, '/old');
  const used = quotaOf(fs).used;
  let outcome: unknown;
  await bring(fs).catch((error: unknown) => {
    outcome = error ?? 'nothing';
  });
  const note = (words: string | undefined): void => {
    if (words !== undefined) problems.push(`${what}: ${words}`);
  };
  note(difference(before, picture(fs, '/old')));
  note(audited(fs));
  if (outcome === undefined) note(difference(expected, picture(fs, '/new', { links })));
  else {
    const code: unknown = Reflect.get(Object(outcome), 'code');
    if (code !== 'ENOSPC' && String(outcome) !== 'Error: cut off') note(`refused with ${outcome}`);
    const names = fs.readdirSync('/').join();
    if (names !== 'old' && names !== 'new,old') note(`left behind ${names}`);
    if (fs.existsSync('/new')) note('a part has arrived');
    if (quotaOf(fs).used > used) note(`keeps ${quotaOf(fs).used - used} bytes`);
  }
  return problems;
}

/** All journeys of one random tree. @returns what went wrong */
export async function journey(random: Prng): Promise<string[]> {
  const fs = createFs({ maxQuota: 64 * 2 ** 20 });
  const problems: string[] = [];
  const note = (what: string, words: string | undefined): void => {
    if (words !== undefined) problems.push(`${what}: ${words}`);
  };
  const disk = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-journeys-'));
  try {
    grow(fs, '/tree', random);
    const options = { outsideLinks: 'keep' } as const;
    const expected = picture(fs, '/tree');
    const single = picture(fs, '/tree', { links: false });
    for (const format of FORMATS) {
      const links = format !== 'zip';
      const wanted = links ? expected : single;
      const bytes = random.chance(0.5)
        ? await exportArchive(fs, '/tree', { format, ...options })
        : Buffer.concat(await exportArchiveStream(fs, '/tree', { format, ...options }).toArray());
      const there = createFs();
      const source = random.pick([bytes, Readable.from(pieces(bytes, random)), pieces(bytes, random)]);
      await importArchive(there, source, { to: '/tree', format, atomic: random.chance(0.7), ...options });
      note(format, difference(wanted, picture(there, '/tree', { links })));
      note(format, audited(there));
      const cut = random.int(bytes.length);
      const bring = (to: NodeFs): Promise<unknown> => {
        const whole = random.chance(0.6) ? bytes : new PassThrough().end(bytes);
        return importArchive(to, random.chance(0.3) ? pieces(bytes, random, cut) : whole, {
          to: '/new',
          format,
          ...options,
        });
      };
      problems.push(...(await refusedOrWhole(format, random, wanted, bring, links)));
    }
    await exportToDisk(fs, '/tree', join(disk, 'out'), options);
    note('to the disk', difference(expected, picture(nodeFs, join(disk, 'out'))));
    const back = createFs();
    await importFromDisk(back, join(disk, 'out'), { to: '/tree', concurrency: random.between(1, 9) });
    note('from the disk', difference(expected, picture(back, '/tree')));
    const bring = (to: NodeFs): Promise<unknown> => importFromDisk(to, join(disk, 'out'), { to: '/new' });
    problems.push(...(await refusedOrWhole('from the disk', random, expected, bring, true)));
    note('from the disk', audited(back));
    problems.push(...snapshots(fs, back));
  } finally {
    nodeFs.rmSync(disk, { recursive: true });
  }
  note('at the end', audited(fs));
  return problems;
}

function snapshots(fs: NodeFs, other: NodeFs): string[] {
  const problems: string[] = [];
  const expected = picture(fs, '', { inodes: true });
  const taken = snapshot(fs);
  const bytes = taken.toBytes();
  fs.rmSync('/tree', { recursive: true, force: true });
  fs.writeFileSync('/later', 'later');
  const places: [string, NodeFs, () => void][] = [
    ['restored', fs, () => restore(fs, taken)],
    ['from bytes', other, () => restore(other, fromBytes(bytes))],
  ];
  for (const [what, to, act] of places) {
    act();
    const words = difference(expected, picture(to, '', { inodes: true })) ?? audited(to);
    if (words !== undefined) problems.push(`${what}: ${words}`);
  }
  const words = difference(picture(fs, ''), picture(clone(fs), ''));
  if (words !== undefined) problems.push(`cloned: ${words}`);
  taken.dispose();
  return problems;
}
