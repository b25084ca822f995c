/**
 * Benchmarks: one tree that grows to a million files of 100 bytes, 1,000 to a
 * directory; at 1 k, 10 k, 100 k and 1 M files the time of a create, a stat and
 * an unlink. One process per system walks all four sizes, because the question
 * is how the time grows.
 */
import { median, type Sample } from '../measure.js';
import { bytes, type Fresh, randomIndex, sink } from './case.js';

export const SCALE_SIZES = [1_000, 10_000, 100_000, 1_000_000] as const;
export const sizeLabel = (size: number): string => (size >= 1_000_000 ? `${size / 1_000_000}m` : `${size / 1000}k`);

const PER_DIRECTORY = 1000;
const payload = bytes(100);

/** The three operations on files known by number. */
interface Files {
  directory(d: number): void;
  create(i: number): void;
  stat(i: number): void;
  unlink(i: number): void;
  drop(): void | Promise<void>;
}

const pathOf = (i: number): string => `/d${Math.floor(i / PER_DIRECTORY)}/f${i}`;

export async function filesOf(fresh: Fresh): Promise<Files> {
  const { fs, root, drop } = await fresh();
  return {
    directory: (d) => void fs.mkdirSync(`${root}/d${d}`),
    create: (i) => fs.writeFileSync(root + pathOf(i), payload),
    stat: (i) => {
      sink.value += fs.statSync(root + pathOf(i)).size;
    },
    unlink: (i) => fs.unlinkSync(root + pathOf(i)),
    drop,
  };
}

export function bareFiles(): Files {
  const files = new Map<string, Buffer>();
  return {
    directory: () => {},
    create: (i) => void files.set(pathOf(i), Buffer.from(payload)),
    stat: (i) => {
      sink.value += (files.get(pathOf(i)) as Buffer).length;
    },
    unlink: (i) => void files.delete(pathOf(i)),
    drop: () => {},
  };
}

function time(count: number, once: (i: number) => void): Sample {
  const cpuBefore = process.cpuUsage();
  const before = process.hrtime.bigint();
  for (let i = 0; i < count; i++) once(i);
  const wall = Number(process.hrtime.bigint() - before) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpu: (user + system) / count, wall: wall / count };
}

const middle = (samples: readonly Sample[]): Sample => ({
  cpu: median(samples.map(({ cpu }) => cpu)),
  wall: median(samples.map(({ wall }) => wall)),
});

/** Samples by case name: `scale-create-1k`, …, `scale-unlink-1m`. */
export async function measureScale(files: Files, limit: number): Promise<Record<string, Sample[]>> {
  const results: Record<string, Sample[]> = {};
  let made = 0;
  const grow = (to: number): void => {
    for (; made < to; made++) {
      if (made % PER_DIRECTORY === 0) files.directory(made / PER_DIRECTORY);
      files.create(made);
    }
  };
  // Warm up on files of their own, in numbers that the tree never reaches.
  const warm = 2_000_000;
  files.directory(warm / PER_DIRECTORY);
  for (let turn = 0; turn < 5; turn++) {
    for (let i = 0; i < PER_DIRECTORY; i++) files.create(warm + i);
    for (let i = 0; i < PER_DIRECTORY; i++) files.stat(warm + i);
    for (let i = 0; i < PER_DIRECTORY; i++) files.unlink(warm + i);
  }
  for (const size of SCALE_SIZES.filter((one) => one <= limit)) {
    const batch = Math.min(size / 2, 20_000);
    const next = randomIndex();
    const create: Sample[] = [];
    const stat: Sample[] = [];
    const unlink: Sample[] = [];
    for (let turn = 0; turn < 5; turn++) {
      grow(size - batch);
      const from = made;
      for (let d = Math.ceil(from / PER_DIRECTORY); d * PER_DIRECTORY < size; d++) if (turn === 0) files.directory(d);
      create.push(time(batch, (i) => files.create(from + i)));
      stat.push(time(batch, () => files.stat(next(size))));
      unlink.push(time(batch, (i) => files.unlink(from + i)));
    }
    for (let i = made; i < size; i++) files.create(i);
    made = size;
    results[`scale-create-${sizeLabel(size)}`] = [middle(create)];
    results[`scale-stat-${sizeLabel(size)}`] = [middle(stat)];
    results[`scale-unlink-${sizeLabel(size)}`] = [middle(unlink)];
  }
  await files.drop();
  return results;
}
