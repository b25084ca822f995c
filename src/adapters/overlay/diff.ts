/**
 * Adapter, overlay: a unified diff of two texts. The lines are compared with
 * Myers' algorithm ("An O(ND) Difference Algorithm and Its Variations", 1986)
 * after what both share at the start and the end is set aside.
 */
const CONTEXT = 3;
/** Differences looked for before the rest counts as replaced whole: the trace grows with their square. */
const MOST_EDITS = 2000;

/** One step of the edit script: a line of `a` kept, removed, or one of `b` added. */
interface Step {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

/** The unified diff of two texts with their names, as `diff -u` prints it. */
export function diffText(before: string, after: string, nameBefore: string, nameAfter: string): string {
  const steps = script(linesOf(before), linesOf(after));
  let text = `--- ${nameBefore}\n+++ ${nameAfter}\n`;
  for (const [from, to] of hunks(steps)) text += hunk(steps, from, to);
  return text;
}

/** Lines with their ends, so that a missing last newline is a difference. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function script(a: readonly string[], b: readonly string[]): Step[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const steps: Step[] = a.slice(0, start).map((line) => ({ sign: ' ', line }));
  steps.push(...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)));
  for (const line of a.slice(a.length - end)) steps.push({ sign: ' ', line });
  return steps;
}

/** Myers: the furthest reaching paths for 0, 1, 2 … edits, then the way back. */
function middle(a: readonly string[], b: readonly string[]): Step[] {
  const most = Math.min(a.length + b.length, MOST_EDITS);
  const reach = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  for (let edits = 0; edits <= most; edits++) {
    trace.push(new Map(reach));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const left = reach.get(diagonal - 1) ?? -1;
      const above = reach.get(diagonal + 1) ?? -1;
      const down = diagonal === -edits || (diagonal !== edits && left < above);
      let x = down ? above : left + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++;
      reach.set(diagonal, x);
      if (x >= a.length && x - diagonal >= b.length) return wayBack(a, b, trace);
    }
  }
  return [...a.map((line): Step => ({ sign: '-', line })), ...b.map((line): Step => ({ sign: '+', line }))];
}

function wayBack(a: readonly string[], b: readonly string[], trace: readonly Map<number, number>[]): Step[] {
  const steps: Step[] = [];
  let x = a.length;
  let y = b.length;
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reach = trace[edits] as Map<number, number>;
    const diagonal = x - y;
    const left = reach.get(diagonal - 1) ?? -1;
    const above = reach.get(diagonal + 1) ?? -1;
    const down = diagonal === -edits || (diagonal !== edits && left < above);
    const fromX = down ? above : left;
    const fromY = fromX - (down ? diagonal + 1 : diagonal - 1);
    while (x > Math.max(fromX, 0) && y > Math.max(fromY, 0) && (edits === 0 || x - y === diagonal)) {
      if (edits > 0 && (down ? y === fromY + 1 && x === fromX : x === fromX + 1 && y === fromY)) break;
      steps.push({ sign: ' ', line: a[--x] as string });
      y--;
    }
    if (edits === 0) break;
    if (down) steps.push({ sign: '+', line: b[--y] as string });
    else steps.push({ sign: '-', line: a[--x] as string });
  }
  return steps.reverse();
}

/** Ranges of steps around the changes, joined where their contexts touch. */
function hunks(steps: readonly Step[]): [from: number, to: number][] {
  const found: [number, number][] = [];
  steps.forEach((step, at) => {
    if (step.sign === ' ') return;
    const last = found.at(-1);
    const from = Math.max(0, at - CONTEXT);
    const to = Math.min(steps.length, at + CONTEXT + 1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else found.push([from, to]);
  });
  return found;
}

function hunk(steps: readonly Step[], from: number, to: number): string {
  const count = (signs: string, start: number, end: number): number =>
    steps.slice(start, end).filter((step) => signs.includes(step.sign)).length;
  const range = (sign: string): string => {
    const lines = count(` ${sign}`, from, to);
    const first = count(` ${sign}`, 0, from) + (lines === 0 ? 0 : 1);
    return lines === 1 ? `${first}` : `${first},${lines}`;
  };
  let text = `@@ -${range('-')} +${range('+')} @@\n`;
  for (const { sign, line } of steps.slice(from, to)) {
    text += sign + line;
    if (!line.endsWith('\n')) text += '\n\\ No newline at end of file\n';
  }
  return text;
}
