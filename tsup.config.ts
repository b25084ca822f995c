import { defineConfig } from 'tsup';

// One entry per subpath of `exports`; code that several entries share lands in chunks, so that
// a class exists once however many subpaths a program imports.
export default defineConfig({
  entry: { index: 'src/index.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  clean: true,
  splitting: true,
  treeshake: true,
  platform: 'node',
  target: 'node20',
  // `node:sqlite` and its like exist only with the prefix.
  removeNodeProtocol: false,
  // Comments and blanks go, names stay: a function's name is part of its stack trace and of `fn.name`.
  esbuildOptions(options) {
    options.minifyWhitespace = true;
    options.minifySyntax = true;
    options.legalComments = 'none';
  },
});
