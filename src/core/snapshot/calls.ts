/** Core layer, snapshots: the engine's calls. */
import type { VolumeImage } from '../engine.js';
import { EINVAL, ENOTSUP, EROFS } from '../errno.js';
import { fault } from '../fault.js';
import type { Volume } from '../volume.js';
import { chargeOfImage, type Image } from './image.js';
import { install } from './install.js';
import { restoreImage as restore } from './restore.js';
import { imageSource, liveSource, type TreeSource } from './source.js';

/** What the engine hands out: an image with its volume. */
class HeldImage implements VolumeImage {
  /** All that read it at one time read one: it keeps 20 KB of tables. */
  private source: WeakRef<TreeSource> | undefined;

  constructor(
    private readonly volume: Volume,
    readonly image: Image,
  ) {}

  get nodes(): number {
    return this.image.inodes.live - this.image.unnamed.length - 1;
  }

  get charge(): number {
    return chargeOfImage(this.image);
  }

  get held(): boolean {
    return this.volume.images.has(this.image);
  }

  tree(): TreeSource {
    if (!this.held) throw fault(EINVAL);
    const source = this.source?.deref() ?? imageSource(this.volume, this.image);
    this.source = new WeakRef(source);
    return source;
  }

  dispose(): void {
    if (this.held) this.volume.images.drop(this.image);
  }
}

export const takeImage = (volume: Volume): VolumeImage => {
  demandWhole(volume);
  return new HeldImage(volume, volume.images.take());
};

export const liveTree = (volume: Volume): TreeSource => {
  demandWhole(volume);
  return liveSource(volume);
};

export const restoreTree = (volume: Volume, tree: TreeSource): void => {
  demandWritable(volume);
  install(volume, tree);
};

/** A volume over another file system has only a part of its tree. */
const demandWhole = (volume: Volume): void => {
  if (volume.lower !== undefined) throw fault(ENOTSUP);
};

const demandWritable = (volume: Volume): void => {
  demandWhole(volume);
  if (volume.readOnly) throw fault(EROFS);
};

export const restoreImage = (volume: Volume, image: VolumeImage): void => {
  demandWritable(volume);
  if (!(image instanceof HeldImage)) throw fault(EINVAL);
  restore(volume, image.image);
};
