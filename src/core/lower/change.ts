/**
 * Core layer: what a change needs first where there is something below. A change
 * of names completes its directory, a change of content copies the file up.
 * Both are all or nothing together with the change itself.
 */
import { fault } from '../fault.js';
import { S_IFREG } from '../flags.js';
import { STATE } from '../inode.js';
import { Plan } from '../plan.js';
import { LOWER } from '../storage/file-pages.js';
import { PAGE_BYTES } from '../storage/size-classes.js';
import type { Volume } from '../volume.js';
import type { Lower } from './lower.js';

/** See `changeNames` in changing.ts. */
export const changeNamesOver = <T>(
  volume: Volume,
  lower: Lower,
  directories: readonly number[],
  count: (plan: Plan) => void,
  change: () => T,
): T => {
  if (!directories.some((directory) => lower.isUntouched(directory))) return change();
  const plan = new Plan(volume);
  for (const directory of directories) plan.complete(directory);
  count(plan);
  return volume.bank.prepay(plan.cost(), () => {
    plan.apply();
    return change();
  });
};

/** See `changeContent` in changing.ts. */
export const changeContentOver = <T>(volume: Volume, lower: Lower, ino: number, length: number, change: () => T): T => {
  if (!lower.hasContent(ino)) {
    lower.keep(ino);
    return change();
  }
  const { inodes, contents, bank } = volume;
  const inos = lower.forgettable([ino]);
  const claim = lower.costOfKeeping(inos);
  bank.reserve(claim);
  const handle = length === 0 ? -1 : openFor(volume, lower, ino, claim);
  const size = inodes.size(ino);
  let result: T;
  try {
    inodes.set(ino, STATE, contents.initialState());
    inodes.setSize(ino, 0);
    if (handle >= 0) copyUp(volume, lower, ino, handle, Math.min(size, length));
    result = change();
  } catch (refusal) {
    contents.free(ino);
    inodes.set(ino, STATE, LOWER);
    inodes.setSize(ino, size);
    bank.cancel(claim);
    lower.unheld(ino);
    throw refusal;
  }
  bank.cancel(claim);
  lower.markKept(inos);
  lower.closeHandle(lower.records.get(ino));
  return result;
};

const openFor = (volume: Volume, lower: Lower, ino: number, claim: number): number => {
  try {
    return lower.handleOf(ino);
  } catch (error) {
    volume.bank.cancel(claim);
    throw error;
  }
};

const copyUp = (volume: Volume, lower: Lower, ino: number, handle: number, size: number): void => {
  const { contents, inodes } = volume;
  if (size === 0) return;
  contents.prepare(ino, 0, size);
  const buffer = new Uint8Array(Math.min(size, PAGE_BYTES));
  let done = 0;
  while (done < size) {
    const count = lower.source.read(handle, buffer, 0, Math.min(buffer.length, size - done), done);
    if (count < 0) throw fault(-count);
    if (count === 0) break;
    contents.put(ino, done, buffer, 0, count);
    done += count;
  }
  inodes.setSize(ino, done);
};

/** A file without a name with the content of one that is below. @throws QuotaFault, Fault */
export const stageCopy = (volume: Volume, source: number): number => {
  const { inodes, bank, contents } = volume;
  const lower = volume.lower as Lower;
  bank.reserve(inodes.cost(1));
  const ino = inodes.create(S_IFREG, volume.uid, volume.gid);
  inodes.set(ino, STATE, contents.initialState());
  try {
    const handle = lower.handleOf(source);
    copyUp(volume, lower, ino, handle, inodes.size(source));
    return ino;
  } catch (error) {
    volume.discard(ino);
    throw error;
  } finally {
    lower.unheld(source);
  }
};

/** Reads bytes of a file whose content is below. */
export const readOver = (
  lower: Lower,
  ino: number,
  position: number,
  target: Uint8Array,
  offset: number,
  length: number,
): number => {
  // Of memory that is gone, no part can be taken, and none is needed.
  const done =
    length === 0 ? 0 : readPart(lower, lower.handleOf(ino), target.subarray(offset, offset + length), position);
  lower.unheld(ino);
  return done;
};

/** All bytes of a file whose content is below; what the disk calls empty (/proc) is read to its end. */
export const readBelow = <T extends Uint8Array>(volume: Volume, ino: number, make: (size: number) => T): T => {
  const lower = volume.lower as Lower;
  try {
    const handle = lower.handleOf(ino);
    const size = volume.inodes.size(ino);
    if (size === 0) return readToEnd(lower, handle, make);
    const target = make(size);
    const count = readPart(lower, handle, target, 0);
    if (count === size) return target;
    const shorter = make(count);
    shorter.set(target.subarray(0, count));
    return shorter;
  } finally {
    lower.unheld(ino);
  }
};

const readToEnd = <T extends Uint8Array>(lower: Lower, handle: number, make: (size: number) => T): T => {
  const parts: Uint8Array[] = [];
  let total = 0;
  for (let count = -1; count !== 0; total += count) {
    const part = new Uint8Array(PAGE_BYTES);
    count = readPart(lower, handle, part, total);
    parts.push(part.subarray(0, count));
  }
  const whole = make(total);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** Fills `target` as far as the file goes. */
const readPart = (lower: Lower, handle: number, target: Uint8Array, position: number): number => {
  let done = 0;
  while (done < target.length) {
    const count = lower.source.read(handle, target, done, target.length - done, position + done);
    if (count < 0) throw fault(-count);
    if (count === 0) break;
    done += count;
  }
  return done;
};
