/**
 * Core layer: the sorted listings of the directories read last. Programs read a
 * directory again far more often than they change it, and decoding and sorting
 * a thousand names costs a hundred times what copying the array does. Streams
 * (opendir) have listings of their own, as they do not sort.
 *
 * Invariant: a listing is used only for the inode and generation it was made
 * from; every change of a directory's entries raises its generation, and a
 * freed directory is forgotten. Listings are not billed, so all of them together,
 * with the one that a stream is making, are bounded: 1/64 of the quota up to 128 KiB, then 1/400 of it up to 1 MiB.
 */
const KIB = 1024;
/** Heap bytes of one name beside its chars: the string, its slot and its type. */
const NAME_BYTES = 40;
/** Heap bytes of an empty listing. */
const LISTING_BYTES = 200;

export interface Listed {
  readonly generation: number;
  /** Sorted by bytes. */
  readonly names: readonly string[];
  /** DT_* alongside. */
  readonly types: readonly number[];
}

const roomFor = (quota: number): number => Math.min(1024 * KIB, Math.max(Math.min(128 * KIB, quota / 64), quota / 400));

const bytesOf = ({ names }: Listed): number => {
  let bytes = LISTING_BYTES + names.length * NAME_BYTES;
  for (const name of names) bytes += name.length;
  return bytes;
};

/** A listing in the order of the entries, while a stream reads them. */
interface Draft extends Listed {
  /** The stream's name for it: a stream that held the draft itself would keep the memory of one that has ended. */
  readonly number: number;
  readonly names: string[];
  readonly types: number[];
  bytes: number;
}

/** The key of a directory's listing in the order of its entries. */
const inOrder = (directory: number): number => -directory;

export class Listing {
  /** By directory, the one kept first in front. Made by the first listing, as many volumes never have one. */
  private kept: Map<number, Listed> | undefined;
  private bytes = 0;
  /** The one under way: a stream that begins another ends it, so that all streams together have one. */
  private draft: Draft | undefined;
  private drafts = 0;

  find(directory: number, generation: number): Listed | undefined {
    const listed = this.kept?.get(directory);
    return listed?.generation === generation ? listed : undefined;
  }

  keep(directory: number, listed: Listed, quota: number): void {
    const bytes = bytesOf(listed);
    const room = roomFor(quota);
    if (bytes > room) return;
    this.drop(directory);
    this.kept ??= new Map();
    if (bytes + (this.draft?.bytes ?? 0) > room) this.draft = undefined;
    this.makeRoom(room - bytes - (this.draft?.bytes ?? 0));
    this.kept.set(directory, listed);
    this.bytes += bytes;
  }

  /** The names in the order of the entries, of a directory that a stream has read to its end. */
  findInOrder(directory: number, generation: number): Listed | undefined {
    return this.find(inOrder(directory), generation);
  }

  /** Begins to keep what a stream reads. Returns the draft's number. */
  begin(generation: number): number {
    this.drafts++;
    this.draft = { number: this.drafts, generation, names: [], types: [], bytes: LISTING_BYTES };
    return this.drafts;
  }

  /** Adds what was read next, in half of the room. */
  add(number: number, name: string, type: number, quota: number): void {
    const { draft } = this;
    if (draft?.number !== number) return;
    const room = roomFor(quota);
    draft.bytes += NAME_BYTES + name.length;
    if (draft.bytes > room / 2) {
      this.draft = undefined;
      return;
    }
    this.makeRoom(room - draft.bytes);
    draft.names.push(name);
    draft.types.push(type);
  }

  /** The directory has been read to its end: the draft is kept when it has all names. */
  finish(number: number, directory: number, generation: number, quota: number): void {
    const { draft } = this;
    if (draft?.number !== number) return;
    this.draft = undefined;
    if (draft.generation === generation) this.keep(inOrder(directory), draft, quota);
  }

  /** Forgets both listings of a directory. */
  forget(directory: number): void {
    this.drop(directory);
    this.drop(inOrder(directory));
  }

  forgetAll(): void {
    this.kept = undefined;
    this.draft = undefined;
    this.bytes = 0;
  }

  private makeRoom(bytes: number): void {
    if (this.bytes <= bytes || this.kept === undefined) return;
    for (const first of this.kept.keys()) {
      if (this.bytes <= bytes) break;
      this.drop(first);
    }
  }

  private drop(key: number): void {
    const listed = this.kept?.get(key);
    if (listed === undefined) return;
    this.bytes -= bytesOf(listed);
    this.kept?.delete(key);
  }
}
