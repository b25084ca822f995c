/**
 * Adapter, archives: what both formats do with an entry. Checks its name, its
 * link and the limits, asks the filter, and hands it to the writer of the tree.
 */
import {
  canonicalName,
  type FileSink,
  leadsOut,
  type OutsideLinks,
  stripParts,
  type TreeWriter,
} from '../tree/index.js';
import { refuse } from './archive-error.js';

/** An entry of an archive, as filters and listeners see it. */
export interface ArchiveEntry {
  /** Relative to the destination, without '.', '..' and slashes at the ends; '' for the destination itself. */
  readonly path: string;
  /** 'other' is a device or a pipe: refused unless the filter leaves it out. */
  readonly type: 'file' | 'directory' | 'symlink' | 'link' | 'other';
  /** Bytes of a file, 0 for others. */
  readonly size: number;
  /** Permission bits; undefined where the archive has none. */
  readonly mode: number | undefined;
  /** Time of the last change. */
  readonly mtime: Date;
  /** Where a link leads: the text of a symbolic link, the path of the other name of a hard link. */
  readonly target: string | undefined;
}

/** Limits on what one archive may hold. The quota of the file system is always one more. */
export interface ArchiveLimits {
  /** Most entries. Default: no limit but `maxNodes`. */
  readonly entries?: number;
  /** Most bytes of contents, unpacked. Default: no limit but the quota. */
  readonly total?: number;
  /** Most unpacked bytes for each packed byte: of each zip entry, of a compressed tar archive as a whole. Default: none. */
  readonly ratio?: number;
}

interface ImporterOptions {
  readonly filter?: (entry: ArchiveEntry) => boolean;
  readonly onEntry?: (entry: ArchiveEntry) => void;
  readonly strip: number;
  readonly limits: ArchiveLimits;
  readonly outsideLinks: OutsideLinks;
}

/** An entry as the format has it. */
export interface RawEntry {
  readonly name: string;
  readonly type: ArchiveEntry['type'];
  readonly size: number;
  readonly mode: number | undefined;
  /** Seconds. */
  readonly mtime: number;
  readonly target: string | undefined;
}

/** What was imported. */
export interface ImportCounts {
  files: number;
  directories: number;
  symlinks: number;
  /** Hard links: second names of files. */
  links: number;
  /** Bytes of the files. */
  bytes: number;
}

export class Importer {
  readonly counts: ImportCounts = { files: 0, directories: 0, symlinks: 0, links: 0, bytes: 0 };
  readonly #writer: TreeWriter;
  readonly #options: ImporterOptions;
  #seen = 0;
  #total = 0;

  constructor(writer: TreeWriter, options: ImporterOptions) {
    this.#writer = writer;
    this.#options = options;
  }

  /** Counts an entry against the limits. */
  count(name: string, size: number): void {
    const { entries = Infinity, total = Infinity } = this.#options.limits;
    if (++this.#seen > entries) throw refuse('LIMIT', `the archive has more than ${entries} entries`);
    this.#total += size;
    if (this.#total > total) throw refuse('LIMIT', `the archive unpacks to more than ${total} bytes`, name);
  }

  /** Bills what a reader keeps until the end. @throws QuotaExceededError */
  bill(bytes: number): void {
    this.#writer.bill(bytes, '');
  }

  /** @throws QuotaExceededError when so many bytes cannot fit */
  demandRoom(bytes: number): void {
    this.#writer.demandRoom(bytes, '');
  }

  /** The entry as the destination will have it; undefined when nothing is left of its path or the filter says no. */
  select(raw: RawEntry): ArchiveEntry | undefined {
    const entry = this.present(raw);
    const { filter } = this.#options;
    return entry === undefined || filter === undefined || filter(entry) ? entry : undefined;
  }

  /** The entry as the destination will have it, whatever the filter says; undefined when nothing is left of its path. */
  present(raw: RawEntry): ArchiveEntry | undefined {
    const path = stripParts(canonicalName(raw.name, refuse), this.#options.strip);
    if (path === undefined) return undefined;
    const target = raw.type === 'link' ? this.#linkedPath(raw) : raw.target;
    const mode = raw.mode === undefined ? undefined : raw.mode & 0o7777;
    return { path, type: raw.type, size: raw.size, mode, mtime: new Date(raw.mtime * 1000), target };
  }

  /** Makes an entry; its bytes go to the sink, if there is one. `mtime` is in seconds: a Date is coarser. */
  make(entry: ArchiveEntry, mtime: number): FileSink | undefined {
    const attributes = { mode: entry.mode, mtime };
    switch (entry.type) {
      case 'file':
        return this.#makeFile(entry, attributes);
      case 'directory':
        this.#writer.directory(entry.path, attributes);
        this.counts.directories++;
        break;
      case 'symlink':
        if (!this.#checkLink(entry)) return undefined;
        this.#writer.symlink(entry.path, entry.target ?? '', attributes);
        this.counts.symlinks++;
        break;
      case 'link':
        this.#writer.link(entry.path, entry.target ?? '');
        this.counts.links++;
        break;
      case 'other':
        throw refuse('TYPE', 'an entry is a device or a pipe', entry.path);
    }
    this.#options.onEntry?.(entry);
    return undefined;
  }

  #makeFile(entry: ArchiveEntry, attributes: { mode: number | undefined; mtime: number }): FileSink {
    const sink = this.#writer.file(entry.path, entry.size, attributes);
    return {
      write: sink.write,
      end: () => {
        sink.end();
        this.counts.files++;
        this.counts.bytes += entry.size;
        this.#options.onEntry?.(entry);
      },
    };
  }

  #linkedPath({ name, target = '' }: RawEntry): string {
    const path = stripParts(
      canonicalName(target, (_, message) => refuse('LINK', `${message} (hard link)`, name)),
      this.#options.strip,
    );
    if (path === undefined || path === '') throw refuse('LINK', 'a hard link names no file of the tree', name);
    return path;
  }

  /** False when the link is left out. */
  #checkLink({ path, target = '' }: ArchiveEntry): boolean {
    if (target === '' || target.includes('\0') || Buffer.byteLength(target) > 4095) {
      throw refuse('CORRUPT', 'a symbolic link has no possible target', path);
    }
    const { outsideLinks } = this.#options;
    if (outsideLinks === 'keep' || !leadsOut(path, target, this.#writer.to)) return true;
    if (outsideLinks === 'skip') return false;
    throw refuse('LINK', `a symbolic link leads out, to ${JSON.stringify(target)}`, path);
  }
}
