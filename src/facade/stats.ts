/**
 * Facade layer: Stats and BigIntStats from the engine's stat array. The objects
 * stand on Node's own prototypes, so `instanceof fs.Stats`, the is…() methods
 * and the lazy Dates are Node's; own keys and their order are those of the
 * running Node. Built without Node's constructor, which warns since Node 22.
 */
import type { BigIntStats, Stats } from 'node:fs';
import type { StatArray } from '../core/index.js';
import { bigIntStatsPrototype, datesAreOwn, nanosecondSymbols, statsPrototype } from './running-node.js';

type Fields<T> = Record<string | symbol, T>;

function fillStats(this: Fields<unknown>, s: StatArray): void {
  this.dev = s[0];
  this.mode = s[1];
  this.nlink = s[2];
  this.uid = s[3];
  this.gid = s[4];
  this.rdev = s[5];
  this.blksize = s[6];
  this.ino = s[7];
  this.size = s[8];
  this.blocks = s[9];
  this.atimeMs = s[10] * 1000 + s[11] / 1e6;
  this.mtimeMs = s[12] * 1000 + s[13] / 1e6;
  this.ctimeMs = s[14] * 1000 + s[15] / 1e6;
  this.birthtimeMs = s[16] * 1000 + s[17] / 1e6;
  if (datesAreOwn) addDates(this);
  if (nanosecondSymbols.length === 4) {
    this[nanosecondSymbols[0]] = s[11];
    this[nanosecondSymbols[1]] = s[13];
    this[nanosecondSymbols[2]] = s[15];
    this[nanosecondSymbols[3]] = s[17];
  }
}

const nanoseconds = (seconds: number, rest: number): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(rest);

function fillBigIntStats(this: Fields<unknown>, s: StatArray): void {
  this.dev = BigInt(s[0]);
  this.mode = BigInt(s[1]);
  this.nlink = BigInt(s[2]);
  this.uid = BigInt(s[3]);
  this.gid = BigInt(s[4]);
  this.rdev = BigInt(s[5]);
  this.blksize = BigInt(s[6]);
  this.ino = BigInt(s[7]);
  this.size = BigInt(s[8]);
  this.blocks = BigInt(s[9]);
  const atimeNs = nanoseconds(s[10], s[11]);
  const mtimeNs = nanoseconds(s[12], s[13]);
  const ctimeNs = nanoseconds(s[14], s[15]);
  const birthtimeNs = nanoseconds(s[16], s[17]);
  this.atimeMs = atimeNs / 1_000_000n;
  this.mtimeMs = mtimeNs / 1_000_000n;
  this.ctimeMs = ctimeNs / 1_000_000n;
  this.birthtimeMs = birthtimeNs / 1_000_000n;
  this.atimeNs = atimeNs;
  this.mtimeNs = mtimeNs;
  this.ctimeNs = ctimeNs;
  this.birthtimeNs = birthtimeNs;
  if (datesAreOwn) addDates(this);
}

function addDates(stats: Fields<unknown>): void {
  stats.atime = new Date(Math.round(Number(stats.atimeMs)));
  stats.mtime = new Date(Math.round(Number(stats.mtimeMs)));
  stats.ctime = new Date(Math.round(Number(stats.ctimeMs)));
  stats.birthtime = new Date(Math.round(Number(stats.birthtimeMs)));
}

// Plain constructor functions: only these may stand on a foreign prototype and
// still get V8's fast object layout. TypeScript has no notation for that.
fillStats.prototype = statsPrototype;
const StatsRecord = fillStats as unknown as new (from: StatArray) => Stats;

type BigIntStatsClass = new (from: StatArray) => BigIntStats;
let BigIntStatsRecord: BigIntStatsClass | undefined;

function bigIntStatsRecord(): BigIntStatsClass {
  fillBigIntStats.prototype = bigIntStatsPrototype();
  return fillBigIntStats as unknown as BigIntStatsClass;
}

/** Node's stats object for what the engine wrote into `from`; Node takes only the very value `true` for bigint. */
export function makeStats(from: StatArray, bigint: unknown): Stats | BigIntStats {
  if (bigint !== true) return new StatsRecord(from);
  BigIntStatsRecord ??= bigIntStatsRecord();
  return new BigIntStatsRecord(from);
}
