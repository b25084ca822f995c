/** Adapter, node:vfs: how a provider that is read-only refuses, and what its files share. */
import { ENOTSUP, EROFS } from '../../core/index.js';
import { uvException } from '../../facade/index.js';

export type NodeFs = typeof import('node:fs');

/** Throws EROFS, as a call on a file system mounted read-only does, or does nothing. */
export type Refuse = (syscall: string, path?: string, dest?: string) => void;

export const refusal =
  (isReadOnly: () => boolean): Refuse =>
  (syscall, path, dest) => {
    if (isReadOnly()) throw uvException(EROFS, syscall, path, dest);
  };

export const notSupported = (syscall: string, path: string): Error => uvException(ENOTSUP, syscall, path);
