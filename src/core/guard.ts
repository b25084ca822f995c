/**
 * Core layer: the memory guard. The quota bounds the volume; the guard asks
 * whether the machine (or container) can still pay that bound. It measures
 * nothing itself: the probe is injected.
 */
import { ENOMEM } from './errno.js';
import { GuardFault } from './fault.js';
import type { GuardOptions } from './options.js';

export class Guard {
  private nextProbe = Number.NEGATIVE_INFINITY;
  private available: number | undefined = undefined;

  constructor(
    private readonly options: GuardOptions,
    private readonly clock: () => number,
  ) {}

  /** 'init': the whole quota must fit into what the machine has now. */
  checkQuota(maxQuota: number): void {
    if (this.options.mode !== 'init') return;
    const available = this.options.probe();
    if (available === undefined || maxQuota <= available) return;
    this.act(`maxQuota of ${maxQuota} bytes exceeds the ${available} bytes of memory available`);
  }

  /** 'per-write': `bytes` more must fit; the probe is asked again after the interval. */
  check(bytes: number): void {
    if (this.options.mode !== 'per-write' || bytes <= 0) return;
    const now = this.clock();
    const stale = now >= this.nextProbe || now < this.nextProbe - this.options.intervalMs;
    if (stale) {
      this.available = this.options.probe();
      this.nextProbe = now + this.options.intervalMs;
    }
    const available = this.available;
    if (available === undefined) return;
    if (bytes <= available) {
      // Between two probes the guard counts what it let through itself.
      this.available = available - bytes;
      return;
    }
    this.act(`a write needs ${bytes} bytes, but only ${available} bytes of memory are available`);
  }

  private act(message: string): void {
    if (this.options.action === 'raise') throw new GuardFault(ENOMEM, `memory guard: ${message}`);
    this.options.warn(`memory guard: ${message}`);
  }
}
