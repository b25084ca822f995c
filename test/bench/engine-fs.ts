/**
 * Benchmarks: the engine alone behind the thinnest possible `node:fs` shape,
 * to tell the engine's time and memory from the facade's. Synchronous calls
 * only, ASCII paths, no validation: nothing to use, only to measure.
 */
import { createVolume, type Engine, Fault } from '../../src/core/index.js';
import type { Fs } from './systems.js';

const FLAGS: Readonly<Record<string, number>> = {
  r: 0,
  'r+': 2,
  w: 0o1101,
  'w+': 0o1102,
  a: 0o2101,
  ax: 0o2301,
  wx: 0o1301,
};
const CODES: Readonly<Record<number, string>> = {
  2: 'ENOENT',
  9: 'EBADF',
  17: 'EEXIST',
  20: 'ENOTDIR',
  21: 'EISDIR',
  28: 'ENOSPC',
  31: 'EMLINK',
  39: 'ENOTEMPTY',
};

function toError(error: unknown): unknown {
  if (!(error instanceof Fault)) return error;
  const code = CODES[error.errno] ?? `E${error.errno}`;
  return Object.assign(new Error(code), { code });
}

const bytesOf = (data: string | Uint8Array): Uint8Array => (typeof data === 'string' ? Buffer.from(data) : data);
/** A path as the engine takes it: its UTF-8 bytes as characters. */
const byteString = (path: string): string => Buffer.from(path).toString('latin1');
const statArray = new Float64Array(18);

/** A class, so that making one costs no closures. */
class EngineFs {
  constructor(private readonly engine: Engine) {}

  private numbers(result: number): { size: number; mode: number } {
    if (result < 0) throw new Fault(-result);
    return { size: statArray[8], mode: statArray[1] };
  }

  openSync(path: string, flags = 'r'): number {
    return this.engine.open(path, FLAGS[flags], 0o666);
  }
  closeSync(fd: number): void {
    this.engine.close(fd);
  }
  readSync(fd: number, target: Uint8Array, offset = 0, length = target.length, position: number | null = null): number {
    return this.engine.read(fd, target, offset, length, position ?? -1);
  }
  writeSync(
    fd: number,
    source: Uint8Array,
    offset = 0,
    length = source.length,
    position: number | null = null,
  ): number {
    return this.engine.write(fd, source, offset, length, position ?? -1);
  }
  writevSync(fd: number, sources: readonly Uint8Array[]): number {
    return this.engine.writev(fd, sources, -1);
  }
  writeFileSync(path: string, data: string | Uint8Array): void {
    this.engine.writeFile(byteString(path), bytesOf(data), FLAGS.w, 0o666);
  }
  appendFileSync(path: string, data: string | Uint8Array): void {
    this.engine.writeFile(path, bytesOf(data), FLAGS.a, 0o666);
  }
  readFileSync(path: string, options?: string | { encoding: BufferEncoding | null }): Buffer | string {
    const data = this.engine.readFile(path, 0, (size) => Buffer.allocUnsafeSlow(size));
    const encoding = typeof options === 'string' ? (options as BufferEncoding) : options?.encoding;
    return encoding ? data.toString(encoding) : data;
  }
  existsSync(path: string): boolean {
    return this.engine.access(path, 0) === 0;
  }
  statSync(path: string, options?: { throwIfNoEntry: boolean }): { size: number; mode: number } | undefined {
    const result = this.engine.stat(path, statArray);
    return result === -2 && options?.throwIfNoEntry === false ? undefined : this.numbers(result);
  }
  fstatSync(fd: number): { size: number; mode: number } {
    return this.numbers(this.engine.fstat(fd, statArray));
  }
  realpathSync(path: string): string {
    return this.engine.realpath(path);
  }
  mkdirSync(path: string, options?: { recursive: boolean }): void {
    if (options?.recursive) this.engine.mkdirp(path, 0o777);
    else this.engine.mkdir(path, 0o777);
  }
  mkdtempSync(prefix: string): string {
    return this.engine.mkdtemp(prefix);
  }
  readdirSync(path: string): string[] {
    return this.engine.readdir(path);
  }
  opendirSync(path: string): { readSync(): string | null; closeSync(): void } {
    const stream = this.engine.opendir(path);
    return { readSync: () => (stream.next() ? stream.name : null), closeSync: () => stream.close() };
  }
  unlinkSync(path: string): void {
    this.engine.unlink(path);
  }
  rmdirSync(path: string): void {
    this.engine.rmdir(path);
  }
  rmSync(path: string): void {
    this.engine.removeTree(path);
  }
  renameSync(from: string, to: string): void {
    this.engine.rename(from, to);
  }
  linkSync(from: string, to: string): void {
    this.engine.link(from, to);
  }
  symlinkSync(target: string, path: string): void {
    this.engine.symlink(byteString(target), path);
  }
  truncateSync(path: string, length = 0): void {
    this.engine.truncate(path, length);
  }
  copyFileSync(from: string, to: string): void {
    this.engine.copyFile(from, to, 0);
  }
  cpSync(from: string, to: string): void {
    this.engine.copyTree(from, to);
  }
  chmodSync(path: string, mode: number): void {
    this.engine.chmod(path, mode);
  }
  chownSync(path: string, uid: number, gid: number): void {
    this.engine.chown(path, uid, gid);
  }
  utimesSync(path: string, atime: number, mtime: number): void {
    this.engine.utimes(path, Math.floor(atime), 0, Math.floor(mtime), 0);
  }
}

/** Wraps every method once, so that a refusal carries `code` as Node's errors do. */
for (const name of Object.getOwnPropertyNames(EngineFs.prototype)) {
  const method: unknown = Reflect.get(EngineFs.prototype, name);
  if (name === 'constructor' || name === 'numbers' || typeof method !== 'function') continue;
  Reflect.set(EngineFs.prototype, name, function wrapped(this: EngineFs, ...args: unknown[]): unknown {
    try {
      return method.apply(this, args);
    } catch (error) {
      throw toError(error);
    }
  });
}

export const engineFs = (engine: Engine): Fs => new EngineFs(engine) as unknown as Fs;
export const makeEngineFs = (maxQuota: number): Fs => engineFs(createVolume({ maxQuota }));
