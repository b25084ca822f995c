/**
 * Facade layer: operations on a name that make one engine call, as in path.ts,
 * which most programs never make: links, owners, modes and times, mkdtemp,
 * statfs. Loaded by the first of them (see late-calls.ts).
 */
import { EINVAL, Fault, QuotaFault } from '../../core/index.js';
import type { Context } from '../context.js';
import type { Operations } from '../define.js';
import { encodeName, presentName } from '../encoding.js';
import { codedError } from '../node-errors.js';
import { getOptions } from '../options.js';
import { nodeAtLeast } from '../running-node.js';
import { makeStatFs } from '../statfs.js';
import { leavesBoth, splitTimes } from '../times.js';
import { PathFault, spell } from '../uv-exception.js';
import { parseMode, toUnixTimestamp, validateId, validateOneOf, validatePath } from '../validate.js';
import { bigintOf } from './path.js';

const symlinkTypes = ['dir', 'file', 'junction', null, undefined];
const strictSymlinkTypes = nodeAtLeast(24);

function checkSymlinkType(type: unknown): void {
  if (strictSymlinkTypes) validateOneOf(type, 'type', symlinkTypes);
  else if (typeof type === 'string' && !symlinkTypes.includes(type)) {
    throw codedError(
      'ERR_FS_INVALID_SYMLINK_TYPE',
      `Symlink type must be one of "dir", "file", or "junction". Received "${type}"`,
    );
  }
}

let warnedOfTemplate = false;

/** Node warns once when a template ends in X: other systems replace those. */
function warnOnNonPortableTemplate(prefix: string | Uint8Array): void {
  const last = typeof prefix === 'string' ? prefix.charCodeAt(prefix.length - 1) : prefix.at(-1);
  if (warnedOfTemplate || last !== 0x58) return;
  warnedOfTemplate = true;
  process.emitWarning(
    'mkdtemp() templates ending with X are not portable. For details see: https://nodejs.org/api/fs.html',
  );
}

/** mkdtemp with an empty prefix: works since Node 24, before it handed libuv a template that is one X short. */
const emptyTemplateWorks = nodeAtLeast(24);

/** Checks a prefix and makes the directory: its name in the caller's spelling, as bytes. */
export function makeTempDirectory(ctx: Context, prefix: unknown): string {
  const given = validatePath(prefix, 'prefix');
  warnOnNonPortableTemplate(given);
  const template = encodeName(given);
  if (template === '' && !emptyTemplateWorks) throw new Fault(EINVAL);
  const base = template === '' ? `${ctx.resolve('.')}/` : ctx.resolve(given);
  return template + ctx.engine.mkdtemp(base).slice(-6);
}

/** What an asynchronous mkdtemp that failed shows: the name that it tried last. */
export const sixRandom = (): string => Math.random().toString(36).slice(2).padEnd(6, '0').slice(0, 6);

function makeTempDirectoryLater(ctx: Context, prefix: unknown): string {
  try {
    return makeTempDirectory(ctx, prefix);
  } catch (error) {
    const text = spell(prefix);
    if (!(error instanceof Fault) || error instanceof QuotaFault || !text) throw error;
    throw new PathFault(error.errno, 'mkdtemp', text + sixRandom());
  }
}

function spellTemplate(prefix: unknown): string {
  const text = spell(prefix) ?? '';
  return text === '' && !emptyTemplateWorks ? 'XXXXX' : `${text}XXXXXX`;
}

const readlinkArgument = nodeAtLeast(22) ? 'path' : 'oldPath';

export function seldomPathOperations(ctx: Context) {
  const { engine, resolve } = ctx;

  const times =
    (set: 'utimes' | 'lutimes', look: 'stat' | 'lstat') =>
    (path: unknown, atime: unknown, mtime: unknown): void => {
      const target = resolve(path);
      const access = toUnixTimestamp(atime);
      const change = toUnixTimestamp(mtime);
      if (leavesBoth(access, change)) return;
      engine[set](target, ...splitTimes(ctx, access, change, () => engine[look](target, ctx.stat)));
    };

  const mkdtempLater = (prefix: unknown, options: unknown): unknown => {
    const { encoding } = getOptions(options);
    return presentName(makeTempDirectoryLater(ctx, prefix), encoding);
  };

  const owner =
    (set: (path: string, uid: number, gid: number) => void) =>
    (path: unknown, uid: unknown, gid: unknown): void => {
      const target = resolve(path);
      validateId(uid, 'uid');
      validateId(gid, 'gid');
      set(target, uid, gid);
    };

  return {
    link: {
      syscall: 'link',
      paths: 2,
      arity: 2,
      run: (existing, path) => engine.link(resolve(existing, 'existingPath'), resolve(path, 'newPath')),
    },
    symlink: {
      lastCallbackWins: true,
      callbackIsLast: !strictSymlinkTypes,
      takesAnyCallback: strictSymlinkTypes,
      syscall: 'symlink',
      paths: 2,
      arity: 3,
      optional: true,
      run(target, path, type) {
        if (strictSymlinkTypes) checkSymlinkType(type);
        const text = encodeName(validatePath(target, 'target'));
        const place = resolve(path);
        if (!strictSymlinkTypes) checkSymlinkType(type);
        engine.symlink(text, place);
      },
    },
    readlink: {
      syscall: 'readlink',
      paths: 1,
      arity: 2,
      optional: true,
      run(path, options) {
        const { encoding } = getOptions(options);
        return presentName(engine.readlink(resolve(path, readlinkArgument)), encoding);
      },
      runPromise(path, options) {
        const { encoding } = getOptions(options);
        return presentName(engine.readlink(resolve(path, 'oldPath')), encoding);
      },
    },
    mkdtemp: {
      syscall: 'mkdtemp',
      paths: 1,
      arity: 2,
      optional: true,
      spell: spellTemplate,
      run(prefix, options) {
        const { encoding } = getOptions(options);
        return presentName(makeTempDirectory(ctx, prefix), encoding);
      },
      runCallback: mkdtempLater,
      runPromise: mkdtempLater,
    },
    chmod: {
      syscall: 'chmod',
      paths: 1,
      arity: 2,
      pathsFirst: ['path'],
      checksFirst: (_path, mode) => parseMode(mode, 'mode'),
      run: (path, mode) => engine.chmod(resolve(path), parseMode(mode, 'mode')),
    },
    chown: {
      syscall: 'chown',
      paths: 1,
      arity: 3,
      run: owner((path, uid, gid) => engine.chown(path, uid, gid)),
    },
    lchown: {
      syscall: 'lchown',
      paths: 1,
      arity: 3,
      run: owner((path, uid, gid) => engine.lchown(path, uid, gid)),
    },
    utimes: {
      syscall: 'utime',
      paths: 1,
      arity: 3,
      run: times('utimes', 'stat'),
    },
    lutimes: {
      syscall: 'lutime',
      paths: 1,
      arity: 3,
      run: times('lutimes', 'lstat'),
    },
    statfs: {
      syscall: 'statfs',
      paths: 1,
      arity: 2,
      optional: true,
      run(path, options = {}) {
        const target = resolve(path);
        const bigint = bigintOf(options);
        return makeStatFs(engine.statfs(target), bigint);
      },
    },
  } satisfies Operations;
}
