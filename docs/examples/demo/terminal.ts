/**
 * Demo: what is shown. Colour, bars and a moving progress line on a terminal; plain lines of ASCII anywhere else
 * (a pipe, a CI log, NO_COLOR), so that the same run can be read and diffed.
 */
const { stdout } = process;
const rich = stdout.isTTY === true && stdout.hasColors();
const PROGRESS_INTERVAL_MS = 50;
const BAR_CELLS = 30;

// `npm run demo | head` closes the pipe early: then there is nobody left to tell.
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const paint = (code: number) => (text: string) => (rich ? `\x1b[${code}m${text}\x1b[0m` : text);
export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);
export const cyan = paint(36);

export function say(line = ''): void {
  stdout.write(`${rich ? '\r\x1b[K' : ''}${line}\n`);
}

/** What is being done right now: a line that the next one replaces. Only on a terminal. */
export function working(text: string): void {
  if (rich) stdout.write(`\r   ${dim(text)}\x1b[K`);
}

let step = 0;

/** Starts a numbered part of the story. */
export function chapter(title: string): void {
  step++;
  say();
  say(bold(cyan(`${step}. ${title}`)));
}

/** One line of what was found to hold, or not. */
export function verdict(holds: boolean, text: string): void {
  say(`   ${holds ? green(rich ? '✓' : 'ok') : red(rich ? '✗' : 'FAILED')} ${text}`);
  if (!holds) process.exitCode = 1;
}

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  if (count < 1024 ** 2) return `${(count / 1024).toFixed(1)} KiB`;
  return `${(count / 1024 ** 2).toFixed(1)} MiB`;
}

/** A bar of what is used of a limit, with the numbers beside it. */
export function quotaBar(used: number, limit: number): string {
  const share = limit === 0 ? 1 : used / limit;
  return bar(used, limit, share < 0.75 ? green : share < 0.95 ? yellow : red);
}

function bar(part: number, whole: number, colour: (text: string) => string): string {
  const share = whole === 0 ? 1 : Math.min(1, part / whole);
  const filled = Math.round(share * BAR_CELLS);
  const [full, empty] = rich ? ['█', '░'] : ['#', '-'];
  const cells = colour(full.repeat(filled)) + dim(empty.repeat(BAR_CELLS - filled));
  return `[${cells}] ${bytes(part)} of ${bytes(whole)} (${(share * 100).toFixed(1)} %)`;
}

/** A line that is redrawn in place on a terminal, and printed at each quarter elsewhere. */
export class Progress {
  #shownAt = 0;
  #quarter = 0;

  constructor(
    private readonly label: string,
    private readonly total: number,
  ) {}

  update(done: number): void {
    if (!rich) {
      this.#printQuarter(done);
      return;
    }
    const now = performance.now();
    if (now - this.#shownAt < PROGRESS_INTERVAL_MS && done < this.total) return;
    this.#shownAt = now;
    stdout.write(`\r   ${this.label} ${bar(done, this.total, cyan)}\x1b[K`);
  }

  /** Leaves the line, so that what follows starts on its own. */
  finish(): void {
    if (rich) stdout.write('\n');
  }

  #printQuarter(done: number): void {
    const quarter = Math.floor((done / this.total) * 4);
    if (quarter <= this.#quarter) return;
    this.#quarter = quarter;
    say(`   ${this.label} ${bar(done, this.total, cyan)}`);
  }
}

export interface TreeNode {
  readonly name: string;
  readonly size: number;
  readonly children?: readonly TreeNode[];
  readonly note?: string;
}

/** A tree as `tree` prints it, sizes aligned on the right. */
export function tree(root: TreeNode): string[] {
  const [tee, corner, pipe, blank] = rich ? ['├── ', '└── ', '│   ', '    '] : ['|-- ', '`-- ', '|   ', '    '];
  const rows: [left: string, node: TreeNode][] = [[root.name, root]];
  const visit = (node: TreeNode, prefix: string): void => {
    const children = node.children ?? [];
    for (const [index, child] of children.entries()) {
      const last = index === children.length - 1;
      rows.push([prefix + (last ? corner : tee) + child.name, child]);
      visit(child, prefix + (last ? blank : pipe));
    }
  };
  visit(root, '');
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, node]) => {
    const label = node.children ? bold(left) : left;
    const note = node.note ? `  ${dim(node.note)}` : '';
    return `   ${label}${' '.repeat(width - left.length)}${bytes(node.size).padStart(10)}${note}`;
  });
}
