/** Adapter, looking: a whole file system in a few lines, for the output of a failing test. */
import { formatBytes } from '../../host/index.js';
import { type LookingFs, printTree } from './tree-text.js';

/** Options of {@link describe}. */
export interface DescribeOptions {
  /** Most lines of the tree. Default 50. */
  readonly lines?: number;
}

/**
 * How full a file system is, and its tree with sizes.
 * @throws the errors of `fs`
 */
export function describe(
  fs: LookingFs & Pick<typeof import('node:fs'), 'statfsSync'>,
  { lines = 50 }: DescribeOptions = {},
): string {
  const { bsize, blocks, bavail, files, ffree } = fs.statfsSync('/');
  const bytes = `${formatBytes((blocks - bavail) * bsize)} of ${formatBytes(blocks * bsize)}`;
  const nodes = files > 0 ? `, ${files - ffree} of ${files} nodes` : '';
  return `${bytes} used${nodes}\n${printTree(fs, '/', { sizes: true, lines })}`;
}
