/**
 * Facade layer: Dirents, made with Node's own class (its constructor is public
 * and silent), so `instanceof fs.Dirent` and each release's own keys hold.
 */
import type { Dirent as NodeDirent } from 'node:fs';
import { hostFs } from './running-node.js';

/** What `path` and `parentPath` may be: the caller's own spelling. */
export type ParentPath = string | Uint8Array;
export type Dirent = NodeDirent<string> | NodeDirent<NonSharedBuffer>;

const DirentClass = hostFs.Dirent as unknown as new (name: string | Buffer, type: number, path: ParentPath) => Dirent;

/**
 * @param name the entry's name in the caller's encoding
 * @param type DT_FILE, DT_DIR or DT_LINK: the numbers of Node's UV_DIRENT_*
 * @param parentPath the directory as the caller spelled it
 */
export const makeDirent = (name: string | Buffer, type: number, parentPath: ParentPath): Dirent =>
  new DirentClass(name, type, parentPath);
