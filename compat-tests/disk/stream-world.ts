/**
 * Compat tests, disk: how a program follows a stream to its end: what it reads or accepts, its events, its properties
 * before and after. Observes, as world.ts does.
 */
import type { ReadStream, WriteStream } from 'node:fs';

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const eventNames = ['open', 'ready', 'end', 'finish', 'error', 'close'] as const;
const shownProperties = [
  'path',
  'flags',
  'mode',
  'start',
  'end',
  'pos',
  'bytesRead',
  'bytesWritten',
  'fd',
  'pending',
] as const;

const properties = (stream: ReadStream | WriteStream): Record<string, unknown> => {
  const values = stream as unknown as Record<string, unknown>;
  const shown: Record<string, unknown> = {};
  for (const name of shownProperties) {
    const value = values[name];
    if (value !== undefined) shown[name] = typeof value === 'number' && name === 'fd' ? 'fd' : value;
  }
  return shown;
};

/** Follows a stream to its end, destroys it when nothing else does, and tells events, properties before and after. */
const follow = async (stream: ReadStream | WriteStream, start: (events: unknown[]) => void): Promise<unknown> => {
  const before = properties(stream);
  const closesItself = (stream as { autoClose?: boolean }).autoClose !== false;
  const events: unknown[] = [];
  const over = new Promise<void>((resolve) => {
    for (const name of eventNames) {
      stream.on(name, (value: unknown) => {
        events.push(value instanceof Error ? [name, value] : name);
        if (name !== 'open' && name !== 'ready') resolve();
      });
    }
  });
  start(events);
  await over;
  for (let i = 0; i < 200 && !stream.closed; i++) {
    // A stream that closes by itself may take some turns of the thread pool; the others are closed for it.
    if (i === (closesItself ? 150 : 5)) stream.destroy();
    await (i < 20 ? turn() : pause(1));
  }
  return { before, events, after: properties(stream), destroyed: stream.destroyed, closed: stream.closed };
};

export const drain = async (stream: ReadStream): Promise<unknown> => {
  const chunks: unknown[] = [];
  const sizes: number[] = [];
  const report = await follow(stream, () => {
    stream.on('data', (chunk: string | Buffer) => {
      chunks.push(chunk);
      sizes.push(chunk.length);
    });
  });
  const text = chunks.every((chunk) => typeof chunk === 'string');
  const content = text ? chunks.join('') : Buffer.concat(chunks as Buffer[]);
  return { content, sizes, report };
};

export const feed = async (stream: WriteStream, chunks: readonly unknown[]): Promise<unknown> => {
  const written: unknown[] = [];
  const report = await follow(stream, (events) => {
    for (const chunk of chunks) {
      try {
        stream.write(chunk as string, (error) => written.push(error ?? null));
      } catch (error) {
        events.push(['write threw', error]);
      }
    }
    stream.end();
  });
  return { written, report };
};
