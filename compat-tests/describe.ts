/**
 * Compat tests: turns any value an fs call can give into one line of text, so
 * that two file systems compare by string equality. Everything a program could
 * see is kept (class, own keys in order, contents); what no two disks share is
 * left out: inode and device numbers, sizes of directories, the current time.
 */

/** Times before 2020 or after 2030 were set by the program; all others are 'now'. */
const SET_BEFORE = 1_577_836_800_000;
const SET_AFTER = 1_893_456_000_000;
const SHOWN_BYTES = 96;

export const describeTime = (ms: number | bigint): string => {
  const value = typeof ms === 'bigint' ? Number(ms / 1_000_000n) : ms;
  return value < SET_BEFORE || value > SET_AFTER ? `${ms}` : 'now';
};

const hash = (bytes: Uint8Array): string => {
  let h = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) h = Math.imul(h ^ bytes[i], 0x01000193);
  return (h >>> 0).toString(16);
};

export const describeBytes = (bytes: Uint8Array): string => {
  const shown = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, SHOWN_BYTES));
  const text = JSON.stringify(shown.toString('latin1'));
  return bytes.byteLength <= SHOWN_BYTES ? text : `${text}… ${bytes.byteLength} bytes #${hash(bytes)}`;
};

/** Text that is shown whole and unquoted, line by line. */
export class Report {
  constructor(readonly text: string) {}
}

const describeText = (text: string): string =>
  text.length <= 4 * SHOWN_BYTES ? JSON.stringify(text) : `text ${describeBytes(Buffer.from(text, 'utf8'))}`;

const className = (value: object): string => {
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto === null) return 'null-prototype';
  const make: unknown = (proto as { constructor?: unknown }).constructor;
  return typeof make === 'function' ? make.name : 'unnamed';
};

/** The constructor's name and every own key, `message` first, `stack` left out. */
const describeError = (error: Error, depth: number): string => {
  const parts = [className(error), `name=${error.name}`, `message=${JSON.stringify(error.message)}`];
  for (const key of Reflect.ownKeys(error)) {
    if (key === 'stack' || key === 'message' || typeof key === 'symbol') continue;
    const property = Object.getOwnPropertyDescriptor(error, key);
    const flags = property?.enumerable ? '' : '(hidden)';
    parts.push(`${key}${flags}=${describe((error as unknown as Record<string, unknown>)[key], depth + 1)}`);
  }
  return `Error<${parts.join(' ')}>`;
};

interface StatsShape {
  mode: number | bigint;
  nlink: number | bigint;
  isDirectory(): boolean;
  isFile(): boolean;
}

const typeLetters = ['File', 'Directory', 'SymbolicLink', 'BlockDevice', 'CharacterDevice', 'FIFO', 'Socket'] as const;

const kinds = (value: object): string =>
  typeLetters.filter((name) => (value as Record<string, () => boolean>)[`is${name}`]()).join('+');

const UNSHARED = new Set(['dev', 'ino']);

const describeStats = (stats: StatsShape): string => {
  const values = stats as unknown as Record<string, number | bigint | Date>;
  const parts: string[] = [kinds(stats)];
  for (const key of Object.keys(stats)) {
    const value = values[key];
    if (UNSHARED.has(key)) parts.push(`${key}:${typeof value}`);
    else if ((key === 'size' && stats.isDirectory()) || key === 'blocks') parts.push(`${key}:${typeof value}`);
    else if (value instanceof Date) parts.push(`${key}=Date ${describeTime(value.getTime())}`);
    else if (/Ms$/.test(key)) parts.push(`${key}=${typeof value} ${describeTime(Number(value))}`);
    else if (/Ns$/.test(key)) parts.push(`${key}=${typeof value} ${describeTime(value)}`);
    else parts.push(`${key}=${describe(value)}`);
  }
  for (const key of ['atime', 'mtime', 'ctime', 'birthtime']) {
    const date = values[key];
    if (!(date instanceof Date)) parts.push(`${key}=${typeof date}`);
  }
  return `${className(stats)}<${parts.join(' ')}>`;
};

const describeDirent = (entry: object): string => {
  const { name, parentPath, ...rest } = entry as Record<string, unknown>;
  const keys = Object.keys(rest).map((key) => `${key}=${describe(rest[key])}`);
  // glob's entries are of a class of their own in Node, a Dirent all the same.
  const shownClass = className(entry).replace('DirentFromStats', 'Dirent');
  return `${shownClass}<${kinds(entry)} ${describe(parentPath)} ${describe(name)} ${keys.join(' ')}>`;
};

/** Numbers of a real disk: only which there are and of which type. */
const describeStatFs = (value: object): string =>
  `${className(value)}<${Object.entries(value)
    .map(([key, number]) => `${key}:${typeof number}`)
    .join(' ')}>`;

const describeObject = (value: object, depth: number): string => {
  if (value instanceof Report) return value.text;
  if (value instanceof Error) return describeError(value, depth);
  if (ArrayBuffer.isView(value)) {
    // No view can be made of memory that was handed to another thread.
    const { buffer, byteOffset, byteLength } = value;
    return `${className(value)} ${describeBytes(byteLength === 0 ? new Uint8Array() : new Uint8Array(buffer, byteOffset, byteLength))}`;
  }
  if (value instanceof ArrayBuffer) return `ArrayBuffer ${describeBytes(new Uint8Array(value))}`;
  if (Array.isArray(value)) return `[${value.map((item) => describe(item, depth + 1)).join(', ')}]`;
  if (value instanceof Date) return `Date ${describeTime(value.getTime())}`;
  const name = className(value);
  if (name === 'StatFs') return describeStatFs(value);
  if ('isSymbolicLink' in value && 'nlink' in value) return describeStats(value as object as StatsShape);
  if ('isSymbolicLink' in value && 'name' in value) return describeDirent(value);
  if (name !== 'Object' && name !== 'null-prototype') return `<${name}>`;
  if (depth > 4) return '{…}';
  const parts = Object.entries(value).map(([key, item]) => `${key}: ${describe(item, depth + 1)}`);
  return `${name === 'Object' ? '' : name}{${parts.join(', ')}}`;
};

/** One line of text for any value. */
export const describe = (value: unknown, depth = 0): string => {
  if (typeof value === 'string') return describeText(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `<function ${value.name}>`;
  if (typeof value === 'object' && value !== null) return describeObject(value, depth);
  if (Object.is(value, -0)) return '-0';
  return String(value);
};
