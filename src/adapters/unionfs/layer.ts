/**
 * Adapter, union: memory over the disk, as one `node:fs`. Each member is decided
 * by its name: what looks asks memory first and then the disk, what changes goes
 * to memory alone. Invariant: nothing is called on the disk but what `lower.ts`
 * calls harmless; an error of the upper layer that is not "there is none" ends
 * the call, so a refusal is never answered by a write elsewhere.
 */

import { promisify } from 'node:util';
import { validateFunction } from '../../facade/index.js';
import { later } from '../../host/index.js';
import { type CopyUp, makeCopyUp } from './copy-up.js';
import { isMissing, merged, opendirOver, readdirOver } from './listing.js';
import {
  type AnyFunction,
  harmlessHandle,
  isHarmless,
  isLooking,
  isReading,
  isUpperDescriptor,
  type NodeFs,
} from './lower.js';
import { entryIn } from './reach.js';

type Callback = (error: unknown, ...results: unknown[]) => void;

interface Layers {
  readonly lower: NodeFs;
  readonly upper: NodeFs;
  readonly copyUp: CopyUp;
}

/** The error of a call that failed in both layers: the upper one's, unless the lower one knows more than "none". */
const worse = (above: unknown, below: unknown): unknown => (isMissing(below) ? above : below);

const member = (object: object, name: string): AnyFunction | undefined => {
  const found: unknown = Reflect.get(object, name);
  return typeof found === 'function' ? (found as AnyFunction) : undefined;
};

/** A descriptor or a FileHandle in the place of the path. */
function descriptorOf(target: unknown): number | undefined {
  if (typeof target === 'number') return target;
  if (typeof target !== 'object' || target === null || ArrayBuffer.isView(target) || target instanceof URL)
    return undefined;
  const fd: unknown = Reflect.get(target, 'fd');
  return typeof fd === 'number' ? fd : undefined;
}

type Sync = (...args: unknown[]) => unknown;

function lookSync(name: string, upper: AnyFunction, lower: AnyFunction): Sync {
  return (...args) => {
    if (!isHarmless(name, args)) return upper(...args);
    try {
      // `throwIfNoEntry: false` answers with nothing.
      return upper(...args) ?? (name.endsWith('tatSync') ? lower(...args) : undefined);
    } catch (above) {
      if (!isMissing(above)) throw above;
      try {
        return lower(...args);
      } catch (below) {
        throw worse(above, below);
      }
    }
  };
}

function lookLater(name: string, upper: AnyFunction, lower: AnyFunction): AnyFunction {
  return (...args) => {
    const done = args.at(-1) as Callback;
    if (typeof done !== 'function' || !isHarmless(name, args)) return upper(...args);
    const given = args.slice(0, -1);
    return upper(...given, (above: unknown, ...found: unknown[]) => {
      if (!isMissing(above)) return done(above, ...found);
      return lower(...given, (below: unknown, ...results: unknown[]) =>
        below ? done(worse(above, below)) : done(null, ...results),
      );
    });
  };
}

function lookPromise(name: string, upper: AnyFunction, lower: AnyFunction): AnyFunction {
  return async (...args) => {
    if (!isHarmless(name, args)) return upper(...args);
    try {
      return await upper(...args);
    } catch (above) {
      if (!isMissing(above)) throw above;
      try {
        return harmlessHandle(await lower(...args));
      } catch (below) {
        throw worse(above, below);
      }
    }
  };
}

type Form = 'sync' | 'callback' | 'promise';
const looks = { sync: lookSync, callback: lookLater, promise: lookPromise };

/** Runs synchronously and answers in the form of the member. */
function answered(form: Form, run: Sync): AnyFunction {
  if (form === 'sync') return run;
  if (form === 'promise') return async (...args) => run(...args);
  return (...args) => {
    const done = args.at(-1);
    validateFunction(done, 'cb');
    try {
      const result = run(...args.slice(0, -1));
      later(() => done(null, result));
    } catch (error) {
      later(() => done(error));
    }
    return undefined;
  };
}

/** What copying up throws is delivered as the call's own error. */
function change({ copyUp, upper }: Layers, form: Form, name: string, own: AnyFunction): AnyFunction {
  return (...args) => {
    if (descriptorOf(args[0]) !== undefined && !/^(open|mkdtemp)/.test(name)) return own(...args);
    let given = args;
    try {
      given = [...copyUp(name, args)];
    } catch (error) {
      if (form === 'sync') throw error;
      if (form === 'promise') return Promise.reject(error);
      const done = args.at(-1);
      if (typeof done !== 'function') return own.apply(upper, args);
      later(() => done(error));
      return undefined;
    }
    return own(...given);
  };
}

function look(layers: Layers, form: Form, name: string, upper: AnyFunction, lower: AnyFunction): AnyFunction {
  const byPath = looks[form](name, upper, lower);
  const byChange = change(layers, form, name, upper);
  return (...args) => {
    const fd = descriptorOf(args[0]);
    if (fd !== undefined) return (isUpperDescriptor(fd) ? upper : lower)(...args);
    return isHarmless(name, args) ? byPath(...args) : byChange(...args);
  };
}

function read(upper: AnyFunction, lower: AnyFunction): AnyFunction {
  const to = (fd: unknown): AnyFunction => (isUpperDescriptor(fd) || typeof fd !== 'number' ? upper : lower);
  const routed: AnyFunction = (...args) => to(args[0])(...args);
  const promised = (...args: unknown[]) => (promisify(to(args[0])) as AnyFunction)(...args);
  return Object.assign(routed, { [promisify.custom]: promised });
}

/** The member of the union, by what the call does. */
function memberOf(
  layers: Layers,
  form: Form,
  name: string,
  own: AnyFunction,
  below: AnyFunction | undefined,
): AnyFunction {
  const { lower, upper } = layers;
  const plain = name.replace(/Sync$/, '');
  if (plain === 'readdir') return answered(form, (...args) => readdirOver(lower, upper, args));
  if (plain === 'opendir') return answered(form, (path, options) => opendirOver(lower, upper, path, options));
  if (plain === 'exists')
    return form === 'sync' ? (path) => own(path) || below?.(path) : existsLater(lower, upper, own);
  if (plain === 'glob') return globOver(form, own, below);
  if (below !== undefined && /^(watch|watchFile|unwatchFile)$/.test(plain)) {
    return (...args) =>
      (upper.existsSync(args[0] as string) || !lower.existsSync(args[0] as string) ? own : below)(...args);
  }
  if (below !== undefined && isReading(name) && form !== 'promise') return read(own, below);
  if (plain === 'rm') return change(layers, form, name, rmOver(lower, upper, own));
  if (below === undefined || !isLooking(name)) return change(layers, form, name, own);
  const made = look(layers, form, name, own, below);
  const [native, nativeBelow] = [member(own, 'native'), member(below, 'native')];
  if (native && nativeBelow) Object.assign(made, { native: look(layers, form, name, native, nativeBelow) });
  return made;
}

/** What only the disk has is not gone because force does not mind: then it says what `rm` without force says. */
function rmOver(lower: NodeFs, upper: NodeFs, own: AnyFunction): AnyFunction {
  return (path, options, ...rest) => {
    const isForced = typeof options === 'object' && options !== null && Reflect.get(options, 'force') === true;
    const isKept = isForced && !entryIn(upper, path as string) && entryIn(lower, path as string) !== undefined;
    return own(path, isKept ? { ...options, force: false } : options, ...rest);
  };
}

function existsLater(lower: NodeFs, upper: NodeFs, own: AnyFunction): AnyFunction {
  const either = (path: unknown): boolean => upper.existsSync(path as string) || lower.existsSync(path as string);
  const exists: AnyFunction = (path, done) => {
    if (typeof done !== 'function') return own(path, done);
    const found = either(path);
    later(() => done(found));
    return undefined;
  };
  return Object.assign(exists, { [promisify.custom]: async (path: unknown) => either(path) });
}

function globOver(form: Form, own: AnyFunction, below: AnyFunction | undefined): AnyFunction {
  if (below === undefined) return own;
  type Found = Parameters<typeof merged>[0];
  if (form === 'sync') return (...args) => merged(own(...args) as Found, below(...args) as Found);
  if (form === 'callback') {
    return (...args) => {
      const done = args.at(-1) as Callback;
      if (typeof done !== 'function') return own(...args);
      const given = args.slice(0, -1);
      return own(...given, (above: unknown, first: Found) =>
        above
          ? done(above)
          : below(...given, (error: unknown, second: Found) =>
              error ? done(error) : done(null, merged(first, second)),
            ),
      );
    };
  }
  return async function* (...args) {
    const [first, second]: Found[number][][] = [[], []];
    for await (const each of own(...args) as AsyncIterable<Found[number]>) first.push(each);
    for await (const each of below(...args) as AsyncIterable<Found[number]>) second.push(each);
    yield* merged(first, second);
  };
}

const isClass = (name: string): boolean => /^[A-Z]/.test(name);

/** All functions of an object of the upper layer, over those of the same names of the lower one. */
function membersOf(
  layers: Layers,
  upper: object,
  lower: object,
  formOf: (name: string) => Form,
): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const name of Object.keys(upper)) {
    const own = member(upper, name);
    const isMember = own !== undefined && !isClass(name) && !name.startsWith('_') && !name.startsWith('create');
    members[name] = isMember
      ? memberOf(layers, formOf(name), name, own, member(lower, name))
      : Reflect.get(upper, name);
  }
  return members;
}

/** A stream reads from the layer that has the file; it writes in memory. */
function streamsOf({ lower, upper, copyUp }: Layers) {
  return {
    createReadStream(path: string, options?: object) {
      const fd = descriptorOf(options && Reflect.get(options, 'fd'));
      const flags: unknown = options && Reflect.get(options, 'flags');
      const isBelow = fd === undefined ? !upper.existsSync(path) && lower.existsSync(path) : !isUpperDescriptor(fd);
      const harmless = isHarmless('open', [path, flags]) && (options === undefined || !Reflect.has(options, 'fs'));
      return (isBelow && harmless ? lower : upper).createReadStream(path, options);
    },
    createWriteStream(path: string, options?: object) {
      const fd = descriptorOf(options && Reflect.get(options, 'fd'));
      let given: readonly unknown[] = [path, options];
      if (fd === undefined) {
        try {
          given = copyUp('createWriteStream', given);
        } catch (error) {
          const open: AnyFunction = (...args) => later(() => (args.at(-1) as Callback)(error));
          return upper.createWriteStream(path, { ...options, fs: { ...upper, open } } as object);
        }
      }
      return upper.createWriteStream(path, given[1] as object);
    },
  };
}

/** Memory over the disk as one `node:fs` object. */
export function layered(lower: NodeFs, upper: NodeFs, copiesUp: boolean): NodeFs {
  const copyUp: CopyUp = copiesUp ? makeCopyUp(lower, upper) : (_, args) => args;
  const layers: Layers = { lower, upper, copyUp };
  const fs = membersOf(layers, upper, lower, (name) => (name.endsWith('Sync') ? 'sync' : 'callback'));
  const promises = membersOf(layers, upper.promises, lower.promises, () => 'promise');
  return { ...fs, ...streamsOf(layers), promises } as unknown as NodeFs;
}
