/**
 * Adapter, union: what a change needs of the disk is brought into memory first,
 * under the quota: the directories on its way, the content of a file that is
 * changed in part. What is merely in the way stays below, and is refused with the
 * error that the upper layer would have given.
 */
import { constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EEXIST, ENOTDIR, ENOTEMPTY } from '../../core/index.js';
import { parseFlags, uvException } from '../../facade/index.js';
import type { NodeFs } from './lower.js';
import { entryIn, makeReach, type Reached } from './reach.js';

/** @returns the arguments to call with: a file that is written anew keeps the permissions it has below */
export type CopyUp = (member: string, args: readonly unknown[]) => readonly unknown[];

interface Target {
  /** Which argument names what is made or changed. */
  readonly index: 0 | 1;
  /** Whether a link there is followed. */
  readonly follow: boolean;
  /** Which argument has open flags. */
  readonly flags?: number;
  readonly usualFlags?: string;
  readonly syscall?: string;
  /** Whether something that is there already is refused. */
  readonly mustBeNew?: boolean;
}

const MAKES = { follow: false, mustBeNew: true } as const;
const TARGETS: Readonly<Record<string, Target>> = {
  appendFile: { index: 0, follow: true, flags: 2, usualFlags: 'a', syscall: 'open' },
  chmod: { index: 0, follow: true },
  chown: { index: 0, follow: true },
  copyFile: { index: 1, follow: true, syscall: 'copyfile' },
  cp: { index: 1, follow: false },
  createWriteStream: { index: 0, follow: true, flags: 1, usualFlags: 'w', syscall: 'open' },
  lchown: { index: 0, follow: false },
  link: { index: 1, ...MAKES },
  lutimes: { index: 0, follow: false },
  mkdir: { index: 0, ...MAKES },
  mkdtemp: { index: 0, follow: false },
  mkdtempDisposable: { index: 0, follow: false },
  open: { index: 0, follow: true, flags: 1, usualFlags: 'r' },
  readFile: { index: 0, follow: true, flags: 1, usualFlags: 'r', syscall: 'open' },
  rename: { index: 1, follow: false },
  symlink: { index: 1, ...MAKES },
  truncate: { index: 0, follow: true },
  utimes: { index: 0, follow: true, syscall: 'utime' },
  writeFile: { index: 0, follow: true, flags: 2, usualFlags: 'w', syscall: 'open' },
};

const { O_CREAT, O_EXCL, O_TRUNC, COPYFILE_EXCL } = constants;
/** What was there does not matter. */
const ANEW = O_CREAT | O_TRUNC;

function textOf(path: unknown): string | undefined {
  if (path instanceof Uint8Array) return textOf(Buffer.from(path).toString());
  if (path instanceof URL) return path.protocol === 'file:' ? textOf(fileURLToPath(path)) : undefined;
  return typeof path === 'string' && path !== '' && !path.includes('\0') ? path : undefined;
}

const isOptions = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The open flags of a call in bits; none for other calls, and for wrong ones, which the call refuses. */
function flagsOf(name: string, { flags, usualFlags }: Target, args: readonly unknown[]): number {
  if (name === 'copyFile') return ANEW | (Number(args[2]) & COPYFILE_EXCL ? O_EXCL : 0);
  const given = flags === undefined ? undefined : args[flags];
  const named = isOptions(given) ? (Reflect.get(given, 'flag') ?? Reflect.get(given, 'flags')) : undefined;
  try {
    return parseFlags((name === 'open' && typeof given !== 'function' ? given : named) ?? usualFlags);
  } catch {
    return ANEW;
  }
}

/** The same arguments with a mode, unless one is given. */
function withMode(name: string, args: readonly unknown[], mode: number): readonly unknown[] {
  const index = name === 'open' ? 2 : TARGETS[name]?.flags;
  if (index === undefined) return args;
  const given = args[index];
  const isGiven = index < args.length && typeof given !== 'function';
  const rest = args.slice(isGiven ? index + 1 : index);
  const options = isOptions(given) ? given : typeof given === 'string' ? { encoding: given } : {};
  return [...args.slice(0, index), name === 'open' ? mode : { ...options, mode }, ...rest];
}

/** @returns a function to be called before a change, which throws what the upper layer throws, ENOSPC foremost */
export function makeCopyUp(lower: NodeFs, upper: NodeFs): CopyUp {
  const reach = makeReach(lower, upper);

  /** A directory is replaced by another one only when it is empty in both layers. */
  function demandEmpty(from: string, to: string, { path }: Reached): void {
    const isDirectory = (fs: NodeFs, name: string) => entryIn(fs, name)?.isDirectory();
    if (!isDirectory(upper, from) || !isDirectory(lower, path)) return;
    if (lower.readdirSync(path).length > 0) throw uvException(ENOTEMPTY, 'rename', from, to);
  }

  return (member, args) => {
    const name = member.replace(/Sync$/, '');
    const target = TARGETS[name];
    const text = target && textOf(args[target.index]);
    if (target === undefined || text === undefined) return args;
    const refuse = (errno: number): Error =>
      uvException(errno, target.syscall ?? name, textOf(args[0]), target.index === 1 ? text : undefined);
    const source = name === 'copyFile' || name === 'link' ? textOf(args[0]) : undefined;
    if (source !== undefined) reach.bring(reach.to(source, name === 'copyFile'));
    // `mkdir -p` is content with a link to a directory.
    const follow =
      target.follow || (name === 'mkdir' && isOptions(args[1]) && Reflect.get(args[1], 'recursive') === true);
    const reached = reach.to(text, follow);
    const { found, isBelow, isBlocked } = reached;
    const isDirectory = found?.isDirectory() && !isBlocked;
    if (name === 'rename' && isDirectory) demandEmpty(textOf(args[0]) ?? '', text, reached);
    if (found === undefined || !isBelow) return args;
    if (isBlocked) throw refuse(ENOTDIR);
    if (isDirectory) {
      // It comes up, and the call itself says what it thinks of it.
      reach.bring(reached);
      return args;
    }
    if (target.mustBeNew) throw refuse(EEXIST);
    if (['cp', 'mkdtemp', 'mkdtempDisposable', 'rename'].includes(name)) return args;
    const flags = target.flags === undefined && name !== 'copyFile' ? 0 : flagsOf(name, target, args);
    if (flags & O_CREAT && flags & O_EXCL) throw refuse(EEXIST);
    if ((flags & ANEW) === ANEW) return withMode(name, args, found.mode & 0o777);
    reach.bring(reached);
    return args;
  };
}
