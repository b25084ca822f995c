/** Facade layer: write and writev on a descriptor. Owns their argument forms; the engine gets bytes and a range. */

import { deliverAll } from '../completion.js';
import type { Context } from '../context.js';
import type { Given } from '../define.js';
import { asBytes, encodeText } from '../encoding.js';
import { type Caller, toNodeError } from '../uv-exception.js';
import {
  bindingFd,
  isView,
  type View,
  validateFd,
  validateFunction,
  validateText,
  validateTextEncoding,
} from '../validate.js';
import { checkWriteRange, type Range, type RangeOptions, rangeOf, writePosition } from './ranges.js';
import { lateFd, settle, vectorForms } from './vectors.js';

/** write and writev in their forms. */
export function writeForms(ctx: Context) {
  const { engine } = ctx;

  const writeBytes = (fd: number, data: View, range: Range): number =>
    engine.write(fd, asBytes(data), range.offset, range.length, range.position);

  const writeText = (fd: number, text: string, position: unknown, encoding: unknown): number => {
    const bytes = encodeText(text, knownEncoding(encoding));
    return engine.write(fd, bytes, 0, bytes.length, writePosition(position));
  };

  const writeSync = (
    caller: Caller,
    fd: unknown,
    data: unknown,
    offset: unknown,
    length: unknown,
    position: unknown,
  ): number => {
    try {
      const file = lateFd ? undefined : validateFd(fd);
      if (!isView(data)) {
        validateText(data, 'buffer');
        validateTextEncoding(data, length);
        return writeText(file ?? bindingFd(fd), data, offset, length);
      }
      const range: RangeOptions =
        typeof offset === 'object' ? rangeOf(offset, data.byteLength) : { offset, length, position };
      const checked = checkWriteRange(data, range.offset, range.length, range.position);
      return writeBytes(file ?? bindingFd(fd), data, checked);
    } catch (error) {
      throw withCodeLast(toNodeError(error, 'write', undefined, undefined, caller));
    }
  };

  const write = (caller: Caller, args: Given): void => {
    const data: unknown = args[1];
    const offset: unknown = args[2];
    const length: unknown = args[3];
    const position: unknown = args[4];
    let callback: unknown;
    try {
      const file = validateFd(args[0]);
      if (isView(data)) {
        callback = args[5] || position || length || offset;
        validateFunction(callback, 'cb');
        const range: RangeOptions =
          typeof offset === 'object'
            ? rangeOf(offset, data.byteLength)
            : { offset: typeof offset === 'function' ? null : offset, length, position };
        const checked = checkWriteRange(data, range.offset, range.length, range.position);
        deliverAll(callback, [null, writeBytes(file, data, checked), data]);
        return;
      }
      validateText(data, 'buffer');
      // write(fd, text[, position[, encoding]], callback)
      let place = offset;
      let encoding = length;
      if (typeof position === 'function') {
        callback = position;
      } else if (typeof offset === 'function') {
        callback = offset;
        place = null;
        encoding = 'utf8';
      } else {
        callback = length;
        encoding = 'utf8';
      }
      validateTextEncoding(data, encoding);
      validateFunction(callback, 'cb');
      deliverAll(callback, [null, writeText(file, data, place, encoding), data]);
    } catch (error) {
      settle(error, 'write', callback, data, caller);
    }
  };

  const vector = (fd: number, views: readonly View[], position: unknown): number =>
    engine.writev(fd, views.map(asBytes), writePosition(position));
  const { later: writev, sync: writevSync } = vectorForms('writev', 'write', vector);
  return { write, writeSync, writev, writevSync };
}

/** writeSync is the one call whose error still comes from JavaScript in Node: its keys run errno, syscall, code. */
export function withCodeLast(error: unknown): unknown {
  if (!(error instanceof Error) || !('errno' in error) || !('code' in error) || 'requested' in error) return error;
  const { code } = error;
  delete error.code;
  return Object.assign(error, { code });
}

/** Node's binding takes unknown encoding names for utf8. */
export const knownEncoding = (encoding: unknown): unknown =>
  typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8';
