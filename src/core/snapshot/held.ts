/** Core layer, snapshots: the inodes that open files and directory streams hold. */
import type { Volume } from '../volume.js';

export const heldInodes = ({ files, directories }: Volume): Set<number> => {
  const held = new Set<number>();
  for (const file of files.values()) held.add(file.ino);
  for (const cursor of directories.cursors) held.add(cursor.directory);
  return held;
};
