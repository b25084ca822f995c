/** Benchmarks: writes docs/benchmarks.md. */
import type { ResultFile } from './results.js';
export function writeDocs(_file: ResultFile): void {}
