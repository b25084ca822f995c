/** Core layer, snapshots: the engine's calls. */
import type { VolumeImage } from '../engine.js';
import { EINVAL } from '../errno.js';
import { fault } from '../fault.js';
import type { Volume } from '../volume.js';
import type { Image } from './image.js';
import { restoreImage as restore } from './restore.js';

/** What the engine hands out: an image with its volume. */
class HeldImage implements VolumeImage {
  constructor(
    readonly volume: Volume,
    readonly image: Image,
  ) {}

  get nodes(): number {
    return this.image.inodes.live - this.image.unnamed.length - 1;
  }

  get held(): boolean {
    return this.volume.images.has(this.image);
  }

  dispose(): void {
    if (this.held) this.volume.images.drop(this.image);
  }
}

export const takeImage = (volume: Volume): VolumeImage => new HeldImage(volume, volume.images.take());

export const restoreImage = (volume: Volume, image: VolumeImage): void => {
  if (!(image instanceof HeldImage)) throw fault(EINVAL);
  restore(volume, image.image);
};
