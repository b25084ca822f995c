/** Handles: modes, positions, bytes in and out, and what a closed one answers. */
import { describe, expect, it } from 'vitest';
import { type MemoryFileHandle, MemoryFileSystem, type OpenMode } from '../../src/mfs/index.js';
import { bytes, codeOf, createMfs, get, put } from './helpers.js';

function opened(mode: OpenMode, content?: string): MemoryFileHandle {
  const mfs = createMfs();
  if (content !== undefined) put(mfs, '/f', content);
  return mfs.open('/f', mode);
}

describe('modes', () => {
  it('rb reads what exists', () => {
    using file = opened('rb', 'hello world');
    expect(file.read(5)).toEqual(bytes('hello'));
    expect(file.read(6)).toEqual(bytes(' world'));
    expect(file.read()).toEqual(bytes(''));
    expect(codeOf(() => file.write(bytes('x')))).toBe('EBADF');
    expect(codeOf(() => file.truncate(0))).toBe('EBADF');
    expect(() => file.write(bytes('x'))).toThrow("EBADF: not writable in mode 'rb', write '/f'");
  });

  it.each(['rb', 'r+b'] as const)('%s of nothing is ENOENT', (mode) => {
    expect(codeOf(() => opened(mode))).toBe('ENOENT');
  });

  it.each(['wb', 'ab', 'xb'] as const)('%s creates, and does not read', (mode) => {
    using file = opened(mode);
    expect(file.write(bytes('abc'))).toBe(3);
    expect(codeOf(() => file.read())).toBe('EBADF');
    expect(codeOf(() => file.readInto(new Uint8Array(1)))).toBe('EBADF');
    expect(codeOf(() => [...file])).toBe('EBADF');
    expect(() => file.read()).toThrow(`EBADF: not readable in mode '${mode}', read '/f'`);
  });

  it('wb empties what exists', () => {
    const mfs = createMfs();
    put(mfs, '/f', 'long content');
    put(mfs, '/f', 'hi');
    expect(get(mfs, '/f')).toBe('hi');
  });

  it('ab starts at the end and always writes there', () => {
    const mfs = createMfs();
    put(mfs, '/f', 'hello');
    {
      using file = mfs.open('/f', 'ab');
      expect(file.tell()).toBe(5);
      file.seek(0);
      file.write(bytes(' world'));
      expect(file.tell()).toBe(11);
    }
    expect(get(mfs, '/f')).toBe('hello world');
  });

  it('r+b reads and writes in place', () => {
    const mfs = createMfs();
    put(mfs, '/f', 'hello world');
    {
      using file = mfs.open('/f', 'r+b');
      expect(file.read(6).toString()).toBe('hello ');
      file.write(bytes('MFS'));
      expect(file.read().toString()).toBe('ld');
    }
    expect(get(mfs, '/f')).toBe('hello MFSld');
  });

  it('xb is EEXIST for what exists, a dangling link too', () => {
    const mfs = createMfs();
    put(mfs, '/f', 'precious');
    mfs.engine.symlink('/nowhere', '/link');
    expect(codeOf(() => mfs.open('/f', 'xb'))).toBe('EEXIST');
    expect(codeOf(() => mfs.open('/link', 'xb'))).toBe('EEXIST');
    expect(get(mfs, '/f')).toBe('precious');
  });

  it.each(['r', 'w', 'a', 'rt', 'r+', 'w+b', 'wbb', '', 'toString', 0 as never])('%j is no mode', (mode) => {
    const mfs = createMfs();
    expect(codeOf(() => mfs.open('/f', mode as OpenMode))).toBe('ERR_INVALID_ARG_VALUE');
    expect(mfs.exists('/f')).toBe(false);
  });

  it('says which modes there are', () => {
    expect(() => createMfs().open('/f', 'w' as OpenMode)).toThrow(
      `mode must be a binary mode, one of 'rb', 'wb', 'ab', 'r+b', 'xb'; TextHandle does text: "w"`,
    );
  });

  it.each(['rb', 'wb', 'ab', 'r+b', 'xb'] as const)('%s of a directory is EISDIR', (mode) => {
    const mfs = createMfs();
    mfs.mkdir('/d');
    expect(codeOf(() => mfs.open('/d', mode))).toBe('EISDIR');
    expect(codeOf(() => mfs.open('/', mode))).toBe('EISDIR');
  });

  it('a missing parent is ENOENT, a file as parent ENOTDIR', () => {
    const mfs = createMfs();
    put(mfs, '/f', '');
    expect(codeOf(() => mfs.open('/no/f', 'wb'))).toBe('ENOENT');
    expect(codeOf(() => mfs.open('/f/x', 'wb'))).toBe('ENOTDIR');
  });

  it('says what it can do', () => {
    const can = (['rb', 'wb', 'ab', 'r+b'] as const).map((mode) => {
      using file = opened(mode, '');
      return [file.readable(), file.writable(), file.seekable()];
    });
    expect(can).toEqual([
      [true, false, true],
      [false, true, true],
      [false, true, true],
      [true, true, true],
    ]);
  });
});

describe('positions', () => {
  it('seek from the start, the position and the end', () => {
    using file = opened('rb', 'hello world');
    expect(file.seek(6)).toBe(6);
    expect(file.read().toString()).toBe('world');
    expect(file.seek(-5, 2)).toBe(6);
    expect(file.seek(-6, 1)).toBe(0);
    expect(file.seek(2, 1)).toBe(2);
    expect(file.tell()).toBe(2);
    expect(file.seek(0, 2)).toBe(11);
  });

  it('refuses to leave the file at the front, or at the end from the end', () => {
    using file = opened('rb', 'data');
    file.seek(2);
    expect(codeOf(() => file.seek(-1))).toBe('ERR_OUT_OF_RANGE');
    expect(codeOf(() => file.seek(1, 2))).toBe('ERR_OUT_OF_RANGE');
    expect(codeOf(() => file.seek(-3, 1))).toBe('EINVAL');
    expect(codeOf(() => file.seek(-5, 2))).toBe('EINVAL');
    expect(codeOf(() => file.seek(0, 3 as 2))).toBe('ERR_OUT_OF_RANGE');
    expect(codeOf(() => file.seek(0.5))).toBe('ERR_OUT_OF_RANGE');
    expect(codeOf(() => file.seek('1' as never))).toBe('ERR_INVALID_ARG_TYPE');
    expect(file.tell()).toBe(2);
  });

  it('beyond the end there is nothing to read, and writing leaves a hole of zeros', () => {
    const mfs = createMfs();
    put(mfs, '/f', 'ab');
    {
      using file = mfs.open('/f', 'r+b');
      file.seek(5);
      expect(file.read()).toHaveLength(0);
      file.write(bytes('z'));
    }
    expect(get(mfs, '/f')).toBe('ab\0\0\0z');
  });

  it('truncate cuts, extends and takes the position along', () => {
    const mfs = createMfs();
    put(mfs, '/f', 'abcdef');
    {
      using file = mfs.open('/f', 'r+b');
      file.seek(6);
      expect(file.truncate(3)).toBe(3);
      expect(file.tell()).toBe(3);
      expect(file.truncate(5)).toBe(5);
      expect(file.tell()).toBe(3);
      file.seek(1);
      expect(file.truncate()).toBe(1);
      for (const size of [-1, 1.5, Number.NaN]) expect(codeOf(() => file.truncate(size))).toBe('ERR_OUT_OF_RANGE');
    }
    expect(get(mfs, '/f')).toBe('a');
  });
});

describe('bytes', () => {
  it('takes every kind of bytes, and nothing else', () => {
    using file = opened('wb');
    const shared = new SharedArrayBuffer(2);
    const all = [
      Buffer.from('ab'),
      Uint8Array.of(1),
      new Uint16Array([258]),
      new DataView(new ArrayBuffer(3), 1),
      new ArrayBuffer(2),
      shared,
    ];
    expect(all.map((data) => file.write(data))).toEqual([2, 1, 2, 2, 2, 2]);
    for (const data of ['text', 1, null, undefined, [1], {}]) {
      expect(codeOf(() => file.write(data as never))).toBe('ERR_INVALID_ARG_TYPE');
    }
    expect(() => file.write('text' as never)).toThrow('wrap the handle in a TextHandle to write text');
    expect(file.tell()).toBe(11);
  });

  it('a stored byte is never the caller’s, a returned one never the stored', () => {
    const mfs = createMfs();
    const data = bytes('safe');
    put(mfs, '/f', data);
    data.fill(0);
    using file = mfs.open('/f');
    file.read().fill(0);
    mfs.exportAsBuffer('/f').fill(0);
    for (const copy of Object.values(mfs.exportTree())) copy.fill(0);
    file.seek(0);
    expect(file.read().toString()).toBe('safe');
  });

  it('reads into memory of the caller’s', () => {
    using file = opened('rb', 'hello');
    const target = new Uint8Array(4);
    expect(file.readInto(target)).toBe(4);
    expect(Buffer.from(target).toString()).toBe('hell');
    expect(file.readInto(new DataView(target.buffer, 1, 2))).toBe(1);
    expect(Buffer.from(target).toString()).toBe('holl');
    expect(file.readInto(target)).toBe(0);
    expect(file.readInto(new Uint8Array())).toBe(0);
  });

  it('an empty write is nothing: no generation, no time', () => {
    const mfs = createMfs();
    put(mfs, '/f', 'x');
    const before = mfs.stat('/f');
    put(mfs, '/f', '', 'ab');
    expect(mfs.stat('/f')).toEqual(before);
  });

  it('read wants a whole number; a negative one means everything', () => {
    using file = opened('rb', 'abc');
    for (const size of [1.5, Number.NaN]) expect(codeOf(() => file.read(size))).toBe('ERR_OUT_OF_RANGE');
    expect(codeOf(() => file.read('1' as never))).toBe('ERR_INVALID_ARG_TYPE');
    expect(file.read(0)).toHaveLength(0);
    expect(file.read(-5).toString()).toBe('abc');
    file.seek(0);
    expect(file.read(Number.MAX_SAFE_INTEGER).toString()).toBe('abc');
  });

  it('iterates over lines of bytes', () => {
    const long = `${'x'.repeat(3000)}\n`;
    using file = opened('rb', `a\r\n\n${long}b\rc\nlast`);
    expect([...file].map(String)).toEqual(['a\r\n', '\n', long, 'b\rc\n', 'last']);
    file.seek(3);
    for (const line of file) {
      expect(String(line)).toBe('\n');
      break;
    }
    expect(file.tell()).toBe(4);
  });

  it('a write that does not fit writes nothing and stays where it was', () => {
    const mfs = createMfs({ maxQuota: 50_000 });
    using file = mfs.open('/f', 'wb');
    file.write(bytes('kept'));
    expect(codeOf(() => file.write(new Uint8Array(100_000)))).toBe('ENOSPC');
    expect(file.tell()).toBe(4);
    expect(mfs.getSize('/f')).toBe(4);
  });
});

describe('preallocate', () => {
  it.each(['wb', 'ab', 'r+b'] as const)('%s makes the file that long, with zeros, and takes the memory', (mode) => {
    const mfs = createMfs();
    put(mfs, '/f', 'abc');
    const before = mfs.stats().usedBytes;
    using _file = mfs.open('/f', mode, { preallocate: 100_000 });
    expect(mfs.getSize('/f')).toBe(100_000);
    expect(mfs.stats().usedBytes - before).toBeGreaterThan(99_000);
  });

  it('keeps the content it has, and never shrinks', () => {
    const mfs = createMfs();
    put(mfs, '/f', 'abcdef');
    mfs.open('/f', 'ab', { preallocate: 3 }).close();
    expect(get(mfs, '/f')).toBe('abcdef');
    mfs.open('/f', 'r+b', { preallocate: 8 }).close();
    expect(get(mfs, '/f')).toBe('abcdef\0\0');
  });

  it('what was preallocated can be written when the volume is full', () => {
    const mfs = createMfs({ maxQuota: 400_000 });
    using file = mfs.open('/f', 'xb', { preallocate: 100_000 });
    for (let size = 65_536; size >= 1; size = Math.floor(size / 2)) {
      for (let n = 0; codeOf(() => put(mfs, `/filler-${size}-${n}`, new Uint8Array(size), 'xb')) === 'ok'; n++);
    }
    file.write(Buffer.alloc(100_000, 7));
    file.close();
    expect(mfs.exportAsBuffer('/f').equals(Buffer.alloc(100_000, 7))).toBe(true);
  });

  it.each(['wb', 'ab', 'r+b', 'xb'] as const)('%s that does not fit leaves everything as it was', (mode) => {
    const mfs = createMfs({ maxQuota: 100_000 });
    if (mode !== 'xb') put(mfs, '/f', 'precious');
    const [before, listed] = [mfs.stats(), mfs.exportTree()];
    expect(codeOf(() => mfs.open('/f', mode, { preallocate: 200_000 }))).toBe('ENOSPC');
    expect([mfs.stats(), mfs.exportTree()]).toEqual([before, listed]);
    for (const preallocate of [-1, 1.5, Number.NaN]) {
      expect(codeOf(() => mfs.open('/f', mode, { preallocate }))).toBe('ERR_OUT_OF_RANGE');
    }
    expect(codeOf(() => mfs.open('/f', mode, { prealocate: 1 } as never))).toBe('ERR_INVALID_ARG_VALUE');
  });
});

describe('reserve', () => {
  it.each(['wb', 'ab', 'r+b'] as const)('%s: what was reserved can be written when the volume is full', (mode) => {
    const mfs = createMfs({ maxQuota: 400_000 });
    put(mfs, '/f', 'abc');
    using file = mfs.open('/f', mode);
    const [size, start] = [mfs.getSize('/f'), file.tell()];
    file.reserve(100_000);
    expect([mfs.getSize('/f'), file.tell()]).toEqual([size, start]);
    for (let bytes = 65_536; bytes >= 1; bytes = Math.floor(bytes / 2)) {
      for (let n = 0; codeOf(() => put(mfs, `/filler-${bytes}-${n}`, new Uint8Array(bytes), 'xb')) === 'ok'; n++);
    }
    expect(file.write(Buffer.alloc(100_000, 7))).toBe(100_000);
    expect(codeOf(() => file.reserve(100_000))).toBe('ENOSPC');
    expect(mfs.getSize('/f')).toBe(start + 100_000);
    expect(codeOf(() => file.reserve(-1))).toBe('ERR_OUT_OF_RANGE');
  });

  it('needs a handle that writes', () => {
    using file = opened('rb', 'x');
    expect(codeOf(() => file.reserve(1))).toBe('EBADF');
  });
});

describe('closing', () => {
  it('a closed handle answers nothing but close', () => {
    const file = opened('r+b', 'x');
    expect(file.closed).toBe(false);
    file.close();
    file.close();
    expect(file.closed).toBe(true);
    const calls: (() => unknown)[] = [
      () => file.read(),
      () => file.readInto(new Uint8Array(1)),
      () => file.write(bytes('x')),
      () => file.write(bytes('')),
      () => file.reserve(1),
      () => file.seek(0),
      () => file.tell(),
      () => file.truncate(0),
      () => file.flush(),
      () => file.readable(),
      () => file.writable(),
      () => file.seekable(),
      () => [...file],
    ];
    for (const call of calls) expect(call).toThrow(/^EBADF: the handle is closed, \w+ '\/f'$/);
    expect([file.path, file.mode]).toEqual(['/f', 'r+b']);
  });

  it('flush says nothing when open', () => {
    using file = opened('wb');
    expect(file.flush()).toBeUndefined();
  });

  it('using closes, also when the block throws', () => {
    const mfs = createMfs();
    put(mfs, '/f', 'x');
    expect(() => {
      using _file = mfs.open('/f', 'r+b');
      throw new Error('out');
    }).toThrow('out');
    mfs.remove('/f');
  });

  it('gives the descriptor’s bytes back', () => {
    const mfs = createMfs();
    put(mfs, '/f', 'x');
    const before = mfs.stats().usedBytes;
    for (let i = 0; i < 1000; i++) mfs.open('/f').close();
    expect(mfs.stats().usedBytes).toBe(before);
  });
});

describe('the bill of a handle', () => {
  it('has the path that it keeps in it', () => {
    const mfs = new MemoryFileSystem({ maxQuota: 2 ** 20 });
    const long = `/${'d'.repeat(200)}/${'d'.repeat(200)}`;
    mfs.mkdir(long);
    const bill = (path: string): number => {
      mfs.open(path, 'wb').close();
      const before = mfs.engine.quota.used;
      const handle = mfs.open(path, 'rb');
      const billed = mfs.engine.quota.used - before;
      handle.close();
      expect(mfs.engine.quota.used).toBe(before);
      return billed;
    };
    expect(bill(`${long}/file`) - bill('/file')).toBe(long.length);
    expect(mfs.engine.audit().problems).toEqual([]);
  });
});
