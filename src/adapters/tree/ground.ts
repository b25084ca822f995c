/** Adapters, trees: what a tree is put on: the part of its destination that is there already. */
import { codeOf } from '../../host/index.js';
import type { WritableFs } from './fs-like.js';

/** The nearest directory above (or at) a path that exists, and what is missing from there. */
export function findGround(fs: WritableFs, path: string): { ground: string; rest: string } {
  const missing: string[] = [];
  for (let at = path.replace(/(?<=.)\/+$/, ''); ; ) {
    try {
      return { ground: fs.realpathSync(at === '' ? '.' : at), rest: missing.reverse().join('/') };
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    const slash = at.lastIndexOf('/');
    missing.push(at.slice(slash + 1));
    at = slash === 0 ? '/' : at.slice(0, Math.max(0, slash)).replace(/(?<=.)\/+$/, '');
  }
}
