/** Adapter, looking: the subpath `quotafs/inspect`. */

export { formatBytes } from '../../host/index.js';
export { type DescribeOptions, describe } from './describe.js';
export { type Difference, type DifferentPart, type DiffOptions, type DiffSide, diff, printDiff } from './diff.js';
export { type DumpOptions, dump, dumpOnFailure, type FailingTest } from './dump-on-failure.js';
export { type PrintTreeOptions, printTree } from './tree-text.js';
export { type PathUsage, type PrintUsageOptions, printUsage, usage } from './usage.js';
