/**
 * Facade layer: what is taken from the running Node, captured once at load so
 * that a later patch of `fs`, or fake timers, cannot reach us. Owns the answer
 * to "which Node is this?": behaviour that differs between releases asks here.
 */
import { isNativeError } from 'node:util/types';
import { ownFs as nodeFs } from '../host/index.js';

const [major, minor] = process.versions.node.split('.').map(Number);

/** True when the running Node is at least the given release. */
export const nodeAtLeast = (wantedMajor: number, wantedMinor = 0): boolean =>
  major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);

const [, libuvMinor] = process.versions.uv.split('.').map(Number);

/** libuv 1.49 made copyfile give the copy its source's times and owner first; a distribution may build any Node on it. */
export const copiesAttributes = libuvMinor >= 49;

/** Node's own module object: for its classes and names, never for its operations. */
export const hostFs = nodeFs;

/**
 * The symbol by which Node's stack formatter knows its own errors and prints
 * `TypeError [CODE]: message`. It is not exported, so it is read off a real one.
 */
function findNodeErrorSymbol(): symbol | undefined {
  try {
    Buffer.from(undefined as unknown as string);
  } catch (error) {
    if (!isNativeError(error)) return undefined;
    return Object.getOwnPropertySymbols(Object.getPrototypeOf(error)).find(
      (symbol) => symbol.description === 'kIsNodeError',
    );
  }
  return undefined;
}
export const nodeErrorSymbol = findNodeErrorSymbol();

const realStat = nodeFs.statSync;
const realFstat = nodeFs.fstatSync;

/** A BigIntStats of Node's own: its class is exported nowhere. Tries what any process may stat. */
function findBigIntStats(): object | undefined {
  const sources = [() => realStat('/', { bigint: true }), () => realFstat(2, { bigint: true })];
  for (const source of sources) {
    try {
      return source();
    } catch {
      // The permission model or a closed descriptor: the next source may do.
    }
  }
  return undefined;
}

const bigIntStats = findBigIntStats();

/** Prototype of `fs.Stats` instances. */
export const statsPrototype: object = nodeFs.Stats.prototype;
/** Prototype of BigIntStats instances; Stats' own base where no real one could be had. */
export const bigIntStatsPrototype: object = bigIntStats
  ? Object.getPrototypeOf(bigIntStats)
  : Object.getPrototypeOf(nodeFs.Stats.prototype);
/** Until Node 22 the four Dates were own properties; since then the prototype makes them on demand. */
export const datesAreOwn = !Object.hasOwn(statsPrototype, 'atime');

const realStatfs = nodeFs.statfsSync;
function findStatfs(): object | undefined {
  try {
    return realStatfs('/');
  } catch {
    return undefined;
  }
}
const statfsSample = findStatfs();
/** Prototype of Node's StatFs objects. */
export const statfsPrototype: object = statfsSample ? Object.getPrototypeOf(statfsSample) : Object.prototype;
/** `frsize` came to StatFs late in Node 24. */
export const statfsHasFragmentSize = statfsSample !== undefined && 'frsize' in statfsSample;

/** The nanosecond symbols that Temporal getters read on Node 26 (atime, mtime, ctime, birthtime), or an empty list. */
function findNanosecondSymbols(): readonly symbol[] {
  try {
    return Object.getOwnPropertySymbols(realFstat(2));
  } catch {
    return [];
  }
}
export const nanosecondSymbols = findNanosecondSymbols();

/**
 * Asks the running Node how it validates: calls an operation of its own with a
 * path that holds a null byte, which can never reach the disk, and gives the
 * code of the error that came first.
 */
function firstComplaint(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return isNativeError(error) ? Reflect.get(error, 'code') : undefined;
  }
  return undefined;
}
/** Newer releases let `readFile` fill a buffer of the caller's (`options.buffer`). */
export const readFileTakesBuffer =
  firstComplaint(() => nodeFs.readFileSync('\0', JSON.parse('{"buffer":1}'))) === 'ERR_INVALID_ARG_TYPE';
