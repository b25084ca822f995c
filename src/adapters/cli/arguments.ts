/**
 * Adapter, command line: what the words of `quotafs run` mean. Touches nothing.
 * Invariant: what it returns can be carried out as it is; anything doubtful is
 * a UsageError, said before the program starts.
 */
import { parseArgs } from 'node:util';

export interface RunCommand {
  readonly name: 'run';
  /** Bytes. */
  readonly maxQuota: number | undefined;
  readonly maxNodes: number | undefined;
  /** The directories that the program sees; none means the whole disk. */
  readonly lower: readonly string[];
  /** A directory that the changes are written to when the program is over. */
  readonly exportTo: string | undefined;
  /** The same as an archive. */
  readonly zip: string | undefined;
  readonly report: boolean;
  readonly diff: boolean;
  readonly quiet: boolean;
  readonly strict: boolean;
  readonly script: string;
  readonly args: readonly string[];
}

export type Command = RunCommand | { readonly name: 'help' } | { readonly name: 'version' };

/** What is wrong with the command line, in words for its writer. */
export class UsageError extends Error {}

export const USAGE = `Usage: quotafs run [options] [--] script [arguments]

Runs a Node program with everything it writes held in memory, over the real disk, under a quota.

  --max-quota SIZE   most memory for what it writes: 64MiB, 1GiB, 500kB, bytes (default 256MiB)
  --max-nodes N      most new files, directories and links
  --lower DIR        let it see nothing of the disk but DIR; may be repeated
  --export DIR       write its changes to DIR when it is over; with --lower DIR onto the disk itself
  --zip FILE         the same, what is new or changed, as a zip archive
  --report           show the tree of its changes at the end
  --diff             show the changes of text files too
  --quiet            show nothing
  --strict           refuse child processes and worker threads
  -h, --help         this text
  -v, --version      the version

script is a file, or a command of node_modules/.bin. Reports go to stderr.
`;

const OPTIONS = {
  'max-quota': { type: 'string' },
  'max-nodes': { type: 'string' },
  lower: { type: 'string', multiple: true },
  export: { type: 'string' },
  zip: { type: 'string' },
  report: { type: 'boolean' },
  diff: { type: 'boolean' },
  quiet: { type: 'boolean' },
  strict: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

const UNITS: Record<string, number> = {
  '': 1,
  ...{ b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  ...{ k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 },
  ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
};

/** Bytes of '256MiB', '1.5G', '500kB' or '1048576'. @throws UsageError */
export function parseSize(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[unit.toLowerCase()] ?? Number.NaN));
  if (number === '' || !Number.isSafeInteger(bytes)) {
    throw new UsageError(`--max-quota wants a size such as 64MiB, not '${text}'`);
  }
  return bytes;
}

function parseCount(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(count)) throw new UsageError(`--max-nodes wants a whole number, not '${text}'`);
  return count;
}

/** Where the program begins: behind '--', or at the first word that is neither an option nor an option's value. */
function split(words: readonly string[]): { own: readonly string[]; program: readonly string[] } {
  const { tokens } = parseArgs({ args: [...words], options: OPTIONS, strict: false, tokens: true });
  const first = tokens.find(({ kind }) => kind !== 'option');
  if (first === undefined) return { own: words, program: [] };
  return {
    own: words.slice(0, first.index),
    program: words.slice(first.kind === 'option-terminator' ? first.index + 1 : first.index),
  };
}

function parseOwn(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS }).values;
  } catch (error) {
    const { message } = error as Error;
    const [, option] = /'(--[\w-]+)\b.*' argument (?:missing|is ambiguous)/.exec(message) ?? [];
    // Node explains how one would pass a word that begins with a dash; here it is a typing error.
    throw new UsageError(option === undefined ? message.split(/\.\s/)[0] : `${option} wants a value`);
  }
}

/**
 * @param words - behind `quotafs`
 * @throws UsageError
 */
export function parseCommand(words: readonly string[]): Command {
  const [command, ...rest] = words;
  if (command === 'help' || command === '--help' || command === '-h') return { name: 'help' };
  if (command === '--version' || command === '-v') return { name: 'version' };
  if (command === undefined) throw new UsageError('There is no command');
  if (command !== 'run') throw new UsageError(`There is no command '${command}'`);
  const { own, program } = split(rest);
  const values = parseOwn(own);
  if (values.help) return { name: 'help' };
  if (values.version) return { name: 'version' };
  const [script, ...args] = program;
  if (script === undefined || script === '') throw new UsageError('There is no script to run');
  if (values.quiet && (values.report || values.diff)) {
    throw new UsageError('--quiet and --report or --diff contradict each other');
  }
  for (const name of ['export', 'zip'] as const) {
    if (values[name] === '') throw new UsageError(`--${name} wants a path`);
  }
  if (values.lower?.includes('')) throw new UsageError('--lower wants a directory');
  return {
    name: 'run',
    maxQuota: values['max-quota'] === undefined ? undefined : parseSize(values['max-quota']),
    maxNodes: values['max-nodes'] === undefined ? undefined : parseCount(values['max-nodes']),
    lower: values.lower ?? [],
    exportTo: values.export,
    zip: values.zip,
    report: values.report ?? false,
    diff: values.diff ?? false,
    quiet: values.quiet ?? false,
    strict: values.strict ?? false,
    script,
    args,
  };
}
