/**
 * Adapters, trees: a hidden directory that a tree is made in, and the renames
 * that move it to its destination. Renames take no room, so a tree that was made
 * fits; what still fails among them is taken back in reverse order.
 */
import type { WritableFs } from './fs-like.js';
import { below } from './names.js';
import { keepTimes } from './times.js';
import type { Refuse } from './transfer-error.js';

export class Merge {
  /** Where the tree is made. */
  readonly root: string;
  readonly #fs: WritableFs;
  readonly #to: string;
  readonly #refuse: Refuse;
  readonly #stage: string;
  /** What was replaced, by number. */
  readonly #old: string;
  readonly #restoreTimes: () => void;
  #undo: (() => void)[] = [];

  /** @param ground an existing directory, the destination or the nearest above it */
  constructor(fs: WritableFs, ground: string, to: string, refuse: Refuse) {
    this.#fs = fs;
    this.#to = to;
    this.#refuse = refuse;
    this.#restoreTimes = keepTimes(fs, ground);
    this.#stage = fs.mkdtempSync(below(ground, '.quotafs-'));
    this.root = `${this.#stage}/n`;
    this.#old = `${this.#stage}/o`;
    try {
      fs.mkdirSync(this.root);
      fs.mkdirSync(this.#old);
    } catch (error) {
      this.cancel();
      throw error;
    }
  }

  apply(): void {
    try {
      const first = this.#fs.mkdirSync(this.#to, { recursive: true });
      if (first !== undefined) this.#undo.push(() => this.#fs.rmSync(first, { recursive: true }));
      this.#mergeInto('');
    } catch (error) {
      this.#takeBack();
      throw error;
    }
  }

  /** After {@link apply}: the replaced entries go for good. */
  end(): void {
    this.#undo = [];
    this.#fs.rmSync(this.#stage, { recursive: true, force: true });
  }

  /** Removes all traces; the time of the directory that held them is set back. */
  cancel(): void {
    this.#takeBack();
    this.#fs.rmSync(this.#stage, { recursive: true, force: true });
    this.#restoreTimes();
  }

  #takeBack(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#undo = [];
  }

  #mergeInto(directory: string): void {
    for (const name of this.#fs.readdirSync(below(this.root, directory))) {
      const path = directory === '' ? name : `${directory}/${name}`;
      const from = below(this.root, path);
      const to = below(this.#to, path);
      const there = this.#fs.lstatSync(to, { throwIfNoEntry: false });
      const isDirectory = this.#fs.lstatSync(from).isDirectory();
      if (there === undefined) this.#move(from, to);
      else if (isDirectory && there.isDirectory()) this.#mergeInto(path);
      else if (isDirectory || there.isDirectory()) {
        throw this.#refuse('CONFLICT', 'a directory and something else have one name', path);
      } else {
        this.#move(to, `${this.#old}/${this.#undo.length}`);
        this.#move(from, to);
      }
    }
  }

  #move(from: string, to: string): void {
    this.#fs.renameSync(from, to);
    this.#undo.push(() => this.#fs.renameSync(to, from));
  }
}
