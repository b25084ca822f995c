/** Fills a volume whose quota is far over the process's memory limit, and says how it ended. Arguments: guard mode, faked limit. */
import { createVolume, GuardFault, QuotaFault } from '../../src/core/index.js';
import { hostGuard, hostVolumeOptions } from '../../src/host/index.js';

const MIB = 1024 * 1024;
const [mode, faked] = process.argv.slice(2) as ['none' | 'init' | 'per-write', string?];

const guard = hostGuard(mode, 'raise', 0);
const limit = faked === undefined ? undefined : Number(faked);
const probe = limit === undefined ? guard.probe : () => limit - process.memoryUsage().rss;

const outcome = (error: unknown): string => {
  if (error instanceof GuardFault) return 'ENOMEM';
  return error instanceof QuotaFault ? 'ENOSPC' : String(error);
};

try {
  const engine = createVolume({ ...hostVolumeOptions(), maxQuota: 4096 * MIB, guard: { ...guard, probe } });
  const data = new Uint8Array(MIB).fill(1);
  let written = 0;
  try {
    for (; written < 2048; written++) engine.writeFile(`/f${written}`, data, 0o1101, 0o666);
    console.log('end', written, engine.audit().ok);
  } catch (error) {
    console.log(outcome(error), written, engine.audit().ok);
  }
} catch (error) {
  console.log('refused', outcome(error));
}
