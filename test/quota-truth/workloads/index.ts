/** Quota truth: every workload. */
import type { Workload } from '../env.js';
import { adapterWorkloads } from './adapters.js';
import { churnWorkloads } from './churn.js';
import { combinedWorkloads } from './combined.js';
import { contentWorkloads } from './content.js';
import { handedWorkloads } from './handed.js';
import { handleWorkloads } from './handles.js';
import { hostileWorkloads } from './hostile.js';
import { keptWorkloads } from './kept.js';
import { leftWorkloads } from './left.js';
import { mfsWorkloads } from './mfs.js';
import { nameWorkloads } from './names.js';
import { objectWorkloads } from './objects.js';
import { pageWorkloads } from './pages.js';
import { retainedWorkloads } from './retained.js';
import { snapshotWorkloads } from './snapshots.js';
import { standingWorkloads } from './standing.js';
import { waitingWorkloads } from './waiting.js';
import { workingWorkloads } from './working.js';

export const WORKLOADS: readonly Workload[] = [
  ...nameWorkloads,
  ...contentWorkloads,
  ...handleWorkloads,
  ...mfsWorkloads,
  ...snapshotWorkloads,
  ...keptWorkloads,
  ...retainedWorkloads,
  ...churnWorkloads,
  ...adapterWorkloads,
  ...objectWorkloads,
  ...waitingWorkloads,
  ...pageWorkloads,
  ...workingWorkloads,
  ...combinedWorkloads,
  ...leftWorkloads,
  ...hostileWorkloads,
  ...handedWorkloads,
  ...standingWorkloads,
];
