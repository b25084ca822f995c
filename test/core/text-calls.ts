/** Test helper: files of an engine as text. The engine is asked for at each call: tests make a new one. */
import { type Engine, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../src/core/index.js';

export const bytes = (text: string): Uint8Array => Buffer.from(text);

/** Calls on the engine that `current` gives. */
export const textCalls = (current: () => Engine) => ({
  /** The whole file. */
  content: (path: string): string =>
    Buffer.from(current().readFile(path, O_RDONLY, (size) => new Uint8Array(size))).toString(),

  /** Makes or replaces a file. */
  put: (path: string, text: string): void =>
    current().writeFile(path, bytes(text), O_WRONLY | O_CREAT | O_TRUNC, 0o644),

  write: (fd: number, text: string, position = -1): number =>
    current().write(fd, bytes(text), 0, text.length, position),

  read: (fd: number, length: number, position = -1): string => {
    const target = new Uint8Array(length);
    return Buffer.from(target.subarray(0, current().read(fd, target, 0, length, position))).toString();
  },
});
