/**
 * Quota truth: holds the price list (src/core/cost.ts) against the running V8.
 * Raw structures are measured as such; those of the engine by making many and
 * comparing the growth of the process with what the volume charged for them.
 */
import { ARRAY_PRICE } from '../../src/core/cost.js';
import { createVolume, type Engine, type LowerOptions, STAT_LENGTH } from '../../src/core/index.js';
import { collectedBytes } from './collect.js';

/** One structure: bytes of the process and bytes billed, for each. */
export interface Calibration {
  readonly structure: string;
  readonly measured: number;
  readonly price: number;
  /** How many were made. */
  readonly count: number;
}

const ARRAYS = 5000;
/** Enough that compiled code, which comes and goes, is a byte or two for each. */
const COUNT = 100_000;
/** Made on a volume that is thrown away, so that the code is compiled before. */
const WARM = 5000;
/** Share of the counts to make. */
let share = 1;
const CREATE_WRITE = 0o1101;
const READ = 0;

/** Filled before anything is measured, so that keeping something costs nothing. */
const kept: unknown[] = new Array<unknown>(COUNT).fill(null);

async function growth(make: (i: number) => unknown, count: number): Promise<number> {
  for (let i = 0; i < WARM; i++) make(i);
  kept.fill(null);
  const before = await collectedBytes();
  for (let i = 0; i < count; i++) kept[i] = make(i);
  const after = await collectedBytes();
  kept.fill(null);
  return (after - before) / count;
}

async function raw(): Promise<Calibration[]> {
  const rows: Calibration[] = [];
  for (const size of [32, 64, 512, 4096, 20_480]) {
    const measured = (await growth(() => new Uint8Array(size), ARRAYS)) - size;
    rows.push({
      structure: `typed array of ${size} bytes, less its bytes`,
      measured,
      price: ARRAY_PRICE,
      count: ARRAYS,
    });
  }
  const words = (await growth(() => new Uint32Array(5120), ARRAYS)) - 20_480;
  rows.push({
    structure: 'typed array of 5,120 words, less its bytes',
    measured: words,
    price: ARRAY_PRICE,
    count: ARRAYS,
  });
  return rows;
}

type Make = (engine: Engine, i: number) => unknown;

/** In a function of its own, so that nothing of it is alive when the measuring begins. */
function warmUp(make: Make, prepare?: (engine: Engine) => void, lower?: LowerOptions): void {
  const engine = createVolume({ maxQuota: 2 ** 30, ...(lower && { lower }) });
  prepare?.(engine);
  for (let i = 0; i < WARM; i++) make(engine, i);
}

/** Measures one structure of the engine: `make` on a fresh volume, after `prepare`. */
async function engineRow(
  structure: string,
  make: Make,
  options: { prepare?: (engine: Engine) => void; count?: number; lower?: LowerOptions } = {},
): Promise<Calibration> {
  const { prepare, lower } = options;
  const count = Math.round((options.count ?? COUNT) * share);
  warmUp(make, prepare, lower);
  const engine = createVolume({ maxQuota: 2 ** 32, ...(lower && { lower }) });
  prepare?.(engine);
  const usedBefore = engine.usage().used;
  kept.fill(null);
  const before = await collectedBytes();
  for (let i = 0; i < count; i++) kept[i] = make(engine, i) ?? null;
  const measured = ((await collectedBytes()) - before) / count;
  const price = (engine.usage().used - usedBefore) / count;
  kept.fill(null);
  return { structure, measured, price, count };
}

const NO_BYTES = new Uint8Array(0);
const empty = (engine: Engine, path: string): void => engine.writeFile(path, NO_BYTES, CREATE_WRITE, 0o666);
const withFile = (engine: Engine): void => empty(engine, '/file');

/** A file with `size` bytes at `position`. */
function fileAt(engine: Engine, path: string, size: number, position: number): void {
  const fd = engine.open(path, CREATE_WRITE, 0o666);
  engine.write(fd, new Uint8Array(size), 0, size, position);
  engine.close(fd);
}

/** A file system that has a file of every name below its root, each with `links` names. */
const lowerWith = (links: number): LowerOptions => {
  let ino = 2 ** 40;
  const none = (): number => -2;
  const lstat = (path: string, out: Float64Array): number => {
    const isDirectory = path === '/' || path.endsWith('/');
    out.fill(1_700_000_000);
    out.set([2 ** 33, isDirectory ? 0o40755 : 0o100644, isDirectory ? 2 : links, 0, 0, 0, 4096, ++ino, 5, 8]);
    return 0;
  };
  const source = { lstat, list: none, readlink: none, open: none, fstat: none, read: none, close: () => {} };
  return { source, roots: ['/root'], lookups: 2 ** 31 };
};
const stats = new Float64Array(STAT_LENGTH);
const lookUp: Make = (engine, i) => {
  engine.lstat(`/root/file-${i}`, stats);
};

async function structures(): Promise<Calibration[]> {
  return [
    await engineRow('inode and entry, short name', (engine, i) => empty(engine, `/f${i}`)),
    await engineRow('inode and entry, name of 255 bytes', (engine, i) =>
      empty(engine, `/${String(i).padEnd(255, '_')}`),
    ),
    await engineRow('entry (hard link)', (engine, i) => engine.link('/file', `/l${i}`), {
      prepare: withFile,
      count: 60_000,
    }),
    await engineRow('directory', (engine, i) => engine.mkdir(`/d${i}`, 0o777)),
    await engineRow('symbolic link, target of 40 bytes', (engine, i) => engine.symlink('t'.repeat(40), `/l${i}`)),
    await engineRow('symbolic link, target of 4,095 bytes', (engine, i) => engine.symlink('t'.repeat(4095), `/l${i}`), {
      count: 20_000,
    }),
    await engineRow('descriptor', (engine) => engine.open('/file', READ, 0), { prepare: withFile }),
    await engineRow('directory stream', (engine) => engine.opendir('/')),
    await engineRow('watch', (engine) => engine.watch('/file', false, () => {}), { prepare: withFile }),
    await engineRow('recursive watch', (engine) => engine.watch('/', true, () => {})),
    await engineRow('lower object looked up', lookUp, { lower: lowerWith(1) }),
    await engineRow('lower object with a hard link', lookUp, { lower: lowerWith(2) }),
    await engineRow('file of 1 byte', (engine, i) => fileAt(engine, `/f${i}`, 1, -1)),
    await engineRow('file of 100 bytes', (engine, i) => fileAt(engine, `/f${i}`, 100, -1)),
    await engineRow('file of 5,000 bytes', (engine, i) => fileAt(engine, `/f${i}`, 5000, -1), { count: 20_000 }),
    await engineRow('file of 70,000 bytes', (engine, i) => fileAt(engine, `/f${i}`, 70_000, -1), { count: 3000 }),
    await engineRow('one byte at 1 MiB', (engine, i) => fileAt(engine, `/f${i}`, 1, 2 ** 20), { count: 20_000 }),
    await engineRow('one byte at 1 TiB', (engine, i) => fileAt(engine, `/f${i}`, 1, 2 ** 40), { count: 20_000 }),
    await engineRow('copy of a file of 70,000 bytes', (engine, i) => engine.copyFile('/from', `/c${i}`, 0), {
      prepare: (engine) => fileAt(engine, '/from', 70_000, -1),
      count: 1000,
    }),
  ];
}

/**
 * Measures every structure.
 * @param part - Share of the full counts to make, for a quick look.
 */
export async function calibrate(part = 1): Promise<Calibration[]> {
  share = part;
  return [...(await raw()), ...(await structures())];
}

/** Bytes of compiled code that may come or go while one structure is measured. */
const NOISE = 160 * 1024;

/** True when the process pays more than was billed. */
export const isUnderpriced = ({ measured, price, count }: Calibration): boolean => (measured - price) * count > NOISE;
