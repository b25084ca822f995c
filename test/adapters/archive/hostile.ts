/**
 * The hostile corpus: archives that are malformed or mean harm, made from code.
 * Each is refused with the code that it names, or (with `code: undefined`) is
 * odd but harmless and must be taken.
 */
import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib';
import type { ArchiveErrorCode, ImportArchiveOptions } from '../../../src/adapters/archive/index.js';
import { buildTar, pax, paxRecord, type TarPart } from './build-tar.js';
import { buildZip, type ZipPart } from './build-zip.js';

export interface HostileCase {
  readonly name: string;
  readonly bytes: Buffer;
  /** What refuses it; 'ENOSPC' is the quota. Undefined: taken, and nothing leaves the destination. */
  readonly code: ArchiveErrorCode | 'ENOSPC' | undefined;
  readonly options?: ImportArchiveOptions;
  /** Entry by entry it is taken: what is on the volume already counts there. */
  readonly takenAlone?: boolean;
}

/** The quota that the cases are made for, and a file in the destination that some try to change. */
export const HOSTILE_QUOTA = 4 * 1024 * 1024;

const good: ZipPart = { name: 'good.txt', data: 'good' };
const goodTar: TarPart = { name: 'good.txt', data: 'good' };
const symlink = 0o120777;

const climbingNames = [
  '../evil',
  '../../../../../../etc/passwd',
  'a/../../evil',
  'a/b/../../../evil',
  './../evil',
  'a/./../../evil',
  'a/../b',
  '..',
  'a/..',
  '/etc/passwd',
  '//evil',
  '//',
  '..\\evil',
  'a\\..\\..\\evil',
  '\\evil',
  'C:\\evil',
  'C:/evil',
  '\\\\server\\share',
];

function* names(): Generator<HostileCase> {
  for (const name of climbingNames) {
    yield { name: `zip: name ${name}`, bytes: buildZip([good, { name, data: 'evil' }]), code: 'ERR_ARCHIVE_NAME' };
    yield { name: `tar: name ${name}`, bytes: buildTar([goodTar, { name, data: 'evil' }]), code: 'ERR_ARCHIVE_NAME' };
  }
  const zips: [string, string | Buffer][] = [
    ['NUL', 'a\0b'],
    ['empty', ''],
    ['not UTF-8', Buffer.from([0x61, 0xff, 0xfe])],
    ['a part of 300 bytes', 'x'.repeat(300)],
    ['of 5,000 bytes', 'x/'.repeat(2500)],
  ];
  for (const [what, name] of zips) {
    yield { name: `zip: name ${what}`, bytes: buildZip([{ name, data: '' }]), code: 'ERR_ARCHIVE_NAME' };
  }
  const paths: [string, Record<string, string>][] = [
    ['climbs', { path: '../evil' }],
    ['holds NUL', { path: 'a\0b' }],
    ['is absolute', { path: '/evil' }],
    ['is empty', { path: '' }],
    ['is too long', { path: 'x'.repeat(300) }],
  ];
  for (const [what, records] of paths) {
    yield { name: `tar: pax path ${what}`, bytes: buildTar([pax(records), goodTar]), code: 'ERR_ARCHIVE_NAME' };
  }
  yield {
    name: 'tar: prefix climbs',
    bytes: buildTar([{ ...goodTar, prefix: '../..' }]),
    code: 'ERR_ARCHIVE_NAME',
  };
  yield {
    name: 'tar: GNU long name climbs',
    bytes: buildTar([
      { name: '././@LongLink', type: 'L', data: `${'a/'.repeat(60)}${'../'.repeat(70)}evil\0` },
      goodTar,
    ]),
    code: 'ERR_ARCHIVE_NAME',
  };
  yield {
    name: 'tar: name not UTF-8',
    bytes: buildTar([{ name: Buffer.from([0x61, 0xff]), data: '' }]),
    code: 'ERR_ARCHIVE_NAME',
  };
  yield {
    name: "zip: Info-ZIP's Unicode field renames to a climb",
    bytes: buildZip([{ name: 'a', data: 'x', flags: 0, extra: unicodePath('a', '../evil') }]),
    code: 'ERR_ARCHIVE_NAME',
  };
}

/** The 0x7075 field, with the checksum of the name that it replaces. */
function unicodePath(name: string, path: string): Buffer {
  const probe = buildZip([{ name: 'x', data: name }]);
  const field = Buffer.alloc(9);
  field.writeUInt16LE(0x7075, 0);
  field.writeUInt16LE(5 + Buffer.byteLength(path), 2);
  field.writeUInt8(1, 4);
  field.writeUInt32LE(probe.readUInt32LE(14), 5);
  return Buffer.concat([field, Buffer.from(path)]);
}

function* links(): Generator<HostileCase> {
  const targets = ['../evil', '../../etc/passwd', '/etc/passwd', 'a/../../evil', '..', 'd/..', './../x', '/out/../etc'];
  for (const target of targets) {
    yield {
      name: `zip: link to ${target}`,
      bytes: buildZip([good, { name: 'link', data: target, mode: symlink }]),
      code: 'ERR_ARCHIVE_LINK',
    };
    yield {
      name: `tar: link to ${target}`,
      bytes: buildTar([goodTar, { name: 'link', type: '2', link: target }]),
      code: 'ERR_ARCHIVE_LINK',
    };
  }
  yield {
    name: 'zip: a file below a link',
    bytes: buildZip([
      { name: 'sub/', mode: 0o40755 },
      { name: 'link', data: 'sub', mode: symlink },
      { name: 'link/evil', data: 'evil' },
    ]),
    code: 'ERR_ARCHIVE_LINK',
  };
  yield {
    name: 'tar: a file below a link',
    bytes: buildTar([
      { name: 'link', type: '2', link: 'sub' },
      { name: 'link/evil', data: 'evil' },
    ]),
    code: 'ERR_ARCHIVE_LINK',
  };
  yield {
    name: 'tar: a directory through a link that is kept',
    bytes: buildTar([
      { name: 'link', type: '2', link: '/etc' },
      { name: 'link/', type: '5' },
      { name: 'link/passwd', data: 'evil' },
    ]),
    code: 'ERR_ARCHIVE_LINK',
    options: { outsideLinks: 'keep' },
  };
  yield {
    name: 'tar: a chain of links that only leads out together',
    bytes: buildTar([
      { name: 'd/e/', type: '5' },
      { name: 'd/e/up', type: '2', link: '../..' },
      { name: 'out', type: '2', link: 'd/e/up/../evil' },
    ]),
    code: 'ERR_ARCHIVE_LINK',
  };
  yield {
    name: 'tar: a file below a link that is on the volume already',
    bytes: buildTar([{ name: 'trap/evil', data: 'evil' }]),
    code: 'ERR_ARCHIVE_LINK',
  };
  yield {
    name: 'tar: hard link to a climb',
    bytes: buildTar([{ name: 'h', type: '1', link: '../secret' }]),
    code: 'ERR_ARCHIVE_LINK',
  };
  yield {
    name: 'tar: hard link to an absolute path',
    bytes: buildTar([{ name: 'h', type: '1', link: '/secret' }]),
    code: 'ERR_ARCHIVE_LINK',
  };
  yield {
    name: 'tar: hard link to a file that never came',
    bytes: buildTar([goodTar, { name: 'h', type: '1', link: 'kept.txt' }]),
    code: 'ERR_ARCHIVE_LINK',
    takenAlone: true,
  };
  yield {
    name: 'tar: hard link to itself',
    bytes: buildTar([{ name: 'h', type: '1', link: 'h' }]),
    code: 'ERR_ARCHIVE_LINK',
  };
  yield {
    name: 'tar: hard link to a directory',
    bytes: buildTar([
      { name: 'd/', type: '5' },
      { name: 'h', type: '1', link: 'd' },
    ]),
    code: 'ERR_ARCHIVE_LINK',
  };
  yield {
    name: 'tar: a link in the place of the root',
    bytes: buildTar([{ name: '.', type: '2', link: '/etc' }]),
    code: 'ERR_ARCHIVE_LINK',
  };
  yield {
    name: 'tar: hard link through a link on the volume',
    bytes: buildTar([{ name: 'h', type: '1', link: 'trap/secret' }]),
    code: 'ERR_ARCHIVE_LINK',
  };
  yield {
    name: 'tar: hard link with contents',
    bytes: buildTar([goodTar, { name: 'h', type: '1', link: 'good.txt', data: 'evil' }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'zip: link without a target',
    bytes: buildZip([{ name: 'link', data: '', mode: symlink }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'zip: link with a target of 1 MiB',
    bytes: buildZip([{ name: 'link', data: Buffer.alloc(1 << 20, 0x61), method: 8, mode: symlink }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
}

function* conflicts(): Generator<HostileCase> {
  yield {
    name: 'zip: one name twice',
    bytes: buildZip([good, { ...good, data: 'evil' }]),
    code: 'ERR_ARCHIVE_DUPLICATE',
  };
  yield {
    name: 'zip: a file and a directory of one name',
    bytes: buildZip([good, { name: 'good.txt/', mode: 0o40755 }]),
    code: 'ERR_ARCHIVE_DUPLICATE',
  };
  yield {
    name: 'zip: one file spelled twice',
    bytes: buildZip([good, { ...good, name: './good.txt' }]),
    code: 'ERR_ARCHIVE_DUPLICATE',
  };
  yield {
    name: 'zip: a file below a file',
    bytes: buildZip([good, { name: 'good.txt/below', data: 'x' }]),
    code: 'ERR_ARCHIVE_CONFLICT',
  };
  yield {
    name: 'tar: a file below a file',
    bytes: buildTar([goodTar, { name: 'good.txt/below', data: 'x' }]),
    code: 'ERR_ARCHIVE_CONFLICT',
  };
  yield {
    name: 'tar: a file where a directory of the archive is',
    bytes: buildTar([
      { name: 'd/', type: '5' },
      { name: 'd', data: 'x' },
    ]),
    code: 'ERR_ARCHIVE_CONFLICT',
  };
  yield {
    name: 'tar: a file where a directory of the volume is',
    bytes: buildTar([{ name: 'full', data: 'x' }]),
    code: 'ERR_ARCHIVE_CONFLICT',
  };
  yield {
    name: 'tar: a directory where a file of the volume is',
    bytes: buildTar([{ name: 'kept.txt/', type: '5' }]),
    code: 'ERR_ARCHIVE_CONFLICT',
  };
  yield {
    name: 'tar: a file in the place of the root',
    bytes: buildTar([{ name: '.', data: 'x' }]),
    code: 'ERR_ARCHIVE_CONFLICT',
  };
}

function* zipStructure(): Generator<HostileCase> {
  const stored: ZipPart = { name: 'a', data: 'A'.repeat(100) };
  const inner = buildZip([{ name: 'inner', data: 'inner' }]);
  yield {
    name: 'zip: two entries with one body',
    bytes: buildZip([stored, { ...stored, name: 'a', centralOnly: true, offset: 0 }]),
    code: 'ERR_ARCHIVE_DUPLICATE',
  };
  yield { name: 'zip: two names for one body', bytes: overlapping(), code: 'ERR_ARCHIVE_OVERLAP' };
  yield {
    name: 'zip: contents reach into the list of entries',
    bytes: buildZip([{ ...stored, size: 120, packedSize: 120 }]),
    code: 'ERR_ARCHIVE_OVERLAP',
  };
  yield {
    name: 'zip: contents reach behind the end',
    bytes: buildZip([{ ...stored, size: 1e6, packedSize: 1e6 }]),
    code: 'ERR_ARCHIVE_TRUNCATED',
  };
  yield {
    name: 'zip: two names in two headers',
    bytes: buildZip([{ ...stored, local: { name: 'b' } }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'zip: two sizes in two headers',
    bytes: buildZip([{ ...stored, local: { size: 7 } }]),
    code: 'ERR_ARCHIVE_SIZE',
  };
  yield {
    name: 'zip: two methods in two headers',
    bytes: buildZip([{ ...stored, local: { method: 8 } }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'zip: two checksums in two headers',
    bytes: buildZip([{ ...stored, local: { crc: 1 } }]),
    code: 'ERR_ARCHIVE_CHECKSUM',
  };
  yield { name: 'zip: wrong checksum', bytes: buildZip([{ ...stored, crc: 1 }]), code: 'ERR_ARCHIVE_CHECKSUM' };
  yield {
    name: 'zip: wrong checksum, packed',
    bytes: buildZip([{ ...stored, method: 8, crc: 1 }]),
    code: 'ERR_ARCHIVE_CHECKSUM',
  };
  yield { name: 'zip: stored with two sizes', bytes: buildZip([{ ...stored, size: 50 }]), code: 'ERR_ARCHIVE_SIZE' };
  yield {
    name: 'zip: unpacks to more than it says',
    bytes: buildZip([{ ...stored, method: 8, size: 99 }]),
    code: 'ERR_ARCHIVE_SIZE',
  };
  yield {
    name: 'zip: unpacks to less than it says',
    bytes: buildZip([{ ...stored, method: 8, size: 101 }]),
    code: 'ERR_ARCHIVE_SIZE',
  };
  yield {
    name: 'zip: says nothing, unpacks to much',
    bytes: buildZip([{ name: 'a', data: Buffer.alloc(1 << 20), method: 8, size: 0 }]),
    code: 'ERR_ARCHIVE_SIZE',
  };
  yield { name: 'zip: encrypted', bytes: buildZip([{ ...stored, flags: 1 }]), code: 'ERR_ARCHIVE_ENCRYPTED' };
  yield {
    name: 'zip: strongly encrypted',
    bytes: buildZip([{ ...stored, flags: 0x41 }]),
    code: 'ERR_ARCHIVE_ENCRYPTED',
  };
  yield { name: 'zip: masked headers', bytes: buildZip([{ ...stored, flags: 0x2000 }]), code: 'ERR_ARCHIVE_ENCRYPTED' };
  for (const method of [1, 6, 9, 12, 14, 93, 95, 99]) {
    yield { name: `zip: method ${method}`, bytes: buildZip([{ ...stored, method }]), code: 'ERR_ARCHIVE_METHOD' };
  }
  yield {
    name: 'zip: no deflated data',
    bytes: buildZip([{ ...stored, method: 8, packed: Buffer.from('garbage!') }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'zip: deflated data cut short',
    bytes: buildZip([{ ...stored, method: 8, packed: deflateRawSync(Buffer.from('A'.repeat(100))).subarray(0, -2) }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'zip: bytes hidden behind the deflated data',
    bytes: buildZip([
      {
        ...stored,
        method: 8,
        packed: Buffer.concat([deflateRawSync(Buffer.from('A'.repeat(100))), Buffer.from('hidden')]),
      },
    ]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'zip: a directory with contents',
    bytes: buildZip([{ name: 'd/', data: 'x', mode: 0o40755 }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield { name: 'zip: a device', bytes: buildZip([{ name: 'null', mode: 0o20666 }]), code: 'ERR_ARCHIVE_TYPE' };
  yield { name: 'zip: a pipe', bytes: buildZip([{ name: 'pipe', mode: 0o10666 }]), code: 'ERR_ARCHIVE_TYPE' };
  yield {
    name: 'zip: more entries than it says',
    bytes: buildZip([stored, good], { count: 1 }),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'zip: fewer entries than it says',
    bytes: buildZip([stored], { count: 9 }),
    code: 'ERR_ARCHIVE_TRUNCATED',
  };
  yield {
    name: 'zip: list of entries is elsewhere',
    bytes: buildZip([stored], { start: 3 }),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'zip: list of entries behind the end',
    bytes: buildZip([stored], { start: 1e9 }),
    code: 'ERR_ARCHIVE_TRUNCATED',
  };
  yield { name: 'zip: a part of several disks', bytes: buildZip([stored], { disk: 3 }), code: 'ERR_ARCHIVE_CORRUPT' };
  yield {
    name: 'zip: an end inside the comment',
    bytes: buildZip([stored], { comment: inner }),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'zip: bytes after the end',
    bytes: buildZip([stored], { after: Buffer.from('tail') }),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'zip: an extra field that overflows',
    bytes: buildZip([{ ...stored, extra: Buffer.from([1, 0, 255, 0]) }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'zip: zip64 sizes that are missing',
    bytes: buildZip([{ ...stored, size: 0xffffffff, extra: Buffer.from([1, 0, 0, 0]) }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield { name: 'zip: a zip in a zip', bytes: buildZip([{ name: 'inner.zip', data: inner }]), code: undefined };
  yield { name: 'zip: no entries', bytes: buildZip([]), code: undefined };
  yield {
    name: 'zip: dots and slashes that stay inside',
    bytes: buildZip([{ name: './a//b/./c', data: 'c' }]),
    code: undefined,
  };
}

/** Two list entries, each with a name of its own and a local header inside the other's body. */
function overlapping(): Buffer {
  const kernel = buildZip([{ name: 'b', data: 'B' }]).subarray(0, 32);
  return buildZip([
    { name: 'a', data: kernel },
    { name: 'b', data: 'B', centralOnly: true, offset: 31 },
  ]);
}

function* tarStructure(): Generator<HostileCase> {
  yield {
    name: 'tar: wrong checksum',
    bytes: buildTar([goodTar, { ...goodTar, checksumOff: 1 }]),
    code: 'ERR_ARCHIVE_CHECKSUM',
  };
  yield {
    name: 'tar: a size that is no number',
    bytes: buildTar([goodTar, { ...goodTar, sizeField: 'zzzzzzzzzzz ' }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'tar: a negative size',
    bytes: buildTar([goodTar, { ...goodTar, sizeField: Buffer.alloc(12, 0xff) }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'tar: a size of 2^80',
    bytes: buildTar([goodTar, { ...goodTar, sizeField: Buffer.from([0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'tar: a size behind the end',
    bytes: buildTar([{ ...goodTar, size: 1_000_000 }]),
    code: 'ERR_ARCHIVE_TRUNCATED',
  };
  yield { name: 'tar: a size of 8 GiB', bytes: buildTar([{ ...goodTar, size: 8 ** 11 - 1 }]), code: 'ENOSPC' };
  for (const type of ['3', '4', '6', 'S', 'M', 'D', 'N', 'X', 'Z', '\u0001']) {
    yield {
      name: `tar: type ${JSON.stringify(type)}`,
      bytes: buildTar([{ ...goodTar, type, data: '' }]),
      code: 'ERR_ARCHIVE_TYPE',
    };
  }
  yield {
    name: 'tar: a directory with contents by pax',
    bytes: buildTar([pax({ size: '4' }), { name: 'd/', type: '5', data: 'evil' }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'tar: a link with contents',
    bytes: buildTar([{ name: 'l', type: '2', link: 'x', data: 'evil' }]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'tar: a label with contents',
    bytes: buildTar([{ name: 'label', type: 'V', data: 'evil' }, goodTar]),
    code: 'ERR_ARCHIVE_TYPE',
  };
  for (const [key, value] of [
    ['mtime', 'nan'],
    ['mtime', '9'.repeat(20)],
    ['size', '9223372036854775807'],
  ] as const) {
    yield {
      name: `tar: a pax ${key} of ${value}`,
      bytes: buildTar([pax({ [key]: value }), goodTar]),
      code: 'ERR_ARCHIVE_CORRUPT',
    };
  }
  yield {
    name: 'tar: a sparse file',
    bytes: buildTar([pax({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 'a' }), goodTar]),
    code: 'ERR_ARCHIVE_TYPE',
  };
  for (const key of ['path', 'linkpath', 'size']) {
    yield {
      name: `tar: a global header sets ${key}`,
      bytes: buildTar([pax({ [key]: '1' }, 'g'), goodTar]),
      code: 'ERR_ARCHIVE_CORRUPT',
    };
  }
  const records = ['', 'x', '5 a=b', '9999 a=b\n', '0 a=b\n', '-6 a=b\n', '6 ab=b\n', '5 a\n', '6 =bb\n', '0x7 a=b\n'];
  for (const record of records.slice(1)) {
    yield {
      name: `tar: pax record ${JSON.stringify(record)}`,
      bytes: buildTar([pax(Buffer.from(record)), goodTar]),
      code: 'ERR_ARCHIVE_CORRUPT',
    };
  }
  for (const size of ['-1', '1e3', '', '99999999999999999999', '0x10']) {
    yield { name: `tar: pax size ${size}`, bytes: buildTar([pax({ size }), goodTar]), code: 'ERR_ARCHIVE_CORRUPT' };
  }
  yield {
    name: 'tar: pax time that is no number',
    bytes: buildTar([pax({ mtime: 'NaN' }), goodTar]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'tar: two pax headers for one entry',
    bytes: buildTar([pax({ path: 'a' }), pax({ path: 'b' }), goodTar]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'tar: a pax header without an entry',
    bytes: buildTar([goodTar, pax({ path: 'a' })]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'tar: a pax header of 2 MiB',
    bytes: buildTar([pax(paxRecord(['comment', 'x'.repeat(2 << 20)])), goodTar]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'tar: a pax record that is not UTF-8',
    bytes: buildTar([pax(Buffer.from('8 path=\xff\n', 'latin1').subarray(0)), goodTar]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'tar: an entry after one zero block',
    bytes: Buffer.concat([buildTar([goodTar], Buffer.alloc(512)), buildTar([goodTar])]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield { name: 'tar: no end mark', bytes: buildTar([goodTar], Buffer.alloc(0)), code: 'ERR_ARCHIVE_TRUNCATED' };
  yield { name: 'tar: half an end mark', bytes: buildTar([goodTar], Buffer.alloc(512)), code: 'ERR_ARCHIVE_TRUNCATED' };
  yield {
    name: 'tar: 32 MiB after the end',
    bytes: gzipSync(buildTar([goodTar], Buffer.alloc(32 << 20))),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield { name: 'tar: no entries', bytes: buildTar([]), code: undefined };
  yield {
    name: 'tar: one name twice, the later counts',
    bytes: buildTar([goodTar, { ...goodTar, data: 'later' }]),
    code: undefined,
  };
  yield {
    name: 'tar: a global header with a comment',
    bytes: buildTar([pax({ comment: 'by git' }, 'g'), goodTar]),
    code: undefined,
  };
}

const zeros = (bytes: number): Buffer => Buffer.alloc(bytes);
const MIB = 1024 * 1024;

function* bombs(): Generator<HostileCase> {
  const flat = deflateRawSync(zeros(16 * MIB));
  yield {
    name: 'zip bomb: 16 MiB of zeros, ratio 1,000',
    bytes: buildZip([{ name: 'bomb', data: zeros(16 * MIB), method: 8, packed: flat }]),
    code: 'ENOSPC',
  };
  yield {
    name: 'zip bomb: says that it is small',
    bytes: buildZip([{ name: 'bomb', data: zeros(16 * MIB), method: 8, packed: flat, size: 1000 }]),
    code: 'ERR_ARCHIVE_SIZE',
  };
  yield {
    name: 'zip bomb: says 2 MiB',
    bytes: buildZip([{ name: 'bomb', data: zeros(16 * MIB), method: 8, packed: flat, size: 2 * MIB }]),
    code: 'ERR_ARCHIVE_SIZE',
  };
  yield {
    name: 'zip bomb: many small ones',
    bytes: buildZip(Array.from({ length: 64 }, (_, n) => ({ name: `bomb-${n}`, data: zeros(MIB), method: 8 }))),
    code: 'ENOSPC',
  };
  yield {
    name: 'zip bomb: stopped by the ratio',
    bytes: buildZip([{ name: 'bomb', data: zeros(2 * MIB), method: 8 }]),
    code: 'ERR_ARCHIVE_LIMIT',
    options: { limits: { ratio: 100 } },
  };
  yield {
    name: 'zip: stopped by the number of entries',
    bytes: buildZip([good, { name: 'b' }, { name: 'c' }]),
    code: 'ERR_ARCHIVE_LIMIT',
    options: { limits: { entries: 2 } },
  };
  yield {
    name: 'zip: stopped by the total',
    bytes: buildZip([
      { name: 'a', data: zeros(600) },
      { name: 'b', data: zeros(600) },
    ]),
    code: 'ERR_ARCHIVE_LIMIT',
    options: { limits: { total: 1000 } },
  };
  yield {
    name: 'tar.gz bomb: 16 MiB of zeros, ratio 1,000',
    bytes: gzipSync(buildTar([{ name: 'bomb', data: zeros(16 * MIB) }])),
    code: 'ENOSPC',
  };
  yield {
    name: 'tar.gz bomb: many files',
    bytes: gzipSync(buildTar(Array.from({ length: 64 }, (_, n) => ({ name: `bomb-${n}`, data: zeros(MIB) })))),
    code: 'ENOSPC',
  };
  yield {
    name: 'tar.gz bomb: stopped by the ratio',
    bytes: gzipSync(buildTar([{ name: 'bomb', data: zeros(3 * MIB) }])),
    code: 'ERR_ARCHIVE_LIMIT',
    options: { limits: { ratio: 100 } },
  };
  yield {
    name: 'tar.gz bomb: 50,000 empty files',
    bytes: gzipSync(buildTar(Array.from({ length: 50_000 }, (_, n) => ({ name: `f${n}` })))),
    code: 'ENOSPC',
  };
  yield {
    name: 'tar.br bomb: 16 MiB of zeros',
    bytes: brotliCompressSync(buildTar([{ name: 'bomb', data: zeros(16 * MIB) }])),
    code: 'ENOSPC',
    options: { format: 'tar.br' },
  };
  yield {
    name: 'gzip in gzip in gzip: only the outermost is opened',
    bytes: gzipSync(gzipSync(gzipSync(zeros(16 * MIB)))),
    code: 'ERR_ARCHIVE_TRUNCATED',
  };
  yield {
    name: 'gzip of zeros is an empty tar that is too long',
    bytes: gzipSync(zeros(32 * MIB)),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
}

function* formats(): Generator<HostileCase> {
  const tgz = gzipSync(buildTar([goodTar]));
  const patched = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[copy.length + at] = (copy[copy.length + at] ?? 0) ^ 0xff;
    return copy;
  };
  yield { name: 'nothing', bytes: Buffer.alloc(0), code: 'ERR_ARCHIVE_FORMAT' };
  yield { name: 'one byte', bytes: Buffer.from('P'), code: 'ERR_ARCHIVE_FORMAT' };
  yield { name: 'text', bytes: Buffer.from('no archive at all '.repeat(100)), code: 'ERR_ARCHIVE_FORMAT' };
  yield { name: 'rar', bytes: Buffer.from('Rar!\x1a\x07\x01\x00'.padEnd(1000, 'x')), code: 'ERR_ARCHIVE_FORMAT' };
  yield { name: 'bzip2', bytes: Buffer.from('BZh91AY&SY'.padEnd(1000, 'x')), code: 'ERR_ARCHIVE_FORMAT' };
  yield { name: 'gzip: wrong checksum', bytes: patched(tgz, -6), code: 'ERR_ARCHIVE_CHECKSUM' };
  yield { name: 'gzip: wrong length', bytes: patched(tgz, -1), code: 'ERR_ARCHIVE_CHECKSUM' };
  yield {
    name: 'gzip: garbage',
    bytes: Buffer.concat([tgz.subarray(0, 10), Buffer.alloc(100, 0x55)]),
    code: 'ERR_ARCHIVE_CORRUPT',
  };
  yield {
    name: 'brotli: garbage',
    bytes: Buffer.alloc(100, 0x55),
    code: 'ERR_ARCHIVE_CORRUPT',
    options: { format: 'tar.br' },
  };
  yield { name: 'zip: only the end', bytes: buildZip([good]).subarray(-22), code: 'ERR_ARCHIVE_TRUNCATED' };
}

export function hostileCases(): HostileCase[] {
  return [...names(), ...links(), ...conflicts(), ...zipStructure(), ...tarStructure(), ...bombs(), ...formats()];
}

/** Good archives, to be cut and broken at every place. */
export function goodArchives(): { name: string; bytes: Buffer; options?: ImportArchiveOptions }[] {
  const parts: ZipPart[] = [
    good,
    { name: 'd/', mode: 0o40755 },
    { name: 'd/packed', data: 'packed '.repeat(50), method: 8 },
  ];
  const tarParts: TarPart[] = [
    goodTar,
    pax({ path: 'é'.repeat(60) }),
    goodTar,
    { name: 'd/', type: '5' },
    { name: 'd/l', type: '2', link: '../good.txt' },
  ];
  return [
    { name: 'zip', bytes: buildZip(parts) },
    { name: 'tar', bytes: buildTar(tarParts) },
    { name: 'tar.gz', bytes: gzipSync(buildTar(tarParts)) },
    { name: 'tar.br', bytes: brotliCompressSync(buildTar(tarParts)), options: { format: 'tar.br' } },
  ];
}
