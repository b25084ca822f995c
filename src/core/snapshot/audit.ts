/** Core layer, snapshots: the part of the fsck that counts the owners of every chunk, in the live tables and in all images. */
import { CONTENT } from '../inode.js';
import type { Volume } from '../volume.js';
import { KINDS, type Kind, tableOf, visitColumn, visitMaps } from './references.js';

/** Calls `block` for every slab block that has an owner. */
export const auditOwners = (volume: Volume, block: (bytes: number) => void, problems: string[]): void => {
  const { chunks, slabs, images } = volume;
  const files = liveReferences(volume);
  const pins = new Map<number, number>();
  const pin = (references: Uint32Array, count: number): void => {
    for (const reference of references.subarray(0, count)) pins.set(reference, (pins.get(reference) ?? 0) + 1);
  };
  for (const kind of KINDS) {
    const live = new Set(tableOf(volume, kind).segments);
    const columns = new Set([...images.values()].flatMap((image) => image[kind].segments));
    for (const column of columns) if (!live.has(column)) visitColumn(kind, column, pin);
    auditFrozen(volume, kind, problems);
  }
  for (const image of images.values()) visitMaps(image.maps, pin);
  for (const reference of new Set([...files.keys(), ...pins.keys()])) {
    const [file, image] = [files.get(reference) ?? 0, pins.get(reference) ?? 0];
    if (chunks.isSlab(reference)) {
      const extra = slabs.extraOwners(reference >>> 1);
      if (extra !== file + image - 1)
        problems.push(`block ${reference} has ${file + image} owners, counted are ${extra + 1}`);
      block(chunks.capacityOf(reference));
    } else {
      const owners = chunks.ownersOf(reference);
      if (owners.files !== file || owners.pins !== image)
        problems.push(
          `buffer ${reference} has ${file} files and ${image} images, counted are ${owners.files}, ${owners.pins}`,
        );
    }
  }
  const charge = chunks.chargeWith(files);
  if (charge !== chunks.charge())
    problems.push(`buffers of ${charge} bytes are owned, the chunk table says ${chunks.charge()}`);
  const [slabBytes, uncounted] = slabs.recomputed();
  if (slabBytes !== slabs.charge()) problems.push(`slabs hold ${slabBytes} bytes, they say ${slabs.charge()}`);
  if (uncounted !== slabs.costOfOwners())
    problems.push(`counting owners costs ${uncounted} bytes, slabs say ${slabs.costOfOwners()}`);
  const own = images.recomputed();
  if (own !== images.charge()) problems.push(`images hold ${own} bytes of their own, they say ${images.charge()}`);
};

/** A column is written only when no image has it. */
const auditFrozen = (volume: Volume, kind: Kind, problems: string[]): void => {
  const table = tableOf(volume, kind);
  table.segments.forEach((column, index) => {
    if (table.isFrozen(index) !== volume.images.holds(column))
      problems.push(`column ${index} of ${kind} is ${table.isFrozen(index) ? '' : 'not '}frozen`);
  });
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
