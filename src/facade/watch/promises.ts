/**
 * Facade layer: promises.watch, an async iterator of changes. Owns the queue
 * between two turns of the iterator. Invariant: it holds at most `maxQueue`
 * events, and no more than the volume's quota pays for; what comes on top is
 * dropped with a warning, or ends the iteration with an error, as `overflow` says.
 */
import { detached } from '../../host/index.js';
import type { Context } from '../context.js';
import { decodeName, presentName } from '../encoding.js';
import { AbortError, codedError, invalidArgValue } from '../node-errors.js';
import { nodeAtLeast } from '../running-node.js';
import {
  fromUrl,
  validateAbortSignal,
  validateBoolean,
  validateInteger,
  validateObject,
  validateOneOf,
  validatePath,
} from '../validate.js';
import { WatchHandle, watchFault } from './handle.js';
import { parseIgnore } from './ignore.js';

export interface Change {
  readonly eventType: 'rename' | 'change';
  readonly filename: string | Buffer | null;
}

const DEFAULT_QUEUE = 2048;
/** Bytes of a waiting event beside its name: the object, the string and the queue's slot (measured 130). */
const EVENT_PRICE = 160;
/** Bytes of an iterator and of the promise it waits for, beside its watch (measured 1,700). */
const ITERATOR_PRICE = 2048;
/** Bytes of what listens to an iterator's signal. */
const SIGNAL_PRICE = 256;

/** An event that waits for its turn: what the caller sees is made when it comes. */
interface Waiting {
  readonly eventType: 'rename' | 'change';
  readonly name: string;
  /** What it is billed: nothing for one that waits alone in a full volume. */
  readonly price: number;
}

const namesEncoding = nodeAtLeast(24);
/** Up to Node 20 events were plain objects, since then they have no prototype; a tree's are plain on all. */
const plainEvents = !nodeAtLeast(22);

const overflowed = (maxQueue: number): Error =>
  codedError('ERR_FS_WATCH_QUEUE_OVERFLOW', `fs.watch() queued more than ${maxQueue} items`);

function parseOptions(options: unknown) {
  validateObject(options, 'options');
  const given: Record<string, unknown> = { ...options };
  const { persistent = true, recursive = false, encoding = 'utf8', signal } = given;
  const { maxQueue = DEFAULT_QUEUE, overflow = 'ignore' } = given;
  validateBoolean(recursive, 'options.recursive');
  validateBoolean(persistent, 'options.persistent');
  validateInteger(maxQueue, 'options.maxQueue');
  validateOneOf(overflow, 'options.overflow', ['ignore', 'error']);
  validateAbortSignal(signal, 'options.signal');
  const ignore = parseIgnore(given.ignore);
  // 'buffer', which the documentation offers, is none of them.
  if (encoding && !(typeof encoding === 'string' && Buffer.isEncoding(encoding))) {
    // Up to Node 22 the value stood in the place of the name.
    const [name, value] = namesEncoding ? ['encoding', encoding] : [String(encoding), 'encoding'];
    throw invalidArgValue(name, value, 'is invalid encoding');
  }
  return { persistent, recursive: recursive === true, encoding, signal, maxQueue, overflow, ignore };
}

/** Makes promises.watch of one fs object. */
export function makePromisesWatch(ctx: Context) {
  async function* watch(filename: unknown, options: unknown): AsyncGenerator<Change, void> {
    // What is handed in lives as long as the iterator, and may be a part of something large. It is let go of here;
    // with a default value among the parameters V8 keeps them all beside what they are changed to.
    filename = detached(filename);
    if (options === undefined) options = {};
    if (options !== null && typeof options === 'object') validatePath(filename, 'path');
    const { persistent, recursive, encoding, signal, maxQueue, overflow, ignore } = parseOptions(options);
    const abortError = (): Error => new AbortError(signal?.reason);
    if (signal?.aborted) throw abortError();
    if (recursive) filename = fromUrl(filename);

    const { engine } = ctx;
    const price = ITERATOR_PRICE + ignore.price + (signal ? SIGNAL_PRICE : 0);
    try {
      engine.billHandle(price);
    } catch (error) {
      throw watchFault(error, filename);
    }
    let queue: Waiting[] = [];
    let failure: Error | undefined;
    let billed = 0;
    let wake = (): void => {};
    const clear = (): void => {
      queue = [];
      engine.unbillHandle(billed);
      billed = 0;
    };
    let own = price;
    const end = (): void => {
      handle.close();
      clear();
      engine.unbillHandle(own);
      own = 0;
    };
    /** Takes an event into the queue, when there is a place and memory for it. */
    const accept = (eventType: Waiting['eventType'], name: string): boolean => {
      if (queue.length >= maxQueue) return false;
      const fits = engine.tryBillHandle(EVENT_PRICE + name.length);
      if (!fits && queue.length > 0) return false;
      const price = fits ? EVENT_PRICE + name.length : 0;
      billed += price;
      queue.push({ eventType, name, price });
      return true;
    };
    const take = (): Change | undefined => {
      const waiting = queue.shift();
      if (waiting === undefined) return undefined;
      const { eventType, name, price } = waiting;
      engine.unbillHandle(price);
      billed -= price;
      const filename = recursive ? decodeName(name) : presentName(name, encoding);
      return Object.assign(plainEvents || recursive ? {} : Object.create(null), { eventType, filename }) as Change;
    };
    const handle = new WatchHandle(ctx, 0, (eventType, name) => {
      if (ignore.matches(decodeName(name))) return;
      if (!accept(eventType, detached(name))) {
        if (overflow !== 'error') {
          process.emitWarning('fs.watch maxQueue exceeded');
          return;
        }
        clear();
        failure = overflowed(maxQueue);
      }
      wake();
    });
    const cancel = (): void => {
      end();
      wake();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      handle.start(filename, persistent, recursive);
      while (!signal?.aborted) {
        if (failure !== undefined) throw failure;
        const next = take();
        if (next !== undefined) yield next;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
      throw abortError();
    } finally {
      end();
      signal?.removeEventListener('abort', cancel);
    }
  }
  // As Node's, whose second parameter has a default.
  return Object.defineProperty(watch, 'length', { value: 1 });
}
