/**
 * Facade layer: promises.watch, an async iterator of changes. Owns the queue
 * between two turns of the iterator. Invariant: it holds at most `maxQueue`
 * events; what comes on top is dropped with a warning, or ends the iteration
 * with an error, as `overflow` says.
 */
import type { Context } from './context.js';
import { decodeName, presentName } from './encoding.js';
import { AbortError, codedError, invalidArgValue } from './node-errors.js';
import { nodeAtLeast } from './running-node.js';
import {
  validateAbortSignal,
  validateBoolean,
  validateInteger,
  validateObject,
  validateOneOf,
  validatePath,
} from './validate.js';
import { WatchHandle } from './watch-handle.js';
import { parseIgnore } from './watch-ignore.js';

export interface Change {
  readonly eventType: 'rename' | 'change';
  readonly filename: string | Buffer | null;
}

const DEFAULT_QUEUE = 2048;
const namesEncoding = nodeAtLeast(24);

const overflowed = (maxQueue: number): Error =>
  codedError('ERR_FS_WATCH_QUEUE_OVERFLOW', `fs.watch() queued more than ${maxQueue} items`);

function parseOptions(options: unknown) {
  validateObject(options, 'options');
  const given: Record<string, unknown> = { ...options };
  const { persistent = true, recursive = false, encoding = 'utf8', signal } = given;
  const { maxQueue = DEFAULT_QUEUE, overflow = 'ignore' } = given;
  if (recursive !== null) validateBoolean(recursive, 'options.recursive');
  validateBoolean(persistent, 'options.persistent');
  validateInteger(maxQueue, 'options.maxQueue');
  validateOneOf(overflow, 'options.overflow', ['ignore', 'error']);
  validateAbortSignal(signal, 'options.signal');
  const ignore = parseIgnore(given.ignore);
  if (encoding && !(typeof encoding === 'string' && (encoding === 'buffer' || Buffer.isEncoding(encoding)))) {
    // Up to Node 22 the value stood in the place of the name.
    const [name, value] = namesEncoding ? ['encoding', encoding] : [String(encoding), 'encoding'];
    throw invalidArgValue(name, value, 'is invalid encoding');
  }
  return { persistent, recursive: recursive === true, encoding, signal, maxQueue, overflow, ignore };
}

/** Makes promises.watch of one fs object. */
export function makePromisesWatch(ctx: Context) {
  return async function* watch(filename: unknown, options: unknown = {}): AsyncGenerator<Change, void> {
    if (options !== null && typeof options === 'object') validatePath(filename, 'path');
    const { persistent, recursive, encoding, signal, maxQueue, overflow, ignore } = parseOptions(options);
    const abortError = (): Error => new AbortError(signal?.reason);
    if (signal?.aborted) throw abortError();

    let queue: (Change | Error)[] = [];
    let wake = (): void => {};
    const handle = new WatchHandle(ctx, (eventType, name) => {
      if (ignore(decodeName(name))) return;
      if (queue.length < maxQueue) {
        const filename = recursive ? decodeName(name) : presentName(name, encoding);
        queue.push(Object.assign(Object.create(null), { eventType, filename }) as Change);
      } else if (overflow === 'error') {
        queue = [overflowed(maxQueue)];
      } else {
        process.emitWarning('fs.watch maxQueue exceeded');
        return;
      }
      wake();
    });
    const cancel = (): void => {
      handle.close();
      wake();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      handle.start(filename, persistent, recursive);
      while (!signal?.aborted) {
        const next = queue.shift();
        if (next instanceof Error) throw next;
        if (next !== undefined) yield next;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
      throw abortError();
    } finally {
      handle.close();
      signal?.removeEventListener('abort', cancel);
    }
  };
}
