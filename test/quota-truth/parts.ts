/** What the workloads of many files are made of. */
import { bytes, type Env, type Workload } from './env.js';

export const POOL = bytes(2 ** 20);

/** `size` bytes of content, at most a mebibyte. */
export const part = (size: number): Buffer => POOL.subarray(0, size);

/** Fills what is left, so that the volume is full and not only crowded. */
export const fillUp = (env: Env, size = 500): void =>
  void env.fill((i) => env.fs.writeFileSync(`/rest${i}`, part(size)));

/** A workload that only a volume of ours can run. */
export const ours = (
  name: string,
  about: string,
  run: Workload['run'],
  more: Partial<Omit<Workload, 'name' | 'about' | 'run'>> = {},
): Workload => ({ name, about, portable: false, run, ...more });
