/**
 * Facade layer: what the members of one fs object are made from, each part made
 * when a member that needs it is first called: an object that is made and hardly
 * used costs little more than its members. Keeps no other state of the volume.
 */
import type { Context } from './context.js';
import { opendirForms } from './dir.js';
import type { HandleMaker } from './handle/file-handle.js';
import { fileHandleMaker, makeMkdtempDisposable, makeOpenAsBlob, makeRm } from './late.js';
import { realpathOperations, seldomFdOperations, seldomPathOperations } from './late-calls.js';
import { makeCp, makeGlob, makeWatch } from './late-trees.js';
import { directoryOperations } from './ops/directory.js';
import { openAndClose, readForms } from './ops/fd.js';
import { writeForms } from './ops/fd-write.js';
import { fstatOperation, lookOperations } from './ops/look.js';
import { pathOperations } from './ops/path.js';
import { wholeFileOperations } from './ops/whole-file.js';

export class Parts {
  private ofPath?: ReturnType<typeof pathOperations>;
  private ofLook?: ReturnType<typeof lookOperations>;
  private ofReal?: ReturnType<typeof realpathOperations>;
  private ofFile?: ReturnType<typeof wholeFileOperations>;
  private ofDirectory?: ReturnType<typeof directoryOperations>;
  private ofFstat?: ReturnType<typeof fstatOperation>;
  private ofSeldomFd?: ReturnType<typeof seldomFdOperations>;
  private ofSeldomPath?: ReturnType<typeof seldomPathOperations>;
  private ofOpening?: ReturnType<typeof openAndClose>;
  private ofReading?: ReturnType<typeof readForms>;
  private ofWriting?: ReturnType<typeof writeForms>;
  private ofOpendir?: ReturnType<typeof opendirForms>;
  private ofRm?: ReturnType<typeof makeRm>;
  private ofCp?: ReturnType<typeof makeCp>;
  private ofGlob?: ReturnType<typeof makeGlob>;
  private ofBlob?: ReturnType<typeof makeOpenAsBlob>;
  private ofDisposable?: ReturnType<typeof makeMkdtempDisposable>;
  private ofWatching?: ReturnType<typeof makeWatch>;
  private ofHandles?: HandleMaker;
  /** The stream classes and `promises`, when they have been asked for. */
  streams: object | undefined = undefined;
  promises: object | undefined = undefined;
  /** Stream classes that users put in the place of ours. */
  replaced: Record<string, unknown> | undefined = undefined;

  constructor(readonly ctx: Context) {}

  get path() {
    return (this.ofPath ??= pathOperations(this.ctx));
  }
  get look() {
    return (this.ofLook ??= lookOperations(this.ctx));
  }
  get real() {
    return (this.ofReal ??= realpathOperations(this.ctx));
  }
  get file() {
    return (this.ofFile ??= wholeFileOperations(this.ctx));
  }
  get directory() {
    return (this.ofDirectory ??= directoryOperations(this.ctx));
  }
  get fstat() {
    return (this.ofFstat ??= fstatOperation(this.ctx));
  }
  get seldomFd() {
    return (this.ofSeldomFd ??= seldomFdOperations(this.ctx));
  }
  get seldomPath() {
    return (this.ofSeldomPath ??= seldomPathOperations(this.ctx));
  }
  get opening() {
    return (this.ofOpening ??= openAndClose(this.ctx));
  }
  get reading() {
    return (this.ofReading ??= readForms(this.ctx));
  }
  get writing() {
    return (this.ofWriting ??= writeForms(this.ctx));
  }
  get opendir() {
    return (this.ofOpendir ??= opendirForms(this.ctx));
  }
  get rm() {
    return (this.ofRm ??= makeRm(this.ctx));
  }
  get cp() {
    return (this.ofCp ??= makeCp(this.ctx));
  }
  get glob() {
    return (this.ofGlob ??= makeGlob(this.ctx));
  }
  get blob() {
    return (this.ofBlob ??= makeOpenAsBlob(this.ctx));
  }
  get disposable() {
    return (this.ofDisposable ??= makeMkdtempDisposable(this.ctx));
  }
  /** Makes FileHandles. */
  get handles() {
    return (this.ofHandles ??= fileHandleMaker(this.ctx));
  }
  get watching() {
    return (this.ofWatching ??= makeWatch(this.ctx));
  }
}
