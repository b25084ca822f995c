export type { AuditReport } from './audit.js';
export * from './engine.js';
export * from './errno.js';
export * from './fault.js';
export * from './flags.js';
export { createVolume } from './memory-engine.js';
export * from './options.js';
export * from './quota-errors.js';
export type { QuotaUsage } from './usage.js';
