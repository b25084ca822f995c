/**
 * Facade layer: the options of `createFs`, checked before anything is made. The
 * rules for the volume's are the host layer's, the same for the D-MemFS API; the
 * errors are Node's own. What is not given is taken from the process.
 */
import type { VolumeOptions } from '../core/index.js';
import { createOptionChecks, hostGuard, hostVolumeOptions, sharedOptionNames } from '../host/index.js';
import type { CreateFsOptions, FacadeOptions } from './create-fs.js';
import { invalidArgType, invalidArgValue, outOfRange } from './node-errors.js';
import { validateFunction, validateInteger } from './validate.js';

const NAMES: readonly (keyof CreateFsOptions)[] = [...sharedOptionNames, 'uid', 'gid', 'umask', 'clock', 'cwd'];

/** 2^32 - 1 is "no id" to every system call. */
const MAX_ID = 2 ** 32 - 2;

const checks = createOptionChecks({
  type: (name, expected, received) => invalidArgType(name, expected === 'object' ? 'Object' : expected, received),
  value: (name, problem, received) => invalidArgValue(name, received, problem),
  range: outOfRange,
});

/**
 * The engine's options for those of `createFs`.
 * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE
 */
export function readVolumeOptions(options: CreateFsOptions): VolumeOptions {
  checks.names('options', options, NAMES);
  const { volume, guard } = checks.shared(options, 'options.');
  const { umask, clock, uid, gid } = options;
  if (uid !== undefined) validateInteger(uid, 'options.uid', 0, MAX_ID);
  if (gid !== undefined) validateInteger(gid, 'options.gid', 0, MAX_ID);
  if (clock !== undefined) validateFunction(clock, 'options.clock');
  const mask = readUmaskOption(umask);
  const host = hostVolumeOptions(uid);
  // Name by name: to spread both takes a quarter of what a new volume costs.
  return {
    maxQuota: volume.maxQuota,
    maxNodes: volume.maxNodes,
    defaultStorage: volume.defaultStorage,
    promotionHardLimit: volume.promotionHardLimit,
    chunkOverheadOverride: volume.chunkOverheadOverride,
    groups: host.groups,
    descriptors: host.descriptors,
    defer: host.defer,
    guard: guard.mode === 'none' ? undefined : hostGuard(guard.mode, guard.action, guard.intervalMs),
    uid: host.uid,
    gid: gid ?? host.gid,
    umask: mask ?? host.umask,
    clock: clock ?? host.clock,
  };
}

function readUmaskOption(umask: CreateFsOptions['umask']): (() => number) | undefined {
  if (umask === undefined || typeof umask === 'function') return umask;
  if (typeof umask !== 'number') throw invalidArgType('options.umask', ['number', 'Function'], umask);
  validateInteger(umask, 'options.umask', 0, 0o777);
  return () => umask;
}

/** Where relative paths start, as a question for each call. */
export function workingDirectory(cwd: FacadeOptions['cwd']): () => string {
  if (typeof cwd === 'function') return cwd;
  if (cwd === undefined) return () => process.cwd();
  if (typeof cwd !== 'string') throw invalidArgType('options.cwd', ['string', 'Function'], cwd);
  if (!cwd.startsWith('/')) throw invalidArgValue('options.cwd', cwd, 'must be an absolute path');
  if (cwd.includes('\0')) throw invalidArgValue('options.cwd', cwd, 'must be a string without null bytes');
  return () => cwd;
}
