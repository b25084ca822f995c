/** D-MemFS layer: what counts as bytes in an argument. */
import { invalidType } from './errors.js';

/** A Buffer, a typed array, a DataView, or an ArrayBuffer. */
export type Bytes = ArrayBufferView | ArrayBufferLike;

/**
 * The same memory as a Uint8Array.
 *
 * @throws TypeError ERR_INVALID_ARG_TYPE for anything else, strings among them: text has no bytes before it is encoded.
 */
export function asBytes(value: unknown, argument: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return new Uint8Array(value);
  const hint = typeof value === 'string' ? ' (wrap the handle in a TextHandle to write text)' : '';
  throw invalidType(argument, `bytes: a Buffer, a typed array or an ArrayBuffer${hint}`, value);
}
