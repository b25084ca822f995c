/** Core layer, storage: one way to copy bytes. */

/** Below this many bytes a loop beats `subarray` + `set`, which makes a view. */
const LOOP_COPY_MAX = 32;

/** Copies `length` bytes between two arrays that do not overlap there. */
export const copyBytes = (source: Uint8Array, from: number, target: Uint8Array, at: number, length: number): void => {
  if (length <= LOOP_COPY_MAX) {
    for (let i = 0; i < length; i++) target[at + i] = source[from + i] as number;
  } else if (from === 0 && length === source.length) target.set(source, at);
  else target.set(source.subarray(from, from + length), at);
};
