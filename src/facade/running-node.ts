/**
 * Facade layer: what is taken from the running Node, by functions captured at
 * load so that a later patch of `fs`, or fake timers, cannot reach us; what takes
 * long to find is looked for when it is first needed. Owns the answer to "which
 * Node is this?": behaviour that differs between releases asks here.
 */
import { types } from 'node:util';
import { ownFs as nodeFs } from '../host/index.js';

// `node:util` is there; `node:util/types` Node 20 has yet to load.
const { isNativeError } = types;

const [major, minor] = process.versions.node.split('.').map(Number);

/** True when the running Node is at least the given release. */
export const nodeAtLeast = (wantedMajor: number, wantedMinor = 0): boolean =>
  major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);

const [, libuvMinor] = process.versions.uv.split('.').map(Number);

/** libuv 1.49 made copyfile give the copy its source's times and owner first; a distribution may build any Node on it. */
export const copiesAttributes = libuvMinor >= 49;

/** Node's own module object: for its classes and names, never for its operations. */
export const hostFs = nodeFs;

/** `make`, called once, when its value is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const bufferFrom = Buffer.from;

/**
 * The symbol by which Node's stack formatter knows its own errors and prints
 * `TypeError [CODE]: message`. It is not exported, so it is read off a real one.
 */
export const nodeErrorSymbol = once((): symbol | undefined => {
  try {
    bufferFrom(undefined as unknown as string);
  } catch (error) {
    if (!isNativeError(error)) return undefined;
    return Object.getOwnPropertySymbols(Object.getPrototypeOf(error)).find(
      (symbol) => symbol.description === 'kIsNodeError',
    );
  }
  return undefined;
});

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

/** Prototype of `fs.Stats` instances. */
export const statsPrototype: object = nodeFs.Stats.prototype;
/** Prototype of BigIntStats instances; Stats' own base where no real one could be had. */
export const bigIntStatsPrototype = once((): object => {
  const found = findBigIntStats();
  return Object.getPrototypeOf(found ?? nodeFs.Stats.prototype);
});
/** Until Node 22 the four Dates were own properties; since then the prototype makes them on demand. */
export const datesAreOwn = !Object.hasOwn(statsPrototype, 'atime');

const realStatfs = nodeFs.statfsSync;
/** The prototype of Node's StatFs objects, and whether they have `frsize`, which came late in Node 24. */
export const statfsLooks = once((): { readonly prototype: object; readonly hasFragmentSize: boolean } => {
  try {
    const sample = realStatfs('/');
    return { prototype: Object.getPrototypeOf(sample), hasFragmentSize: 'frsize' in sample };
  } catch {
    return { prototype: Object.prototype, hasFragmentSize: false };
  }
});

/** The nanosecond symbols that Temporal getters read on Node 26 (atime, mtime, ctime, birthtime), or an empty list. */
function findNanosecondSymbols(): readonly symbol[] {
  // Where Stats has them, its constructor takes them.
  if (nodeFs.Stats.length <= 14) return [];
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
const realReadFile = nodeFs.readFileSync;
const readFileTakesBuffer = once(
  () => firstComplaint(() => realReadFile('\0', JSON.parse('{"buffer":1}'))) === 'ERR_INVALID_ARG_TYPE',
);

/** Newer releases let `readFile` fill a buffer of the caller's (`options.buffer`); older ones take no notice of it. */
export const bufferOption = (buffer: unknown): unknown =>
  buffer !== undefined && readFileTakesBuffer() ? buffer : undefined;
