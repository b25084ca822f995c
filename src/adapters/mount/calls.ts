/**
 * Adapter, mount: the functions that take the place of Node's. Each decides at
 * call time, so one that a program kept after unmounting is Node's own again in
 * all but identity.
 */
import type { CopySyncOptions, GlobOptions, RmOptions } from 'node:fs';
import nodeModule from 'node:module';
import { callThrough, type Members } from '../../facade/index.js';
import { later, ownFs } from '../../host/index.js';
import { copyFileAcross, cpAcross, cpAcrossSync, endOf } from './copy-across.js';
import { crossingError } from './errors.js';
import { sharesOf } from './glob-across.js';
import { placeOf, type Route } from './routes.js';
import { locate, type NodeFs, onDisk, type Place, surrounds, table, textOf } from './table.js';

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
export type Style = 'sync' | 'callback' | 'promise';

/** One member of one of the two objects. */
export interface Member {
  readonly name: string;
  readonly style: Style;
  readonly native: AnyFunction;
  /** Where the same function is on a mounted object; looked up at each call, so that a spy on it is called. */
  readonly find: (fs: NodeFs) => unknown;
}

/** `node:fs`, and its members as they are when it is patched: on it, too, programs replace some. */
export const patched: { fs: object; own?: Members } = { fs: {} };
/** Members that do their work by others, which Node looks up on the object. */
const composite = new Set([
  'appendFile',
  'exists',
  'readFile',
  'truncate',
  'writeFile',
  'createReadStream',
  'createWriteStream',
]);

function send(member: Member, self: unknown, { fs, path }: Place, args: unknown[], index: number): unknown {
  const own = fs && member.find(fs);
  if (path !== args[index]) args[index] = path;
  if (typeof own !== 'function') return member.native.apply(self, args);
  const { own: members } = patched;
  if (members === undefined || member.style === 'promise' || !composite.has(member.name.replace('Sync', '')))
    return own(...args);
  return callThrough({ fs: patched.fs, own: members }, () => own(...args));
}

/** The module loader asks with the cache it keeps, under a symbol nobody else has. */
const isLoaders = (options: unknown): boolean =>
  typeof options === 'object' && options !== null && Object.getOwnPropertySymbols(options).length > 0;

/** Before Node had hooks, `import` read with such a call; what it looks like leaves only the stack to tell it by. */
const isImport = (args: unknown[]): boolean =>
  args.length === 1 &&
  args[0] instanceof URL &&
  typeof nodeModule.registerHooks !== 'function' &&
  (new Error().stack?.includes('node:internal/modules/esm/') ?? false);

/** What the module loader reads from the disk, in a mount of everything. */
function isLoading({ name, style }: Member, args: unknown[], { mount, fs }: Place): boolean {
  if (mount?.at !== '/' || fs === undefined || mount.showsDisk) return false;
  if (name === 'readFileSync' && table.loading !== undefined && textOf(args[0]) === table.loading) {
    table.loading = undefined;
    return true;
  }
  // CommonJS that is imported is read at once, other modules later.
  const reads = name === 'readFileSync' || (name === 'readFile' && style === 'promise');
  const asks = name === 'realpathSync' ? isLoaders(args[1]) : reads && isImport(args);
  return asks && !fs.existsSync(args[0] as string | URL);
}

function routedFirst(member: Member): AnyFunction {
  return function (...args) {
    if (args.length === 0) return member.native.apply(this, args);
    const place = placeOf(args[0]);
    if (place.mount !== undefined && isLoading(member, args, place))
      return onDisk(() => member.native.apply(this, args));
    return send(member, this, place, args, 0);
  };
}

/** The directory is made beside what the argument names, under a longer name. */
function routedPrefix(member: Member): AnyFunction {
  return function (...args) {
    const prefix = textOf(args[0]);
    if (prefix === undefined) return member.native.apply(this, args);
    const place = locate(`${prefix}X`);
    const path = place.path === `${prefix}X` ? args[0] : String(place.path).slice(0, -1);
    return send(member, this, { ...place, path }, args, 0);
  };
}

/**
 * A tree of the disk around a mount point is removed by the synchronous call, which is shown the disk alone: Node loads
 * its walk late and keeps the members of `node:fs` that it finds then, the mount's perhaps.
 */
function routedTree(member: Member): AnyFunction {
  const first = routedFirst(member);
  return function (...args) {
    const { mount, path } = placeOf(args[0]);
    if (mount !== undefined || !surrounds(path)) return first.apply(this, args);
    const options = optionsOf(args[1]) as RmOptions;
    return perform(member, this, args, () => onDisk(() => ownFs.rmSync(path as string, options)));
  };
}

function routedSecond(member: Member): AnyFunction {
  return function (...args) {
    return send(member, this, placeOf(args[1]), args, 1);
  };
}

function routedStream(member: Member): AnyFunction {
  return function (...args) {
    const [path, options] = args;
    const fd: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'fd') : undefined;
    if (fd === undefined || fd === null) return send(member, this, placeOf(path), args, 0);
    const { fs } = placeOf(fd);
    return send(member, this, { mount: undefined, fs, path }, args, 0);
  };
}

/** Where options may be left out, the callback may be in their place. */
const optionsOf = (value: unknown): unknown => (typeof value === 'function' ? undefined : value);

/** Runs what crosses a boundary in the member's style; it begins before the call returns, as all calls do. */
function perform({ style, native }: Member, self: unknown, args: unknown[], run: () => unknown): unknown {
  if (style === 'sync') return run();
  const done = args.at(-1);
  // Node's own function says what is wrong with the arguments.
  if (style === 'callback' && typeof done !== 'function') return native.apply(self, args);
  const running = (async () => run())();
  if (typeof done !== 'function' || style === 'promise') return running;
  running.then(
    () => later(() => done(null)),
    (error: unknown) => later(() => done(error)),
  );
  return undefined;
}

type Crossing = (member: Member, src: Place, dest: Place, option: unknown) => unknown;

/** A path's text, or undefined for what the called function refuses as it stands. */
function nameOf(path: unknown): string | undefined {
  const text = textOf(path);
  return text === '' || text?.includes('\0') ? undefined : text;
}

/** Two paths: one owner is called, two are told apart. */
function routedBoth(member: Member, across: Crossing): AnyFunction {
  return function (...args) {
    const [src, dest] = [placeOf(args[0]), placeOf(args[1])];
    const isNamed = nameOf(args[0]) !== undefined && nameOf(args[1]) !== undefined;
    const isAround = across === copyTree && (surrounds(src.path) || surrounds(dest.path));
    if (!isNamed || (src.mount === dest.mount && (src.mount !== undefined || !isAround))) {
      const fs = src.mount && (src.fs === dest.fs ? src.fs : src.mount.relative);
      args[1] = dest.path;
      return send(member, this, { ...src, fs }, args, 0);
    }
    return perform(member, this, args, () => across(member, src, dest, optionsOf(args[2])));
  };
}

const refuse: Crossing = ({ name }, src, dest) => {
  throw crossingError('EXDEV', name.replace(/Sync$/, ''), textOf(src.path) ?? '', textOf(dest.path) ?? '');
};

const copyOne: Crossing = (_, src, dest, mode) => copyFileAcross(endOf(src), endOf(dest), mode as number | undefined);

const copyTree: Crossing = ({ style }, src, dest, options) =>
  (style === 'sync' ? cpAcrossSync : cpAcross)(endOf(src), endOf(dest), (options ?? {}) as CopySyncOptions);

function routedGlob(member: Member): AnyFunction {
  return function (...args) {
    const shares = sharesOf(args[0], args[1]);
    if (shares?.some(({ fs, isAround }) => fs !== undefined || isAround) !== true)
      return member.native.apply(this, args);
    const search = (share: (typeof shares)[number], rest: unknown[]): unknown => {
      const { isAround, patterns, ...owner } = share;
      if (!isAround) return send(member, this, { ...owner, path: patterns }, [undefined, ...rest], 0);
      // As trees that are removed: the disk alone is searched.
      const found = onDisk(() => ownFs.globSync(patterns, optionsOf(rest[0]) as GlobOptions));
      const done = rest.at(-1);
      return typeof done === 'function' ? later(() => done(null, found)) : found;
    };
    const rest = args.slice(1);
    if (shares.length === 1 && (member.style !== 'promise' || !shares[0].isAround)) return search(shares[0], rest);
    if (member.style === 'sync') return shares.flatMap((share) => search(share, rest) as unknown[]);
    if (member.style === 'promise') return chained(shares.map((share) => () => search(share, rest)));
    return collect(shares, search, rest);
  };
}

async function* chained(searches: (() => unknown)[]): AsyncGenerator<unknown> {
  for (const search of searches) yield* search() as AsyncIterable<unknown>;
}

/** The callback form over several owners: one after the other, the first error ends it. */
function collect<Share>(shares: Share[], search: (share: Share, rest: unknown[]) => unknown, args: unknown[]): void {
  const done = args.at(-1) as (error: unknown, found?: unknown[]) => void;
  const found: unknown[] = [];
  const next = (index: number): void => {
    const take = (error: unknown, some: unknown[]): void => {
      found.push(...(some ?? []));
      if (error) done(error);
      else next(index + 1);
    };
    if (index === shares.length) done(null, found);
    else search(shares[index], [...args.slice(0, -1), take]);
  };
  next(0);
}

export function routed(member: Member, route: Route): AnyFunction {
  switch (route) {
    case 'first':
      return routedFirst(member);
    case 'mkdtemp':
      return routedPrefix(member);
    case 'rm':
      return routedTree(member);
    case 'second':
      return routedSecond(member);
    case 'stream':
      return routedStream(member);
    case 'glob':
      return routedGlob(member);
    case 'both':
      return routedBoth(member, refuse);
    case 'copyFile':
      return routedBoth(member, copyOne);
    case 'cp':
      return routedBoth(member, copyTree);
  }
}
