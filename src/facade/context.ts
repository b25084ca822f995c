/**
 * Facade layer: what every part of the facade is handed. One context per fs
 * object; parts keep no other state about the volume.
 */
import { type Engine, STAT_LENGTH, type StatArray } from '../core/index.js';
import { encodeName } from './encoding.js';
import type { Members } from './members.js';
import { validatePath } from './validate.js';

export interface Context {
  readonly engine: Engine;
  /**
   * Validates a path argument as Node does (string, Buffer, Uint8Array or file: URL; no null bytes)
   * and gives the engine's canonical absolute byte string, the working directory put in front.
   * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_INVALID_URL_SCHEME, …
   */
  resolve(path: unknown, argumentName?: string): string;
  /** The working directory that relative paths start from, as text. */
  cwd(): string;
  /** Where the engine writes a stat; read before the next engine call. */
  readonly stat: StatArray;
  /**
   * The public fs object, filled in last. Streams and other composites call through it,
   * so members that users patch are honoured.
   */
  fs: typeof import('node:fs');
  /** Its members as they were made, to see which of them users have replaced. */
  own: Members;
}

/** One for the process: it is read before anything else can run, and a typed array is dear to make. */
const scratch: StatArray = new Float64Array(STAT_LENGTH);

/** A path that needs no work: absolute, ASCII, without null bytes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the null byte is what it excludes
const plain = /^\/[\x01-\x7f]*$/;

interface ContextOptions {
  readonly cwd: () => string;
}

export function createContext(engine: Engine, { cwd }: ContextOptions): Context {
  const resolve = (path: unknown, argumentName = 'path'): string => {
    if (typeof path === 'string' && plain.test(path)) return path;
    const name = encodeName(validatePath(path, argumentName));
    // The empty path is the engine's to refuse (ENOENT), it does not mean the working directory.
    if (name === '' || name.charCodeAt(0) === 47) return name;
    const base = encodeName(cwd());
    return base.endsWith('/') ? base + name : `${base}/${name}`;
  };
  // The object is made on this context and put in by its maker before anything can be called.
  const fs = undefined as unknown as Context['fs'];
  const own = undefined as unknown as Members;
  return { engine, resolve, cwd, stat: scratch, fs, own };
}
