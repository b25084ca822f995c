/**
 * Facade layer: FileHandle#readableWebStream. A byte stream over the handle's
 * own `read`, so a patched read is honoured; it holds a share of the handle
 * until it ends, is cancelled, or the handle closes.
 */
import { ReadableStream } from 'node:stream/web';
import type { Engine, HandleTie } from '../../core/index.js';
import { invalidState } from '../node-errors.js';
import { nodeAtLeast } from '../running-node.js';
import { toNodeError } from '../uv-exception.js';
import { validateBoolean, validateObject, validateString } from '../validate.js';
import { releaseShare, type SharedFileHandle, takeShare } from './refs.js';

const CHUNK_SIZE = 16384;
/** What is read at a time in a volume without room: it is in the price. */
const LEAST = 512;
/** Bytes of a web stream with its controller and promises (measured 4,100). */
const STREAM_PRICE = 5120;

/** Since Node 22 the stream is always one of bytes and can close the handle itself. */
const alwaysBytes = nodeAtLeast(22);

interface Lock {
  closing(): boolean;
  /** Takes the lock; true when it was taken before. */
  lock(): boolean;
  unlock(): void;
}

/** The handle as its own class sees it: arguments are checked by `read` itself. */
type Reader = Pick<SharedFileHandle, 'fd' | 'close' | typeof takeShare | typeof releaseShare> & {
  once(event: 'close', listener: () => void): unknown;
  read(buffer: Uint8Array, offset: number, length: number): Promise<{ bytesRead: number }>;
};

function readOptions(options: unknown): { bytes: boolean; autoClose: boolean } {
  if (!alwaysBytes) {
    const type = (options as { type?: unknown }).type;
    if (type !== undefined) validateString(type, 'options.type');
    return { bytes: type === 'bytes', autoClose: false };
  }
  validateObject(options, 'options');
  const { type = 'bytes', autoClose = false }: { type?: unknown; autoClose?: unknown } = options;
  validateBoolean(autoClose, 'options.autoClose');
  if (type !== 'bytes') {
    process.emitWarning(
      'A non-"bytes" options.type has no effect. A byte-oriented steam is always created.',
      'ExperimentalWarning',
    );
  }
  return { bytes: true, autoClose };
}

/** @throws QuotaExceededError */
function bill(engine: Engine, fd: number, lock: Lock): HandleTie {
  try {
    engine.billHandle(STREAM_PRICE);
    return engine.tieHandle(fd, STREAM_PRICE);
  } catch (error) {
    lock.unlock();
    throw toNodeError(error, 'read', undefined, undefined, webStream);
  }
}

export function webStream(engine: Engine, handle: Reader, options: unknown, lock: Lock): ReadableStream {
  if (handle.fd === -1) throw invalidState('The FileHandle is closed');
  if (lock.closing()) throw invalidState('The FileHandle is closing');
  if (lock.lock()) throw invalidState('The FileHandle is locked');
  const { bytes, autoClose } = readOptions(options);
  const tie = bill(engine, handle.fd, lock);
  // A stream of bytes reads when it is asked, the other kind a chunk ahead.
  const size = bytes || tie.set(STREAM_PRICE + CHUNK_SIZE) ? CHUNK_SIZE : LEAST;

  let open = true;
  const end = async (): Promise<void> => {
    if (!open) return;
    open = false;
    tie.set(0);
    handle[releaseShare]();
    if (autoClose) await handle.close();
  };
  const read = async (buffer: Uint8Array): Promise<number> => {
    try {
      return (await handle.read(buffer, 0, buffer.byteLength)).bytesRead;
    } catch (error) {
      // The stream is over, and cannot be closed: it would keep the handle from closing (Node waits for ever).
      void end();
      throw error;
    }
  };
  handle[takeShare]();
  // A locked stream cannot be cancelled from outside, so the handle's close ends it from within.
  let shut = (): void => {};
  handle.once('close', () => {
    if (open) shut();
    void end();
  });

  if (!bytes) {
    return new ReadableStream<ArrayBuffer>({
      start(controller) {
        shut = () => controller.close();
      },
      async pull(controller) {
        const buffer = new Uint8Array(size);
        const bytesRead = await read(buffer);
        if (bytesRead > 0) return controller.enqueue(buffer.buffer.slice(0, bytesRead));
        controller.close();
        return end();
      },
      cancel: end,
    });
  }
  return new ReadableStream({
    type: 'bytes',
    autoAllocateChunkSize: size,
    start(controller) {
      shut = () => controller.close();
    },
    async pull(controller) {
      const request = controller.byobRequest;
      const bytesRead = await read(request?.view as Uint8Array);
      if (bytesRead === 0) {
        controller.close();
        await end();
      }
      request?.respond(bytesRead);
    },
    cancel: end,
  });
}
