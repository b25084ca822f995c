/**
 * Core layer: changes, and reads, where something may lie below. A change of
 * names completes its directory first, a change of content copies the file up;
 * a volume with nothing below it pays one test. What is done over a lower file
 * system is in lower/change.ts, which is loaded by the first volume that has one (see late-engine.ts).
 */
import { changeContentOver, changeNamesOver, readOver } from './late-engine.js';
import type { Plan } from './plan.js';
import type { Volume } from './volume.js';

/** For `changeNames`: a removal takes nothing beside the completed directory. */
export const nothingMore = (): void => {};

/**
 * Runs a change of names in `directories`. Where one of them is untouched, it is completed first, in one reservation
 * with what `count` adds to the plan; `change` then draws from it.
 */
export function changeNames<T>(
  volume: Volume,
  directories: readonly number[],
  count: (plan: Plan) => void,
  change: () => T,
): T {
  const { lower } = volume;
  return lower === undefined ? change() : changeNamesOver(volume, lower, directories, count, change);
}

/**
 * Runs a change of a file's content. Content that is below is copied up first, `length` bytes of it at most; when that
 * or the change is refused, it is below again.
 */
export function changeContent<T>(volume: Volume, ino: number, length: number, change: () => T): T {
  const { lower } = volume;
  return lower === undefined ? change() : changeContentOver(volume, lower, ino, length, change);
}

/** Reads a file's bytes, wherever they are. */
export function readContent(
  volume: Volume,
  ino: number,
  position: number,
  target: Uint8Array,
  offset: number,
  length: number,
): number {
  const { lower } = volume;
  return lower?.hasContent(ino)
    ? readOver(lower, ino, position, target, offset, length)
    : volume.contents.read(ino, position, target, offset, length);
}
