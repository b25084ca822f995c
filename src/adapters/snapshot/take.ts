/** Adapter, snapshots: taking, restoring and cloning. */
import type nodeFs from 'node:fs';
import { type Engine, Fault } from '../../core/index.js';
import {
  type CreateFsOptions,
  createFs,
  engineOf,
  invalidArgType,
  invalidArgValue,
  toNodeError,
} from '../../facade/index.js';
import { Snapshot, treeOf } from './snapshot.js';

/** What `createFs` gave, its `promises`, a copy of it, or a `MemoryFileSystem`. */
export type SnapshotFs = object;

/**
 * Takes a snapshot. It copies no content: what it shares with the volume is copied when it is written, by that write,
 * and charged to it. Its own tables (128 bytes for each file) are charged to the volume until `dispose`.
 *
 * @throws ENOSPC (`QuotaExceededError`) when its tables do not fit, ENOTSUP for a file system over another one
 *   (`quotafs/overlay`), ERR_INVALID_ARG_VALUE for a file system that is none of ours
 * @example using before = snapshot(fs);
 */
export function snapshot(fs: SnapshotFs): Snapshot {
  const engine = engineBehind(fs);
  return inNodeTerms(snapshot, 'snapshot', () => new Snapshot({ engine, image: engine.takeImage() }));
}

/**
 * Makes the tree of a file system what it was, exactly, or changes nothing. The snapshot may be of this file system, of
 * another one, or read from bytes. Files that are open keep their content, without names; watchers are told what is different.
 *
 * @throws ENOSPC (`QuotaExceededError`) when it does not fit, ENOTSUP for a file system over another one, EROFS,
 *   SnapshotError ERR_SNAPSHOT_DISPOSED
 */
export function restore(fs: SnapshotFs, snapshot: Snapshot): void {
  if (!(snapshot instanceof Snapshot)) throw invalidArgType('snapshot', 'Snapshot', snapshot);
  const engine = engineBehind(fs);
  const content = Snapshot.content(snapshot);
  inNodeTerms(restore, 'restore', () => {
    if ('image' in content && content.engine === engine) engine.restoreImage(content.image);
    else engine.restoreTree(treeOf(snapshot));
  });
}

/**
 * Makes an independent file system with the same tree and a quota of its own: from a file system as it is, or from a
 * snapshot.
 *
 * @param options as for `createFs`; `maxQuota` and `maxNodes` are those of the file system when they are left out
 * @throws ENOSPC (`QuotaExceededError`) when the tree does not fit, ENOTSUP for a file system over another one,
 *   and what `createFs` throws
 */
export function clone(source: SnapshotFs | Snapshot, options: CreateFsOptions = {}): typeof nodeFs {
  const fs = createFs(source instanceof Snapshot ? options : { ...limitsOf(engineBehind(source)), ...options });
  inNodeTerms(clone, 'clone', () => {
    const tree = source instanceof Snapshot ? treeOf(source) : engineBehind(source).tree();
    engineBehind(fs).restoreTree(tree);
  });
  return fs;
}

function limitsOf(engine: Engine): CreateFsOptions {
  const { limit, maxNodes } = engine.usage();
  return { maxQuota: limit, maxNodes };
}

function engineBehind(fs: object): Engine {
  const engine = engineOf(Object(fs)) ?? engineOf(Object(Reflect.get(Object(fs), 'fs')));
  if (engine === undefined) throw invalidArgValue('fs', fs, 'is not a quotafs file system');
  return engine;
}

function inNodeTerms<T>(caller: (...args: never[]) => unknown, syscall: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Fault ? toNodeError(error, syscall, undefined, undefined, caller) : error;
  }
}
