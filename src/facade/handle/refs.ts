/**
 * Facade layer: how the stream classes recognise and share a FileHandle of ours
 * without importing it (it makes streams itself). Owns the mark of a handle;
 * the meaning of a share is FileHandle's: close() waits for the last one.
 */
import type { EventEmitter } from 'node:events';

/** The names of a handle's count: symbols, as in Node, since they are nobody else's. */
export const takeShare = Symbol('takeShare');
export const releaseShare = Symbol('releaseShare');

/** What a stream does with a handle. */
export interface SharedFileHandle extends EventEmitter {
  readonly fd: number;
  read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ bytesRead: number; buffer: Buffer }>;
  write(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ bytesWritten: number; buffer: Buffer }>;
  writev(buffers: Buffer[], position: number | null): Promise<{ bytesWritten: number; buffers: Buffer[] }>;
  sync(): Promise<void>;
  close(): Promise<void>;
  /** Keeps the descriptor open until the share is given back. */
  [takeShare](): void;
  [releaseShare](): void;
}

/** Known by a name that nobody else has: a WeakSet of all handles keeps the room of the most that there ever were at once. */
export const isFileHandle = (value: unknown): value is SharedFileHandle =>
  typeof value === 'object' && value !== null && takeShare in value;
