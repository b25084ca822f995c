/**
 * Adapters, trees: what a file system must have to take part. Only plain calls
 * of `node:fs`, so that a volume of ours, the disk, a union or another library's
 * file system all do.
 */
type NodeFs = typeof import('node:fs');

/** The calls that put a tree into a file system. */
export type WritableFs = Pick<
  NodeFs,
  | 'chmodSync'
  | 'closeSync'
  | 'fchmodSync'
  | 'futimesSync'
  | 'linkSync'
  | 'lstatSync'
  | 'lutimesSync'
  | 'mkdirSync'
  | 'mkdtempSync'
  | 'openSync'
  | 'readdirSync'
  | 'realpathSync'
  | 'renameSync'
  | 'rmSync'
  | 'statSync'
  | 'statfsSync'
  | 'symlinkSync'
  | 'utimesSync'
  | 'writeFileSync'
  | 'writeSync'
>;

/** The calls that read a tree from a file system. */
export type ReadableFs = Pick<
  NodeFs,
  | 'closeSync'
  | 'fstatSync'
  | 'lstatSync'
  | 'openSync'
  | 'readdirSync'
  | 'readFileSync'
  | 'readlinkSync'
  | 'readSync'
  | 'statSync'
>;
