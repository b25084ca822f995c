/**
 * Adapter, looking: the file system of a failed test, written out for a look.
 * Works with every runner: around the test's body, or at its own hook where it
 * has one that is called for failures.
 */
import { dirname } from 'node:path';
import { ownFs } from '../../host/index.js';
import { type ExportFs, exportArchive } from '../archive/index.js';
import { exportToDisk } from '../disk/index.js';

/** Captured when the package is loaded: tests patch `node:fs`. */
const { mkdir, writeFile } = ownFs.promises;

/** Options of {@link dump}. */
export interface DumpOptions {
  /** A directory on the disk, or an archive when it ends in .zip, .tar, .tar.gz or .tgz. What is there is replaced. */
  readonly to: string;
  /** The part of the file system that is written. Default '/'. */
  readonly from?: string;
}

/** A test that says when it has failed, as Vitest's context does, or whether it has when it is over, as node:test's. */
export type FailingTest =
  | { onTestFailed(handler: () => Promise<void>): unknown }
  | { after(handler: () => Promise<void>): unknown; readonly passed: boolean; diagnostic(message: string): void };

/**
 * Writes a tree to the disk: a directory, or an archive by its name.
 * @returns where it is
 * @throws the errors of the disk, of `fs`, and those of exporting
 */
export async function dump(fs: ExportFs, { to, from = '/' }: DumpOptions): Promise<string> {
  const format = /\.(zip|tar|tar\.gz|tgz)$/.exec(to)?.[1]?.replace('tgz', 'tar.gz') as
    | 'zip'
    | 'tar'
    | 'tar.gz'
    | undefined;
  if (format === undefined) {
    await exportToDisk(fs, from, to, { overwrite: true, outsideLinks: 'keep' });
    return to;
  }
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, await exportArchive(fs, from, { format }));
  return to;
}

/**
 * Writes the tree out when a test fails, and only then.
 *
 * @param test the test's body, which is run, its error being thrown again; or the context of Vitest or node:test
 * @returns what the body returns
 * @example
 * it('builds', () => dumpOnFailure(fs, { to: 'failed/builds.zip' }, async () => { … }));
 * @example
 * it('builds', (context) => { dumpOnFailure(fs, { to: 'failed/builds' }, context); … }); // Vitest, node:test
 */
export function dumpOnFailure<T>(fs: ExportFs, options: DumpOptions, test: () => T | Promise<T>): Promise<T>;
export function dumpOnFailure(fs: ExportFs, options: DumpOptions, test: FailingTest): void;
export function dumpOnFailure<T>(
  fs: ExportFs,
  options: DumpOptions,
  test: (() => T | Promise<T>) | FailingTest,
): Promise<T> | undefined {
  // Vitest's context is a function too, one that throws.
  if ('onTestFailed' in test) test.onTestFailed(async () => void (await dump(fs, options)));
  else if (typeof test === 'function') return runWithDump(fs, options, test);
  else {
    test.after(async () => {
      if (!test.passed) test.diagnostic(`The file system is in ${await dump(fs, options)}`);
    });
  }
  return undefined;
}

async function runWithDump<T>(fs: ExportFs, options: DumpOptions, body: () => T | Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    const where = await dump(fs, options).then(
      (path) => `The file system is in ${path}`,
      (reason: Error) => `The file system could not be written to ${options.to}: ${reason.message}`,
    );
    if (error instanceof Error) error.message += `\n\n${where}`;
    throw error;
  }
}
