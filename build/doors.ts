/**
 * Build: what the subpaths of the package lead to. For `require` each is CommonJS; for `import` a module that lists the
 * names of the CommonJS file, with types for both. Node looks for the names in a CommonJS file that is imported, on Node 20
 * at a quarter of a millisecond for each kB, and follows what that hands on whole: so the file of the main entry
 * has nothing but its exports. Invariant: both doors of an entry have the same names, and lead to the same values.
 */
import { writeFileSync } from 'node:fs';

/** Types of default exports, which `export *` leaves out. */
const DEFAULT_TYPES: Readonly<Record<string, string>> = {
  memfs: `declare const all: typeof import('node:fs') & Omit<typeof import('./memfs.cjs'), 'default'>;\nexport default all;\n`,
  'mock-fs': `import { mock } from './mock-fs.cjs';\nexport default mock;\n`,
};

/**
 * What ends dist/<name>.cjs: who requires an entry with a default export gets that, with the others on it, as of the package
 * it stands for. None has the mark `__esModule`: transpilers that see it look for a default export.
 */
export function endOfEntry(names: readonly string[]): string {
  return names.includes('default') ? 'module.exports = Object.assign(exports.default, { ...exports });\n' : '';
}

/** Writes dist/<name>.js and dist/<name>.d.ts. */
export function writeDoors(name: string, exported: readonly string[]): void {
  const names = exported.filter((each) => each !== 'default').sort();
  const hasDefault = names.length < exported.length;
  const types = DEFAULT_TYPES[name] ?? '';
  if (hasDefault !== (types !== '')) throw new Error(`${name} needs a line in DEFAULT_TYPES, or none`);
  writeFileSync(
    `dist/${name}.js`,
    hasDefault
      ? `import all from './${name}.cjs';\n\nexport const { ${names.join(', ')} } = all;\nexport default all.default;\n`
      : `export { ${names.join(', ')} } from './${name}.cjs';\n`,
  );
  writeFileSync(`dist/${name}.d.ts`, `export * from './${name}.cjs';\n${types}`);
}

/** For an entry that stays a module: the bundler's code for it, which takes what it needs out of CommonJS files. */
export function writeModule(name: string, code: string): void {
  let count = 0;
  const onFiles = code.replace(/^import (\{[^}]*\}) from ("\.\/[^"]+");$/gm, (_, names: string, file: string) => {
    count++;
    return `import file${count} from ${file};\nconst ${names.replaceAll(' as ', ': ')} = file${count};`;
  });
  if (count === 0) throw new Error(`${name} takes nothing out of the other files`);
  writeFileSync(`dist/${name}.js`, onFiles);
  writeFileSync(`dist/${name}.d.ts`, `export * from './${name}.cjs';\n`);
}
