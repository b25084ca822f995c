/**
 * Adapter, memfs: the subpath `quotafs/memfs`, to which `memfs` can be aliased.
 */
import type { CreateFsOptions } from '../../facade/index.js';
import { type NestedDirectoryJSON, Volume } from './volume.js';

export type { DirectoryJSON, ToTreeOptions } from './json.js';
export { type NestedDirectoryJSON, Volume, type VolumeConstructor } from './volume.js';

type NodeFs = typeof import('node:fs');

/** A volume as a file system object; `__vol` leads back. */
export type IFs = NodeFs & { readonly __vol: Volume };

const additions = new Set(['fromJSON', 'fromNestedJSON', 'toJSON', 'toTree', 'reset', 'mountSync']);

/** The `node:fs` object of a volume, without memfs's additions. */
export function createFsFromVolume(volume: Volume): IFs {
  const members = Object.entries(Object.getOwnPropertyDescriptors(volume)).filter(([name]) => !additions.has(name));
  const fs = Object.defineProperties({}, Object.fromEntries(members));
  return Object.assign(fs, { __vol: volume }) as IFs;
}

/**
 * A new volume with these files.
 * @param json - files, directories and what is in them
 * @param options - the directory that relative paths start from, default '/'; with it the options of `createFs`
 */
export function memfs(
  json: NestedDirectoryJSON = {},
  options: string | (CreateFsOptions & { readonly cwd?: string }) = '/',
): { fs: IFs; vol: Volume } {
  const { cwd = '/', ...rest } = typeof options === 'string' ? { cwd: options } : options;
  const vol = new Volume({ ...rest, cwd });
  vol.fromNestedJSON(json, cwd);
  return { fs: createFsFromVolume(vol), vol };
}

/** The volume that everybody shares. */
export const vol: Volume = new Volume();

/** The file system of {@link vol}. */
export const fs: IFs = createFsFromVolume(vol);

/** `node:fs/promises` of {@link vol}. */
export const promises: NodeFs['promises'] = fs.promises;

/** {@link Volume.fromJSON} of {@link vol}. */
export const fromJSON: Volume['fromJSON'] = vol.fromJSON;
/** {@link Volume.fromNestedJSON} of {@link vol}. */
export const fromNestedJSON: Volume['fromNestedJSON'] = vol.fromNestedJSON;
/** {@link Volume.toJSON} of {@link vol}. */
export const toJSON: Volume['toJSON'] = vol.toJSON;
/** {@link Volume.toTree} of {@link vol}. */
export const toTree: Volume['toTree'] = vol.toTree;
/** {@link Volume.reset} of {@link vol}. */
export const reset: Volume['reset'] = vol.reset;

/** As `require('memfs')`: what is exported here and the functions of {@link fs}, in one object. */
export interface Memfs extends NodeFs, Pick<Volume, 'fromJSON' | 'fromNestedJSON' | 'reset' | 'toJSON' | 'toTree'> {
  readonly Volume: typeof Volume;
  readonly createFsFromVolume: typeof createFsFromVolume;
  readonly fs: IFs;
  readonly memfs: typeof memfs;
  readonly vol: Volume;
  readonly semantic: boolean;
}

/** Everything in one object. */
const all: Memfs = {
  ...fs,
  ...{ Volume, createFsFromVolume, fromJSON, fromNestedJSON, fs, memfs, promises, reset, toJSON, toTree, vol },
  semantic: true,
};
export default all;
