/** Core layer, sys: directory streams. Sources: opendir(3), readdir(3). Loaded by the first (see late-sys.ts). */
import { STREAM_PRICE } from '../cost.js';
import type { Cursor } from '../directory.js';
import type { DirectoryStream } from '../engine.js';
import { EBADF } from '../errno.js';
import { fault } from '../fault.js';
import { GENERATION } from '../inode.js';
import type { Listed } from '../listing.js';
import type { Lower } from '../lower/lower.js';
import type { Volume } from '../volume.js';
import { readableDirectory, typeOf } from './list.js';

interface NamesBelow extends Omit<Listed, 'generation'> {
  readonly bytes: number;
}

/** Heap bytes of a name in a stream beside its chars: the string and two slots. */
const LISTED_NAME_BYTES = 48;

/**
 * An open directory stream and its cursor in one object without closures: a program may hold thousands. It reads the
 * listing that an earlier stream left, or goes from entry to entry and leaves one.
 */
class Stream implements DirectoryStream, Cursor {
  name = '';
  type = 0;
  entry = 0;
  last = 0;
  /** Of the names below or in the listing that come next; -1 before the first read. */
  private at = -1;
  /** Names in the volume's listing, which is asked for each time: held, it would be memory of nobody's. -1 when it goes by entries. */
  private listed = -1;
  private open = true;
  /** Number of the listing that it leaves. */
  private draft = 0;

  constructor(
    private readonly volume: Volume,
    public directory: number,
    private below: NamesBelow | undefined,
    private readonly bytes: number,
  ) {}

  next(): boolean {
    return this.advance(this.ahead());
  }

  read(most: number, bytes: number, found: (name: string, type: number) => void): boolean {
    const ahead = this.ahead();
    let count = 0;
    for (let left = bytes; count < most && left > 0 && this.advance(ahead); count++) {
      left -= this.name.length;
      found(this.name, this.type);
    }
    return count > 0;
  }

  /** Where the next names are, when they are decoded already. */
  private ahead(): Omit<Listed, 'generation'> | undefined {
    if (!this.open) throw fault(EBADF);
    if (this.at < 0) this.begin();
    return this.below ?? this.listing();
  }

  private advance(ahead: Omit<Listed, 'generation'> | undefined): boolean {
    if (ahead === undefined) return this.step();
    if (this.at === ahead.names.length) return false;
    this.name = ahead.names[this.at] as string;
    this.type = ahead.types[this.at++] as number;
    return true;
  }

  /** As on Linux: what is made before the first read is seen. */
  private begin(): void {
    const { volume, directory } = this;
    const { directories, inodes, listing, lower } = volume;
    this.at = 0;
    inodes.touchAccess(directory);
    if (!lower?.isUntouched(directory)) this.below = undefined;
    if (this.below !== undefined) return;
    const generation = inodes.get(directory, GENERATION);
    this.listed = listing.findInOrder(directory, generation)?.names.length ?? -1;
    if (this.listed >= 0) return;
    this.draft = listing.begin(generation);
    this.entry = directories.first(directory);
    this.last = directories.last(directory);
  }

  /** The listing that it reads, while that is there. */
  private listing(): Listed | undefined {
    if (this.listed < 0) return undefined;
    const { volume, directory } = this;
    const listed = volume.listing.findInOrder(directory, volume.inodes.get(directory, GENERATION));
    if (listed === undefined) this.settle();
    return listed;
  }

  private step(): boolean {
    const { volume, directory, entry } = this;
    const { directories, inodes, listing, bank } = volume;
    if (entry === 0) {
      listing.finish(this.draft, directory, inodes.get(directory, GENERATION), bank.limit);
      return false;
    }
    this.name = directories.name(entry);
    this.type = typeOf(volume, directories.ino(entry));
    this.entry = entry === this.last ? 0 : directories.next(entry);
    listing.add(this.draft, this.name, this.type, bank.limit);
    return true;
  }

  settle(): void {
    const { directory, at, listed } = this;
    const { directories } = this.volume;
    // No entry has gone since the listing was made, and those that came are behind it.
    let entry = directories.first(directory);
    for (let i = 0; i < listed; i++) {
      if (i === at) this.entry = entry;
      this.last = entry;
      entry = directories.next(entry);
    }
    this.listed = -1;
  }

  close(): void {
    const { volume, bytes } = this;
    if (!this.open) throw fault(EBADF);
    this.open = false;
    volume.directories.unfollow(this);
    volume.streams--;
    volume.handleBytes -= bytes;
    volume.bank.release(STREAM_PRICE + bytes);
    volume.letGo(this.directory);
  }
}

export const opendir = (volume: Volume, path: string): DirectoryStream => {
  const { directories, lower } = volume;
  const ino = readableDirectory(volume, path);
  const below = lower?.isUntouched(ino) ? namesBelow(volume, lower, ino) : undefined;
  const bytes = below?.bytes ?? 0;
  if (below === undefined) volume.bank.reserveHandle(STREAM_PRICE);
  volume.handleBytes += bytes;
  volume.hold(ino);
  volume.streams++;
  const stream = new Stream(volume, ino, below, bytes);
  directories.follow(stream);
  return stream;
};

/** The names of an untouched directory as they are now, billed with the stream that gives them. @throws QuotaFault */
const namesBelow = (volume: Volume, lower: Lower, ino: number): NamesBelow => {
  const types: number[] = [];
  const names = lower.list(ino, types);
  let bytes = 0;
  for (const name of names) bytes += LISTED_NAME_BYTES + name.length;
  // A full volume can be listed: the names take what is kept for lookups.
  if (!volume.bank.reserveLookup(bytes + STREAM_PRICE)) volume.bank.reserve(bytes + STREAM_PRICE);
  return { names, types, bytes };
};
