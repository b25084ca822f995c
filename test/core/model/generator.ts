/**
 * Chooses the next call of a random sequence. Names come from a tiny universe,
 * so that calls meet; the model's own tree is consulted, so that most calls
 * have something to act on; and the rest is oddities: dots, slashes, loops,
 * names and paths at their limits.
 */
import type { Prng } from '../../helpers/prng.js';
import type { Chunk, Op, Times } from './calls.js';
import type { Model } from './model.js';
import type { ModelInode } from './model-inode.js';
import { modelPaths } from './model-snapshot.js';

export interface Profile {
  /** Calls that the subject cannot make. */
  without: readonly Op['call'][];
  /** Sizes up to several pages instead of a few bytes. */
  large: boolean;
  pathLimit: number;
  /** Nanosecond parts of explicit times. */
  fractions: readonly number[];
  /** Users to change between; empty when there is one. */
  users: readonly { uid: number; gid: number }[];
  /** Sticky bits may be set. */
  sticky: boolean;
  /** Whether copies take owner and times along (COPYFILE_ATTRIBUTES): 0, the bit, or one of both. */
  copyAttributes: readonly number[];
  /** Identities for chown; the caller's own among them. */
  ids: readonly number[];
}

const NAMES = [
  'a',
  'b',
  'c',
  'd',
  'a',
  'b',
  'long-name.txt',
  'a-name-that-does-not-fit-into-its-record',
  '\xc3\xa9',
  'x y',
];
const ODD_NAMES = ['.', '..', 'n'.repeat(255), 'n'.repeat(256), '...', '-'];
const OPEN_FLAGS = [
  0, 1, 2, 0o101, 0o102, 0o1101, 0o1102, 0o2101, 0o2102, 0o301, 0o302, 0o2001, 0o1001, 0o1002, 0o1000, 0o200000,
  0o400000, 0o400102, 0o400001, 0o200101, 0o600000, 0o200, 0o100, 0o1100, 0o300, 0o1000000, 0o1000002, 3, 0o103,
  0o10000000, 0o10400000, 0o10200000, 0o10400102,
];
const MODES = [
  0o644, 0o600, 0o666, 0o755, 0o777, 0o400, 0o200, 0o000, 0o444, 0o500, 0o1777, 0o2755, 0o4755, 0o6711, 0o2644, 0o2775,
];
const SLOTS = 4;

const WEIGHTS: Record<Op['call'], number> = {
  open: 12,
  close: 4,
  read: 5,
  readv: 1,
  write: 10,
  writev: 2,
  seek: 3,
  fstat: 2,
  ftruncate: 4,
  fchmod: 1,
  fchown: 1,
  futimes: 1,
  fsync: 1,
  stat: 2,
  lstat: 2,
  access: 2,
  become: 6,
  mkdir: 8,
  mkdirp: 3,
  rmdir: 4,
  removeTree: 2,
  copyTree: 3,
  unlink: 6,
  rename: 10,
  link: 5,
  symlink: 7,
  readlink: 2,
  realpath: 2,
  readdir: 5,
  truncate: 3,
  copyFile: 4,
  readFile: 3,
  writeFile: 8,
  chmod: 4,
  chown: 2,
  lchown: 1,
  utimes: 1,
  lutimes: 1,
};
const BUILDERS: readonly Op['call'][] = ['mkdir', 'mkdir', 'writeFile', 'writeFile', 'symlink', 'open', 'link'];
const USES_SLOT: readonly Op['call'][] = [
  'close',
  'read',
  'readv',
  'write',
  'writev',
  'seek',
  'fstat',
  'ftruncate',
  'fchmod',
];
const CALLS = Object.entries(WEIGHTS).flatMap(([call, weight]) => Array<Op['call']>(weight).fill(call as Op['call']));

export class Generator {
  private paths: { path: string; inode: ModelInode }[] = [];

  constructor(
    private readonly rng: Prng,
    private readonly model: Model,
    private readonly profile: Profile,
  ) {}

  /** The first calls build something to act on. */
  next(index: number): Op {
    this.paths = modelPaths(this.model).filter(({ path }) => path !== '/' || this.rng.chance(0.1));
    let call = this.rng.pick(index < 6 ? BUILDERS : CALLS);
    while (this.isLeftOut(call)) call = this.rng.pick(CALLS);
    if (USES_SLOT.includes(call) && this.model.slots.size === 0 && this.rng.chance(0.9)) call = 'open';
    return this.build(call);
  }

  private build(call: Op['call']): Op {
    const { rng } = this;
    switch (call) {
      case 'open':
        return { call, args: [rng.int(SLOTS), this.path('file'), rng.pick(OPEN_FLAGS), this.mode()] };
      case 'become': {
        const { uid, gid } = rng.pick(this.profile.users);
        return { call, args: [uid, gid] };
      }
      case 'close':
      case 'fstat':
      case 'fsync':
        return { call, args: [this.slot()] };
      case 'read':
        return { call, args: [this.slot(), 1 + this.size(), this.position()] };
      case 'readv':
        return { call, args: [this.slot(), [1 + this.size(), 1 + this.size()], this.position()] };
      case 'write':
        return { call, args: [this.slot(), this.chunk(), this.position()] };
      case 'writev':
        return { call, args: [this.slot(), [this.chunk(), this.chunk(), this.chunk()], this.position()] };
      case 'seek': {
        const offset = rng.chance(0.3) ? -this.size() : this.size();
        return { call, args: [this.slot(), offset, rng.pick([0, 1, 2])] };
      }
      case 'ftruncate':
        return { call, args: [this.slot(), this.size()] };
      case 'fchmod':
        return { call, args: [this.slot(), this.mode()] };
      case 'fchown':
        return { call, args: [this.slot(), this.id(), this.id()] };
      case 'futimes':
        return { call, args: [this.slot(), this.times()] };
      case 'access':
        return { call, args: [this.path(), rng.int(8)] };
      case 'mkdir':
        return { call, args: [this.path('new'), this.mode()] };
      case 'mkdirp':
        return { call, args: [rng.chance(0.5) ? this.path('new') : this.deepPath(), this.mode()] };
      case 'rmdir':
      case 'readdir':
        return { call, args: [this.path('directory')] };
      case 'readlink':
        return { call, args: [this.path('symlink')] };
      case 'copyTree':
        return { call, args: [this.path(), this.path('new')] };
      case 'rename':
        return { call, args: [this.path(), this.path(rng.chance(0.5) ? 'new' : undefined)] };
      case 'link':
        return { call, args: [this.path('file'), this.path('new')] };
      case 'symlink':
        return { call, args: [this.target(), this.path('new')] };
      case 'truncate':
        return { call, args: [this.path('file'), this.size()] };
      case 'copyFile':
        return {
          call,
          args: [
            this.path('file'),
            this.path(rng.chance(0.5) ? 'new' : 'file'),
            rng.int(2) | rng.pick(this.profile.copyAttributes),
          ],
        };
      case 'readFile':
        return { call, args: [this.path('file'), rng.pick([0, 0, 0, 2, 0o400000])] };
      case 'writeFile': {
        const flags = rng.pick([0o1101, 0o1101, 0o1101, 0o2101, 0o301, 0o2]);
        return { call, args: [this.path(rng.chance(0.5) ? 'new' : 'file'), this.chunk(), flags, this.mode()] };
      }
      case 'chmod':
        return { call, args: [this.path(), this.mode()] };
      case 'chown':
      case 'lchown':
        return { call, args: [this.path(), this.id(), this.id()] };
      case 'utimes':
      case 'lutimes':
        return { call, args: [this.path(), this.times()] };
      default:
        return { call, args: [this.path()] };
    }
  }

  private isLeftOut(call: Op['call']): boolean {
    return this.profile.without.includes(call) || (call === 'become' && this.profile.users.length === 0);
  }

  /** Mostly modes that let the sequence go on. */
  private mode(): number {
    const mode = this.rng.chance(0.5) ? this.rng.pick([0o644, 0o755, 0o777]) : this.rng.pick(MODES);
    return this.profile.sticky ? mode : mode & 0o6777;
  }

  private slot(): number {
    const open = [...this.model.slots.keys()];
    if (open.length > 0 && this.rng.chance(0.95)) return this.rng.pick(open);
    return this.rng.int(SLOTS);
  }

  private id(): number {
    return this.rng.chance(0.3) ? -1 : this.rng.pick(this.profile.ids);
  }

  /** Sizes crowd around the edges of 8 KiB and of a 64 KiB page. */
  private size(): number {
    const { rng } = this;
    if (!this.profile.large) return rng.chance(0.8) ? rng.int(20) : rng.int(3000);
    const edge = rng.pick([0, 512, 4096, 8192, 65_536, 131_072]);
    return Math.max(0, edge + rng.between(-3, 3));
  }

  private position(): number {
    return this.rng.chance(0.5) ? -1 : this.size();
  }

  private chunk(): Chunk {
    return [this.rng.int(100), this.size()];
  }

  private times(): Times {
    const { rng } = this;
    const second = (): number => rng.pick([0, 1, -1, 86_400, 1_600_000_000, 4_000_000_000, -5_000_000]);
    const fraction = (): number => rng.pick(this.profile.fractions);
    return [second(), fraction(), second(), fraction()];
  }

  private name(): string {
    return this.rng.chance(0.06) ? this.rng.pick(ODD_NAMES) : this.rng.pick(NAMES);
  }

  /** A path that mostly fits what the call wants, and sometimes is anything at all. */
  private path(wanted?: 'file' | 'directory' | 'symlink' | 'new'): string {
    const { rng } = this;
    const fitting = this.paths.filter(({ inode }) => inode.type === wanted);
    const roll = rng.next();
    let path: string;
    if (wanted === 'new' && roll < 0.6) path = `${this.directory()}/${this.name()}`;
    else if (fitting.length > 0 && roll < 0.6) path = rng.pick(fitting).path;
    else path = this.anyPath();
    if (path.startsWith('//')) path = path.slice(1);
    return rng.chance(0.05) ? `${path}/` : path;
  }

  private anyPath(): string {
    const { rng } = this;
    const roll = rng.next();
    if (roll < 0.5) return this.existing();
    if (roll < 0.75) return `${this.directory()}/${this.name()}`;
    if (roll < 0.82) return `${this.existing()}/${this.name()}`;
    if (roll < 0.9) return Array.from({ length: rng.between(1, 3) }, () => `/${this.name()}`).join('');
    if (roll < 0.93) return `${this.existing()}/../${this.name()}`;
    if (roll < 0.95) return `${this.existing()}/.`;
    if (roll < 0.97) return rng.pick(['', '/', '//', '/.', '/..', '/../a']);
    if (roll < 0.98) return this.padded(this.existing(), this.profile.pathLimit + rng.between(-3, 1));
    return `/${this.name()}//${this.name()}`;
  }

  /** Several steps below a directory, some of them back up. */
  private deepPath(): string {
    const { rng } = this;
    const steps = Array.from({ length: rng.between(2, 4) }, () => (rng.chance(0.2) ? '..' : this.name()));
    return `${this.directory()}/${steps.join(rng.chance(0.1) ? '//' : '/')}`;
  }

  private existing(): string {
    return this.paths.length === 0 ? '/' : this.rng.pick(this.paths).path;
  }

  /** The same path, made `length` long with './' steps. */
  private padded(path: string, length: number): string {
    const room = length - path.length;
    if (room < 2) return path;
    return `${room % 2 ? '/' : ''}${'/.'.repeat(Math.floor(room / 2))}${path}`;
  }

  private directory(): string {
    const directories = this.paths.filter(({ path, inode }) => inode.type === 'directory' && path !== '/');
    return directories.length === 0 || this.rng.chance(0.3) ? '' : this.rng.pick(directories).path;
  }

  private target(): string {
    const { rng } = this;
    const roll = rng.next();
    if (roll < 0.35) return this.name();
    if (roll < 0.65) return this.path();
    if (roll < 0.8) return `../${this.name()}`;
    if (roll < 0.9) return `${this.name()}/${this.name()}`;
    if (roll < 0.92) return 't'.repeat(rng.pick([255, 256, 4095, 4096]));
    if (roll < 0.94) return rng.pick(['', '.', '..', '/', './', '../..']);
    return this.existing();
  }
}
