/**
 * Build: makes dist/ (`npm run build`). Code and types are published as docs/architecture.md says: the code once, as
 * CommonJS, small, and in pieces that are loaded when they are needed. Each step is a file beside this one, which says
 * what it is for and what it saves. Invariant: what is in dist/ afterwards was made by this run.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { OutputChunk } from 'rolldown';
import { bundle, UNPATCHED } from './bundle.js';
import { plain } from './commonjs.js';
import { endOfEntry, writeDoors, writeModule } from './doors.js';
import { BASE, ENTRIES, LATE_PARTS, MODULES } from './entries.js';
import { plainFunctions } from './functions.js';
import { asPart, loadLate, namesOfParts } from './late-parts.js';
import { writeLicenses } from './licenses.js';
import { minified } from './minify.js';
import { keepNames } from './names.js';
import { writeTypes } from './types.js';

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
const { chunks, modules } = await bundle();
const has = (files: Readonly<Record<string, string>>, { isEntry, name }: OutputChunk): boolean =>
  isEntry && Object.hasOwn(files, name);
const entries = chunks.filter((chunk) => has(ENTRIES, chunk));
const parts = chunks.filter((chunk) => has(LATE_PARTS, chunk));
const exported = new Set(entries.flatMap((entry) => entry.exports));
const partNames = namesOfParts(parts);

const written = new Map<OutputChunk, string>();
for (const chunk of chunks) if (chunk.name !== UNPATCHED) written.set(chunk, await published(chunk));
for (const [{ isEntry, fileName }, code] of written) {
  // What only made other modules out of built-in ones is no longer asked for (commonjs.ts).
  const isAsked = isEntry || [...written.values()].some((other) => other.includes(`"./${fileName}"`));
  if (isAsked) writeFileSync(`dist/${fileName}`, code);
}
for (const { name, exports } of entries) {
  const module = MODULES.includes(name) ? modules.find((each) => each.isEntry && each.name === name) : undefined;
  if (module === undefined) writeDoors(name, exports);
  else writeModule(name, module.code);
}
writeLicenses(chunks.flatMap((chunk) => chunk.moduleIds));
await writeTypes();

/** The code of a file as users get it. */
async function published(chunk: OutputChunk): Promise<string> {
  const isEntry = entries.includes(chunk);
  const isPart = parts.includes(chunk);
  const named = keepNames(plain(chunk.code, isEntry, isPart ? partNames[chunk.name] : undefined), exported);
  const loading = loadLate(named, chunk.name === BASE, partNames);
  if (isPart) return minified(asPart(loading));
  return minified(plainFunctions(loading) + (isEntry ? endOfEntry(chunk.exports) : ''));
}
