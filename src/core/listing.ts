/**
 * Core layer: the sorted listing of the directory read last. Programs read a
 * directory again far more often than they change it, and decoding and sorting
 * a thousand names costs a hundred times what copying the array does.
 *
 * Invariant: a listing is used only for the inode and generation it was made
 * from; every change of a directory's entries raises its generation, and a
 * freed directory is forgotten. It is not billed, so it is bounded: one
 * directory, at most 128 KiB and 1/64 of the quota.
 */
const BYTES_MAX = 128 * 1024;
const SHARE = 1 / 64;
/** Heap bytes of one name beside its chars: the string, its slot and its type. */
const NAME_BYTES = 40;

export class Listing {
  names: readonly string[] = [];
  types: readonly number[] = [];
  private directory = 0;
  private generation = 0;

  holds(directory: number, generation: number): boolean {
    return this.directory === directory && this.generation === generation;
  }

  keep(directory: number, generation: number, names: readonly string[], types: readonly number[], quota: number): void {
    let bytes = names.length * NAME_BYTES;
    for (const name of names) bytes += name.length;
    if (bytes > Math.min(BYTES_MAX, quota * SHARE)) return;
    this.directory = directory;
    this.generation = generation;
    this.names = names;
    this.types = types;
  }

  forget(directory: number): void {
    if (this.directory === directory) this.forgetAll();
  }

  forgetAll(): void {
    this.directory = 0;
    this.names = [];
    this.types = [];
  }
}
