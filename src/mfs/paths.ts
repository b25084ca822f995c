/**
 * D-MemFS layer: paths. A path is an absolute POSIX string, normalised by its
 * text alone (as D-MemFS does), so that no path can climb above the root;
 * relative paths start at the root and backslashes count as slashes. To the
 * engine a path is a byte string: UTF-8, with each byte of a name that is not
 * UTF-8 standing as a lone surrogate U+DC80–U+DCFF (Python's surrogateescape),
 * so that every name in a volume has exactly one spelling here and none is lost.
 */
import { isUtf8 } from 'node:buffer';
import { invalidArgument, invalidType } from './errors.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL to DEL is what ASCII is
const ASCII = /^[\x00-\x7f]*$/;
const ESCAPED_BYTES = /([\udc80-\udcff]+)/u;
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Why `path` cannot name anything, or its normal form in `path`. */
type Normalized = { readonly path: string } | { readonly problem: string };

function examine(path: string): Normalized {
  if (path.includes('\0')) return { problem: 'must not contain null bytes' };
  if (
    LONE_SURROGATE.test(path) &&
    path.split(ESCAPED_BYTES).some((part, index) => index % 2 === 0 && LONE_SURROGATE.test(part))
  ) {
    return { problem: 'must not contain a lone surrogate, which has no bytes' };
  }
  const names: string[] = [];
  for (const name of path.replaceAll('\\', '/').split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') {
      names.push(name);
      continue;
    }
    if (names.pop() === undefined) return { problem: 'must not climb above the root' };
  }
  return { path: `/${names.join('/')}` };
}

/**
 * The normal form of a path: absolute, without '.', '..', repeated or trailing slashes.
 *
 * @throws TypeError ERR_INVALID_ARG_TYPE when it is not a string, ERR_INVALID_ARG_VALUE when it climbs above the
 *   root or contains a null byte.
 */
export function normalizePath(path: unknown, argument = 'path'): string {
  if (typeof path !== 'string') throw invalidType(argument, 'a string', path);
  const result = examine(path);
  if ('problem' in result) throw invalidArgument(argument, result.problem, path);
  return result.path;
}

/** As {@link normalizePath}, with undefined for a string that can name nothing: for questions whose answer is then no. */
export function normalizeOrNothing(path: unknown): string | undefined {
  if (typeof path !== 'string') throw invalidType('path', 'a string', path);
  const result = examine(path);
  return 'path' in result ? result.path : undefined;
}

/** A normal path, or a name, as the engine's byte string. */
export function toByteString(text: string): string {
  if (ASCII.test(text)) return text;
  return text
    .split(ESCAPED_BYTES)
    .map((part, index) => (index % 2 === 0 ? Buffer.from(part, 'utf8').toString('latin1') : unescapeBytes(part)))
    .join('');
}

/** The engine's byte string as text; the reverse of {@link toByteString}. */
export function fromByteString(bytes: string): string {
  if (ASCII.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? buffer.toString('utf8') : escapeInvalid(buffer);
}

/** `join('/', 'a')` is '/a', `join('/a', 'b')` is '/a/b'; for byte strings and text alike. */
export const join = (directory: string, name: string): string =>
  directory === '/' ? `/${name}` : `${directory}/${name}`;

/** The directory part of a normal path. */
export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

function unescapeBytes(escaped: string): string {
  return Array.from(escaped, (char) => String.fromCharCode(char.charCodeAt(0) & 0xff)).join('');
}

/** Decodes character by character: what is not the start of a well-formed one is escaped, a byte at a time. */
function escapeInvalid(buffer: Buffer): string {
  let text = '';
  for (let at = 0; at < buffer.length; ) {
    const length = [1, 2, 3, 4].find((size) => at + size <= buffer.length && isUtf8(buffer.subarray(at, at + size)));
    text += length ? buffer.toString('utf8', at, at + length) : String.fromCharCode(0xdc00 + (buffer[at] as number));
    at += length ?? 1;
  }
  return text;
}
