/** The engine as a subject of the model tests: arguments in, plain values out, faults by name. */

import {
  DT_DIR,
  DT_LINK,
  type Engine,
  Fault,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  STAT_LENGTH,
  type StatArray,
} from '../../../src/core/index.js';
import { errnoName } from '../../helpers/errno-name.js';
import { bytesText, type Calls, type Chunk, chunkBytes, Refusal, type StatText, type Times } from './calls.js';

const NO_DESCRIPTOR = 0x7fffffff;

export class EngineSubject implements Calls {
  readonly slots = new Map<number, number>();
  private readonly out: StatArray = new Float64Array(STAT_LENGTH);

  constructor(readonly engine: Engine) {}

  private call<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      if (error instanceof Fault) throw new Refusal(errnoName(error.errno));
      throw error;
    }
  }

  /** A volume has one identity for life; the tests need several, to make files that belong to others. */
  become(uid: number, gid: number): void {
    Object.assign(this.engine, { uid, gid, groups: [], privileged: uid === 0 });
  }

  private fd(slot: number): number {
    return this.slots.get(slot) ?? NO_DESCRIPTOR;
  }

  private checked(result: number): number {
    if (result < 0) throw new Refusal(errnoName(result));
    return result;
  }

  open(slot: number, path: string, flags: number, mode: number): void {
    const fd = this.call(() => this.engine.open(path, flags, mode));
    const before = this.slots.get(slot);
    if (before !== undefined) this.engine.close(before);
    this.slots.set(slot, fd);
  }

  close(slot: number): void {
    this.call(() => this.engine.close(this.fd(slot)));
    this.slots.delete(slot);
  }

  closeAll(): void {
    for (const fd of this.slots.values()) this.engine.close(fd);
    this.slots.clear();
  }

  /** The target is larger than the read and filled, so that a stray byte shows. */
  read(slot: number, length: number, position: number): string {
    const target = new Uint8Array(length + 4).fill(0xee);
    const count = this.call(() => this.engine.read(this.fd(slot), target, 2, length, position));
    const outside = [target[0], target[1], ...target.subarray(2 + count)];
    if (outside.some((byte) => byte !== 0xee)) throw new Error('read wrote outside the bytes it reported');
    return bytesText(target.subarray(2, 2 + count));
  }

  readv(slot: number, lengths: readonly number[], position: number): string {
    const targets = lengths.map((length) => new Uint8Array(length));
    const count = this.call(() => this.engine.readv(this.fd(slot), targets, position));
    return bytesText(Buffer.concat(targets).subarray(0, count));
  }

  /** The source is spoiled after the call: the engine must not have kept it. */
  write(slot: number, chunk: Chunk, position: number): number {
    const source = chunkBytes(chunk);
    const padded = new Uint8Array(source.length + 6).fill(0xdd);
    padded.set(source, 3);
    const count = this.call(() => this.engine.write(this.fd(slot), padded, 3, source.length, position));
    padded.fill(0xcc);
    return count;
  }

  writev(slot: number, chunks: readonly Chunk[], position: number): number {
    const sources = chunks.map(chunkBytes);
    const count = this.call(() => this.engine.writev(this.fd(slot), sources, position));
    for (const source of sources) source.fill(0xcc);
    return count;
  }

  seek(slot: number, offset: number, whence: 0 | 1 | 2): number {
    return this.call(() => this.engine.seek(this.fd(slot), offset, whence));
  }

  fstat(slot: number): StatText {
    this.checked(this.call(() => this.engine.fstat(this.fd(slot), this.out)));
    return statText(this.out);
  }

  ftruncate(slot: number, length: number): void {
    this.call(() => this.engine.ftruncate(this.fd(slot), length));
  }

  fchmod(slot: number, mode: number): void {
    this.call(() => this.engine.fchmod(this.fd(slot), mode));
  }

  fchown(slot: number, uid: number, gid: number): void {
    this.call(() => this.engine.fchown(this.fd(slot), uid, gid));
  }

  futimes(slot: number, times: Times): void {
    this.call(() => this.engine.futimes(this.fd(slot), ...times));
  }

  fsync(slot: number): void {
    this.call(() => this.engine.fsync(this.fd(slot)));
  }

  stat(path: string): StatText {
    this.checked(this.engine.stat(path, this.out));
    return statText(this.out);
  }

  lstat(path: string): StatText {
    this.checked(this.engine.lstat(path, this.out));
    return statText(this.out);
  }

  access(path: string, mode: number): void {
    this.checked(this.engine.access(path, mode));
  }

  mkdir(path: string, mode: number): void {
    this.call(() => this.engine.mkdir(path, mode));
  }

  mkdirp(path: string, mode: number): string | null {
    return this.call(() => this.engine.mkdirp(path, mode)) ?? null;
  }

  rmdir(path: string): void {
    this.call(() => this.engine.rmdir(path));
  }

  unlink(path: string): void {
    this.call(() => this.engine.unlink(path));
  }

  rename(from: string, to: string): void {
    this.call(() => this.engine.rename(from, to));
  }

  link(existing: string, path: string): void {
    this.call(() => this.engine.link(existing, path));
  }

  symlink(target: string, path: string): void {
    this.call(() => this.engine.symlink(target, path));
  }

  readlink(path: string): string {
    return this.call(() => this.engine.readlink(path));
  }

  realpath(path: string): string {
    return this.call(() => this.engine.realpath(path));
  }

  readdir(path: string): string {
    const types: number[] = [];
    const names = this.call(() => this.engine.readdir(path, types));
    for (let i = 1; i < names.length; i++) {
      if (names[i - 1] >= names[i]) throw new Error(`readdir is not sorted by bytes: ${JSON.stringify(names)}`);
    }
    const lines = names.map((name, i) => `${name}:${typeName(types[i])}`);
    return lines.sort().join(' ');
  }

  truncate(path: string, length: number): void {
    this.call(() => this.engine.truncate(path, length));
  }

  removeTree(path: string): void {
    this.call(() => this.engine.removeTree(path));
  }

  copyTree(from: string, to: string): void {
    this.call(() => this.engine.copyTree(from, to));
  }

  copyFile(from: string, to: string, mode: number): void {
    this.call(() => this.engine.copyFile(from, to, mode));
  }

  /** What is returned is spoiled: it must not be the stored bytes. */
  readFile(path: string, flags: number): string {
    const bytes = this.call(() => this.engine.readFile(path, flags, (size) => new Uint8Array(size)));
    const text = bytesText(bytes);
    bytes.fill(0xbb);
    const decoded = this.engine.decodeFile(path, flags, (from, start, end) => bytesText(from.subarray(start, end)));
    if (decoded !== text) throw new Error(`decodeFile says ${decoded}, readFile ${text}`);
    return text;
  }

  writeFile(path: string, chunk: Chunk, flags: number, mode: number): void {
    const source = chunkBytes(chunk);
    this.call(() => this.engine.writeFile(path, source, flags, mode));
    source.fill(0xaa);
  }

  chmod(path: string, mode: number): void {
    this.call(() => this.engine.chmod(path, mode));
  }

  chown(path: string, uid: number, gid: number): void {
    this.call(() => this.engine.chown(path, uid, gid));
  }

  lchown(path: string, uid: number, gid: number): void {
    this.call(() => this.engine.lchown(path, uid, gid));
  }

  utimes(path: string, times: Times): void {
    this.call(() => this.engine.utimes(path, ...times));
  }

  lutimes(path: string, times: Times): void {
    this.call(() => this.engine.lutimes(path, ...times));
  }
}

const typeName = (type: number): string => (type === DT_DIR ? 'directory' : type === DT_LINK ? 'symlink' : 'file');

function statText(out: StatArray): StatText {
  const format = out[1] & S_IFMT;
  const type = format === S_IFDIR ? 'directory' : format === S_IFLNK ? 'symlink' : 'file';
  const size = type === 'directory' ? 0 : out[8];
  return `${type} ${(out[1] & 0o7777).toString(8)} nlink ${out[2]} uid ${out[3]} gid ${out[4]} size ${size}`;
}
