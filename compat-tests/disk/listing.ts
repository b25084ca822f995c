/**
 * Compat tests, disk: how a program reads a Dir to its end. A disk gives its own order, so what depends on it is left out.
 */
import type { Dir, Dirent } from 'node:fs';
import { join } from 'node:path';
import { describe } from '../describe.js';
import type { NodeFs } from '../targets.js';
import { isWide } from './copy-world.js';
import type { Called } from './world.js';

/** By path; by type where an encoding made the names alike. */
export const byPath = (a: Dirent, b: Dirent): number => {
  const [x, y] = [a, b].map((entry) => `${join(entry.parentPath ?? '', entry.name)}\0${describe(entry)}`);
  return x < y ? -1 : x > y ? 1 : 0;
};

export type Reading = 'sync' | 'for' | 'read' | 'callback';

const readAll = async (dir: Dir, how: Reading): Promise<Dirent[]> => {
  const entries: Dirent[] = [];
  if (how === 'for') for await (const entry of dir) entries.push(entry);
  if (how === 'sync') for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) entries.push(entry);
  if (how === 'read') for (let entry = await dir.read(); entry !== null; entry = await dir.read()) entries.push(entry);
  if (how === 'callback') {
    for (;;) {
      const entry = await new Promise<Dirent | null>((resolve, reject) => {
        dir.read((error, next) => (error ? reject(error) : resolve(next)));
      });
      if (entry === null) break;
      entries.push(entry);
    }
  }
  if (how === 'sync') dir.closeSync();
  else if (how !== 'for') await dir.close();
  return entries.sort(byPath);
};

/** An error about something inside a directory: which of several it is about is the disk's choice. */
const withoutChoice = (fs: NodeFs, error: unknown, directory: unknown): unknown => {
  const path = Reflect.get(Object(error), 'path');
  if (!(error instanceof Error) || typeof path !== 'string' || !path.startsWith(`${directory}/`)) return error;
  if (!isWide(fs, directory)) return error;
  const masked = `${directory}/…`;
  return Object.assign(error, { message: error.message.replace(path, masked), path: masked });
};

/** Reads a Dir in one of its ways. A disk gives its own order, so the entries are sorted. */
export const listDirectory = async (fs: NodeFs, opened: unknown, how: Reading): Promise<unknown> => {
  const value = await opened;
  const dir = (Array.isArray((value as Called).callback) ? (value as Called).callback[1] : value) as Dir | undefined;
  if (typeof dir?.readSync !== 'function') return value;
  try {
    return { path: dir.path, entries: await readAll(dir, how) };
  } catch (error) {
    throw withoutChoice(fs, error, dir.path);
  }
};
