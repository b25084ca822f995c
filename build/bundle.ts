/**
 * Build: from source files to CommonJS files, by Rolldown. All code is there once, as CommonJS: a program that imports the
 * package here and requires it there has one copy, so `instanceof QuotaExceededError` holds everywhere, and the tarball is
 * half the size. What every program needs is one file, the base; what entries share beside that are files, too.
 * Invariants: a class exists in one file; late parts and the base stand on no file but the base.
 */
import { type OutputChunk, rolldown } from 'rolldown';
import { BASE, ENTRIES, LATE_PARTS, PROGRAMS } from './entries.js';
import { lateParts } from './late-parts.js';
import { withoutWhatLibrariesNeedNot } from './libraries.js';

/** Only what the build writes calls it (late-parts.ts): as an entry it stays. */
export const UNPATCHED = 'unpatched';

export interface Bundle {
  /** All files, as CommonJS. */
  readonly chunks: readonly OutputChunk[];
  /** The same as modules. */
  readonly modules: readonly OutputChunk[];
}

export async function bundle(): Promise<Bundle> {
  const build = await rolldown({
    input: { ...ENTRIES, ...LATE_PARTS, ...PROGRAMS, [UNPATCHED]: 'src/host/unpatched.ts' },
    platform: 'node',
    external: [/^node:/, 'vitest', 'unionfs'],
    plugins: [lateParts(), withoutWhatLibrariesNeedNot()],
    // Constants of one file go into all others, as numbers: 750 bytes of the tarball.
    optimization: { inlineConst: { mode: 'all', pass: 3 } },
    transform: { target: 'node20' },
    onLog(level, log, report) {
      // memfs and mock-fs have a default export beside others (doors.ts).
      if (log.code === 'MIXED_EXPORTS') return;
      if (level === 'warn') throw new Error(log.message);
      report(level, log);
    },
  });
  const output = async (format: 'cjs' | 'es'): Promise<OutputChunk[]> => {
    const result = await build.generate({
      format,
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name].cjs',
      // Names that only other files of the package use are one or two letters.
      minifyInternalExports: true,
      externalLiveBindings: false,
      topLevelVar: true,
      esModule: false,
      generatedCode: { symbols: false },
      comments: false,
      codeSplitting: { groups: [{ name: BASE, test: /[\\/]src[\\/](?:index\.ts$|host[\\/])/ }] },
    });
    return result.output.filter((file) => file.type === 'chunk');
  };
  return { chunks: await output('cjs'), modules: await output('es') };
}
