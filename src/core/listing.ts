/**
 * Core layer: the sorted listings of the directories read last. Programs read a
 * directory again far more often than they change it, and decoding and sorting
 * a thousand names costs a hundred times what copying the array does.
 *
 * Invariant: a listing is used only for the inode and generation it was made
 * from; every change of a directory's entries raises its generation, and a
 * freed directory is forgotten. Listings are not billed, so all of them together
 * are bounded: 1/64 of the quota up to 128 KiB, then 1/400 of it up to 1 MiB.
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

export class Listing {
  /** By directory, the one kept first in front. Made by the first listing, as many volumes never have one. */
  private kept: Map<number, Listed> | undefined;
  private bytes = 0;

  find(directory: number, generation: number): Listed | undefined {
    const listed = this.kept?.get(directory);
    return listed?.generation === generation ? listed : undefined;
  }

  keep(directory: number, listed: Listed, quota: number): void {
    const bytes = bytesOf(listed);
    const room = roomFor(quota);
    if (bytes > room) return;
    this.forget(directory);
    this.kept ??= new Map();
    for (const first of this.kept.keys()) {
      if (this.bytes + bytes <= room) break;
      this.forget(first);
    }
    this.kept.set(directory, listed);
    this.bytes += bytes;
  }

  forget(directory: number): void {
    const listed = this.kept?.get(directory);
    if (listed === undefined) return;
    this.bytes -= bytesOf(listed);
    this.kept?.delete(directory);
  }

  forgetAll(): void {
    this.kept = undefined;
    this.bytes = 0;
  }
}
