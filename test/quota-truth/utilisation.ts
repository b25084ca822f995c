/**
 * Quota truth: how much of the quota is useful data, and what a file costs when
 * there are a million of them. The thresholds are the project's promise.
 */
import { createVolume, type Engine, Fault } from '../../src/core/index.js';
import { collectedBytes } from './collect.js';

const CREATE_WRITE = 0o1101;
const APPEND = 0o2101;
const MIB = 2 ** 20;

export interface Utilisation {
  readonly what: string;
  /** Data that can be read back ÷ quota. */
  readonly share: number;
  readonly atLeast: number;
}

function untilFull(step: (i: number) => void): number {
  for (let i = 0; ; i++) {
    try {
      step(i);
    } catch (error) {
      if (error instanceof Fault && error.errno === 28) return i;
      throw error;
    }
  }
}

const pattern = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 255);

/** Bytes that come back as they went in. */
function readBack(engine: Engine, directory: string, expected: Uint8Array): number {
  let total = 0;
  for (const name of engine.readdir(directory)) {
    const got = engine.readFile(`${directory}/${name}`, 0, (size) => Buffer.allocUnsafe(size));
    for (let at = 0; at < got.length; at += expected.length) {
      if (
        got.compare(
          expected,
          0,
          Math.min(expected.length, got.length - at),
          at,
          Math.min(at + expected.length, got.length),
        ) !== 0
      ) {
        throw new Error(`${directory}/${name} differs after byte ${at}`);
      }
    }
    total += got.length;
  }
  return total;
}

function share(quota: number, data: Uint8Array, fill: (engine: Engine, i: number) => void): number {
  const engine = createVolume({ maxQuota: quota });
  engine.mkdir('/d', 0o777);
  untilFull((i) => fill(engine, i));
  return readBack(engine, '/d', data) / quota;
}

const filesOf = (quota: number, size: number): number => {
  const data = pattern(size);
  return share(quota, data, (engine, i) => engine.writeFile(`/d/f${i}`, data, CREATE_WRITE, 0o666));
};

const appendsOf = (quota: number, size: number): number => {
  const data = pattern(size);
  let fd = -1;
  return share(quota, data, (engine, i) => {
    if (i === 0) fd = engine.open('/d/log', APPEND, 0o666);
    engine.write(fd, data, 0, size, -1);
  });
};

/** The table of shares, in a volume of `quota` bytes. */
export function utilisation(quota = 64 * MIB): Utilisation[] {
  return [
    { what: 'files of 1 MiB', share: filesOf(quota, MIB), atLeast: 0.98 },
    { what: 'files of 64 KiB', share: filesOf(quota, 65_536), atLeast: 0.96 },
    { what: 'files of 4 KiB', share: filesOf(quota, 4096), atLeast: 0.9 },
    { what: 'files of 100 bytes', share: filesOf(quota, 100), atLeast: 0.33 },
    { what: 'a stream of 64 KiB writes', share: appendsOf(quota, 65_536), atLeast: 0.97 },
    { what: '100-byte appends to one file', share: appendsOf(quota, 100), atLeast: 0.95 },
  ];
}

export interface PerFile {
  readonly what: string;
  /** Bytes of heapUsed + external for each. */
  readonly bytes: number;
  readonly atMost: number;
  /** Bytes charged for each. */
  readonly charged: number;
  /** Milliseconds a full collection takes longer with them in place. */
  readonly collection: number;
}

function collectionTime(): number {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    globalThis.gc?.();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[2];
}

async function perFile(what: string, size: number, atMost: number, count: number): Promise<PerFile> {
  const data = pattern(size);
  const fill = (engine: Engine, files: number): void => {
    for (let i = 0; i < files; i++) {
      if (i % 1000 === 0) engine.mkdir(`/d${i / 1000}`, 0o777);
      engine.writeFile(`/d${Math.floor(i / 1000)}/f${i}`, data, CREATE_WRITE, 0o666);
    }
  };
  fill(createVolume({ maxQuota: 2 ** 32 }), 5000);
  const before = await collectedBytes();
  const emptyCollection = collectionTime();
  const engine = createVolume({ maxQuota: 2 ** 32 });
  fill(engine, count);
  const bytes = ((await collectedBytes()) - before) / count;
  const collection = collectionTime() - emptyCollection;
  return { what, bytes, atMost, charged: engine.usage().used / count, collection };
}

/** Memory for each of `count` files in a tree, a thousand to a directory. */
export async function perFileMemory(count = 1_000_000): Promise<PerFile[]> {
  return [await perFile('empty file, short name', 0, 160, count), await perFile('file of 100 bytes', 100, 290, count)];
}

/** Most milliseconds a full collection may take longer. */
export const COLLECTION_AT_MOST = 200;
