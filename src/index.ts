/**
 * The package's front door: gathers the public API of the layers below and
 * holds no logic of its own.
 */
export { NodeLimitExceededError, QuotaExceededError } from './core/index.js';
