/**
 * Compat tests, surface: lists what an object offers, as text, one line per own
 * key. Writability and order are left out on purpose: see docs/differences.md.
 */

/** Symbols that Node keeps to itself are no surface; well-known ones are. */
const isPublic = (key: string | symbol): boolean => typeof key === 'string' || String(key).startsWith('Symbol(Symbol.');

/** A getter counts as what it gives: `fs.promises` is one in Node, and plain data here. */
const memberOf = (object: object, key: string | symbol): unknown => (object as Record<string | symbol, unknown>)[key];

/** Own key → what it is. A class tells its name; a hidden property says so. */
export const members = (object: object): Map<string, string> => {
  const found = new Map<string, string>();
  for (const key of Reflect.ownKeys(object).filter(isPublic)) {
    const value = memberOf(object, key);
    const shape = typeof value === 'function' && /^[A-Z]/.test(value.name) ? ` ${value.name}` : '';
    const enumerable = Object.prototype.propertyIsEnumerable.call(object, key);
    found.set(String(key), `${value === null ? 'null' : typeof value}${shape}${enumerable ? '' : ' hidden'}`);
  }
  return found;
};

/** The public own keys alone: a prototype's getters cannot be asked. */
export const keys = (object: object): string[] => Reflect.ownKeys(object).filter(isPublic).map(String);

/** All keys along the prototype chain below the class named `until`. */
export const inherited = (object: object, until: readonly string[]): Set<string> => {
  const names = new Set<string>();
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const name = (at as { constructor?: { name?: string } }).constructor?.name ?? '';
    if (until.includes(name)) break;
    for (const key of keys(at)) names.add(key);
  }
  return names;
};

/** Lines that only one side has. */
export const difference = (
  expected: Iterable<string>,
  actual: Iterable<string>,
): { missing: string[]; extra: string[] } => {
  const left = new Set(expected);
  const right = new Set(actual);
  return {
    missing: [...left].filter((x) => !right.has(x)).sort(),
    extra: [...right].filter((x) => !left.has(x)).sort(),
  };
};

export const NO_DIFFERENCE = { missing: [], extra: [] };
