/**
 * Core layer: the part of a plan that is about what lies below: directories to
 * complete and inodes to keep. Reading is done while planning, so that applying
 * cannot fail.
 */
import { STAT_LENGTH, type StatArray } from '../engine.js';
import { ENOENT } from '../errno.js';
import { fault } from '../fault.js';
import { LINKS, STATE } from '../inode.js';
import type { Plan } from '../plan.js';
import { LOWER } from '../storage/file-pages.js';
import type { Volume } from '../volume.js';
import type { Lower } from './lower.js';
import { childPath, type Found, hasNames, keyOf, type LowerRecord, priceOf } from './table.js';

/** Bytes of one found object while it is planned: its stat array and its strings. */
const FOUND_BYTES = 512;

/** Collects what completing directories and keeping inodes takes, in the plan of the change. */
export class LowerPlan {
  private readonly directories = new Map<number, { name: string; found: Found }[]>();
  private readonly keep: number[] = [];

  constructor(
    private readonly volume: Volume,
    private readonly lower: Lower,
    private readonly plan: Plan,
  ) {}

  /** Plans a directory's completion, unless it is complete. @throws Fault when it cannot be read below */
  complete(directory: number): void {
    const { lower, volume, plan } = this;
    if (!lower.isUntouched(directory) || this.directories.has(directory)) return;
    const missing: { name: string; found: Found }[] = [];
    const above = lower.records.get(directory) as LowerRecord;
    for (const name of lower.list(directory)) {
      if (volume.directories.find(directory, name, 0, name.length) !== 0) continue;
      const path = childPath(above.path, name);
      const stat: StatArray = new Float64Array(STAT_LENGTH);
      const error = lower.source.lstat(path, stat);
      if (error === -ENOENT) continue;
      if (error !== 0) throw fault(-error);
      const found = lower.found(path, stat);
      missing.push({ name, found });
      this.keepKnown(found);
      plan.addLower(name.length, found.target.length, priceOf(path.length, hasNames(stat)) + FOUND_BYTES);
    }
    this.directories.set(directory, missing);
    this.addKeep(directory);
    for (let entry = volume.directories.first(directory); entry !== 0; entry = volume.directories.next(entry)) {
      this.addKeep(volume.directories.ino(entry));
    }
  }

  /** Plans that an inode stays. */
  addKeep(ino: number): void {
    if (this.lower.records.get(ino)?.kept === false) this.keep.push(ino);
  }

  private keepKnown(found: Found): void {
    const known = hasNames(found.stat) ? this.lower.linked.get(keyOf(found.stat)) : undefined;
    if (known !== undefined) this.addKeep(known);
  }

  /** Bytes of lookups that become data. */
  cost(): number {
    return this.keep.length === 0 ? 0 : this.lower.costOfKeeping(this.lower.forgettable(this.keep));
  }

  /** Does what was planned; draws from the prepaid plan. */
  apply(): void {
    const { lower, volume } = this;
    const { inodes } = volume;
    lower.markKept(lower.forgettable(this.keep));
    for (const [directory, missing] of this.directories) {
      const added: number[] = [];
      for (const { name, found } of missing) {
        const entry = lower.place(directory, name, 0, name.length, found, true);
        added.push(volume.directories.ino(entry));
      }
      lower.markKept(added);
      inodes.set(directory, STATE, inodes.get(directory, STATE) & ~LOWER);
      inodes.set(directory, LINKS, 2 + countDirectories(volume, directory));
    }
    this.directories.clear();
  }
}

const countDirectories = (volume: Volume, directory: number): number => {
  const { directories, inodes } = volume;
  let count = 0;
  for (let entry = directories.first(directory); entry !== 0; entry = directories.next(entry)) {
    if (inodes.isDirectory(directories.ino(entry))) count++;
  }
  return count;
};
