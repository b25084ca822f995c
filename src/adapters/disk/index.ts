/** Adapter, disk: the subpath `quotafs/disk`. */
export { DiskError, type DiskErrorCode } from './disk-error.js';
export type { DiskAction } from './export-plan.js';
export { type ExportResult, type ExportToDiskOptions, exportToDisk } from './export-to-disk.js';
export { type ImportFromDiskOptions, importFromDisk } from './import-from-disk.js';
export type { Progress, TransferCounts } from './progress.js';
