/**
 * Facade layer: calls that most programs never make. Loaded late; see late.ts.
 */
export { blockedBy, makeWhatMayBe } from './ops/mkdir-refused.js';
export { realpathOperations } from './ops/realpath.js';
export { seldomFdOperations } from './ops/seldom-fd.js';
export { makeTempDirectory, seldomPathOperations, sixRandom } from './ops/seldom-path.js';
export { readTree } from './ops/tree.js';
export { throughDate, throughDouble } from './times.js';
