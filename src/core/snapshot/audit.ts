/** Core layer, snapshots: the part of the fsck that counts the owners of every chunk, in the live tables and in all images. */
import { CONTENT } from '../inode.js';
import type { Volume } from '../volume.js';
import { visitReferences } from './image.js';

/** Calls `block` for every slab block that has an owner. */
export const auditOwners = (volume: Volume, block: (bytes: number) => void, problems: string[]): void => {
  const { chunks, slabs, images } = volume;
  const files = liveReferences(volume);
  const pins = new Map<number, number>();
  for (const image of images.values()) {
    visitReferences(image, (references, count) => {
      for (const reference of references.subarray(0, count)) pins.set(reference, (pins.get(reference) ?? 0) + 1);
    });
  }
  for (const reference of new Set([...files.keys(), ...pins.keys()])) {
    const [file, pin] = [files.get(reference) ?? 0, pins.get(reference) ?? 0];
    if (chunks.isSlab(reference)) {
      const extra = slabs.extraOwners(reference >>> 1);
      if (extra !== file + pin - 1)
        problems.push(`block ${reference} has ${file + pin} owners, counted are ${extra + 1}`);
      block(chunks.capacityOf(reference));
    } else {
      const owners = chunks.ownersOf(reference);
      if (owners.files !== file || owners.pins !== pin)
        problems.push(
          `buffer ${reference} has ${file} files and ${pin} images, counted are ${owners.files}, ${owners.pins}`,
        );
    }
  }
  const charge = chunks.chargeWith(files);
  if (charge !== chunks.charge())
    problems.push(`buffers of ${charge} bytes are owned, the chunk table says ${chunks.charge()}`);
  const own = images.recomputed();
  if (own !== images.charge()) problems.push(`images hold ${own} bytes of their own, they say ${images.charge()}`);
};

const liveReferences = ({ inodes, contents, directories }: Volume): Map<number, number> => {
  const found = new Map<number, number>();
  const add = (reference: number): void => void found.set(reference, (found.get(reference) ?? 0) + 1);
  inodes.forEach((ino) => {
    if (inodes.isFile(ino)) contents.forEachChunk(ino, add);
    else if (inodes.isLink(ino)) add(inodes.get(ino, CONTENT));
  });
  directories.forEach((entry) => {
    const reference = directories.nameReference(entry);
    if (reference !== 0) add(reference * 2);
  });
  return found;
};
