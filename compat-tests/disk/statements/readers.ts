/**
 * Compat tests, disk: what reads a whole file in another way (lines, web streams, blobs), handles that are handed to
 * another fs object, made directories that remove themselves, directories read while they change, file systems measured.
 */
import nodeFs from 'node:fs';
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';
import { callback, type Forms, maybe } from './common.js';

const lineOptions = (r: Prng): string =>
  v
    .options(
      r,
      {
        encoding: (q) => q.pick(["'utf8'", "'latin1'", "'hex'", "'utf16le'", 'null', 'undefined']),
        // A handle cannot be closed any more, in Node, once a stream of its own failed to be made.
        start: (q) => q.pick(['0', '2']),
        end: (q) => q.pick(['2', '4', 'Infinity']),
        highWaterMark: (q) => q.pick(['1', '3', '64']),
        autoClose: v.bool,
        emitClose: v.bool,
      },
      25,
    )
    .replace(/^(?!\{).*/s, '{}');

const LINES = [
  "'a\\nb\\r\\nc'",
  "'\\n\\n'",
  "'é\\u2028x\\ry\\n'",
  "'one'",
  "'\\ufeffx\\n'",
  "''",
  "'\\r\\n'.repeat(3)",
];

/** Closing a handle whose stream is being closed, or whose web stream was cancelled, ends Node 20; and its recursive opendir reads ahead, once. */
const isOld = Number(process.versions.node.split('.')[0]) < 22;

const web = (r: Prng): string =>
  r.pick([
    `web(${v.plainPath(r)}, ${r.pick(['undefined', "{ type: 'bytes' }", '{ autoClose: true }', "{ type: 'x' }", 'null', '1'])})`,
    `webBytes(${v.plainPath(r)}, ${r.pick(['1', '3', '100'])}, ${r.pick(['true', 'false'])})`,
    isOld ? 'tree()' : `webCancel(${v.plainPath(r)}, ${r.pick(["'why'", 'undefined'])}, ${r.pick(['true', 'false'])})`,
    `webTwice(${v.plainPath(r)})`,
  ]);

const blob = (r: Prng): string => {
  const path = v.plainPath(r);
  const act = r.pick([
    'null',
    'null',
    `fs.appendFileSync(${path}, 'x')`,
    `fs.unlinkSync(${path})`,
    `fs.writeFileSync(${path}, '')`,
    `fs.chmodSync(${path}, 0o600)`,
    `fs.renameSync(${path}, p('m'))`,
  ]);
  const use = r.pick([
    'b.text()',
    'b.arrayBuffer()',
    'b.slice(1, 3).text()',
    "b.slice(-3, -1, 'a/b').text()",
    'b.slice(2).slice(1).arrayBuffer()',
    'collect(b.stream())',
    '[b.size, b.type, b.slice(1).size]',
    'structuredClone(b).text()',
    'new Response(b).text()',
  ]);
  // A part of another blob keeps its bytes, whatever happens to the file (docs/differences.md).
  const whole = act === 'null' && r.chance(20) ? "new Blob(['<', b, '>']).text()" : use;
  const options = v.options(r, { type: (q) => q.pick(["'text/plain'", '1', "'A/B'", "'é'", 'null', 'undefined']) });
  return `blob(${maybe(r, () => path)}, ${options}, () => { ${act} }, (b) => ${whole})`;
};

/** A handle of this object, in the functions of another of the same volume's kind. */
const foreign = (r: Prng): string => {
  const handle = `H[${r.below(2)}]`;
  if (!isOld && r.chance(20)) {
    return r.pick([
      `drain(other().createReadStream(null, { fd: ${handle}, autoClose: false, start: ${r.pick(['0', '2', 'undefined'])} }))`,
      `feed(other().createWriteStream(null, { fd: ${handle}, autoClose: false }), [${v.text(r)}])`,
    ]);
  }
  return r.pick([
    `other().promises.readFile(${handle}, 'utf8')`,
    `other().promises.writeFile(${handle}, ${v.data(r)})`,
    `other().promises.appendFile(${handle}, ${v.text(r)})`,
    `other().promises.writeFile(${handle}, lazy([${v.text(r)}, ${v.text(r)}]))`,
    `other().readFileSync(${handle})`,
    `other().readSync(${handle}, Buffer.alloc(2))`,
    `other().fstatSync(${handle}.fd + 100)`,
    `fs.promises.readFile({ ...${handle} })`,
    `fs.promises.readFile(Object.create(${handle}))`,
    `fs.promises.readFile({ fd: ${handle}.fd })`,
  ]);
};

const PREFIXES = ["'t-'", "'d/t'", "'a/'", "'missing/t'", "'l/x'", "'é-'", "'d/'", "''"];

const disposable = (r: Prng, forms: Forms): string => {
  if (!('mkdtempDisposableSync' in nodeFs)) return 'tree()';
  const prefix = `p(${r.pick(PREFIXES)})`;
  const act = r.pick([
    'null',
    "fs.writeFileSync(d.path + '/in', 'x')",
    'fs.rmdirSync(d.path)',
    "fs.renameSync(d.path, p('away'))",
    '(fs.rmdirSync(d.path), fs.writeFileSync(d.path, ""))',
    "fs.mkdirSync(d.path + '/x/y', { recursive: true })",
    "(fs.rmdirSync(d.path), fs.symlinkSync('d', d.path))",
    'fs.chmodSync(d.path, 0)',
  ]);
  const how = forms === 'sync' || r.chance(50) ? 'Sync' : '';
  const options = r.pick(['', '', "'utf8'", "{ encoding: 'latin1' }", "'nope'", 'null', '{ encoding: null }', '1']);
  const end = r.pick(['remove', 'dispose', 'twice']);
  return `tempGone('${how}', ${prefix}, [${options}], (d) => { ${act} }, '${end}')`;
};

/** One entry in each directory: the order is the same everywhere. */
const chainOf = (r: Prng): string => {
  if (isOld) return 'tree()';
  const act = r.pick([
    'null',
    "fs.rmSync(p('z/1/2'), { recursive: true, force: true })",
    "fs.mkdirSync(p('z/1/2/3/4/new'))",
    "fs.writeFileSync(p('z/1/2/3/4/new'), '')",
    "fs.renameSync(p('z/1/2'), p('z/1/moved'))",
    "fs.rmdirSync(p('z/1/2/3/4'))",
    "fs.chmodSync(p('z/1/2'), 0)",
    "(fs.rmSync(p('z/1/2'), { recursive: true }), fs.writeFileSync(p('z/1/2'), 'file'))",
  ]);
  const options = `{ recursive: true, bufferSize: ${r.pick(['1', '2', '32'])}, encoding: ${r.pick(["'utf8'", "'buffer'", 'null'])} }`;
  return `readWhile(${options}, ${r.pick(['0', '1', '2', '3'])}, () => { ${act} }, '${r.pick(['read', 'readSync', 'callback'])}')`;
};

const listing = (r: Prng, forms: Forms): string => {
  const names = r.pick([
    'bytes(0xff)',
    'bytes(0xc3, 0x28)',
    'bytes(0x64, 0x2f, 0xe9)',
    "p('d/é')",
    "p('\\u{1F600}')",
    "p('d/=')",
  ]);
  const encoding = r.pick(['hex', 'latin1', 'base64', 'base64url', 'ascii', 'buffer', 'binary', 'utf8', 'ucs2']);
  const recursive = encoding === 'ucs2' || encoding === 'base64' ? 'false' : v.bool(r);
  const options = `{ encoding: '${encoding}', withFileTypes: ${v.bool(r)}, recursive: ${recursive} }`;
  const path = r.pick(["p('')", "p('d')", "Buffer.from(p(''))", "url(p('d'))", "p('l')", "p('') + '/'", "p('d/..')"]);
  const how = forms === 'sync' ? 'Sync' : r.pick(['Sync', 'promise']);
  const call = how === 'Sync' ? `fs.readdirSync(${path}, ${options})` : `fs.promises.readdir(${path}, ${options})`;
  return `loops() ? 'skipped' : (quietly(() => fs.writeFileSync(${names}, 'x', { flag: 'wx' })), sorted(${call}))`;
};

const statfs = (r: Prng, forms: Forms): string => {
  const args = v.optional(r, [maybe(r)], (q) => v.options(q, { bigint: v.bool }), 70);
  const how = forms === 'sync' ? 0 : r.below(3);
  if (how === 0) return `fs.statfsSync(${args.join(', ')})`;
  return how === 1 ? callback('fs.statfs', args) : `fs.promises.statfs(${args.join(', ')})`;
};

export const onReader = (r: Prng, forms: Forms): string => {
  const always = { disposable: 3, listing: 5, statfs: 1 };
  const kinds = { lines: 4, web: 4, blob: 4, foreign: 4, chain: 3 };
  const kind = r.weighted<keyof typeof always | keyof typeof kinds>(
    forms === 'sync'
      ? { ...kinds, lines: 0, web: 0, blob: 0, foreign: 0, chain: 0, ...always }
      : { ...kinds, ...always },
  );
  switch (kind) {
    case 'lines':
      return `linesOf(${v.plainPath(r)}, ${r.pick(LINES)}, ${lineOptions(r)}, ${r.pick(['Infinity', '1', '2'])})`;
    case 'web':
      return web(r);
    case 'blob':
      return blob(r);
    case 'foreign':
      return foreign(r);
    case 'chain':
      return chainOf(r);
    case 'disposable':
      return disposable(r, forms);
    case 'listing':
      return listing(r, forms);
    default:
      return statfs(r, forms);
  }
};
