/**
 * Test helper of the storage tests: one file of the engine beside a plain
 * Uint8Array. Every step is done to both; `expectEqual` reads the engine's file
 * by every call there is. Buffers handed over are spoiled afterwards, so that a
 * stored buffer that is the caller's (or the other way round) shows.
 */
import { expect } from 'vitest';
import { type Engine, O_CREAT, O_RDWR } from '../../src/core/index.js';
import { expectClean } from '../helpers/snapshot.js';

const SPOILED = 0xcc;

export class ReferenceFile {
  bytes = new Uint8Array(0);
  readonly fd: number;
  private tag = 1;

  constructor(
    readonly engine: Engine,
    readonly path: string,
  ) {
    this.fd = engine.open(path, O_RDWR | O_CREAT, 0o666);
  }

  /** Bytes that are never zero and differ from write to write. */
  private fresh(length: number): Uint8Array {
    this.tag = (this.tag * 17 + 29) & 0xff;
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = 1 + ((this.tag + i * 3 + (i >> 9)) % 255);
    return bytes;
  }

  write(position: number, length: number): void {
    const source = this.fresh(length);
    this.writeBoth(position, source, () => {
      expect(this.engine.write(this.fd, source, 0, length, position)).toBe(length);
    });
  }

  writev(position: number, lengths: readonly number[]): void {
    const whole = this.fresh(lengths.reduce((sum, length) => sum + length, 0));
    let at = 0;
    const parts = lengths.map((length) => whole.subarray(at, (at += length)));
    this.writeBoth(position, whole, () => {
      expect(this.engine.writev(this.fd, parts, position)).toBe(whole.length);
    });
  }

  private writeBoth(position: number, source: Uint8Array, write: () => void): void {
    const expected = source.slice();
    write();
    source.fill(SPOILED);
    if (expected.length === 0) return;
    const end = position + expected.length;
    if (end > this.bytes.length) this.resizeReference(end);
    this.bytes.set(expected, position);
  }

  truncate(length: number): void {
    this.engine.ftruncate(this.fd, length);
    this.resizeReference(length);
  }

  /** Takes memory ahead; nothing of it shows. */
  allocate(length: number): void {
    this.engine.allocate(this.fd, length);
  }

  private resizeReference(length: number): void {
    const bytes = new Uint8Array(length);
    bytes.set(this.bytes.subarray(0, length));
    this.bytes = bytes;
  }

  /** A second file with the same content, made by copyFile. */
  copyTo(path: string): ReferenceFile {
    this.engine.copyFile(this.path, path, 0);
    const copy = new ReferenceFile(this.engine, path);
    copy.bytes = this.bytes.slice();
    copy.tag = this.tag + 100;
    return copy;
  }

  expectEqual(): void {
    const { engine, fd, bytes } = this;
    const whole = engine.readFile(this.path, 0, (size) => new Uint8Array(size));
    expectSame(whole, bytes, 'readFile');
    whole.fill(SPOILED);
    engine.decodeFile(this.path, 0, (from, start, end) => expectSame(from.subarray(start, end), bytes, 'decodeFile'));
    const target = new Uint8Array(bytes.length + 16).fill(SPOILED);
    expect(engine.read(fd, target, 8, bytes.length + 8, 0)).toBe(bytes.length);
    expectSame(target.subarray(8, 8 + bytes.length), bytes, 'pread');
    expect(target[7]).toBe(SPOILED);
    expect(target[8 + bytes.length]).toBe(SPOILED);
    this.readInParts();
    expectClean(engine);
  }

  /** readv and read at the shared offset, in three uneven parts. */
  private readInParts(): void {
    const { engine, fd, bytes } = this;
    const third = Math.ceil(bytes.length / 3);
    const parts = [new Uint8Array(third), new Uint8Array(third + 1), new Uint8Array(third)];
    expect(engine.readv(fd, parts, 0)).toBe(bytes.length);
    expectSame(Buffer.concat(parts).subarray(0, bytes.length), bytes, 'readv');
    engine.seek(fd, 0, 0);
    const target = new Uint8Array(bytes.length);
    let at = 0;
    while (at < bytes.length) at += engine.read(fd, target, at, Math.min(third + 7, bytes.length - at), -1);
    expect(engine.read(fd, new Uint8Array(1), 0, 1, -1)).toBe(0);
    expectSame(target, bytes, 'read');
  }

  remove(): void {
    this.engine.close(this.fd);
    this.engine.unlink(this.path);
  }
}

/** Compares long contents without printing them. */
function expectSame(actual: Uint8Array, expected: Uint8Array, how: string): void {
  if (Buffer.compare(actual, expected) === 0) return;
  const at = expected.findIndex((byte, index) => actual[index] !== byte);
  expect.fail(
    `${how}: ${actual.length} bytes, expected ${expected.length}; first difference at ${at}: ` +
      `${actual[at]}, expected ${expected[at]}`,
  );
}
