/** Adapter, snapshots: the subpath `quotafs/snapshot`. */
export type { SnapshotEntry } from './entries.js';
export { fromBytes, Snapshot } from './snapshot.js';
export { SnapshotError, type SnapshotErrorCode } from './snapshot-error.js';
export { clone, restore, type SnapshotFs, snapshot } from './take.js';
