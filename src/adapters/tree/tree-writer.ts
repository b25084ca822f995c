/**
 * Adapters, trees: puts a tree into a file system, whole or entry by entry.
 *
 * Whole: entries are made in a hidden directory beside the destination and moved
 * in by renames at the end; a failure before that removes the directory, a
 * failure among the renames takes them back. The first MiB waits in memory, so
 * a small tree that is refused has touched nothing at all.
 * Entry by entry: each is made in place, and replaces what was there by a rename.
 *
 * Invariants: nothing is ever written through a symbolic link below the
 * destination, and what is kept in memory for the tree is billed to its volume
 * until the writer is done: what waits, and the directories. The arena, at most
 * a hundredth of the quota, is billed to all but the first of those at work.
 */

import { codeOf, textBytes } from '../../host/index.js';
import { Arena } from './arena.js';
import { type Attributes, applyAttributes } from './attributes.js';
import { Bill, ENTRY_PRICE } from './bill.js';
import type { WritableFs } from './fs-like.js';
import { findGround } from './ground.js';
import { Merge } from './merge.js';
import { below, parentOf } from './names.js';
import { Pending } from './pending.js';
import { demandRoom } from './room.js';
import { settable } from './times.js';
import type { Refuse } from './transfer-error.js';

/** Takes the bytes of one file. */
export interface FileSink {
  /**
   * The bytes are copied or written before the call returns, unless `stays`: then they may be read until the writer is
   * done, so that a file in one piece is copied once.
   */
  write(bytes: Uint8Array, stays?: boolean): void;
  end(): void;
}

type Kind = 'directory' | 'file' | 'symlink';

const NOTHING = new Uint8Array(0);

export interface TreeWriterOptions {
  /** All entries or none. */
  readonly atomic: boolean;
  readonly refuse: Refuse;
}

export class TreeWriter {
  /** Absolute path of the destination, links resolved; it need not exist. */
  readonly to: string;
  /** The directory that exists nearest to the destination. */
  readonly ground: string;
  readonly #fs: WritableFs;
  readonly #atomic: boolean;
  readonly #refuse: Refuse;
  readonly #toExists: boolean;
  /** Where entries are made, once one has been. */
  #root: string | undefined;
  #merge: Merge | undefined;
  readonly #bill: Bill;
  readonly #pending: Pending;
  readonly #arena: Arena;
  /** What entries will be that are not made yet. */
  readonly #kinds = new Map<string, Kind>();
  /** Every directory of the tree, parents first, with the attributes of those that are entries. */
  readonly #directories = new Map<string, Attributes | undefined>();
  /** Those that are in the destination already. */
  readonly #known = new Set<string>();
  /** Files that are being written: descriptors, and the paths that must go if the writing stops. */
  readonly #writing = new Map<number, string>();

  constructor(fs: WritableFs, to: string, { atomic, refuse }: TreeWriterOptions) {
    this.#fs = fs;
    this.#atomic = atomic;
    this.#refuse = refuse;
    this.#bill = new Bill(fs);
    this.#pending = new Pending(this.#bill);
    const { ground, rest } = findGround(fs, to);
    this.ground = ground;
    this.#toExists = rest === '';
    this.to = below(ground, rest);
    this.#directories.set('', undefined);
    if (this.#toExists) {
      if (!fs.statSync(ground).isDirectory()) throw refuse('CONFLICT', 'the destination is not a directory', to);
      this.#known.add('');
    }
    // Last: what throws has no end().
    const capacity = Math.floor(this.#pending.most * 1.25);
    this.#arena = new Arena(this.#bill.work(capacity) ? capacity : 0);
  }

  /** @throws QuotaExceededError when `bytes` more than what waits, in so many more entries, cannot fit */
  demandRoom(bytes: number, path: string, entries = 0): void {
    const wanted = this.#pending.bytes - this.#pending.billed + bytes;
    demandRoom(this.#fs, this.ground, wanted, below(this.to, path), entries);
  }

  /**
   * Bills what the source of the tree keeps, until the writer is done.
   * @throws QuotaExceededError
   */
  bill(bytes: number, path: string): void {
    this.#bill.take(bytes, below(this.to, path));
  }

  /**
   * Bills memory that the source works with, unless it is the first at work.
   * @throws QuotaExceededError
   */
  billWork(bytes: number): void {
    if (!this.#bill.work(bytes)) this.bill(bytes, '');
  }

  directory(path: string, attributes: Attributes): void {
    this.#demandDirectory(path);
    this.#directories.set(path, attributes);
  }

  symlink(path: string, target: string, { mtime }: Attributes): void {
    this.#enter(path, 'symlink');
    this.#add(path, target.length, () => {
      this.#place(path, (at) => {
        this.#fs.symlinkSync(target, at);
        if (mtime !== undefined) this.#fs.lutimesSync(at, settable(mtime), settable(mtime));
      });
    });
  }

  /** A second name for a file or link that came before. */
  link(path: string, existing: string): void {
    if (this.#directories.has(existing) || this.#kindOf(existing) === undefined) {
      throw this.#refuse('LINK', 'a hard link names no file that came before it', path);
    }
    if (existing === path) return;
    this.#enter(path, this.#kindOf(existing) ?? 'file');
    this.#add(path, 0, () => {
      this.#place(path, (at) => this.#fs.linkSync(this.#at(existing), at));
    });
  }

  /** @param size bytes that will come; fewer or more are the caller's to refuse */
  file(path: string, size: number, attributes: Attributes): FileSink {
    this.#enter(path, 'file');
    // Larger files are written as they come.
    if (size <= this.#pending.most / 4) return this.#waitingFile(path, size, attributes);
    this.demandRoom(size, path);
    return this.#streamedFile(path, attributes);
  }

  /** Makes the tree appear. After a failure the destination is as it was, when the writer is atomic. */
  commit(): void {
    this.#flush();
    if (this.#merge) {
      this.#merge.apply();
      this.#merge.end();
    } else if (!this.#toExists) this.#fs.mkdirSync(this.to, { recursive: true });
    // Children first: a directory's time must survive the making of what is in it, and its mode may forbid that.
    for (const [path, attributes] of [...this.#directories].reverse()) {
      if (attributes) applyAttributes(this.#fs, below(this.to, path), attributes);
    }
    this.#bill.end();
  }

  /** Forgets the tree: nothing of it is left, when the writer is atomic; entries that are done stay when not. */
  rollback(): void {
    for (const [fd, path] of this.#writing) {
      this.#fs.closeSync(fd);
      this.#fs.rmSync(path, { force: true });
    }
    this.#writing.clear();
    this.#merge?.cancel();
    this.#bill.end();
  }

  #waitingFile(path: string, size: number, attributes: Attributes): FileSink {
    let data: Uint8Array | undefined;
    let length = 0;
    let taken = false;
    return {
      write: (bytes, stays = false) => {
        if (stays && bytes.length === size) {
          data = bytes;
          return;
        }
        if (!taken) data = this.#arena.take(size);
        taken = true;
        data?.set(bytes, length);
        length += bytes.length;
      },
      end: () => {
        if (taken) this.#arena.close();
        const content = data ?? NOTHING;
        this.#add(path, size, () => {
          this.#place(path, (at) => {
            this.#fs.writeFileSync(at, content, { flag: 'wx' });
            applyAttributes(this.#fs, at, attributes);
          });
        });
      },
    };
  }

  #streamedFile(path: string, attributes: Attributes): FileSink {
    this.#flush();
    const fs = this.#fs;
    const replaced = this.#isTaken(path);
    const at = replaced ? this.#spare(path) : this.#at(path);
    const fd = fs.openSync(at, 'wx');
    this.#writing.set(fd, at);
    return {
      write: (bytes) => {
        for (let done = 0; done < bytes.length; ) done += fs.writeSync(fd, bytes, done, bytes.length - done);
      },
      end: () => {
        if (attributes.mode !== undefined) fs.fchmodSync(fd, attributes.mode);
        if (attributes.mtime !== undefined) fs.futimesSync(fd, settable(attributes.mtime), settable(attributes.mtime));
        fs.closeSync(fd);
        this.#writing.delete(fd);
        this.#kinds.delete(path);
        if (replaced) fs.renameSync(at, this.#at(path));
      },
    };
  }

  #add(path: string, bytes: number, make: () => void): void {
    const mayWait = this.#pending.add(path, bytes, make);
    if (!mayWait || !this.#atomic) this.#flush();
  }

  #flush(): void {
    const { bytes } = this.#pending;
    const entries = this.#pending.take();
    if (entries.length > 0) {
      this.demandRoom(bytes, entries[0].path);
      this.#demandRoot();
    }
    for (const { path, make } of entries) {
      make();
      this.#kinds.delete(path);
    }
    this.#arena.reset();
  }

  /** The place entries are made in is made when the first one is. */
  #demandRoot(): void {
    if (this.#root !== undefined) return;
    if (this.#atomic) {
      this.#merge = new Merge(this.#fs, this.ground, this.to, this.#refuse);
      this.#root = this.#merge.root;
    } else {
      if (!this.#toExists) this.#fs.mkdirSync(this.to, { recursive: true });
      this.#root = this.to;
    }
  }

  /** Where an entry is being made. */
  #at(path: string): string {
    this.#demandRoot();
    return below(this.#root ?? this.to, path);
  }

  #isTaken(path: string): boolean {
    return this.#fs.lstatSync(this.#at(path), { throwIfNoEntry: false }) !== undefined;
  }

  /** A free name in the same directory. */
  #spare(path: string): string {
    const directory = this.#at(parentOf(path));
    for (let n = 0; ; n++) {
      const at = below(directory, `.quotafs-new-${n}`);
      if (this.#fs.lstatSync(at, { throwIfNoEntry: false }) === undefined) return at;
    }
  }

  /** Makes an entry, under a spare name first when it replaces one. */
  #place(path: string, make: (at: string) => void): void {
    const at = this.#at(path);
    try {
      make(at);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') {
        this.#fs.rmSync(at, { force: true });
        throw error;
      }
      this.#replace(path, make);
    }
  }

  #replace(path: string, make: (at: string) => void): void {
    const spare = this.#spare(path);
    try {
      make(spare);
      this.#fs.renameSync(spare, this.#at(path));
    } finally {
      // After a failure; and rename(2) of two names for one inode does nothing.
      this.#fs.rmSync(spare, { force: true });
    }
  }

  /** Everything an entry needs before it is made; throws before anything has changed. */
  #enter(path: string, kind: Kind): void {
    if (path === '') throw this.#refuse('CONFLICT', 'the root of a tree is a directory', path);
    const parent = parentOf(path);
    this.#demandDirectory(parent);
    const isDirectory = this.#directories.has(path) || this.#kindAtDestination(path, parent) === 'directory';
    if (isDirectory) throw this.#refuse('CONFLICT', 'an entry would replace a directory', path);
    this.#kinds.set(path, kind);
  }

  #demandDirectory(path: string): void {
    if (this.#directories.has(path)) return;
    const parent = parentOf(path);
    this.#demandDirectory(parent);
    const kind = this.#kindOf(path) ?? this.#kindAtDestination(path, parent);
    if (kind === 'symlink') throw this.#refuse('LINK', 'a symbolic link is in the place of a directory', path);
    if (kind === 'file') throw this.#refuse('CONFLICT', 'a file is in the place of a directory', path);
    this.bill(ENTRY_PRICE + textBytes(path), path);
    this.#directories.set(path, undefined);
    if (kind === 'directory') this.#known.add(path);
    this.#add(path, 0, () => {
      const at = this.#at(path);
      if (this.#atomic || !this.#known.has(path)) this.#fs.mkdirSync(at, { mode: 0o777 });
    });
  }

  /** What an entry that came before is. */
  #kindOf(path: string): Kind | undefined {
    const pending = this.#kinds.get(path);
    if (pending !== undefined || this.#root === undefined) return pending;
    return this.#look(below(this.#root, path));
  }

  /** What is at the destination already. */
  #kindAtDestination(path: string, parent: string): Kind | undefined {
    return this.#known.has(parent) ? this.#look(below(this.to, path)) : undefined;
  }

  #look(path: string): Kind | undefined {
    const stats = this.#fs.lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (stats.isDirectory()) return 'directory';
    return stats.isSymbolicLink() ? 'symlink' : 'file';
  }
}
