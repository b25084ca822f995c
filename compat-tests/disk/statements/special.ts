/**
 * Compat tests, disk: calls that take more than a row: made directories, directory streams, glob, blobs, iterables as content.
 */
import nodeFs from 'node:fs';
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';
import { callback, endingTree, type Forms, maybe, readOptions, writeOptions } from './common.js';
import { pathCall } from './paths.js';

export const special = (r: Prng, forms: Forms): string => {
  const prefix = `p(${r.pick(["'t-'", "'d/t'", "'a/'", "'missing/t'", "'l/x'"])})`;
  const prefixArgs = v.optional(r, [prefix], v.encodingOption, 20);
  const kind = r.weighted({
    exists: 3,
    mkdtemp: 2,
    realpathNative: 2,
    opendir: 3,
    glob: 3,
    tree: 1,
    blob: 1,
    iterable: 2,
    handleFile: 2,
    disposable: 1,
  });
  switch (kind) {
    case 'exists':
      return forms === 'all' && r.chance(40)
        ? callback('fs.exists', [maybe(r)]).replace(/\)$/, ", 'allowed')")
        : `fs.existsSync(${maybe(r)})`;
    case 'mkdtemp':
      return `temp(() => ${pathCall(r, forms, 'mkdtemp', prefixArgs)}, ${prefix}, p(${v.name(r)}))`;
    case 'disposable':
      if (!('mkdtempDisposableSync' in nodeFs)) return 'tree()';
      return `(d => [typeof d.path, Object.keys(d), d.remove()])(fs.mkdtempDisposableSync(${prefix}))`;
    case 'realpathNative': {
      const args = v.optional(r, [maybe(r)], v.encodingOption, 30);
      return forms === 'all' && r.chance(40)
        ? callback('fs.realpath.native', args)
        : `fs.realpathSync.native(${args.join(', ')})`;
    }
    case 'opendir': {
      const opening = pathCall(
        r,
        forms,
        'opendir',
        v.optional(
          r,
          [maybe(r)],
          (q) =>
            endingTree(
              v.options(q, { encoding: v.encoding, bufferSize: (s) => s.pick(['1', '2', '32']), recursive: v.bool }),
            ),
          40,
        ),
      );
      return `list((${opening}), '${forms === 'sync' ? 'sync' : r.pick(['sync', 'for', 'read', 'callback'])}')`;
    }
    case 'glob': {
      if (!('globSync' in nodeFs)) return 'tree()';
      const pattern = r.pick([
        "'**'",
        "'**/*'",
        "'*'",
        "'a/*'",
        "'{a,b}*'",
        "'[a-d]'",
        "'*/**'",
        "['a', 'd/**']",
        "'**/e'",
        "'d/../*'",
        "'?'",
        "'./*'",
        "p('*')",
        "'*/'",
        "'!(a)'",
        "'.*'",
        "'**/a/**'",
      ]);
      const glob = v
        .options(r, {
          withFileTypes: v.bool,
          exclude: (q) => q.pick(["['b']", "['**/a']", '() => false', "(x) => (x.name ?? x) === 'b'"]),
        })
        .replace(/^\{ ?/, "{ cwd: p(''), ");
      const args = [pattern, glob.startsWith('{') ? glob.replace(', }', ' }') : "{ cwd: p('') }"];
      if (forms === 'sync' || r.chance(40)) return `sorted(fs.globSync(${args.join(', ')}))`;
      return r.chance(50)
        ? `sorted(${callback('fs.glob', args)})`
        : `sorted(collect(fs.promises.glob(${args.join(', ')})))`;
    }
    case 'blob':
      return forms === 'all'
        ? `text(fs.openAsBlob(${maybe(r)}, ${v.options(r, { type: (q) => q.pick(["'text/plain'", '1']) })}))`
        : 'tree()';
    case 'iterable': {
      if (forms === 'sync') return 'tree()';
      const source = r.pick([
        `lazy([${v.text(r)}, ${v.view(r)}])`,
        `[${v.text(r)}, ${v.text(r)}]`,
        `lazy([${v.text(r)}])`,
        'lazy([1])',
        'new Set(["s", "t"])',
      ]);
      const target = r.chance(30) ? `H[${r.below(2)}]` : maybe(r);
      return `fs.promises.${r.chance(80) ? 'writeFile' : 'appendFile'}(${v.optional(r, [target, source], writeOptions, 30).join(', ')})`;
    }
    case 'handleFile': {
      if (forms === 'sync') return 'tree()';
      const handle = `H[${r.below(2)}]`;
      if (r.chance(40)) return `fs.promises.readFile(${v.optional(r, [handle], readOptions, 40).join(', ')})`;
      if (r.chance(20)) return `collect(${handle}.readLines())`;
      return `fs.promises.${r.pick(['writeFile', 'appendFile'])}(${v.optional(r, [handle, v.data(r)], writeOptions, 30).join(', ')})`;
    }
    default:
      return 'tree()';
  }
};
