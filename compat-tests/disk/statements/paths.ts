/**
 * Compat tests, disk: an operation on paths in one of its three forms (sync, callback, promise), from one row.
 */
import type { Prng } from '../prng.js';
import { callback, copied, copySync, type Forms, form, spoil } from './common.js';
import { pathRows, pathWeights } from './path-rows.js';

/** Recursive opendir of Node 20 gives the first batch of a directory only (docs/differences.md). */
const losesBatches = Number(process.versions.node.split('.')[0]) < 22;

/** Where Node itself loses the answer, or the entries, there is nothing to compare. */
const callable = (name: string, args: string[]): string[] => {
  // Its reader throws where nothing catches it.
  if (name === 'readFile' && args[0] === '-1') return ['987654', ...args.slice(1)];
  if (name !== 'opendir') return args;
  // A function in the place of the options is the callback of the promise's own opendir.
  return args.map((arg) =>
    arg === '() => {}' ? '{}' : losesBatches ? arg.replace(/bufferSize: \d+, (?=recursive)/, '') : arg,
  );
};

export const pathCall = (r: Prng, forms: Forms, name: string, args: string[]): string => {
  const call = plainCall(r, forms, name, callable(name, args));
  if (/^(readdir|opendir)$/.test(name) && /recursive: (?!false|undefined|null|0)/.test(call))
    return `loops() ? 'skipped' : ${call}`;
  if (name === 'copyFile') return `copying(${args[1]}, () => ${call})`;
  return name === 'cp' && !call.includes('cpSync') ? `copyingTree(${copied(args)}, () => ${call})` : call;
};

const plainCall = (r: Prng, forms: Forms, name: string, args: string[]): string => {
  const list = args.join(', ');
  switch (form(r, forms)) {
    case 'sync':
      return name === 'cp' ? copySync(args) : `fs.${name}Sync(${list})`;
    case 'callback':
      // On Node 22 and 24 a recursive listing whose names or path are no text is an uncaught exception, at some later time.
      if (name === 'readdir' && /recursive: true/.test(list) && /buffer|encode/i.test(list))
        return `fs.readdirSync(${list})`;
      // rm looks for its callback only when it is done: without one it is an uncaught exception, at some later time.
      return r.chance(1) && name !== 'rm' ? `fs.${name}(${list})` : callback(`fs.${name}`, args);
    default:
      return `fs.promises.${name}(${list})`;
  }
};

export const onPath = (r: Prng, forms: Forms): string => {
  const name = r.weighted(pathWeights);
  return pathCall(r, forms, name, spoil(r, pathRows[name](r)));
};
