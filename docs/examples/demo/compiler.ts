/**
 * Demo: the real TypeScript compiler on a file system of our choice. The compiler itself is loaded out of that file
 * system too, so every byte it runs on and everything it writes goes through the fs handed in.
 */
import { Module } from 'node:module';
import { posix } from 'node:path';
import type ts from 'typescript';

type NodeFs = typeof import('node:fs');

export interface Compilation {
  readonly emitted: readonly string[];
  /** What the compiler reported, as `tsc` prints it; empty when the program is correct. */
  readonly diagnostics: string;
}

/** Evaluates `<compilerDirectory>/typescript.js` as read from `fs`. */
export function loadCompiler(fs: NodeFs, compilerDirectory: string): typeof ts {
  const path = posix.join(compilerDirectory, 'typescript.js');
  return evaluate(fs, path) as typeof ts;
}

/** Runs a CommonJS file of `fs`; it may require Node's own modules and files beside it. */
export function evaluate(fs: NodeFs, path: string): unknown {
  const module = new Module(path) as NodeModule & { _compile(code: string, filename: string): void };
  const nodeRequire = module.require.bind(module);
  const beside = (id: string) => posix.join(posix.dirname(path), id.endsWith('.js') ? id : `${id}.js`);
  module.require = ((id: string) => (id.startsWith('.') ? evaluate(fs, beside(id)) : nodeRequire(id))) as NodeRequire;
  module._compile(fs.readFileSync(path, 'utf8'), path);
  return module.exports;
}

/** The compiler's view of an operating system, with `fs` as its only disk. */
export function createSystem(compiler: typeof ts, fs: NodeFs, compilerDirectory: string, directory: string): ts.System {
  const absolute = (path: string) => posix.resolve(directory, path);
  const kindOf = (path: string) => fs.statSync(absolute(path), { throwIfNoEntry: false });
  const entriesOf = (path: string) => fs.readdirSync(absolute(path), { withFileTypes: true });
  const namesIn = (path: string, directories: boolean) =>
    entriesOf(path)
      .filter((entry) => entry.isDirectory() === directories)
      .map((entry) => entry.name);

  const system: ts.System = {
    args: [],
    newLine: '\n',
    useCaseSensitiveFileNames: true,
    write: () => {},
    exit: (code) => {
      throw new Error(`the compiler asked to exit with ${code}`);
    },
    readFile: (path) => (kindOf(path)?.isFile() ? fs.readFileSync(absolute(path), 'utf8') : undefined),
    writeFile: (path, text) => fs.writeFileSync(absolute(path), text),
    createDirectory: (path) => fs.mkdirSync(absolute(path), { recursive: true }),
    fileExists: (path) => kindOf(path)?.isFile() ?? false,
    directoryExists: (path) => kindOf(path)?.isDirectory() ?? false,
    getDirectories: (path) => namesIn(path, true),
    readDirectory: (path, extensions = []) =>
      filesBelow(path).filter((file) => extensions.some((e) => file.endsWith(e))),
    realpath: (path) => fs.realpathSync(absolute(path)),
    resolvePath: absolute,
    getCurrentDirectory: () => directory,
    getExecutingFilePath: () => posix.join(compilerDirectory, 'typescript.js'),
    createHash: (text) => compiler.sys.createHash?.(text) ?? text,
  };

  function filesBelow(path: string): string[] {
    return entriesOf(path).flatMap((entry) => {
      const child = posix.join(path, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(child);
      return [child];
    });
  }

  return system;
}

/** Compiles the project in `directory` by its tsconfig.json, as `tsc -p` does. */
export function compileProject(compiler: typeof ts, system: ts.System, directory: string): Compilation {
  const configPath = posix.join(directory, 'tsconfig.json');
  const config = compiler.readConfigFile(configPath, system.readFile).config;
  const parsed = compiler.parseJsonConfigFileContent(config, system, directory, undefined, configPath);
  const host = compiler.createIncrementalCompilerHost(parsed.options, system);
  const program = compiler.createIncrementalProgram({ rootNames: parsed.fileNames, options: parsed.options, host });
  const emitted: string[] = [];
  const result = program.emit(undefined, (path, text) => {
    system.createDirectory(posix.dirname(path));
    system.writeFile(path, text);
    emitted.push(path);
  });
  const diagnostics = [
    ...parsed.errors,
    ...program.getSyntacticDiagnostics(),
    ...program.getSemanticDiagnostics(),
    ...result.diagnostics,
  ];
  return { emitted, diagnostics: compiler.formatDiagnostics(diagnostics, { ...host, getNewLine: () => '\n' }) };
}
