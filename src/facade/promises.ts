/**
 * Facade layer: the members of `fs.promises` that are no form of a callback
 * operation: open, readFile, writeFile and appendFile, which take FileHandles,
 * and content that comes in pieces.
 */
import { EBADF } from '../core/index.js';
import {
  promiseOfRest,
  Rest,
  rejectLater,
  rejectUnlessAborted,
  resolveLater,
  resolveUnlessAborted,
} from './completion.js';
import type { Context } from './context.js';
import { type Operation, promiseForm } from './define.js';
import { FileHandle, type HandleMaker } from './handle/file-handle.js';
import { isPieces, writePieces } from './handle/io.js';
import { methodNotImplemented } from './node-errors.js';
import { checkBufferOption, makeDecoder, readWholeLater, throwIfAborted } from './ops/read-file.js';
import {
  APPEND_DEFAULTS,
  checkModeFirst,
  checkWriteOptions,
  contentOf,
  READ_DEFAULTS,
  WRITE_DEFAULTS,
  writeWhole,
} from './ops/whole-file.js';
import { type AnyOptions, getOptions, parseFlags } from './options.js';
import { bufferOption, nodeAtLeast } from './running-node.js';
import { type Caller, isPastOpening, toNodeError, uvException } from './uv-exception.js';
import { bindingFd, parseMode } from './validate.js';

/** The promise of what a call gave. */
function settled(value: unknown, path: unknown, signal: unknown, caller: Caller): Promise<unknown> {
  if (value instanceof Rest)
    return promiseOfRest(value, (error) => toNodeError(error, 'open', path, undefined, caller));
  return signal ? resolveUnlessAborted(value, signal as AbortSignal) : resolveLater(value);
}

/** The rejection of what a call threw, its stack cut at `caller`. */
function failed(error: unknown, path: unknown, signal: unknown, caller: Caller): Promise<never> {
  const made = toNodeError(error, 'open', path, undefined, caller);
  return signal && isPastOpening(error) ? rejectUnlessAborted(made, signal as AbortSignal) : rejectLater(made);
}

/** Makes the checks, then the call. */
function settleNow(check: () => unknown, run: () => Promise<unknown>, caller: Caller): Promise<unknown> {
  try {
    check();
  } catch (error) {
    return Promise.reject(toNodeError(error, 'open', undefined, undefined, caller));
  }
  return run();
}

/** Writes content in pieces: the file is opened now, and closed when the last piece or a failure came. */
async function writeFromPieces(
  ctx: Context,
  path: unknown,
  data: Iterable<unknown> | AsyncIterable<unknown>,
  options: AnyOptions,
  flag: unknown,
): Promise<void> {
  const { engine } = ctx;
  checkWriteOptions(options);
  throwIfAborted(options.signal);
  const target = ctx.resolve(path);
  const fd = engine.open(target, parseFlags(flag), parseMode(options.mode, 'mode', 0o666));
  try {
    // Node's open answers before the first piece is asked for; an abort in between is seen.
    await resolveLater(undefined);
    await writePieces(ctx, () => fd, data, options.encoding, options.signal);
  } finally {
    engine.close(fd);
    // The last word comes in a macrotask, as from every other call.
    await resolveLater(undefined);
  }
}

/** A closed handle given in place of a path fails in Node's binding, which sees descriptor -1. */
function closedFd(): unknown {
  try {
    return bindingFd(-1);
  } catch (error) {
    return error;
  }
}

/** A closed handle as a file to write: arguments are checked first, and no call is made for no content. */
async function writeClosed(ctx: Context, data: unknown, given: () => AnyOptions): Promise<unknown> {
  const refuse = (): never => {
    // Node 20 lets the system call refuse the descriptor.
    throw bindingChecksFd ? closedFd() : uvException(EBADF, 'write');
  };
  try {
    const options = given();
    checkWriteOptions(options);
    const { encoding, signal } = options;
    if (isPieces(data)) {
      await writePieces(ctx, refuse, data, encoding, signal);
    } else {
      const bytes = contentOf(data, encoding);
      throwIfAborted(signal);
      if (bytes.length > 0) refuse();
    }
  } finally {
    await resolveLater(undefined);
  }
  return undefined;
}
const bindingChecksFd = nodeAtLeast(22);

/** What differs from the generated promise forms. */
export function promiseOnlyForms(ctx: Context, makeHandle: HandleMaker) {
  const open: Operation = {
    syscall: 'open',
    paths: 1,
    arity: 3,
    run(path, flags, mode) {
      const target = ctx.resolve(path);
      const bits = parseFlags(flags);
      return makeHandle(() => ctx.engine.open(target, bits, parseMode(mode, 'mode', 0o666)));
    },
  };

  function readFile(path: unknown, options?: unknown): Promise<unknown> {
    if (path instanceof FileHandle) {
      if (path.fd !== -1) return path.readFile(options);
      const check = (): void => {
        const { encoding, signal, buffer } = getOptions(options, READ_DEFAULTS);
        checkBufferOption(bufferOption(buffer));
        makeDecoder(encoding);
        throwIfAborted(signal);
      };
      return settleNow(check, () => rejectLater(closedFd()), readFile);
    }
    let signal: unknown;
    try {
      const given = getOptions(options, READ_DEFAULTS);
      ({ signal } = given);
      throwIfAborted(signal);
      return settled(readWholeLater(ctx, path, given, 'promise'), path, signal, readFile);
    } catch (error) {
      return failed(error, path, signal, readFile);
    }
  }

  function write(
    path: unknown,
    data: unknown,
    given: () => AnyOptions,
    flag: string,
    caller: Caller,
  ): Promise<unknown> {
    if (isPieces(data)) return pieces(path, data, given, flag, caller);
    let signal: unknown;
    try {
      const options = given();
      ({ signal } = options);
      writeWhole(ctx, path, data, options, options.flag || flag, 'promise');
      return settled(undefined, path, signal, caller);
    } catch (error) {
      return failed(error, path, signal, caller);
    }
  }

  async function pieces(
    path: unknown,
    data: Iterable<unknown> | AsyncIterable<unknown>,
    given: () => AnyOptions,
    flag: string,
    caller: Caller,
  ): Promise<void> {
    try {
      const options = given();
      await writeFromPieces(ctx, path, data, options, options.flag || flag);
    } catch (error) {
      throw toNodeError(error, 'open', path, undefined, caller);
    }
  }

  function writeFile(path: unknown, data: unknown, options?: unknown): Promise<unknown> {
    const given = (): AnyOptions => getOptions(options, WRITE_DEFAULTS);
    if (path instanceof FileHandle)
      return path.fd === -1 ? writeClosed(ctx, data, given) : path.writeFile(data, options);
    return write(path, data, given, 'w', writeFile);
  }

  function appendFile(path: unknown, data: unknown, options?: unknown): Promise<unknown> {
    const given = (): AnyOptions => {
      const parsed = getOptions(options, APPEND_DEFAULTS);
      checkModeFirst(parsed);
      return parsed;
    };
    if (path instanceof FileHandle) {
      if (path.fd === -1) return writeClosed(ctx, data, given);
      // The handle's own method checks the rest, in another order.
      return settleNow(given, () => path.appendFile(data, options), appendFile);
    }
    return write(path, data, given, 'a', appendFile);
  }

  return {
    open: promiseForm(open),
    readFile,
    writeFile,
    appendFile,
    // Linux has no lchmod; Node keeps the promise form, which says so.
    lchmod: () => Promise.reject(methodNotImplemented('lchmod()')),
  };
}
