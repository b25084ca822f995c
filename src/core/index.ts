/** Core layer: its one door. */
export type { AuditReport } from './audit.js';
export * from './engine.js';
export * from './errno.js';
export * from './fault.js';
export * from './flags.js';
export { ROOT } from './inode.js';
export type { LowerOptions, LowerSource } from './lower/source.js';
export { createVolume } from './memory-engine.js';
export * from './options.js';
export type { Pressure } from './pressure.js';
export * from './quota-errors.js';
export type { TreeNode, TreeSource } from './snapshot/source.js';
export { PAGE_BYTES } from './storage/size-classes.js';
export { nanosAt, secondsAt } from './times.js';
export type { QuotaUsage } from './usage.js';
