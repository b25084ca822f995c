/**
 * Core layer: open files. A descriptor names an open file description (inode,
 * flags, offset); the description keeps its inode alive after the last unlink.
 */
import { DESCRIPTOR_PRICE } from './cost.js';
import type { HandleTie } from './engine.js';
import { EBADF } from './errno.js';
import { fault } from './fault.js';
import { O_PATH } from './flags.js';
import type { DescriptorNumbers } from './options.js';
import type { QuotaBank } from './quota.js';

export class OpenFile {
  position = 0;
  /** Bytes billed beside the descriptor until it is closed; -1 from then on. */
  tied = 0;

  constructor(
    /** Another one after the restore of a snapshot: the number may be taken there. */
    public ino: number,
    readonly flags: number,
    /** The entry it was opened through, for events; may be gone. */
    public entry: number,
  ) {}
}

/** The bill of something that reads or writes through a descriptor: it ends with the descriptor, whoever closes that. */
class Tie implements HandleTie {
  constructor(
    private readonly file: OpenFile,
    private readonly bank: QuotaBank,
    private bytes: number,
  ) {
    file.tied += bytes;
  }

  set(bytes: number): boolean {
    const { file, bank } = this;
    const more = bytes - this.bytes;
    if (file.tied < 0) return true;
    if (more > 0 && !bank.tryReserveAhead(more)) return false;
    if (more < 0) bank.release(-more);
    file.tied += more;
    this.bytes = bytes;
    return true;
  }
}

/** Of all volumes that never opened a file: an empty Map takes 200 bytes. Nothing is put into it. */
const NO_FILES = new Map<number, OpenFile>();

export class FileTable {
  /** The one that was opened when no other was: most programs open, use and close one at a time, which a Map makes a tenth slower. */
  private only: OpenFile | undefined = undefined;
  private onlyFd = Number.NaN;
  private files = NO_FILES;

  constructor(
    private readonly bank: QuotaBank,
    private readonly numbers: DescriptorNumbers,
  ) {}

  charge(): number {
    let bytes = 0;
    for (const { tied } of this.values()) bytes += DESCRIPTOR_PRICE + tied;
    return bytes;
  }

  /** Bills one descriptor; `add` then cannot fail. @throws QuotaFault */
  reserve(): void {
    this.bank.reserveHandle(DESCRIPTOR_PRICE);
  }

  /** Gives back what `reserve` took when the open fails after all. */
  cancel(): void {
    this.bank.cancel(DESCRIPTOR_PRICE);
  }

  add(file: OpenFile): number {
    const fd = this.numbers.take();
    if (this.only === undefined) {
      this.only = file;
      this.onlyFd = fd;
      return fd;
    }
    if (this.files === NO_FILES) this.files = new Map();
    this.files.set(fd, file);
    return fd;
  }

  has(fd: number): boolean {
    return this.find(fd) !== undefined;
  }

  find(fd: number): OpenFile | undefined {
    return fd === this.onlyFd ? this.only : this.files.get(fd);
  }

  /** @throws Fault EBADF */
  get(fd: number): OpenFile {
    const file = this.find(fd);
    if (file === undefined) throw fault(EBADF);
    return file;
  }

  /** An open file that is more than a place (O_PATH). @throws Fault EBADF */
  usable(fd: number): OpenFile {
    const file = this.get(fd);
    if (file.flags & O_PATH) throw fault(EBADF);
    return file;
  }

  /** @throws Fault EBADF */
  remove(fd: number): OpenFile {
    const file = this.get(fd);
    if (fd === this.onlyFd) {
      this.only = undefined;
      this.onlyFd = Number.NaN;
    } else this.files.delete(fd);
    this.numbers.give(fd);
    this.bank.release(DESCRIPTOR_PRICE + file.tied);
    file.tied = -1;
    return file;
  }

  /** Makes bytes that are billed already end with the descriptor. @throws Fault EBADF */
  tie(fd: number, bytes: number): HandleTie {
    return new Tie(this.get(fd), this.bank, bytes);
  }

  *values(): Generator<OpenFile> {
    if (this.only !== undefined) yield this.only;
    yield* this.files.values();
  }
}
