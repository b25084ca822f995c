/**
 * Adapter, archives: a stream made readable at any place. The first MiB stays in
 * memory, billed to the volume; what is longer, or finds no room, goes to a file
 * without a name on the volume.
 */
import { Bill, below, ENTRY_PRICE, keepTimes, type WritableFs } from '../tree/index.js';
import { type FileReadingFs, type RandomSource, readAt } from './random-source.js';

const IN_MEMORY = 1024 * 1024;

export class Spool implements RandomSource {
  size = 0;
  readonly stays = false;
  readonly #fs: WritableFs & FileReadingFs;
  readonly #directory: string;
  readonly #bill: Bill;
  #memory: Buffer[] = [];
  #fd: number | undefined;

  /** @param directory an existing directory for the file */
  constructor(fs: WritableFs & FileReadingFs, directory: string) {
    this.#fs = fs;
    this.#directory = directory;
    this.#bill = new Bill(fs);
  }

  write(bytes: Uint8Array): void {
    this.size += bytes.length;
    if (this.#fd !== undefined) {
      this.#append(bytes);
      return;
    }
    if (this.size <= IN_MEMORY && this.#bill.tryTake(ENTRY_PRICE + bytes.length)) {
      this.#memory.push(Buffer.from(bytes));
      return;
    }
    const all = this.#memory;
    this.#memory = [];
    this.#bill.end();
    this.#fd = this.#openNameless();
    for (const piece of all) this.#append(piece);
    this.#append(bytes);
  }

  read(position: number, length: number): Buffer {
    if (this.#fd === undefined) {
      if (this.#memory.length > 1) this.#memory = [Buffer.concat(this.#memory)];
      return (this.#memory[0] ?? Buffer.alloc(0)).subarray(position, position + length);
    }
    return readAt(this.#fs, this.#fd, position, Math.min(length, Math.max(0, this.size - position)));
  }

  close(): void {
    this.#memory = [];
    this.#bill.end();
    if (this.#fd !== undefined) this.#fs.closeSync(this.#fd);
    this.#fd = undefined;
  }

  #append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      done += this.#fs.writeSync(this.#fd ?? -1, bytes, done, bytes.length - done);
    }
  }

  /** Gone with the descriptor, whatever happens; the directory's time is set back. */
  #openNameless(): number {
    const restoreTimes = keepTimes(this.#fs, this.#directory);
    const directory = this.#fs.mkdtempSync(below(this.#directory, '.quotafs-'));
    try {
      return this.#fs.openSync(`${directory}/archive`, 'wx+');
    } finally {
      this.#fs.rmSync(directory, { recursive: true, force: true });
      restoreTimes();
    }
  }
}
