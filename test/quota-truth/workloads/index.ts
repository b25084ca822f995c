/** Quota truth: every workload. */
import type { Workload } from '../env.js';
import { contentWorkloads } from './content.js';
import { handleWorkloads } from './handles.js';
import { mfsWorkloads } from './mfs.js';
import { nameWorkloads } from './names.js';
import { snapshotWorkloads } from './snapshots.js';

export const WORKLOADS: readonly Workload[] = [
  ...nameWorkloads,
  ...contentWorkloads,
  ...handleWorkloads,
  ...mfsWorkloads,
  ...snapshotWorkloads,
];
