/**
 * Facade layer: the steps that a copy is planned as and carried out in, and the error of one that failed, in the words
 * of the call that Node makes there. Owns no state.
 */
import { posix } from 'node:path';
import { type Fault, QuotaFault } from '../../core/index.js';
import { decodeName } from '../encoding.js';
import type { Passage } from '../times.js';
import { faultToError } from '../uv-exception.js';
import { systemError } from './errors.js';

/** A file as the caller spells it (for errors) and as the engine knows it (an absolute byte string). */
export interface Place {
  readonly shown: string;
  readonly path: string;
  /** True of what was found in a directory: `shown` is normalized. */
  readonly joined?: boolean;
  /** The argument itself when it was not text: Node's JavaScript can join nothing to it. */
  readonly bytes?: Uint8Array;
}

/** A longer path is put together whenever it is asked for: a plan has two forms of two paths for each file. */
const LONG = 256;

/** What was found in a directory. Its parent's `shown` is normalized, if that was found, too. */
class Found implements Place {
  constructor(
    private readonly parent: Place,
    private readonly name: string,
  ) {}

  get shown(): string {
    const { parent } = this;
    const base = parent.shown;
    const name = decodeName(this.name);
    return parent.joined ? `${base}/${name}` : posix.join(base, name);
  }

  get path(): string {
    const base = this.parent.path;
    return `${base === '/' ? '' : base}/${this.name}`;
  }

  get joined(): boolean {
    return true;
  }
}

/** What has this name in the directory `place`. */
export function child(place: Place, name: string): Place {
  const found = new Found(place, name);
  const { path } = found;
  return path.length > LONG ? found : { shown: found.shown, path, joined: true };
}

/** `blames`: the path that C++ names when the step fails. */
export type Step =
  | { readonly kind: 'parents'; readonly to: Place }
  | { readonly kind: 'mkdir'; readonly to: Place; readonly blames?: string }
  | { readonly kind: 'rmdir'; readonly to: Place }
  | {
      readonly kind: 'copy';
      readonly from: Place;
      readonly to: Place;
      readonly flags: number;
      readonly over: Overwrite;
      readonly by: Copier;
      /** Of the source when the copy was planned. */
      readonly size: number;
      /** What an error names, where that is not copyfile. */
      readonly call?: 'cp';
      readonly blames?: string;
      /** True where an error names the target alone. */
      readonly namesTarget?: boolean;
    }
  | {
      readonly kind: 'symlink';
      readonly target: Place;
      readonly to: Place;
      readonly over: Overwrite;
      readonly blames?: string;
    }
  | { readonly kind: 'chmod'; readonly to: Place; readonly mode: number }
  | { readonly kind: 'times'; readonly from: Place; readonly to: Place; readonly passage: Passage };

/** Whose copy it is: fs.copyFile, or std::filesystem::copy_file of C++, which leaves owner and times alone. */
type Copier = 'libuv' | 'libstdc++';

/** What happens to a file that is there: none is, its name gets a new inode, or its inode new content. */
export type Overwrite = 'absent' | 'replace' | 'in-place';

/** The error of a step that failed, as the call that Node makes there reports it. */
export function stepError(fault: Fault, step: Step): Error {
  if (step.kind === 'rmdir') return systemError(fault.errno, step.to.shown, 'unlink');
  if ('blames' in step && step.blames !== undefined && !(fault instanceof QuotaFault))
    return systemError(fault.errno, step.blames);
  switch (step.kind) {
    case 'parents':
    case 'mkdir':
      return faultToError(fault, 'mkdir', step.to.shown);
    case 'copy':
      if (step.namesTarget) return faultToError(fault, 'copyfile', step.to.shown);
      return faultToError(fault, step.call ?? 'copyfile', step.from.shown, step.to.shown);
    case 'symlink':
      return faultToError(fault, 'symlink', step.target.shown, step.to.shown);
    case 'chmod':
      return faultToError(fault, 'chmod', step.to.shown);
    case 'times':
      return faultToError(fault, fault.syscall ?? 'utime', (fault.syscall === 'stat' ? step.from : step.to).shown);
  }
}
