/**
 * Adapters, trees: which symbolic links stay inside a tree. The proof: a link's
 * own directories are real ones, so the '..' at the start of its target climb
 * exactly as far as they seem to. After them only names are allowed. A name may
 * be a link again, for which the same holds. So no chain of links leads out.
 */
import { posix } from 'node:path';

/** What happens to a symbolic link that leads out of the tree. */
export type OutsideLinks = 'refuse' | 'skip' | 'keep';

/**
 * True when a link may lead out of the tree.
 * @param path where the link is, relative to the tree's root
 * @param target the link's text
 * @param root absolute path of the tree's root, for targets that are absolute
 */
export function leadsOut(path: string, target: string, root: string): boolean {
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const climbs = countLeading(parts);
  if (parts.indexOf('..', climbs) >= 0) return true;
  if (!target.startsWith('/')) return climbs > path.split('/').length - 1;
  return climbs > 0 || !isWithin(`/${parts.join('/')}`, root);
}

function countLeading(parts: readonly string[]): number {
  const index = parts.findIndex((part) => part !== '..');
  return index < 0 ? parts.length : index;
}

/** True for the directory itself and for everything below it; both absolute and normal. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`);
}

/** The relative target that means the same as an absolute one inside the tree. */
export function relativeTarget(path: string, target: string, root: string): string {
  return posix.relative(posix.dirname(posix.join(root, path)), target) || '.';
}
