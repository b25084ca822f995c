/**
 * Host layer: what the engine must be told about the process it runs in, for
 * the facade and the D-MemFS API alike. It knows Node, the engine's options,
 * and nothing else.
 */
export { createDescriptorNumbers, descriptors, FIRST_DESCRIPTOR } from './descriptors.js';
export { detached, textBytes } from './detached.js';
export { formatBytes } from './format-bytes.js';
export { createMemoryProbe, type MemorySources, memoryProbe } from './memory-probe.js';
export {
  type Complaints,
  createOptionChecks,
  type SharedOptions,
  sharedOptionNames,
} from './option-checks.js';
export { ownFs, ownProcess } from './own-node.js';
export {
  after,
  every,
  later,
  microtask,
  nextTick,
  nextTurn,
  steadyNow,
  stopAfter,
  stopEvery,
} from './own-timers.js';
export { codeOf, describeErrno, linuxErrno, refusalError, systemError, systemErrorsOf } from './system-errors.js';
export { currentUmask, readUmask } from './umask.js';
export { unpatched } from './unpatched.js';
export { hostGuard, hostVolumeOptions } from './volume-options.js';
export { warnResource } from './warn.js';
