/**
 * The language of the model tests: calls as plain data, so that a sequence can
 * be generated, replayed on the model, on the engine and on the real disk, and
 * shrunk when it fails. Descriptors are named by slot, since their numbers
 * differ between subjects.
 */

/** Bytes made from a tag: `[tag, length]`. */
export type Chunk = readonly [tag: number, length: number];

/** Seconds and nanoseconds of access and modification time. */
export type Times = readonly [atimeSec: number, atimeNsec: number, mtimeSec: number, mtimeNsec: number];

/** What every subject can do. Each call returns a JSON value or throws a {@link Refusal}. */
export interface Calls {
  /** The following calls are made as this user. */
  become(uid: number, gid: number): void;
  open(slot: number, path: string, flags: number, mode: number): void;
  close(slot: number): void;
  read(slot: number, length: number, position: number): string;
  readv(slot: number, lengths: readonly number[], position: number): string;
  write(slot: number, chunk: Chunk, position: number): number;
  writev(slot: number, chunks: readonly Chunk[], position: number): number;
  seek(slot: number, offset: number, whence: 0 | 1 | 2): number;
  fstat(slot: number): StatText;
  ftruncate(slot: number, length: number): void;
  fchmod(slot: number, mode: number): void;
  fchown(slot: number, uid: number, gid: number): void;
  futimes(slot: number, times: Times): void;
  fsync(slot: number): void;
  stat(path: string): StatText;
  lstat(path: string): StatText;
  access(path: string, mode: number): void;
  mkdir(path: string, mode: number): void;
  mkdirp(path: string, mode: number): string | null;
  rmdir(path: string): void;
  unlink(path: string): void;
  rename(from: string, to: string): void;
  link(existing: string, path: string): void;
  symlink(target: string, path: string): void;
  readlink(path: string): string;
  realpath(path: string): string;
  readdir(path: string): string;
  truncate(path: string, length: number): void;
  removeTree(path: string): void;
  copyTree(from: string, to: string): void;
  copyFile(from: string, to: string, mode: number): void;
  readFile(path: string, flags: number): string;
  writeFile(path: string, chunk: Chunk, flags: number, mode: number): void;
  chmod(path: string, mode: number): void;
  chown(path: string, uid: number, gid: number): void;
  lchown(path: string, uid: number, gid: number): void;
  utimes(path: string, times: Times): void;
  lutimes(path: string, times: Times): void;
}

export type CallName = keyof Calls;
export type Op = { [Name in CallName]: { call: Name; args: Parameters<Calls[Name]> } }[CallName];

/** Attributes as text without the inode number and times: 'file 644 nlink 1 uid 0 gid 0 size 3'. */
export type StatText = string;

/** An errno by name, thrown by every subject in the same form. */
export class Refusal extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** Thrown by the model for a call whose outcome is not comparable (it would leave the test directory): nobody runs it. */
export class NotComparable extends Error {}

/** Runs one call; a refusal becomes its name. */
export function perform(subject: Calls, op: Op): string {
  try {
    const method = subject[op.call] as (...args: unknown[]) => unknown;
    const result = method.apply(subject, op.args);
    return `ok ${JSON.stringify(result ?? null)}`;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

/** The bytes of a chunk: never 0, so that a hole shows. */
export function chunkBytes([tag, length]: Chunk): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = ((tag * 37 + i * 7 + (i >> 8)) & 0x7f) + 1;
  return bytes;
}

/** Short contents as they are, long ones by length and a checksum. */
export function bytesText(bytes: Uint8Array): string {
  if (bytes.length <= 24) return Buffer.from(bytes).toString('hex');
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum = (Math.imul(sum, 31) + bytes[i]) | 0;
  return `${bytes.length} bytes, sum ${sum >>> 0}`;
}
