/**
 * Facade layer: whole files (readFile, writeFile, appendFile) by path or
 * descriptor. One engine call each where the path is given, so a refusal
 * leaves nothing half written; encodings are applied here and nowhere below.
 */
import { Fault, GuardFault, O_ACCMODE, O_RDONLY, QuotaFault } from '../../core/index.js';
import type { Context } from '../context.js';
import type { Operations } from '../define.js';
import { asBytes, encodeText, isUtf8Name, withTextBytes } from '../encoding.js';
import { writeFileByMembers, writeFileSyncByMembers } from '../late.js';
import { membersMade, membersNow, writeFileIsPatched, writesInSync, writesLater } from '../members.js';
import { type AnyOptions, getOptions, opensPathLast, parseFlags } from '../options.js';
import { nodeAtLeast } from '../running-node.js';
import { Answer, faultIn, uvException } from '../uv-exception.js';
import { type Callback, isInt32, isView, parseMode, validateBoolean, validateFd, validateText } from '../validate.js';
import { withCodeLast } from './fd-write.js';
import { type Form, isPlainText, readWhole, readWholeLater, throwIfAborted } from './read-file.js';
import { truncateOperation } from './truncate.js';

export const READ_DEFAULTS: AnyOptions = Object.freeze({ flag: 'r' });
export const WRITE_DEFAULTS: AnyOptions = Object.freeze({ encoding: 'utf8', mode: 0o666, flag: 'w', flush: false });
export const APPEND_DEFAULTS: AnyOptions = Object.freeze({ encoding: 'utf8', mode: 0o666, flag: 'a' });

/** Content to write as bytes: text is encoded, views are taken as they are. */
export function contentOf(data: unknown, encoding: unknown): Uint8Array {
  if (isView(data)) return asBytes(data);
  validateText(data, 'data');
  return encodeText(data, encoding || 'utf8');
}

/** Writes all bytes at an open file's offset; Node makes no call when there are none. */
export function writeOpenFile(ctx: Context, fd: number, data: Uint8Array): void {
  if (data.length > 0) writeOnce(ctx, fd, data);
}

function writeOnce(ctx: Context, fd: number, data: Uint8Array): void {
  try {
    ctx.engine.write(fd, data, 0, data.length, -1);
  } catch (error) {
    throw faultIn(error, 'write');
  }
}

/** Since Node 26 a bad mode is refused even where a descriptor makes it meaningless. */
const modeCheckedFirst = nodeAtLeast(26);
/** Since Node 26 the asynchronous forms write in one job, which makes no call for no bytes. */
const writesInOneJob = nodeAtLeast(26);

/** Writes to the caller's descriptor. The callback form makes its write even when there is nothing to write. */
function writeDescriptor(ctx: Context, fd: number, bytes: Uint8Array, flush: boolean, form: Form): void {
  if (form === 'callback') writeOnce(ctx, validateFd(fd), bytes);
  else writeOpenFile(ctx, fd, bytes);
  if (!flush) return;
  try {
    ctx.engine.fsync(fd);
  } catch (error) {
    throw faultIn(error, 'fsync');
  }
}

/** The checks of `flush` and `mode` that Node makes before it looks at anything else. */
export function checkWriteOptions(options: AnyOptions): void {
  validateBoolean(options.flush ?? false, 'options.flush');
  checkModeFirst(options);
}

/** appendFile, which hands its options on to writeFile, looks at the mode before that does. */
export function checkModeFirst(options: AnyOptions): void {
  if (modeCheckedFirst) parseMode(options.mode, 'mode', 0o666);
}

export function writeWhole(
  ctx: Context,
  path: unknown,
  data: unknown,
  options: AnyOptions,
  flag: unknown,
  form: Form,
): void {
  const { encoding } = options;
  checkWriteOptions(options);
  // Text in utf8 has a way of its own in the synchronous form: flags and mode are checked always, flush never happens.
  const isText = form === 'sync' && typeof data === 'string' && isPlainText(encoding);
  const write = (bytes: Uint8Array): void => writeBytes(ctx, path, bytes, isText, options, flag, form);
  if (typeof data === 'string' && isUtf8Name(encoding)) withTextBytes(data, write);
  else write(contentOf(data, encoding));
}

function writeBytes(
  ctx: Context,
  path: unknown,
  bytes: Uint8Array,
  isText: boolean,
  options: AnyOptions,
  flag: unknown,
  form: Form,
): void {
  const flush = options.flush === true;
  if (form !== 'promise' && isInt32(path)) {
    if (isText) {
      parseFlags(flag);
      parseMode(options.mode, 'mode', 0o666);
    }
    if (form === 'callback') throwIfAborted(options.signal);
    const flushes = flush && !isText;
    // Bytes go through writeSync and fsyncSync, which look at the descriptor first; plain text does not.
    if (form === 'sync' && !isText && (bytes.length > 0 || flushes)) validateFd(path);
    writeDescriptor(ctx, path, bytes, flushes, form);
    return;
  }
  if (form !== 'sync') throwIfAborted(options.signal);
  const calls = form === 'callback' ? flush : form === 'sync' && !isText;
  const early = opensPathLast && calls ? openArguments(flag, options.mode, form, flush) : undefined;
  const target = ctx.resolve(path);
  const { flags, mode } = early ?? openArguments(flag, options.mode, form, flush);
  // Nothing to write: a descriptor that could not write it does not matter where no call is made.
  const silent = form !== 'callback' || (writesInOneJob && !flush);
  if (silent && bytes.length === 0 && (flags & O_ACCMODE) === O_RDONLY) {
    ctx.engine.close(ctx.engine.open(target, flags, mode));
  } else {
    ctx.engine.writeFile(target, bytes, flags, mode);
  }
}

interface OpenArguments {
  readonly flags: number;
  readonly mode: number;
}

/** Flags and mode, checked in the form's order. The one job of Node 26 flushes nothing; what does is opened as before. */
function openArguments(flag: unknown, mode: unknown, form: Form, flush: boolean): OpenArguments {
  const inOneJob = writesInOneJob && form !== 'sync' && !flush;
  const first = form === 'callback' && !inOneJob ? parseMode(mode, 'mode', 0o666) : undefined;
  const flags = parseFlags(flag, inOneJob ? 'options.flag' : 'flags');
  return { flags, mode: first ?? parseMode(mode, 'mode', 0o666) };
}

/** What writeFile and appendFile do when members that Node's call have been replaced; false when none has. */
function writeByMembers(ctx: Context, path: unknown, data: unknown, given: AnyOptions, flag: unknown): boolean {
  const flush = given.flush === true;
  const isText = typeof data === 'string' && isPlainText(given.encoding);
  if ((isText && !flush) || !writesInSync(membersNow(ctx), membersMade(ctx))) return false;
  checkWriteOptions(given);
  writeFileSyncByMembers(membersNow(ctx), path, contentOf(data, given.encoding), { ...given, flag });
  return true;
}

function writeLaterByMembers(
  ctx: Context,
  path: unknown,
  data: unknown,
  given: AnyOptions,
  flag: unknown,
  done: Callback,
): boolean {
  if (!writeFileIsPatched(membersNow(ctx), membersMade(ctx), given.flush === true)) return false;
  checkWriteOptions(given);
  const bytes = contentOf(data, given.encoding);
  throwIfAborted(given.signal);
  writeFileByMembers(membersNow(ctx), path, bytes, { ...given, flag }, done);
  return true;
}

/** What appendFile hands to writeFile. */
const appending = (given: AnyOptions, path: unknown): AnyOptions => ({
  ...given,
  flag: !given.flag || isInt32(path) ? 'a' : given.flag,
});

function writeAs(ctx: Context, form: Form) {
  return (path: unknown, data: unknown, options: unknown): void => {
    const given = getOptions(options, WRITE_DEFAULTS);
    const flag = given.flag || 'w';
    if (form === 'sync' && writeByMembers(ctx, path, data, given, flag)) return;
    writeNamed(ctx, path, data, given, flag, form);
  };
}

/** The synchronous form writes bytes by writeSync, whose errors have their keys in an order of their own. */
function writeNamed(ctx: Context, path: unknown, data: unknown, given: AnyOptions, flag: unknown, form: Form): void {
  try {
    writeWhole(ctx, path, data, given, flag, form);
  } catch (error) {
    const isWriteSync = form === 'sync' && error instanceof Fault && error.syscall === 'write';
    const isText = typeof data === 'string' && isPlainText(given.encoding);
    if (!isWriteSync || isText || error instanceof QuotaFault || error instanceof GuardFault) throw error;
    throw new Answer(withCodeLast(uvException(error.errno, 'write')));
  }
}

function appendAs(ctx: Context, form: Form) {
  return (path: unknown, data: unknown, options: unknown): void => {
    const given = getOptions(options, APPEND_DEFAULTS);
    checkModeFirst(given);
    const append = appending(given, path);
    if (form === 'sync') {
      const { writeFileSync } = membersNow(ctx);
      if (writeFileSync !== membersMade(ctx).writeFileSync) {
        writeFileSync(path, data, append);
        return;
      }
      if (writeByMembers(ctx, path, data, append, append.flag)) return;
    }
    writeNamed(ctx, path, data, append, append.flag, form);
  };
}

export function wholeFileOperations(ctx: Context) {
  return {
    readFile: {
      syscall: 'open',
      paths: 1,
      optional: true,
      lastCallbackWins: true,
      arity: 2,
      signalAt: 1,
      run: (path, options) => readWhole(ctx, path, getOptions(options, READ_DEFAULTS), 'sync'),
      runCallback: (path, options) => readWholeLater(ctx, path, getOptions(options, READ_DEFAULTS), 'callback'),
    },
    writeFile: {
      syscall: 'open',
      paths: 1,
      optional: true,
      lastCallbackWins: true,
      arity: 3,
      signalAt: 2,
      instead(path, data, options, done) {
        if (!writesLater(membersNow(ctx), membersMade(ctx))) return false;
        const given = getOptions(options, WRITE_DEFAULTS);
        return writeLaterByMembers(ctx, path, data, given, given.flag || 'w', done);
      },
      run: writeAs(ctx, 'sync'),
      runCallback: writeAs(ctx, 'callback'),
    },
    appendFile: {
      syscall: 'open',
      paths: 1,
      optional: true,
      lastCallbackWins: true,
      arity: 3,
      signalAt: 2,
      instead(path, data, options, done) {
        const given = appending(getOptions(options, APPEND_DEFAULTS), path);
        const { writeFile } = membersNow(ctx);
        if (writeFile === membersMade(ctx).writeFile)
          return writeLaterByMembers(ctx, path, data, given, given.flag, done);
        writeFile(path, data, given, done);
        return true;
      },
      run: appendAs(ctx, 'sync'),
      runCallback: appendAs(ctx, 'callback'),
    },
    truncate: truncateOperation(ctx),
  } satisfies Operations;
}
