export * from './engine.js';
export * from './errno.js';
export * from './fault.js';
export * from './flags.js';
export * from './quota-errors.js';
export type { AuditReport, QuotaUsage } from './audit.js';
export * from './options.js';
