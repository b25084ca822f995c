/**
 * Facade layer: one definition of an operation gives its synchronous, callback
 * and promise forms. An {@link Operation} checks its arguments, makes the engine
 * call and shapes the result; the forms differ only in how a result or an error
 * travels. Invariant: in every form the engine runs while the public function
 * is on the stack, but for a {@link Rest}: what a signal may yet prevent.
 */

// biome-ignore-all lint/complexity/useArrowFunction: Node's functions are no arrows
// biome-ignore-all lint/complexity/noArguments: rest parameters have no length
import { Fault } from '../core/index.js';
import {
  deliver,
  deliverAll,
  deliverError,
  deliverErrorUnlessAborted,
  deliverUnlessAborted,
  finishLater,
  Rest,
  rejectLater,
  resolveLater,
  resolveUnlessAborted,
} from './completion.js';
import { AbortError } from './node-errors.js';
import { hostFs } from './running-node.js';
import { Answer, type Caller, isPastOpening, keepsMaps, toNodeError } from './uv-exception.js';
import { type Callback, validateFunction, validatePath } from './validate.js';

export interface Operation {
  /** The system call as libuv names it in errors, unless the fault says otherwise. */
  readonly syscall: string;
  /** How many of the first arguments are paths that errors name. */
  readonly paths: 0 | 1 | 2;
  /** How many arguments stand before the callback. */
  readonly arity: 1 | 2 | 3 | 4;
  /** True when the last of these may be left out, the callback taking its place. */
  readonly optional?: boolean;
  /** Names of path arguments that Node checks before it looks at the callback. */
  readonly pathsFirst?: readonly string[];
  /** Checks that Node makes before it looks at the callback, where they are more than paths. */
  readonly checksFirst?: (a: unknown, b: unknown, c: unknown, d: unknown) => void;
  /** How errors name the first path, where that is not what the caller wrote. */
  readonly spell?: (path: unknown) => unknown;
  /** True when a callback in its full position wins over a function in the option's. */
  readonly lastCallbackWins?: boolean;
  /** True when the callback is whatever argument comes last. */
  readonly callbackIsLast?: boolean;
  /** True when the callback's full position is never checked: what is no function there is not called. */
  readonly takesAnyCallback?: boolean;
  /** True when the callback gets its second argument even for undefined. */
  readonly givesValue?: boolean;
  /** Index of the options argument whose `signal` may abort the delivery. */
  readonly signalAt?: 1 | 2;
  /**
   * Checks, calls the engine, shapes the result. Throws Faults and Node's argument errors; a Fault that is as usual as a
   * result it returns, which saves a tenth of a failed `statSync`.
   */
  run(a?: unknown, b?: unknown, c?: unknown, d?: unknown): unknown;
  /** Takes a call over when a user has replaced members that Node's own function calls: true when it did. */
  readonly instead?: (a: unknown, b: unknown, c: unknown, callback: Callback) => boolean;
  /** Where the callback or promise form reads its arguments in another way. */
  readonly runCallback?: Operation['run'];
  readonly runPromise?: Operation['run'];
}

function errorOf(operation: Operation, error: unknown, a: unknown, b: unknown, caller: Caller): unknown {
  const { paths, syscall } = operation;
  return toNodeError(error, syscall, pathOf(operation, error, a), paths === 2 ? b : undefined, caller);
}

/** The first path as errors name it. */
function pathOf({ paths, spell }: Operation, error: unknown, a: unknown): unknown {
  if (paths === 0) return undefined;
  return spell && error instanceof Fault ? spell(a) : a;
}

/** The synchronous form: a fault becomes Node's error, thrown from the line that called `caller`. */
export function callSync(
  caller: Caller,
  operation: Operation,
  a?: unknown,
  b?: unknown,
  c?: unknown,
  d?: unknown,
): unknown {
  let error: unknown;
  try {
    const value = operation.run(a, b, c, d);
    if (!(value instanceof Fault)) return value;
    error = value;
  } catch (thrown) {
    error = thrown;
  }
  // Not by `errorOf`, and the stack captured here where that is a call of its own: fewer frames to leave out, a seventh of a failed `statSync`.
  const { paths, syscall } = operation;
  const capturesHere = !keepsMaps && error instanceof Fault;
  const at = capturesHere ? undefined : caller;
  const made = toNodeError(error, syscall, pathOf(operation, error, a), paths === 2 ? b : undefined, at);
  if (capturesHere) Error.captureStackTrace(made as Error, caller);
  throw made;
}

/** Arguments as they were given, to be read and put right in place. */
export type Given = unknown[] | IArguments;

const nobody = (): void => {};

/** The callback form: argument errors are thrown at once, faults are delivered. */
export function callLater(caller: Caller, operation: Operation, given: Given): void {
  const { arity, optional = false, givesValue = false } = operation;
  const { lastCallbackWins = false, callbackIsLast = false, takesAnyCallback = false } = operation;
  const args = given as unknown[];
  const last = args[args.length - 1];
  let callback = args[arity];
  if (takesAnyCallback && callback !== undefined) {
    if (typeof callback !== 'function') callback = nobody;
  } else if (optional && typeof args[arity - 1] === 'function' && !(lastCallbackWins && callback)) {
    callback = args[arity - 1];
    args[arity - 1] = undefined;
  }
  // Node asks for `callback || options`, and says so when it is neither.
  if (lastCallbackWins) callback ||= args[arity - 1];
  if (callbackIsLast) callback = last;
  let value: unknown;
  try {
    if (typeof callback !== 'function') complain(operation, args, callback);
    if (operation.instead?.(args[0], args[1], args[2], callback as Callback)) return;
    const run = operation.runCallback ?? operation.run;
    value = run(args[0], args[1], args[2], args[3]);
    if (value instanceof Fault) throw value;
  } catch (error) {
    const made = errorOf(operation, error, args[0], args[1], caller);
    if (!isOutcome(error)) throw made;
    const signal = isPastOpening(error) ? signalOf(operation, args[0], args[1], args[2]) : undefined;
    if (signal === undefined) deliverError(callback as Callback, made);
    else deliverErrorUnlessAborted(callback as Callback, made, signal);
    return;
  }
  if (value instanceof Rest) {
    const failed = (error: unknown): void =>
      (callback as Callback)(errorOf(operation, error, args[0], args[1], caller));
    finishLater(value, (result) => (callback as Callback)(null, result), failed);
    return;
  }
  const signal = signalOf(operation, args[0], args[1], args[2]);
  if (givesValue) deliverAll(callback as Callback, [null, value]);
  else if (signal === undefined) deliver(callback as Callback, value);
  else deliverUnlessAborted(callback as Callback, value, signal);
}

/** An answer to the operation, as against a complaint about its arguments. */
const isOutcome = (error: unknown): boolean =>
  error instanceof Fault || error instanceof AbortError || error instanceof Answer;

function signalOf({ signalAt }: Operation, a: unknown, b: unknown, c: unknown): AbortSignal | undefined {
  // Nothing aborts what was given a descriptor once it has begun.
  if (signalAt === undefined || typeof a === 'number') return undefined;
  const options = signalAt === 1 ? b : c;
  if (options === null || typeof options !== 'object') return undefined;
  const { signal }: { signal?: unknown } = options;
  return isSignal(signal) ? signal : undefined;
}

const isSignal = (value: unknown): value is AbortSignal =>
  typeof value === 'object' && value !== null && 'aborted' in value;

/** Throws for a missing callback, after the arguments that Node checks before it. */
function complain(operation: Operation, args: readonly unknown[], callback: unknown): void {
  operation.pathsFirst?.forEach((name, index) => {
    validatePath(args[index], name);
  });
  operation.checksFirst?.(args[0], args[1], args[2], args[3]);
  validateFunction(callback, 'cb');
}

/** A function of Node's name and length that hands its arguments on. */
function shell(name: string, length: number | undefined, call: PromiseFunction): PromiseFunction {
  switch (length) {
    case 1:
      return {
        [name]: function (_a?: unknown) {
          return Reflect.apply(call, undefined, arguments);
        },
      }[name] as PromiseFunction;
    case 2:
      return {
        [name]: function (_a?: unknown, _b?: unknown) {
          return Reflect.apply(call, undefined, arguments);
        },
      }[name] as PromiseFunction;
    default:
      return {
        [name]: function (_a?: unknown, _b?: unknown, _c?: unknown) {
          return Reflect.apply(call, undefined, arguments);
        },
      }[name] as PromiseFunction;
  }
}

type PromiseFunction = (...args: unknown[]) => Promise<unknown>;

/** The promise form: argument errors reject at once, as from an async function; faults in a later macrotask. */
export function promiseForm(operation: Operation, name = '') {
  const run = operation.runPromise ?? operation.run;
  function call(a?: unknown, b?: unknown, c?: unknown, d?: unknown): Promise<unknown> {
    let value: unknown;
    try {
      value = run(a, b, c, d);
      if (value instanceof Fault) throw value;
    } catch (error) {
      const made = errorOf(operation, error, a, b, self);
      return error instanceof Fault ? rejectLater(made) : Promise.reject(made);
    }
    const signal = signalOf(operation, a, b, c);
    return signal === undefined ? resolveLater(value) : resolveUnlessAborted(value, signal);
  }
  const host: unknown = Reflect.get(hostFs.promises, name);
  const self = shell(name, typeof host === 'function' ? host.length : undefined, call);
  return self;
}

/** Operations by the name of their callback and promise form. */
export type Operations = Readonly<Record<string, Operation>>;

/** The symbol by which Node's read, write, readv and writev tell `util.promisify` the names of their results. */
const promisifyArgs = Object.getOwnPropertySymbols(hostFs.read).find(
  (symbol) => symbol.description === 'customPromisifyArgs',
);

/** Gives `own` the result names of Node's function. */
export function copyPromisifyArgs(own: object, name: 'read' | 'write' | 'readv' | 'writev'): void {
  if (promisifyArgs === undefined) return;
  Object.defineProperty(own, promisifyArgs, { value: Reflect.get(hostFs[name], promisifyArgs) });
}
