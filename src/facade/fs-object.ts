/**
 * Facade layer: the object that is `node:fs`: its members, and what is no plain
 * member there either: the stream classes and `promises`, made when they are
 * first asked for, as in Node. Keeps no state. Invariant: `fs.promises` is one
 * object for good.
 */
import type nodeFs from 'node:fs';
import type { Context } from './context.js';
import { makeMembers } from './fs-members.js';
import { makePromises, makeStreams } from './late.js';
import { Parts } from './parts.js';
import { rememberEngine } from './quota/quota.js';
import { hostFs } from './running-node.js';

type Fs = typeof nodeFs;

/**
 * Where an object keeps its lazy members: on a function of its own that nobody patches. Not in the
 * accessors' closures: accessors shared by all objects keep them in one shape, and making one is cheap.
 * Not in a WeakMap: a Proxy or an heir of the object must find it too.
 */
const lazy = Symbol('quotafs.lazy');
type Holder = { readonly _toUnixTimestamp: object };
const lazyOf = (fs: Holder): Parts => (fs._toUnixTimestamp as { [lazy]: Parts })[lazy];

const streamNames = ['ReadStream', 'WriteStream', 'FileReadStream', 'FileWriteStream'];
if (Object.hasOwn(hostFs, 'Utf8Stream')) streamNames.push('Utf8Stream');

/** The stream classes, made together at first use and replaceable, as on Node's object. */
function streamAccessor(name: string): PropertyDescriptor & ThisType<Holder> {
  return {
    get() {
      const own = lazyOf(this);
      if (own.replaced !== undefined && Object.hasOwn(own.replaced, name)) return own.replaced[name];
      own.streams ??= makeStreams(own.ctx);
      return Reflect.get(own.streams, name);
    },
    set(value) {
      const own = lazyOf(this);
      own.replaced ??= {};
      own.replaced[name] = value;
    },
    enumerable: true,
    configurable: true,
  };
}

const promisesAccessor: PropertyDescriptor & ThisType<Holder> = {
  get() {
    const own = lazyOf(this);
    if (own.promises === undefined) {
      own.promises = makePromises(own.ctx, own);
      rememberEngine(own.promises, own.ctx.engine);
    }
    return own.promises;
  },
  enumerable: true,
  configurable: true,
};

const aliases = (['F_OK', 'R_OK', 'W_OK', 'X_OK'] as const).filter((name) => Object.hasOwn(hostFs, name));
const aliasesListed = aliases.length > 0 && Object.keys(hostFs).includes('F_OK');

/** What is no plain member: accessors, and the aliases of constants in the releases that still have them. */
const special: readonly (readonly [string, PropertyDescriptor])[] = [
  ...streamNames.map((name) => [name, streamAccessor(name)] as const),
  ...aliases.map(
    (name) => [name, { value: hostFs.constants[name], enumerable: aliasesListed, configurable: true }] as const,
  ),
  ['promises', promisesAccessor],
];

export function makeFs(ctx: Context): Fs {
  const parts = new Parts(ctx);
  const fs = makeMembers(ctx, parts);
  // Hidden from who prints the function.
  Object.defineProperty(fs._toUnixTimestamp, lazy, { value: parts });
  for (const [name, descriptor] of special) Object.defineProperty(fs, name, descriptor);
  // Typed as Node's own: the members are proved against the running Node's keys and behaviour by the surface tests.
  return fs as unknown as Fs;
}
