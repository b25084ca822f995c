/** Facade layer: the quota of an engine, with the errors of Node. */
import { type Engine, Fault, type QuotaUsage } from '../../core/index.js';
import { decodeName, encodeName } from '../encoding.js';
import { invalidArgType, outOfRange } from '../node-errors.js';
import { faultToError } from '../uv-exception.js';
import { validateFunction, validateInteger, validatePath } from '../validate.js';
import type { Quota } from './quota.js';

/** Bytes of a listener: a plain function, its mark and its place in the list (measured 345). */
const LISTENER_PRICE = 384;

/** The quota of an engine; see `quotaOf`. Paths are absolute. */
export function makeQuota(engine: Engine): Quota {
  const quota: Quota = {
    get limit() {
      return engine.quota.limit;
    },
    get used() {
      return engine.quota.used;
    },
    get available() {
      return engine.quota.available;
    },
    get peak() {
      return engine.quota.peak;
    },
    usage: (path = '/') => usageOf(engine, path),
    resize(maxQuota) {
      validateInteger(maxQuota, 'maxQuota', 0);
      if (maxQuota < engine.quota.used) throw faultToError(new Fault(28), 'resize');
      engine.resize(maxQuota);
    },
    onPressure(share, listener) {
      if (typeof share !== 'number') throw invalidArgType('share', 'number', share);
      if (!(share >= 0 && share <= 1)) throw outOfRange('share', '>= 0 && <= 1', share);
      validateFunction(listener, 'listener');
      try {
        engine.billHandle(LISTENER_PRICE);
      } catch (error) {
        throw error instanceof Fault ? faultToError(error, 'onPressure') : error;
      }
      const end = engine.onPressure(share, listener);
      let billed = LISTENER_PRICE;
      return () => {
        end();
        engine.unbillHandle(billed);
        billed = 0;
      };
    },
    audit: () => engine.audit(),
  };
  // `util.inspect` would show getters.
  const shown = (): object => ({ limit: quota.limit, used: quota.used, available: quota.available, peak: quota.peak });
  return Object.defineProperty(quota, Symbol.for('nodejs.util.inspect.custom'), { value: shown });
}

function usageOf(engine: Engine, path: string): QuotaUsage {
  const bytes = encodeName(validatePath(path));
  try {
    const usage = engine.usage(bytes.startsWith('/') ? bytes : `/${bytes}`);
    return { ...usage, largest: usage.largest.map((child) => ({ ...child, path: decodeName(child.path) })) };
  } catch (error) {
    throw error instanceof Fault ? faultToError(error, 'usage', path) : error;
  }
}
