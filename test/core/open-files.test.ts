/** Open file descriptions: access modes, offsets, descriptors, nameless files. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createVolume,
  type Engine,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
} from '../../src/core/index.js';
import { errnoName, faultOf } from '../helpers/errno-name.js';
import { expectClean } from '../helpers/snapshot.js';
import { bytes, textCalls } from './text-calls.js';

let engine: Engine;
const { content, put, read, write } = textCalls(() => engine);

beforeEach(() => {
  engine = createVolume();
  engine.mkdir('/d', 0o755);
  put('/f', 'hello');
});

describe('access modes', () => {
  it('a read-only descriptor does not write, a write-only one does not read', () => {
    const reader = engine.open('/f', O_RDONLY, 0);
    const writer = engine.open('/f', O_WRONLY, 0);
    expect(faultOf(() => write(reader, 'x'))).toBe('EBADF');
    expect(faultOf(() => engine.writev(reader, [bytes('x')], 0))).toBe('EBADF');
    expect(faultOf(() => engine.write(reader, bytes('x'), 0, 0, 0))).toBe('EBADF');
    expect(faultOf(() => engine.ftruncate(reader, 0))).toBe('EINVAL');
    expect(faultOf(() => engine.allocate(reader, 10))).toBe('EBADF');
    expect(faultOf(() => read(writer, 1))).toBe('EBADF');
    expect(faultOf(() => engine.readv(writer, [new Uint8Array(1)], 0))).toBe('EBADF');
    expect(content('/f')).toBe('hello');
  });

  it('a directory opens for reading only, and is not read as a file', () => {
    const fd = engine.open('/d', O_RDONLY | O_DIRECTORY, 0);
    expect(faultOf(() => read(fd, 1))).toBe('EISDIR');
    expect(faultOf(() => engine.readv(fd, [new Uint8Array(1)], -1))).toBe('EISDIR');
    expect(faultOf(() => engine.ftruncate(fd, 0))).toBe('EINVAL');
    expect(faultOf(() => engine.open('/d', O_WRONLY, 0))).toBe('EISDIR');
    expect(faultOf(() => engine.open('/d', O_RDONLY | O_TRUNC, 0))).toBe('EISDIR');
    expect(faultOf(() => engine.open('/f', O_RDONLY | O_DIRECTORY, 0))).toBe('ENOTDIR');
    expect(faultOf(() => engine.open('/n', O_RDWR | O_CREAT | O_DIRECTORY, 0o644))).toBe('EINVAL');
    engine.fchmod(fd, 0o700);
    engine.fsync(fd);
    engine.close(fd);
  });

  it('every call on a descriptor that is not open is EBADF', () => {
    const fd = engine.open('/f', O_RDWR, 0);
    engine.close(fd);
    const target = new Uint8Array(1);
    const calls: (() => unknown)[] = [
      () => engine.close(fd),
      () => engine.read(fd, target, 0, 1, 0),
      () => engine.write(fd, target, 0, 1, 0),
      () => engine.readv(fd, [target], 0),
      () => engine.writev(fd, [target], 0),
      () => engine.seek(fd, 0, 0),
      () => engine.ftruncate(fd, 0),
      () => engine.allocate(fd, 1),
      () => engine.fchmod(fd, 0),
      () => engine.fchown(fd, 0, 0),
      () => engine.futimes(fd, 0, 0, 0, 0),
      () => engine.fsync(fd),
      () => engine.inodeOf(fd),
    ];
    expect(calls.map(faultOf)).toEqual(calls.map(() => 'EBADF'));
    expect(errnoName(engine.fstat(fd, new Float64Array(18)))).toBe('EBADF');
    expect(engine.ownsFd(fd)).toBe(false);
    expect(engine.ownsFd(0)).toBe(false);
    expectClean(engine);
  });
});

describe('offsets', () => {
  it('are shared by reads and writes of one description, and kept apart between two', () => {
    const first = engine.open('/f', O_RDWR, 0);
    const second = engine.open('/f', O_RDONLY, 0);
    expect(read(first, 2)).toBe('he');
    write(first, 'LL');
    expect(read(first, 9)).toBe('o');
    expect(read(first, 9)).toBe('');
    expect(read(second, 9)).toBe('heLLo');
  });

  it('are left alone by positional calls', () => {
    const fd = engine.open('/f', O_RDWR, 0);
    expect(read(fd, 2, 3)).toBe('lo');
    write(fd, 'J', 0);
    expect(read(fd, 9)).toBe('Jello');
    expect(engine.readv(fd, [new Uint8Array(2), new Uint8Array(2)], 1)).toBe(4);
    expect(read(fd, 1)).toBe('');
  });

  it('seek from the start, from here and from the end, and beyond it', () => {
    const fd = engine.open('/f', O_RDWR, 0);
    expect(engine.seek(fd, 2, 0)).toBe(2);
    expect(engine.seek(fd, 2, 1)).toBe(4);
    expect(engine.seek(fd, -1, 2)).toBe(4);
    expect(read(fd, 5)).toBe('o');
    expect(engine.seek(fd, 3, 2)).toBe(8);
    expect(read(fd, 5)).toBe('');
    write(fd, '!');
    expect(content('/f')).toBe('hello\0\0\0!');
    expect(faultOf(() => engine.seek(fd, -1, 0))).toBe('EINVAL');
    expect(engine.seek(fd, 0, 1)).toBe(9);
  });

  it('survive a truncation below them', () => {
    const fd = engine.open('/f', O_RDWR, 0);
    engine.seek(fd, 0, 2);
    engine.ftruncate(fd, 1);
    expect(read(fd, 5)).toBe('');
    write(fd, 'x');
    expect(content('/f')).toBe('h\0\0\0\0x');
  });

  it('O_APPEND writes at the end, whatever the position, and then stands there', () => {
    const fd = engine.open('/f', O_RDWR | O_APPEND, 0);
    expect(read(fd, 2)).toBe('he');
    write(fd, '!');
    expect(read(fd, 5)).toBe('');
    write(fd, '?', 0);
    expect(content('/f')).toBe('hello!?');
    const other = engine.open('/f', O_WRONLY | O_APPEND, 0);
    write(other, '1');
    write(fd, '2');
    expect(content('/f')).toBe('hello!?12');
  });

  it('moving no bytes is allowed where moving some is', () => {
    const directory = engine.open('/d', O_RDONLY, 0);
    const writer = engine.open('/f', O_WRONLY, 0);
    expect(engine.readv(directory, [], -1)).toBe(0);
    expect(faultOf(() => engine.readv(writer, [], -1))).toBe('EBADF');
    expect(faultOf(() => engine.readv(12_345, [], -1))).toBe('EBADF');
    expect(engine.writev(writer, [], -1)).toBe(0);
    expect(faultOf(() => engine.writev(directory, [], -1))).toBe('EBADF');
  });

  it('readv fills buffer after buffer and stops at the end', () => {
    const fd = engine.open('/f', O_RDONLY, 0);
    const targets = [new Uint8Array(3), new Uint8Array(0), new Uint8Array(5).fill(7), new Uint8Array(2).fill(7)];
    expect(engine.readv(fd, targets, -1)).toBe(5);
    expect(targets.map((target) => [...target])).toEqual([[104, 101, 108], [], [108, 111, 7, 7, 7], [7, 7]]);
  });

  it('writev writes all buffers one after another', () => {
    const fd = engine.open('/f', O_RDWR, 0);
    expect(engine.writev(fd, [bytes('a'), bytes(''), bytes('bc')], -1)).toBe(3);
    expect(engine.writev(fd, [bytes('x'), bytes('y')], 3)).toBe(2);
    expect(content('/f')).toBe('abcxy');
  });

  it('read and write use only the part of the buffer they are given', () => {
    const fd = engine.open('/f', O_RDWR, 0);
    const buffer = bytes('0123456789').slice();
    engine.write(fd, buffer, 3, 2, 0);
    expect(content('/f')).toBe('34llo');
    engine.read(fd, buffer, 8, 2, 3);
    expect(Buffer.from(buffer).toString()).toBe('01234567lo');
  });
});

describe('files without a name', () => {
  it('an unlinked file lives as long as it is open', () => {
    const fd = engine.open('/f', O_RDWR, 0);
    engine.unlink('/f');
    expect(faultOf(() => content('/f'))).toBe('ENOENT');
    write(fd, 'J', 0);
    expect(read(fd, 9, 0)).toBe('Jello');
    const out = new Float64Array(18);
    engine.fstat(fd, out);
    expect(out[2]).toBe(0);
    put('/f', 'another');
    expect(read(fd, 9, 0)).toBe('Jello');
    expectClean(engine);
    engine.close(fd);
    expect(content('/f')).toBe('another');
    expectClean(engine);
  });

  it('a removed directory that is open is still there for its descriptor', () => {
    const fd = engine.open('/d', O_RDONLY, 0);
    engine.rmdir('/d');
    const out = new Float64Array(18);
    expect(engine.fstat(fd, out)).toBe(0);
    expect(out[2]).toBe(0);
    engine.fchmod(fd, 0o700);
    expectClean(engine);
    engine.close(fd);
    expectClean(engine);
  });

  it('O_TMPFILE makes one that never had a name', () => {
    const before = engine.usage().used;
    const fd = engine.open('/d', O_RDWR | O_TMPFILE, 0o600);
    write(fd, 'temporary');
    expect(read(fd, 20, 0)).toBe('temporary');
    expect(engine.readdir('/d')).toEqual([]);
    expectClean(engine);
    engine.close(fd);
    expect(engine.usage().used).toBe(before);
    expect(faultOf(() => engine.open('/d', O_RDONLY | O_TMPFILE, 0o600))).toBe('EINVAL');
    expect(faultOf(() => engine.open('/f', O_RDWR | O_TMPFILE, 0o600))).toBe('ENOTDIR');
    expect(faultOf(() => engine.open('/missing', O_RDWR | O_TMPFILE, 0o600))).toBe('ENOENT');
  });
});

describe('descriptor numbers', () => {
  it('come from the host, are unique, and go back to it', () => {
    const given: number[] = [];
    let next = 100;
    engine = createVolume({ descriptors: { take: () => next++, give: (fd) => given.push(fd) } });
    put('/f', 'x');
    const fds = [0, 1, 2].map(() => engine.open('/f', O_RDONLY, 0));
    expect(fds).toEqual([100, 101, 102]);
    engine.close(101);
    expect(given).toEqual([101]);
    expect(faultOf(() => engine.open('/missing', O_RDONLY, 0))).toBe('ENOENT');
    expect(next).toBe(103);
  });

  it('are reused by a volume of its own', () => {
    const first = engine.open('/f', O_RDONLY, 0);
    engine.close(first);
    expect(engine.open('/f', O_RDONLY, 0)).toBe(first);
  });
});

describe('generation', () => {
  it('counts the changes of a content', () => {
    const fd = engine.open('/n', O_RDWR | O_CREAT, 0o644);
    const generation = (): number => engine.generation(engine.inodeOf(fd));
    expect(generation()).toBe(0);
    write(fd, 'a');
    expect(generation()).toBe(1);
    engine.ftruncate(fd, 0);
    expect(generation()).toBe(2);
    engine.write(fd, bytes('a'), 0, 0, 0);
    engine.fchmod(fd, 0o600);
    read(fd, 1);
    expect(generation()).toBe(2);
  });
});
