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

/**
 * The process as volume options: its identity now, its umask and clock at each use. Spread the caller's own options after them.
 */
export function hostVolumeOptions(): HostOptions {
  return {
    // Windows has no ids; there the volume belongs to root, who may do everything.
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    groups: process.getgroups?.() ?? [],
    umask: currentUmask,
    // Looked up at each call, so that fake timers move the volume's clock too.
    clock: () => Date.now(),
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
