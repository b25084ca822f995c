/** Host layer: what the engine is told about this process when a volume is made. */
import type { GuardOptions, VolumeOptions } from '../core/index.js';
import { descriptors } from './descriptors.js';
import { memoryProbe } from './memory-probe.js';
import { microtask } from './own-timers.js';
import { currentUmask } from './umask.js';
import { warnResource } from './warn.js';

type HostOptions = Required<
  Pick<VolumeOptions, 'uid' | 'gid' | 'groups' | 'umask' | 'clock' | 'descriptors' | 'defer'>
>;

/** Looked up at each call, so that fake timers move the volume's clock too. */
const clock = (): number => Date.now();

const NO_GROUPS: readonly number[] = [];

/**
 * The process as volume options: its identity now, its umask and clock at each use. Spread the caller's own options after them.
 *
 * @param uid - owner of the volume. Windows has no ids; there the volume belongs to root, who may do everything.
 */
export function hostVolumeOptions(uid = process.geteuid?.() ?? 0): HostOptions {
  return {
    uid,
    gid: process.getegid?.() ?? 0,
    // Root's are never looked at, and to ask for them takes a tenth of what a new fs does.
    groups: uid === 0 ? NO_GROUPS : (process.getgroups?.() ?? NO_GROUPS),
    umask: currentUmask,
    clock,
    descriptors,
    defer: microtask,
  };
}

/**
 * The memory guard with this process's probe and warnings.
 *
 * @param intervalMs - milliseconds between two probes in 'per-write' mode.
 */
export function hostGuard(
  mode: GuardOptions['mode'],
  action: GuardOptions['action'],
  intervalMs: number,
): GuardOptions {
  return { mode, action, intervalMs, probe: memoryProbe, warn: warnResource };
}
