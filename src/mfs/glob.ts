/**
 * D-MemFS layer: glob. The patterns are Python's fnmatch by component, with
 * `**` for any number of directories. A matcher of its own and no RegExp: a
 * pattern such as '*a*a*a*b' must not take exponential time.
 */
import { DT_DIR, DT_LINK, ENOENT, ENOTDIR, Fault } from '../core/index.js';
import type { MfsContext } from './context.js';
import { look } from './looking.js';
import { fromByteString, join, normalizePath } from './paths.js';

/** One element of a component's pattern: any text, or one character out of some. */
type Element = '*' | ((char: string) => boolean);

/** A component of a pattern: `**`, or a test of one name. */
type Component = '**' | ((name: string) => boolean);

/**
 * The paths that match, sorted by their bytes, each once. Links to directories are followed by a component that
 * names them and not by `**`.
 */
export function glob(context: MfsContext, pattern: string): string[] {
  const components = normalizePath(pattern, 'pattern')
    .split('/')
    .filter((part) => part !== '')
    .map(parse);
  const found = new Set<string>();
  const seen = new Set<string>();
  // Without recursion: a tree may be deeper than the stack. Each directory is tried once with each rest of the pattern.
  const pending: [directory: string, rest: number][] = [['/', 0]];
  const push = (directory: string, rest: number): void => {
    const key = `${rest}${directory}`;
    if (rest >= components.length || seen.has(key)) return;
    seen.add(key);
    pending.push([directory, rest]);
  };
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    const [directory, rest] = step;
    const component = components[rest];
    const last = rest === components.length - 1;
    if (component === '**') push(directory, rest + 1);
    if (component === undefined) continue;
    for (const { name, type } of entries(context, directory)) {
      const path = join(directory, name);
      if (component === '**') {
        if (last) found.add(path);
        if (type === DT_DIR) push(path, rest);
      } else if (component(fromByteString(name))) {
        if (last) found.add(path);
        else if (type === DT_DIR || (type === DT_LINK && leadsToDirectory(context, path))) push(path, rest + 1);
      }
    }
  }
  return [...found].sort().map(fromByteString);
}

function entries(context: MfsContext, directory: string): { name: string; type: number }[] {
  const types: number[] = [];
  try {
    return context.engine.readdir(directory, types).map((name, index) => ({ name, type: types[index] as number }));
  } catch (thrown) {
    if (thrown instanceof Fault && (thrown.errno === ENOENT || thrown.errno === ENOTDIR)) return [];
    throw thrown;
  }
}

function leadsToDirectory(context: MfsContext, path: string): boolean {
  const found = look(context, path);
  return typeof found !== 'number' && found.isDir;
}

function parse(component: string): Component {
  if (component === '**') return '**';
  const elements = elementsOf([...component]);
  return (name) => matches(elements, [...name]);
}

function elementsOf(chars: readonly string[]): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < chars.length; ) {
    const char = chars[at] as string;
    const close = char === '[' ? closingBracket(chars, at) : -1;
    if (close !== -1) {
      elements.push(charSet(chars.slice(at + 1, close)));
      at = close + 1;
      continue;
    }
    if (char !== '*') elements.push(char === '?' ? () => true : (other) => other === char);
    else if (elements.at(-1) !== '*') elements.push('*');
    at++;
  }
  return elements;
}

/** Where `[seq]` ends; a ']' right after the '[' or '[!' belongs to the set. -1 when it does not: '[' is itself then. */
function closingBracket(chars: readonly string[], open: number): number {
  const first = chars[open + 1] === '!' ? open + 2 : open + 1;
  return chars.indexOf(']', first + 1);
}

function charSet(chars: readonly string[]): (char: string) => boolean {
  const negated = chars[0] === '!';
  const members = negated ? chars.slice(1) : chars;
  const ranges: [low: number, high: number][] = [];
  for (let at = 0; at < members.length; ) {
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    ranges.push([codePoint(members[at]), codePoint(members[isRange ? at + 2 : at])]);
    at += isRange ? 3 : 1;
  }
  return (char) => {
    const point = codePoint(char);
    return ranges.some(([low, high]) => low <= point && point <= high) !== negated;
  };
}

const codePoint = (char: string | undefined): number => char?.codePointAt(0) ?? -1;

/** Goes back to the last star only: what earlier stars matched need never change. */
function matches(elements: readonly Element[], chars: readonly string[]): boolean {
  let element = 0;
  let star = -1;
  let starred = 0;
  for (let at = 0; at < chars.length; ) {
    const current = elements[element];
    if (current === '*') {
      star = element++;
      starred = at;
    } else if (current?.(chars[at] as string)) {
      element++;
      at++;
    } else if (star !== -1) {
      element = star + 1;
      at = ++starred;
    } else {
      return false;
    }
  }
  return elements.slice(element).every((rest) => rest === '*');
}
