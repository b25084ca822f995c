/**
 * Adapter, memfs: `Volume`, whose every member is one of `node:fs`, with what
 * memfs adds to it. Each has a quota of its own.
 */
import { posix } from 'node:path';
import { type CreateFsOptions, createFs } from '../../facade/index.js';
import { emptyVolume, type TreeLiteral, writeTree } from '../test-volume/index.js';
import { addToJSON, type DirectoryJSON, drawTree, type ToTreeOptions } from './json.js';

type NodeFs = typeof import('node:fs');
type PathLike = string | Buffer | URL;

/** A file and directory tree, as memfs takes it: an object is a directory, null an empty one. */
export type NestedDirectoryJSON = TreeLiteral;

/** A file system with memfs's additions. */
export interface Volume extends NodeFs {
  /**
   * Writes files; parents are made.
   * @param cwd - what paths are relative to; default the working directory
   */
  fromJSON(json: DirectoryJSON, cwd?: string): void;
  /** The same for nested objects. */
  fromNestedJSON(json: NestedDirectoryJSON, cwd?: string): void;
  /**
   * The files as an object; empty directories are null, links are left out.
   * @param paths - what to take; default everything
   * @param json - what to add to
   * @param isRelative - whether names are relative to the path taken
   * @param asBuffer - contents as Buffers; as text, what is not UTF-8 is lost
   */
  toJSON(paths?: PathLike | PathLike[], json?: DirectoryJSON, isRelative?: boolean, asBuffer?: boolean): DirectoryJSON;
  /** The tree as text. */
  toTree(options?: ToTreeOptions): string;
  /** Removes everything. What is open stays usable. */
  reset(): void;
  /** `fromJSON` below a directory. */
  mountSync(mountpoint: string, json: DirectoryJSON): void;
}

/** Makes {@link Volume}s. */
export interface VolumeConstructor {
  /** @param options - the quota and the rest of `createFs` */
  new (options?: CreateFsOptions): Volume;
  fromJSON(json: DirectoryJSON, cwd?: string): Volume;
  fromNestedJSON(json: NestedDirectoryJSON, cwd?: string): Volume;
}

function fill(fs: NodeFs, json: NestedDirectoryJSON, cwd = process.cwd()): void {
  writeTree(fs, posix.resolve(cwd), json);
}

const textOf = (path: PathLike): string => (path instanceof URL ? path.pathname : String(path));

export const Volume = class {
  constructor(options: CreateFsOptions = {}) {
    const fs = createFs(options);
    // Own members, as memfs's are: what copies or spreads a volume finds them.
    Object.defineProperties(this, Object.getOwnPropertyDescriptors(fs));
    const additions: Omit<Volume, keyof NodeFs> = {
      fromJSON: (json, cwd) => fill(fs, json, cwd),
      fromNestedJSON: (json, cwd) => fill(fs, json, cwd),
      toJSON(paths = '/', json = {}, isRelative = false, asBuffer = false) {
        for (const each of Array.isArray(paths) ? paths : [paths]) {
          const path = posix.resolve(textOf(each));
          addToJSON(fs, path, isRelative ? path : '', json, asBuffer);
        }
        return json;
      },
      toTree: (options = {}) => drawTree(fs, options),
      reset: () => emptyVolume(fs),
      mountSync: (mountpoint, json) => fill(fs, json, mountpoint),
    };
    Object.assign(this, additions);
  }

  static fromJSON(json: DirectoryJSON, cwd?: string): Volume {
    const volume = new Volume();
    volume.fromJSON(json, cwd);
    return volume;
  }

  static fromNestedJSON(json: NestedDirectoryJSON, cwd?: string): Volume {
    const volume = new Volume();
    volume.fromNestedJSON(json, cwd);
    return volume;
  }
} as unknown as VolumeConstructor;
