/**
 * Facade layer: what every part of the facade is handed. One context per fs
 * object; parts keep no other state about the volume.
 */
import type { Engine } from '../core/index.js';

export interface Context {
  readonly engine: Engine;
  /**
   * Validates a path argument as Node does (string, Buffer, Uint8Array or file: URL; no null bytes)
   * and gives the engine's canonical absolute byte string, the working directory put in front.
   * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_INVALID_URL_SCHEME, …
   */
  resolve(path: unknown, argumentName?: string): string;
  /**
   * The public fs object, filled in last. Streams and other composites call through it,
   * so members that users patch are honoured.
   */
  fs: typeof import('node:fs');
}
