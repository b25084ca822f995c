/** Adapter, looking: a directory tree as text, as tree(1) draws it. */
import type { Stats } from 'node:fs';
import { formatBytes } from '../../host/index.js';
import { below, printable, type ReadableFs } from '../tree/index.js';

/** The calls that show a tree. */
export type LookingFs = Pick<ReadableFs, 'lstatSync' | 'readdirSync' | 'readlinkSync'>;

/** Options of {@link printTree}. */
export interface PrintTreeOptions {
  /** Sizes of files behind their names. Default false. */
  readonly sizes?: boolean;
  /** Levels below `path`; what is deeper is counted. Default: all. */
  readonly depth?: number;
  /** Types and permissions in front of the names, as `ls -l` has them. Default false. */
  readonly modes?: boolean;
  /** Colours for a terminal. Default false. */
  readonly color?: boolean;
  /** Most lines; what is left is counted. Default: all. */
  readonly lines?: number;
}

const BLUE = '\u001b[34m';
const CYAN = '\u001b[36m';
const GREY = '\u001b[90m';
const RESET = '\u001b[0m';

/**
 * A directory and what is below it as lines of text, names in order, links not followed.
 * @param path a directory or file; default '/'
 * @throws the errors of `fs` when `path` is not there
 */
export function printTree(fs: LookingFs, path = '/', options: PrintTreeOptions = {}): string {
  const { depth = Infinity, lines = Infinity } = options;
  const paint = painter(options.color === true);
  const out: string[] = [];
  let hidden = 0;
  const add = (line: string): void => {
    if (out.length < lines) out.push(line);
    else hidden++;
  };
  const visit = (directory: string, prefix: string, level: number): void => {
    const names = fs.readdirSync(directory).sort();
    if (level > depth) {
      if (names.length > 0) add(`${prefix}└── ${paint(GREY, countOf(names.length))}`);
      return;
    }
    for (const [index, name] of names.entries()) {
      const isLast = index === names.length - 1;
      const at = below(directory, name);
      const stats = fs.lstatSync(at);
      add(`${prefix}${isLast ? '└── ' : '├── '}${describe(fs, at, name, stats, options)}`);
      if (stats.isDirectory()) visit(at, prefix + (isLast ? '    ' : '│   '), level + 1);
    }
  };
  const top = fs.lstatSync(path);
  add(describe(fs, path, path, top, options));
  if (top.isDirectory()) visit(path, '', 1);
  if (hidden > 0) out.push(paint(GREY, `… ${hidden} more ${hidden === 1 ? 'line' : 'lines'}`));
  return out.join('\n');
}

const countOf = (count: number): string => `(${count} ${count === 1 ? 'entry' : 'entries'})`;

function describe(fs: LookingFs, at: string, name: string, stats: Stats, options: PrintTreeOptions): string {
  const paint = painter(options.color === true);
  const modes = options.modes ? `${formatMode(stats)} ` : '';
  const shown = printable(name);
  if (stats.isDirectory()) return `${modes}${paint(BLUE, shown.endsWith('/') ? shown : `${shown}/`)}`;
  if (stats.isSymbolicLink()) return `${modes}${paint(CYAN, shown)} -> ${printable(String(fs.readlinkSync(at)))}`;
  return `${modes}${shown}${options.sizes ? paint(GREY, ` (${formatBytes(stats.size)})`) : ''}`;
}

const painter =
  (color: boolean) =>
  (code: string, text: string): string =>
    color ? `${code}${text}${RESET}` : text;

/** As `ls -l` writes it: '-rw-r--r--'. */
function formatMode(stats: Stats): string {
  const type = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-';
  const { mode } = stats;
  const letters = [...'rwxrwxrwx'].map((letter, index) => ((mode >> (8 - index)) & 1 ? letter : '-'));
  if (mode & 0o4000) letters[2] = letters[2] === 'x' ? 's' : 'S';
  if (mode & 0o2000) letters[5] = letters[5] === 'x' ? 's' : 'S';
  if (mode & 0o1000) letters[8] = letters[8] === 'x' ? 't' : 'T';
  return type + letters.join('');
}
