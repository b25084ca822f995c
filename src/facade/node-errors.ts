/**
 * Facade layer: Node's argument errors. Owns their class, `code` and message,
 * as lib/internal/errors.js words them; each factory builds one error and
 * throws nothing. Invariant: an error made here is known by {@link isNodeError},
 * so the edge may move its stack to the caller.
 */
import { constants } from 'node:buffer';
import { inspect } from 'node:util';
import { nodeAtLeast, nodeErrorSymbol } from './running-node.js';

const made = Symbol('quotafs.nodeError');

type ErrorClass = new (message?: string) => Error;

/** Node's errors have their message before their code, but for those that its validators throw. */
const fromValidators = /^ERR_(?:INVALID_ARG_|OUT_OF_RANGE|INVALID_(?:URL_SCHEME|RETURN_VALUE))/;

/** A subclass that prints and inspects as Node's do: own enumerable `code`, `TypeError [CODE]: …` on the stack. */
function codedClass(Base: ErrorClass) {
  class NodeError extends Base {
    declare code: string;
    constructor(code: string, message: string) {
      super();
      const setMessage = () =>
        Object.defineProperty(this, 'message', { value: message, writable: true, configurable: true });
      if (!fromValidators.test(code)) setMessage();
      this.code = code;
      setMessage();
    }
    override toString(): string {
      return `${this.name} [${this.code}]: ${this.message}`;
    }
  }
  // As in Node, `error.constructor` is the plain base class.
  Object.defineProperty(NodeError.prototype, 'constructor', { get: () => Base, configurable: true });
  markAsNodes(NodeError);
  return NodeError;
}

/** Lets Node's stack formatter, and us, know the errors of a class. */
function markAsNodes(Class: ErrorConstructorLike): void {
  Object.defineProperty(Class.prototype, made, { value: true });
  const symbol = nodeErrorSymbol();
  if (symbol !== undefined) Object.defineProperty(Class.prototype, symbol, { value: true });
}
type ErrorConstructorLike = { readonly prototype: Error };

type CodedClass = ReturnType<typeof codedClass>;
const codedClasses = new Map<ErrorClass, CodedClass>();

/** The class of a coded error, made for the first one. */
function coded(Base: ErrorClass, code: string, message: string): Error {
  let Class = codedClasses.get(Base);
  if (Class === undefined) {
    Class = codedClass(Base);
    codedClasses.set(Base, Class);
  }
  return new Class(code, message);
}

const plain = new WeakSet<object>();

/** An error as Node's C++ side makes it: a plain TypeError or RangeError with an own `code`. */
export function bindingError(Base: ErrorClass, code: string, message: string): Error {
  const error = Object.assign(new Base(message), { code });
  plain.add(error);
  return error;
}

/** The same words and code as `error`, in the form of Node's C++ side. */
export const asBindingError = (Base: ErrorClass, error: Error): Error =>
  bindingError(Base, String(Reflect.get(error, 'code')), error.message);

/** True for errors that this module built. Those of Node's own parts are not known from those that a caller's code met in them. */
export const isNodeError = (error: unknown): error is Error =>
  typeof error === 'object' && error !== null && (made in error || plain.has(error));

const primitiveTypes = new Set([
  'string',
  'function',
  'number',
  'object',
  'Function',
  'Object',
  'boolean',
  'bigint',
  'symbol',
]);
const className = /^[A-Z][a-zA-Z0-9]*$/;

function list(words: readonly string[]): string {
  if (words.length < 3) return words.join(' or ');
  return `${words.slice(0, -1).join(', ')}, or ${words[words.length - 1]}`;
}

/** The "Received …" part of a message: what the caller passed. */
export function describeReceived(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'undefined';
  switch (typeof value) {
    case 'function':
      return `function ${value.name}`;
    case 'object': {
      const name = value.constructor?.name;
      // Up to Node 24 whatever stands there is a name, the empty one of a class without any too.
      const isNamed = nodeAtLeast(26) ? typeof name === 'string' && name !== '' : name !== undefined;
      return isNamed ? `an instance of ${name}` : inspect(value, { depth: -1 });
    }
    case 'string': {
      const short = value.length > 28 ? `${value.slice(0, 25)}...` : value;
      return `type string (${short.includes("'") ? JSON.stringify(short) : `'${short}'`})`;
    }
    case 'bigint':
      return `type bigint (${value}n)`;
    case 'number':
      return `type number (${Object.is(value, -0) ? '-0' : value})`;
    default:
      return `type ${typeof value} (${String(value)})`;
  }
}

function expectation(expected: readonly string[]): string {
  const types: string[] = [];
  const instances: string[] = [];
  const other: string[] = [];
  for (const word of expected) {
    if (primitiveTypes.has(word)) types.push(word.toLowerCase());
    else if (className.test(word)) instances.push(word);
    else other.push(word);
  }
  const object = types.indexOf('object');
  if (instances.length > 0 && object !== -1) {
    types.splice(object, 1);
    instances.push('Object');
  }
  const parts: string[] = [];
  if (types.length > 0) parts.push(`${types.length > 1 ? 'one of type' : 'of type'} ${list(types)}`);
  if (instances.length > 0) parts.push(`an instance of ${list(instances)}`);
  if (other.length > 1) parts.push(`one of ${list(other)}`);
  else if (other.length === 1) parts.push(`${other[0].toLowerCase() === other[0] ? '' : 'an '}${other[0]}`);
  return parts.join(' or ');
}

const kindOf = (name: string): string => (name.includes('.') ? 'property' : 'argument');

export function invalidArgType(name: string, expected: string | readonly string[], actual: unknown): Error {
  const subject = name.endsWith(' argument') ? name : `"${name}" ${kindOf(name)}`;
  const wanted = expectation(typeof expected === 'string' ? [expected] : expected);
  return coded(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    `The ${subject} must be ${wanted}. Received ${describeReceived(actual)}`,
  );
}

export function invalidArgValue(name: string, value: unknown, reason = 'is invalid'): Error {
  const shown = inspect(value);
  const short = shown.length > 128 ? `${shown.slice(0, 128)}...` : shown;
  return coded(TypeError, 'ERR_INVALID_ARG_VALUE', `The ${kindOf(name)} '${name}' ${reason}. Received ${short}`);
}

/** 4294967297 → 4_294_967_297 */
function withSeparators(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, '_');
}

export function outOfRange(name: string, range: string, actual: unknown): Error {
  let received: string;
  if (typeof actual === 'number' && Number.isInteger(actual) && Math.abs(actual) > 2 ** 32) {
    received = withSeparators(String(actual));
  } else if (typeof actual === 'bigint') {
    const huge = actual > 2n ** 32n || actual < -(2n ** 32n);
    received = `${huge ? withSeparators(String(actual)) : actual}n`;
  } else {
    received = inspect(actual);
  }
  return coded(
    RangeError,
    'ERR_OUT_OF_RANGE',
    `The value of "${name}" is out of range. It must be ${range}. Received ${received}`,
  );
}

/** Any other coded error of Node's, by its words. */
export const codedError = (code: string, message: string): Error => coded(Error, code, message);
export const codedTypeError = (code: string, message: string): Error => coded(TypeError, code, message);
const codedRangeError = (code: string, message: string): Error => coded(RangeError, code, message);

export const invalidState = (what: string): Error => codedError('ERR_INVALID_STATE', `Invalid state: ${what}`);
export const dirClosed = (): Error => codedError('ERR_DIR_CLOSED', 'Directory handle was closed');
export const dirConcurrentOperation = (): Error =>
  codedError(
    'ERR_DIR_CONCURRENT_OPERATION',
    'Cannot do synchronous work on directory handle with concurrent asynchronous operations',
  );
export const methodNotImplemented = (name: string): Error =>
  codedError('ERR_METHOD_NOT_IMPLEMENTED', `The ${name} method is not implemented`);
export const fileTooLarge = (size: number): Error =>
  codedRangeError('ERR_FS_FILE_TOO_LARGE', `File size (${size}) is greater than 2 GiB`);
export const stringTooLong = (): Error => {
  const limit = constants.MAX_STRING_LENGTH.toString(16);
  return codedError('ERR_STRING_TOO_LONG', `Cannot create a string longer than 0x${limit} characters`);
};
export const incompatibleOptionPair = (first: string, second: string): Error =>
  codedTypeError(
    'ERR_INCOMPATIBLE_OPTION_PAIR',
    `Option "${first}" cannot be used in combination with option "${second}"`,
  );

/** Node's AbortError: name 'AbortError', code 'ABORT_ERR', the signal's reason as cause. */
export class AbortError extends Error {
  code = 'ABORT_ERR';
  constructor(cause?: unknown) {
    super('The operation was aborted', { cause });
    this.name = 'AbortError';
  }
}
Object.defineProperty(AbortError.prototype, made, { value: true });

/** What Node's ERR_FS_* SystemErrors carry beside the code. */
interface SystemErrorInfo {
  code: string;
  message: string;
  /** Bytes where the caller gave bytes, a URL where Node keeps one; the error's own `path` is text. */
  path?: string | Uint8Array | URL;
  syscall: string;
  errno: number;
  dest?: string;
}

/**
 * Node's SystemError (ERR_FS_EISDIR, ERR_FS_CP_*): the message reads
 * `text: syscall returned CODE (message) path => dest`; the details are
 * enumerable accessors onto `info`, as Node shows them.
 */
export class SystemError extends Error {
  readonly code: string;
  constructor(code: string, text: string, info: SystemErrorInfo) {
    super();
    if (!(made in SystemError.prototype)) markAsNodes(SystemError);
    const path = info.path === undefined ? '' : ` ${info.path}`;
    const dest = info.dest === undefined ? '' : ` => ${info.dest}`;
    const message = `${text}: ${info.syscall} returned ${info.code} (${info.message})${path}${dest}`;
    this.code = code;
    Object.defineProperties(this, {
      name: { value: 'SystemError', writable: true, configurable: true },
      message: { value: message, writable: true, configurable: true },
      info: { value: info, enumerable: true, configurable: true },
    });
    for (const key of ['errno', 'syscall', 'path', 'dest'] as const) {
      if (info[key] === undefined) continue;
      const set = (value: never): void => {
        info[key] = value;
      };
      const get = (): unknown => (typeof info[key] === 'object' ? String(info[key]) : info[key]);
      Object.defineProperty(this, key, { get, set, enumerable: true, configurable: true });
    }
  }
  override toString(): string {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

/** The class that Node's cp errors report as their constructor; `name` is SystemError's. */
export class NodeError extends SystemError {}
