/**
 * The code is published once, as CommonJS, with a small ESM door for each entry: a program that imports the package
 * here and requires it there has one copy, so `instanceof QuotaExceededError` holds everywhere, and the tarball is half
 * the size. Node 20 takes 30 ms to look for the names of a large CommonJS module that is imported, so the door goes
 * through a small one and lists the names itself.
 */
import fs, { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';
import { minify } from 'terser';
import { defineConfig } from 'tsup';
import ts from 'typescript';

// One entry per subpath of `exports` ('./archive' is src/adapters/archive/index.ts); code that several entries share
// lands in chunks, so a class exists once.
const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const entry: Record<string, string> = { index: 'src/index.ts' };
for (const subpath of Object.keys(exports)) {
  const name = subpath.replace(/^\.\/?/, '');
  if (name !== '' && name !== 'package.json') entry[name] = `src/adapters/${name}/index.ts`;
}

/** Parts of the code that are loaded by their first use. */
const LATE_PARTS: Record<string, string> = {
  minimatch: 'src/facade/minimatch.ts',
  late: 'src/facade/late.ts',
  'late-calls': 'src/facade/late-calls.ts',
  'late-trees': 'src/facade/late-trees.ts',
  'late-engine': 'src/core/late-engine.ts',
  'late-sys': 'src/core/late-sys.ts',
  'late-mfs': 'src/mfs/late-mfs.ts',
};

/**
 * What of them is no leaf of the import graph: it is handed the chunk it stands on by that chunk, so that it belongs to
 * the same copy of the package even when a test runner has since emptied the cache of modules.
 */
const ON_CHUNK = ['late', 'late-calls', 'late-trees', 'late-engine', 'late-sys', 'late-mfs'];

/** To the bundler these need all that an fs object needs: what they share with that stays in one chunk. */
const AN_FS = JSON.stringify(join(process.cwd(), 'src/facade/create-fs.ts'));

/** What loads them, which the loaders below call. */
const UNPATCHED = JSON.stringify(join(process.cwd(), 'src/host/unpatched.ts'));

/** What runs by itself: the command, and what it puts into other processes. */
const PROGRAMS: Record<string, string> = { bin: 'src/adapters/cli/bin.ts', guard: 'src/adapters/cli/guard.ts' };

/** Built-in modules that are dear to load, and rarely asked for. */
const LATE_BUILTINS = ['node:readline', 'node:stream/web', 'node:os', 'node:module', 'node:vm'];

/**
 * What is never reached of the packages that are bundled: members of classes, and statements by their beginning.
 * Functions that only these called go with them.
 */
const UNREACHED: Record<string, readonly string[]> = {
  'minimatch/dist/esm/index.js': [
    ...[
      'sep',
      'GLOBSTAR',
      'filter',
      'defaults',
      'braceExpand',
      'makeRe',
      'match',
      'AST',
      'Minimatch',
      'escape',
      'unescape',
    ].map((name) => `minimatch.${name} =`),
    ...['hasMagic', 'makeRe', 'defaults', 'levelOneOptimize', 'adjascentGlobstarOptimize'],
  ],
  'minimatch/dist/esm/ast.js': ['hasMagic', 'toJSON'],
  'yauzl/index.js': [
    ...['open', 'fromFd', 'fromBuffer', 'openPromise', 'fromFdPromise', 'fromBufferPromise'].map(
      (name) => `exports.${name} =`,
    ),
    ...['dosDateTimeToDate', 'validateFileName', 'parseExtraFields', 'ZipFile', 'Entry', 'LocalFileHeader'].map(
      (name) => `exports.${name} =`,
    ),
    ...['', 'LowLevel', 'Promise', 'LowLevelPromise'].map((name) => `ZipFile.prototype.openReadStream${name} =`),
    ...['canDecodeFileData', 'isCompressed'].map((name) => `Entry.prototype.${name} =`),
    ...['createReadStream', '_readStreamForRange', 'read'].map((name) => `RandomAccessReader.prototype.${name} =`),
    ...['_transform', '_flush'].map((name) => `AssertByteCountStream.prototype.${name} =`),
    ...['_flush', 'unref'].map((name) => `RefUnrefFilter.prototype.${name} =`),
    ...['AssertByteCountStream', 'RefUnrefFilter'].map((name) => `util.inherits(${name}`),
  ],
};

/** What is left of the bundler's helpers that nobody calls. */
const UNUSED_HELPERS = /(?<=^|\{let \w;)(?:Object\.[\w.]+[,;])+/;

/** Options of minimatch that are never set: src/facade/minimatch.ts has those that may be. */
const UNSET =
  /\b(?:this\.)?#?(?:options|opt)\.(?:debug|dot|flipNegate|magicalBraces|nobrace|nocase|noext|noglobstar)\b/g;

/** What follows from those that are always set: it never runs on Windows, no pattern is negated or a comment. */
const NEVER = /\bthis\.(?:isWindows|windowsNoMagicRoot|preserveMultipleSlashes|negate|comment|partial)\b(?! =[^=])/g;
const ALWAYS = /\bthis\.nonegate\b(?! =[^=])|\boptions\.nocomment\b/g;

/** Names in one order for all files: those that terser makes from the letters of each file pack 1.3 % worse. */
const LETTERS = 'etnisroalcdupmfhgbyvwkxjqzSTECADNFILROPM$_UBGHKQVWJXYZ';
const SHORT_NAMES = {
  get(index: number): string {
    const rest = Math.floor(index / LETTERS.length) - 1;
    return (rest < 0 ? '' : SHORT_NAMES.get(rest)) + LETTERS[index % LETTERS.length];
  },
};

/** Functions that keep their names: `fs.readFile.name`. Those of any release: this runs on one of them. */
const MEMBERS = new RegExp(
  `^(?:${Object.keys(fs).join('|')}|glob|globSync|toUnixTimestamp|native|openAsBlobSync|mkdtempDisposableSync)$`,
);

/** Classes of `node:fs` whose names V8 itself puts into messages: it asks the source, not the property `name`. */
const SHOWN_CLASSES = /^(?:FileHandle|Dir|FSWatcher|StatWatcher)$/;

/** Entries on a package that can only be imported: these stay modules; their CommonJS form says what that package says. */
const MODULES = ['vitest'];

/** Types of default exports, which `export *` leaves out. */
const DEFAULT_TYPES: Record<string, string> = {
  memfs: `declare const all: typeof import('node:fs') & Omit<typeof import('./memfs.cjs'), 'default'>;\nexport default all;\n`,
  'mock-fs': `import { mock } from './mock-fs.cjs';\nexport default mock;\n`,
};

// Types have a number in their names that goes with their content: what an earlier build left would be published too.
rmSync('dist', { recursive: true, force: true });

export default defineConfig([
  {
    entry: { ...entry, ...LATE_PARTS, ...PROGRAMS },
    esbuildPlugins: [
      {
        name: 'late-parts',
        setup({ onResolve, onLoad }) {
          // How yauzl reads files and buffers: archives come through readers of our own.
          onLoad({ filter: /yauzl.fd-slicer\.js$/ }, () => ({ contents: '' }));
          // The table it has for old Nodes is ours.
          onLoad({ filter: /yauzl.crc32\.js$/ }, () => ({
            contents: `module.exports = require('./crc32.js').crc32;`,
            resolveDir: join(process.cwd(), 'src/adapters/tree'),
          }));
          // It is never asked to open files, and `jest.mock('fs')` may put this package in the place of fs.
          onResolve({ filter: /^fs$/ }, ({ importer }) =>
            importer.includes('yauzl') ? { path: 'no-fs', namespace: 'nothing' } : undefined,
          );
          onLoad({ filter: /^no-fs$/, namespace: 'nothing' }, () => ({ contents: '' }));
          for (const [file, names] of Object.entries(UNREACHED)) {
            onLoad({ filter: new RegExp(`[\\\\/]${file.replaceAll(/[./]/g, '[\\\\/.]')}$`) }, ({ path }) => ({
              contents: withoutUnreached(
                file.startsWith('minimatch') ? settled(readFileSync(path, 'utf8')) : readFileSync(path, 'utf8'),
                names,
              ),
              loader: 'js',
            }));
          }
          for (const part of ON_CHUNK) {
            onLoad({ filter: new RegExp(`[\\\\/]${part}\\.ts$`) }, ({ path }) => ({
              contents: `${readFileSync(path, 'utf8')}\nexport { createFs } from ${AN_FS};\nexport { unpatched } from ${UNPATCHED};\n`,
              loader: 'ts',
            }));
          }
          for (const part of Object.keys(LATE_PARTS)) {
            onResolve({ filter: new RegExp(`^\\.\\.?/${part}\\.js$`) }, () => ({
              path: `./${part}.js`,
              external: true,
            }));
          }
        },
      },
    ],
    // Only ESM can be split soundly; `publishAsCommonJs` turns the parts into CommonJS one by one.
    format: ['esm'],
    splitting: true,
    metafile: true,
    esbuildOptions(options) {
      // Puts constants of one file into all others: 1.3 % of the tarball.
      options.minifySyntax = true;
    },
    platform: 'node',
    target: 'node20',
    // `node:sqlite` and its like exist only with the prefix.
    removeNodeProtocol: false,
    async onSuccess() {
      const packages = bundledPackages();
      await publishAsCommonJs();
      for (const name of Object.keys(entry)) if (!MODULES.includes(name)) writeDoors(name);
      writeLicenses(packages);
    },
  },
  { entry, format: ['cjs'], dts: { only: true } },
]);

process.once('exit', (code) => {
  if (code === 0) for (const name of readdirSync('dist')) if (name.endsWith('.d.cts')) dropPrologues(`dist/${name}`);
});

/**
 * The paragraphs that open source files say nothing about the declaration that happens to follow. The engine's comments
 * are for those who work on it: what programs call is documented where it is exported.
 */
function dropPrologues(path: string): void {
  const isEngine = path.startsWith('dist/engine-');
  const dropped = isEngine ? /\s*\/\*\*(?:[^*]|\*(?!\/))*\*\// : /\/\*\*(?:[^*]|\*(?!\/))*\*\/\n(?:\n|(?=\/\*\*))/;
  const types = readFileSync(path, 'utf8').replace(new RegExp(dropped, 'g'), '');
  writeFileSync(path, types.replaceAll('    ', '\t'));
}

/** Everything goes that users cannot see. */
async function publishAsCommonJs(): Promise<void> {
  const files = readdirSync('dist').filter((name) => name.endsWith('.js'));
  for (const file of files)
    writeFileSync(`dist/${file}`, plainRequires(oneByOne(readFileSync(`dist/${file}`, 'utf8'))));
  shortenSharedNames(files);
  const isOnChunk = (file: string): boolean => ON_CHUNK.includes(file.replace(/\.js$/, ''));
  const modules = MODULES.map((name) => [name, readFileSync(`dist/${name}.js`, 'utf8')] as const);
  const exported = exportedNames(files);
  const [base = '', ...others] = files.filter(
    (file) => file.startsWith('chunk-') && readFileSync(`dist/${file}`, 'utf8').includes('"./late-engine.js"'),
  );
  if (others.length > 0) throw new Error(`the engine is in ${base} and ${others.join()}: it has to be one chunk`);
  for (const file of files) {
    // What nothing is taken from need not be loaded.
    const source = readFileSync(`dist/${file}`, 'utf8').replace(/^import "\.\/[^"]+";\n/gm, '');
    if (source.trim() === '') {
      rmSync(`dist/${file}`);
      continue;
    }
    const [shebang = ''] = /^#!.*\n/.exec(source) ?? [];
    const own = source.slice(shebang.length);
    const named = keepNames(isOnChunk(file) ? own : plainFunctions(own), exported);
    const { code: bundled } = transformSync(named, {
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      legalComments: 'none',
    });
    // A name that is not the member's own, which the bundler drops as unused.
    const code = bundled.replace('_toUnixTimestamp: function(', '_toUnixTimestamp: function toUnixTimestamp(');
    // No function that is imported cares for `this`, which the bundler keeps from it by `(0, chunk.name)()`.
    const plain = code.replace(/\(0, (import_\w+\.\w+)\)\(/g, '$1(');
    const loaders = file === base ? partLoaders() : '';
    const late = loadLate(membersByName(nameShown(plain)), file === base ? '' : base);
    const whole = plainExports(late.replace(/\(0, \(([\w.$]+\(\))\)(\.\w+)\)\(/g, '$1$2(')) + loaders;
    const { code: small = '' } = await minify(isOnChunk(file) ? onChunk(file, whole) : whole, {
      module: true,
      ecma: 2020,
      // Functions stay where they are: as closures within others they would be made at each call.
      compress: {
        passes: 3,
        reduce_funcs: false,
        inline: 1,
        keep_fnames: MEMBERS,
        keep_classnames: SHOWN_CLASSES,
      },
      mangle: { nth_identifier: SHORT_NAMES, keep_fnames: MEMBERS, keep_classnames: SHOWN_CLASSES },
      // Node prints the line of an error that nobody catches: it must not be the whole file.
      // One character beyond Latin-1 would make V8 keep the whole file with two bytes for each.
      format: { max_line_len: 1000, ascii_only: true },
    });
    rmSync(`dist/${file}`);
    // What was a module is strict.
    const parts = `${shebang}"use strict";${calledAtOnce(small).replace(UNUSED_HELPERS, '')}`.replace(
      /\brequire\("(\.\/[^"]+)\.js"\)/g,
      'require("$1.cjs")',
    );
    writeFileSync(`dist/${file.replace(/\.js$/, '.cjs')}`, parts);
  }
  for (const [name, code] of modules) publishAsModule(name, code);
}

/** True for files that only other files of the package load. */
const isOurs = (file: string): boolean =>
  file.startsWith('chunk-') || Object.hasOwn(LATE_PARTS, file.replace(/\.js$/, ''));

/** What files share through chunks and late parts nobody else sees: short names for it. */
function shortenSharedNames(files: readonly string[]): void {
  const short = new Map<string, string>();
  const listed = (list: string): string[] => list.split(',').map((each) => each.trim());
  for (const file of files.filter(isOurs)) {
    const source = readFileSync(`dist/${file}`, 'utf8');
    const renamed = source.replace(/^export \{([^}]*)\};?$/m, (_, list: string) => {
      const names = listed(list).map((each, index) => {
        const [own = '', name = own] = each.split(' as ');
        short.set(`${file} ${name}`, SHORT_NAMES.get(index));
        return `${own} as ${SHORT_NAMES.get(index)}`;
      });
      return `export {\n${names.join(',\n')}\n};`;
    });
    writeFileSync(`dist/${file}`, renamed);
  }
  for (const file of files) {
    const source = readFileSync(`dist/${file}`, 'utf8');
    const renamed = source.replace(/^import \{([^}]*)\} from "\.\/([^"]+)";$/gm, (line, list: string, from: string) => {
      if (!isOurs(from)) return line;
      const names = listed(list).map((each) => {
        const [name = '', own = name] = each.split(' as ');
        return `${short.get(`${from} ${name}`)} as ${own}`;
      });
      return `import {\n${names.join(',\n')}\n} from "./${from}";`;
    });
    writeFileSync(`dist/${file}`, renamed);
  }
}

/** `var a = 1, b = 2` as two statements, which the patterns below know. */
function oneByOne(code: string): string {
  const file = ts.createSourceFile('code.js', code, ts.ScriptTarget.Latest);
  let result = '';
  let end = 0;
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const { declarations } = statement.declarationList;
    if (declarations.length < 2) continue;
    const kind = statement.getFirstToken(file)?.getText(file);
    result += code.slice(end, statement.getStart(file));
    result += declarations.map((each) => `${kind} ${each.getText(file)};`).join('\n');
    end = statement.end;
  }
  return result + code.slice(end);
}

/** In a module the bundler looks for a `require` at each call of what was CommonJS; here there always is one. */
const plainRequires = (code: string): string =>
  code
    .replaceAll('__require("', 'require("')
    .replace(/^var __require = [\s\S]*?^\}\);$/m, '')
    .replace(/^ +__require,?\n/gm, '');

/** minimatch with the options that src/facade/minimatch.ts leaves it. */
const settled = (code: string): string =>
  code
    .replace(UNSET, 'false')
    .replace(NEVER, 'false')
    .replace(ALWAYS, 'true')
    .replace(/^ *this\.debug\(.*\);$/gm, '');

/** Fails for a name that is not there: a new version of the package is to be looked at. */
function withoutUnreached(code: string, names: readonly string[]): string {
  const file = ts.createSourceFile('code.js', code, ts.ScriptTarget.Latest);
  const nodes: (ts.Statement | ts.ClassElement)[] = [...file.statements];
  for (const each of file.statements) if (ts.isClassDeclaration(each)) nodes.push(...each.members);
  const beginning = (node: ts.Node) =>
    ts.isClassElement(node) && node.name ? node.name.getText(file) : node.getText(file);
  const found = names.flatMap((name) => {
    const matching = nodes.filter((node) =>
      ts.isClassElement(node) ? beginning(node) === name : beginning(node).startsWith(name),
    );
    if (matching.length === 0) throw new Error(`no ${name} in a bundled package`);
    return matching;
  });
  found.sort((a, b) => b.pos - a.pos);
  return found.reduce((text, { pos, end }) => text.slice(0, pos) + text.slice(end), code);
}

/**
 * `const f = () => …` as `function f() …`: V8 takes twice as long for the former, which it reads once as an expression
 * and again as a function. The whole `import` takes 15 % less; within functions there is nothing to gain.
 */
function plainFunctions(code: string): string {
  const file = ts.createSourceFile('code.js', code, ts.ScriptTarget.Latest);
  let result = '';
  let end = 0;
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const [only, ...others] = statement.declarationList.declarations;
    const arrow = only?.initializer;
    if (only === undefined || arrow === undefined || others.length > 0 || !ts.isArrowFunction(arrow)) continue;
    const text = (node: ts.Node): string => code.slice(node.getStart(file), node.end);
    const body = ts.isBlock(arrow.body) ? text(arrow.body) : `{\n  return ${text(arrow.body)};\n}`;
    const start = arrow.modifiers ? 'async function' : 'function';
    result += `${code.slice(end, statement.getStart(file))}${start} ${text(only.name)}(${arrow.parameters.map(text)}) ${body}`;
    end = statement.end;
  }
  return result + code.slice(end);
}

/** Members of the fs object name themselves; the bundler numbers names that are taken outside. */
function membersByName(code: string): string {
  return code.replace(/^( +)\w+: function (\w+?)(\d+)\(([\s\S]*?)\n\1\}/gm, (member, _indent, name, number, body) => {
    if (!MEMBERS.test(name)) return member;
    if (new RegExp(`(?<!\\.)\\b${name}\\(`).test(body))
      throw new Error(`the member ${name} calls a function of its name`);
    return member.replaceAll(new RegExp(`(?<!\\.)\\b${name}${number}\\b`, 'g'), name);
  });
}

/** What the entries export. */
function exportedNames(files: readonly string[]): Set<string> {
  const lists = files
    .filter((file) => Object.hasOwn(entry, file.replace(/\.js$/, '')))
    .map((file) => /^export \{([^}]*)\};?$/m.exec(readFileSync(`dist/${file}`, 'utf8'))?.[1] ?? '');
  return new Set(lists.flatMap((list) => list.split(',')).map((each) => each.trim().split(' as ').at(-1) ?? ''));
}

/**
 * Exported classes and functions, and classes on others (errors, emitters), tell their names, whatever the bundler (a
 * number at the end) and the minifier do.
 */
function keepNames(code: string, exported: ReadonlySet<string>): string {
  const plain = (name = '') => name.replace(/^_|\d+$/g, '');
  const classes = code.replace(
    /^(?:var (\w+) = class(?: (\w+))?|\s*class (\w+)|\s*(\w+): class(?: \w+)?)(?: extends [\w.]+)? \{$/gm,
    (opening, assigned, own, declared, member) => {
      const name = plain(own ?? assigned ?? declared ?? member);
      if (!exported.has(name) && !opening.includes(' extends ')) return opening;
      return `${opening}\n  static { __setName(this, '${name}'); }`;
    },
  );
  const functions = [...code.matchAll(/^(?:async )?function\*? (\w+)\(/gm)]
    .map(([, name]) => name ?? '')
    .filter((name) => exported.has(plain(name)))
    .map((name) => `__setName(${name}, '${plain(name)}');\n`);
  if (classes === code && functions.length === 0) return code;
  const helper = 'var __setName = (own, value) => Object.defineProperty(own, "name", { value, configurable: true });\n';
  return helper + classes + functions.join('');
}

/** Classes that are shown name themselves, for `keep_classnames` to keep. */
function nameShown(code: string): string {
  return code.replace(/^(var (\w+?)\d* = class) (?=extends|\{)/gm, (opening, beginning: string, name: string) =>
    SHOWN_CLASSES.test(name) ? `${beginning} ${name} ` : opening,
  );
}

/**
 * What loads the parts that stand on the chunk, in that chunk: who else needs one asks it, so there is one copy of each.
 * It lets nobody who has patched `node:fs` come between Node's loader and the file.
 * No name of `SHORT_NAMES` has a digit.
 */
const loaderOf = (part: string): string => `$${ON_CHUNK.indexOf(part)}`;
const partLoaders = (): string => {
  const loaders = ON_CHUNK.map((part) => {
    const loader = loaderOf(part);
    return `var ${loader}_;\nfunction ${loader}() { return ${loader}_ ??= unpatched(() => require("./${part}.js"))(module.exports); }\nmodule.exports.${loader} = ${loader};\n`;
  });
  return `${loaders.join('')}module.exports.$u = unpatched;\n`;
};

/**
 * Rare parts are required where they are first used. Timers and the process are copied at load: `import` would have
 * bound what they hold now, and fake timers that come later must not reach us.
 * @param base the chunk that loads the parts which stand on it; empty for that chunk itself
 */
function loadLate(code: string, base: string): string {
  const late = [...LATE_BUILTINS, ...Object.keys(LATE_PARTS).map((part) => `./${part}.js`)];
  const [, chunk] = code.match(new RegExp(`^var (import_\\w+) = require\\("\\./${base}"\\);$`, 'm')) ?? [];
  // Each source file that imports a module does so under a name of its own, but there is one copy of it.
  const getters = new Map<string, string>();
  return [...code.matchAll(/^var (import_\w+) = (require\("([^"]+)"\));$/gm)].reduce(
    (result, [line, name, load, module]) => {
      if (module === 'node:timers' || module === 'node:process') {
        const used = [
          ...new Set(Array.from(code.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g')), ([, own]) => own)),
        ].join();
        return result.replace(line, `var ${name} = (({ ${used} }) => ({ ${used} }))(${load});`);
      }
      if (name === undefined || module === undefined) return result;
      const first = getters.get(module);
      const uses = new RegExp(`\\b${name}\\.`, 'g');
      const part = ON_CHUNK.find((each) => module === `./${each}.js`);
      if (part !== undefined) {
        if (base !== '' && chunk === undefined) throw new Error(`what loads ${part} does not stand on ${base}`);
        const loader = base === '' ? loaderOf(part) : `${chunk}.${loaderOf(part)}`;
        return result.replace(line, '').replaceAll(uses, `(${loader}()).`);
      }
      if (!late.includes(module)) {
        if (first !== undefined) return result.replace(line, '').replaceAll(uses, `${first}.`);
        getters.set(module, name);
        return result;
      }
      const lazily = result.replace(line, '').replaceAll(uses, `(${first ?? name}()).`);
      if (first !== undefined) return lazily;
      getters.set(module, name);
      const past = module.startsWith('node:') ? load : `${base === '' ? 'unpatched' : `${chunk}.$u`}(() => ${load})`;
      return `${lazily}\nvar ${name}_;\nfunction ${name}() { return ${name}_ ??= ${past}; }\n`;
    },
    code,
  );
}

/**
 * Exports as plain properties, set when all is there: the bundler's are getters set beforehand, for modules that import
 * each other in circles, and to make and to copy some hundred of them takes a fifth of a millisecond.
 */
function plainExports(code: string): string {
  const [whole, names] =
    /^__export\(\w+, \{\n([\s\S]*?)\n\}\);\nmodule\.exports = __toCommonJS\(\w+\);\n/m.exec(code) ?? [];
  if (whole === undefined || names === undefined) return code;
  // Only users' transpilers look for it, for a default export.
  const mark = !/^ {2}default: /m.test(names)
    ? ''
    : 'Object.defineProperty(module.exports, "__esModule", { value: true });\n';
  return `${code.replace(whole, '')}\nmodule.exports = {\n${names.replaceAll(': () => ', ': ')}\n};\n${mark}`;
}

/** A function that is given the one chunk that the code of a file stands on, and gives its exports. */
function onChunk(file: string, code: string): string {
  const chunks = new Set(Array.from(code.matchAll(/\brequire\("(\.\/chunk-[^"]+)"\)/g), ([, path]) => path));
  if (chunks.size !== 1) throw new Error(`${file} stands on ${[...chunks].join(' and ')}: it has to be one chunk`);
  const body = code.replace(/\brequire\("\.\/chunk-[^"]+"\)/g, '__chunk').replace(/\bmodule\.exports\b/g, '__exports');
  return `module.exports = function (__chunk) {\nlet __exports;\n${body}\nreturn __exports;\n};\n`;
}

/** In parentheses a function is compiled at once; else V8 would read it twice, to find its end and then at its call. */
const calledAtOnce = (code: string): string =>
  code.replace(/^module\.exports=(function\b[\s\S]*\});?\s*$/, 'module.exports=($1);');

/** Stays a module, on the CommonJS parts: these are imported whole, their names taken out of them. */
function publishAsModule(name: string, code: string): void {
  let count = 0;
  const named = code.replace(/^import "\.\/[^"]+";\n/gm, '');
  const onParts = named.replace(/^import (\{[^}]*\}) from "\.\/([^"]+)\.js";$/gm, (_, names: string, part: string) => {
    count++;
    return `import part${count} from './${part}.cjs';\nconst ${names.replace(/ as /g, ': ')} = part${count};`;
  });
  writeFileSync(`dist/${name}.js`, onParts);
  writeFileSync(`dist/${name}.d.ts`, `export * from './${name}.cjs';\n`);
}

/** Bytes of an entry whose names Node may look for itself. */
const SMALL = 2000;

/** dist/<name>.js and its types, for `import`. */
function writeDoors(name: string): void {
  const all = Object.keys(createRequire(import.meta.url)(`./dist/${name}.cjs`));
  const names = all.filter((each) => each !== 'default');
  const isDefault = names.length < all.length;
  // Who requires it gets the default export itself, with the others on it, as of the package it stands for.
  if (isDefault) {
    const whole = 'module.exports=Object.assign(module.exports.default,{...module.exports});\n';
    writeFileSync(`dist/${name}.cjs`, readFileSync(`dist/${name}.cjs`, 'utf8') + whole);
  }
  // What is large is imported by way of a small file, written so that Node's search for names does not follow the
  // require. It is a copy without `__esModule`: transpilers that see that mark look for a default export.
  const copy = `'use strict';\nconst all = require('./${name}.cjs');\nmodule.exports = Object.assign({}, all);\n`;
  const byDefault = isDefault ? 'export default all.default;\n' : '';
  const isSmall = statSync(`dist/${name}.cjs`).size < SMALL && !isDefault;
  if (!isSmall) writeFileSync(`dist/${name}.door.cjs`, copy);
  writeFileSync(
    `dist/${name}.js`,
    `import all from './${name}${isSmall ? '' : '.door'}.cjs';\n\nexport const { ${names.sort().join(', ')} } = all;\n${byDefault}`,
  );
  const types = DEFAULT_TYPES[name] ?? '';
  if (isDefault !== (types !== '')) throw new Error(`${name} needs a line in DEFAULT_TYPES, or none`);
  writeFileSync(`dist/${name}.d.ts`, `export * from './${name}.cjs';\n${types}`);
}

/** Directories of the packages whose code is in the bundle. */
function bundledPackages(): string[] {
  const metafile = 'dist/metafile-esm.json';
  const inputs = Object.keys(JSON.parse(readFileSync(metafile, 'utf8')).inputs);
  rmSync(metafile);
  return [...new Set(inputs.filter((path) => path.includes('node_modules/')).map(packageDirectory))].sort();
}

function packageDirectory(path: string): string {
  let directory = dirname(path);
  while (!existsSync(join(directory, 'package.json')) || !manifestOf(directory).version) directory = dirname(directory);
  return directory;
}

function manifestOf(directory: string): { name: string; version?: string; license?: string } {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}

/** Their licenses ask for it: the text goes where the code goes. */
function writeLicenses(directories: readonly string[]): void {
  const texts = directories.map((directory) => {
    const { name, version, license } = manifestOf(directory);
    const file = readdirSync(directory).find((each) => /^licen[cs]e/i.test(each));
    if (file === undefined) throw new Error(`${name} has no license file`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(directory, file), 'utf8').trim()}\n`;
  });
  if (texts.length === 0) return;
  writeFileSync('dist/THIRD-PARTY-LICENSES.txt', `Code of these packages is part of quotafs.\n\n${texts.join('\n\n')}`);
}
