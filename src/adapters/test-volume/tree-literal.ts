/**
 * Adapter, test volumes: trees written down as objects. A key is a name or a
 * path; text and bytes are files, `null` and `{}` empty directories, other
 * objects directories with what is in them.
 */
import { posix } from 'node:path';

type NodeFs = typeof import('node:fs');

/** Files by path: text or bytes, an object for a directory, null for an empty one. @example { 'src/index.js': 'text', assets: { 'logo.png': buffer }, tmp: null } */
export interface TreeLiteral {
  readonly [path: string]: string | Uint8Array | TreeLiteral | null | undefined;
}

/**
 * Writes a tree; parents are made as needed. Paths that are not absolute start at `base`.
 * @throws ENOSPC when it does not fit; what was written until then stays
 */
export function writeTree(fs: NodeFs, base: string, tree: TreeLiteral): void {
  for (const [name, value] of Object.entries(tree)) {
    const path = posix.resolve(base, name);
    if (value === undefined) continue;
    if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
      fs.mkdirSync(path, { recursive: true });
      if (value !== null) writeTree(fs, path, value);
      continue;
    }
    fs.mkdirSync(posix.dirname(path), { recursive: true });
    fs.writeFileSync(path, value);
  }
}

/** Removes everything but the root, whatever its permissions are. */
export function emptyVolume(fs: NodeFs): void {
  for (const name of fs.readdirSync('/')) remove(fs, `/${name}`);
}

function remove(fs: NodeFs, path: string): void {
  if (fs.lstatSync(path).isDirectory()) {
    // Only root may look into a directory without permission bits.
    fs.chmodSync(path, 0o700);
    for (const name of fs.readdirSync(path)) remove(fs, posix.join(path, name));
    fs.rmdirSync(path);
  } else {
    fs.unlinkSync(path);
  }
}
