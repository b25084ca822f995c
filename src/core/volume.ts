/**
 * Core layer: a volume, one file system with its own quota. This file owns the
 * state and the life cycle of inodes (made, named, held, freed); the system
 * calls are functions over it in `sys/`, and memory-engine.ts makes an Engine of them.
 *
 * Every mutation keeps one order: look up → check → plan → reserve → apply
 * (cannot fail) → commit → emit.
 */
import { bytesToString, Directories } from './directory.js';
import { EINVAL } from './errno.js';
import { Events } from './events.js';
import { fault, QuotaFault } from './fault.js';
import { FileTable } from './file-table.js';
import { S_IFDIR } from './flags.js';
import { CONTENT, InodeTable, LINKS, OPENS } from './inode.js';
import { Images, Lower } from './late-engine.js';
import { Guard } from './late-sys.js';
import { Listing } from './listing.js';
import { Location } from './namei.js';
import type { VolumeOptions } from './options.js';
import { QuotaBank } from './quota.js';
import { Chunks } from './storage/chunks.js';
import { FileContents } from './storage/file-contents.js';
import { Slabs } from './storage/slabs.js';

const DEFAULT_QUOTA = 256 * 1024 * 1024;
/** Device numbers of volumes start far from the operating system's. */
let nextDevice = 0x51f50;
const FIRST_DESCRIPTOR = 0x20000000;

export class Volume {
  readonly bank: QuotaBank;
  readonly inodes: InodeTable;
  readonly directories: Directories;
  readonly slabs = new Slabs();
  readonly chunks: Chunks;
  readonly contents: FileContents;
  readonly files: FileTable;
  readonly events: Events;
  readonly listing = new Listing();
  private taken: Images | undefined = undefined;
  /** What lies below, if anything. */
  readonly lower: Lower | undefined;
  readonly readOnly: boolean;
  /** Result of the last walk. */
  readonly at = new Location();
  readonly clock: () => number;
  readonly umask: () => number;
  readonly randomName: () => string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** True for uid 0: permission checks are bypassed. */
  readonly privileged: boolean;
  readonly maxNodes: number;
  /** `st_dev`: differs between volumes. */
  readonly device = nextDevice++;
  /** Counts mutations. */
  changes = 0;
  /** Open directory streams and watches, for the audit. */
  streams = 0;
  /** Bytes billed for handles of the layers above. */
  handleBytes = 0;
  watches = 0;
  /** Inodes of a running import that have no name yet. */
  staged = 0;

  constructor(options: VolumeOptions = {}) {
    const maxQuota = options.maxQuota ?? DEFAULT_QUOTA;
    // NaN here would mean no limit at all; the layers above refuse it in better words.
    if (!isAmount(maxQuota) || !isAmount(options.maxNodes ?? 0)) throw fault(EINVAL);
    this.clock = options.clock ?? Date.now;
    const guard = options.guard === undefined ? undefined : new Guard(options.guard, this.clock);
    guard?.checkQuota(maxQuota);
    this.bank = new QuotaBank(maxQuota, guard, options.defer);
    this.umask = options.umask ?? defaultUmask;
    this.randomName = options.randomName ?? defaultRandomName;
    this.uid = options.uid ?? 0;
    this.gid = options.gid ?? 0;
    this.groups = options.groups ?? [];
    this.privileged = this.uid === 0;
    this.maxNodes = options.maxNodes ?? Number.POSITIVE_INFINITY;
    this.inodes = new InodeTable(this.clock);
    this.directories = new Directories(this.inodes, this.slabs, Math.floor(Math.random() * 0x7fffffff));
    this.chunks = new Chunks(this.slabs, this.bank, options.chunkOverheadOverride);
    this.contents = new FileContents(
      this.inodes,
      this.chunks,
      this.bank,
      options.defaultStorage ?? 'auto',
      options.promotionHardLimit ?? Number.POSITIVE_INFINITY,
    );
    this.files = new FileTable(this.bank, options.descriptors ?? countingNumbers());
    this.events = new Events(this);
    this.inodes.createRoot(S_IFDIR | 0o777, this.uid, this.gid);
    this.readOnly = options.readOnly ?? false;
    this.lower = options.lower === undefined ? undefined : new Lower(this, options.lower);
  }

  /** Inodes in use, the root and what comes from below not counted. */
  get nodes(): number {
    const below = this.lower === undefined ? 1 : this.lower.records.size;
    return this.inodes.live - below - this.staged;
  }

  /** Snapshots, made when one is first asked for. */
  get images(): Images {
    return (this.taken ??= new Images(this));
  }

  inGroup(gid: number): boolean {
    return gid === this.gid || this.groups.includes(gid);
  }

  /** Demands room for `count` more inodes under `maxNodes`. @throws QuotaFault */
  demandNodes(count: number): void {
    const free = this.maxNodes - this.nodes;
    if (count > free) throw new QuotaFault('nodes', count, free, this.maxNodes);
  }

  /** Target of a symbolic link, a byte string. */
  targetOf(ino: number): string {
    const reference = this.inodes.get(ino, CONTENT);
    return bytesToString(this.chunks.bytesOf(reference), this.chunks.offsetOf(reference), this.inodes.size(ino));
  }

  /** Puts a link's target into its chunk; the caller has reserved it. */
  storeTarget(ino: number, target: string): void {
    const reference = this.chunks.take(target.length);
    const bytes = this.chunks.bytesOf(reference);
    const start = this.chunks.offsetOf(reference);
    for (let i = 0; i < target.length; i++) bytes[start + i] = target.charCodeAt(i);
    this.inodes.set(ino, CONTENT, reference);
    this.inodes.setSize(ino, target.length);
  }

  /** Takes one name from an inode and frees it when nothing holds it any more. */
  dropLink(ino: number, links = 1): void {
    const left = this.inodes.add(ino, LINKS, -links);
    if (left === 0 && this.inodes.get(ino, OPENS) === 0) this.free(ino);
  }

  hold(ino: number): void {
    this.inodes.add(ino, OPENS, 1);
  }

  /** Ends a hold; the last one frees an inode without names. */
  letGo(ino: number): void {
    const opens = this.inodes.add(ino, OPENS, -1);
    if (opens > 0) return;
    this.lower?.unheld(ino);
    if (this.inodes.get(ino, LINKS) === 0) this.free(ino);
  }

  /** Frees an inode that never had a name. */
  discard(ino: number): void {
    this.free(ino);
  }

  private free(ino: number): void {
    this.inodes.wordsToWrite(ino);
    if (this.inodes.isFile(ino)) this.contents.free(ino);
    else if (this.inodes.isLink(ino)) this.bank.release(this.chunks.give(this.inodes.get(ino, CONTENT)));
    if (this.inodes.isDirectory(ino)) this.listing.forget(ino);
    this.events.gone(ino);
    this.lower?.forget(ino);
    this.bank.release(this.inodes.give(ino));
  }
}

const isAmount = (value: number): boolean =>
  value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && value >= 0);

const defaultUmask = (): number => 0o022;

const NAME_CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const defaultRandomName = (): string => {
  let name = '';
  for (let i = 0; i < 6; i++) name += NAME_CHARS[Math.floor(Math.random() * NAME_CHARS.length)];
  return name;
};

/** Descriptor numbers for a volume on its own: lowest free first. */
const countingNumbers = () => {
  let next = FIRST_DESCRIPTOR;
  const free: number[] = [];
  return {
    take: (): number => free.pop() ?? next++,
    give: (fd: number): void => {
      free.push(fd);
    },
  };
};
