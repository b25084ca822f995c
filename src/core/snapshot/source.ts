/**
 * Core layer, snapshots: a tree as something to read, whatever it is kept in.
 * What is encoded, copied into another volume or compared comes from here.
 */
import { Directories } from '../directory.js';
import {
  ATIME,
  BIRTHTIME,
  CONTENT,
  CTIME,
  GENERATION,
  GID,
  InodeTable,
  LINKS,
  MODE,
  MTIME,
  STATE,
  UID,
} from '../inode.js';
import type { Chunks } from '../storage/chunks.js';
import { FilePages, RANDOM_ACCESS } from '../storage/file-pages.js';
import type { Volume } from '../volume.js';
import type { Image } from './image.js';

/** Times as they are packed, two words each (see times.ts): of birth, of modification, of change, of access. */
export type Times = Uint32Array;
export const TIME_WORDS = [BIRTHTIME, MTIME, CTIME, ATIME] as const;

export interface TreeNode {
  readonly ino: number;
  /** Type and permissions. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly times: Times;
  readonly generation: number;
  /** The file was written out of order. */
  readonly randomAccess: boolean;
  /** Bytes of a file or of a link's target; of a directory 0. */
  readonly size: number;
}

/** Bytes in place; nobody keeps or changes them. */
export type VisitPage = (page: number, bytes: Uint8Array, start: number, length: number) => void;

export interface TreeSource {
  /** Inode numbers, ascending; the root's is the first. */
  readonly inos: readonly number[];
  node(ino: number): TreeNode;
  /** Names in a directory in the order in which they were made, as byte strings. */
  forEachName(ino: number, visit: (name: string, ino: number) => void): void;
  /** What is stored of a file, page by page, ascending; the target of a link as page 0. */
  forEachPage(ino: number, visit: VisitPage): void;
}

/** The tree of an image. */
export const imageSource = (volume: Volume, image: Image): TreeSource => {
  const inodes = new InodeTable(volume.clock);
  inodes.load(image.inodes, image.inodes.segments);
  const directories = new Directories(inodes, volume.slabs, volume.directories.seed);
  directories.load(image.entries, image.entries.segments);
  const contents = new FilePages(inodes, volume.chunks, 'auto');
  contents.loadMaps(image.maps);
  return tableSource(inodes, directories, contents, volume.chunks);
};

/** The tree as it is; read before the next call. */
export const liveSource = ({ inodes, directories, contents, chunks }: Volume): TreeSource =>
  tableSource(inodes, directories, contents, chunks);

const tableSource = (inodes: InodeTable, directories: Directories, contents: FilePages, chunks: Chunks): TreeSource => {
  let inos: number[] | undefined;
  return {
    // Made when it is asked for: an iterator that is left open does without.
    get inos() {
      if (inos !== undefined) return inos;
      const found: number[] = [];
      inodes.forEach((ino) => {
        if (inodes.get(ino, LINKS) > 0) found.push(ino);
      });
      inos = found;
      return found;
    },
    node: (ino) => {
      const [words, at] = [inodes.wordsOf(ino), inodes.at(ino)];
      const times = new Uint32Array(8);
      for (const [index, word] of TIME_WORDS.entries()) times.set(words.subarray(at + word, at + word + 2), index * 2);
      return {
        ino,
        mode: inodes.get(ino, MODE),
        uid: inodes.get(ino, UID),
        gid: inodes.get(ino, GID),
        times,
        generation: inodes.get(ino, GENERATION),
        randomAccess: inodes.isFile(ino) && (inodes.get(ino, STATE) & RANDOM_ACCESS) !== 0,
        size: inodes.isDirectory(ino) ? 0 : inodes.size(ino),
      };
    },
    forEachName: (ino, visit) => {
      for (let entry = directories.first(ino); entry !== 0; entry = directories.next(entry)) {
        visit(directories.name(entry), directories.ino(entry));
      }
    },
    forEachPage: (ino, visit) => {
      if (inodes.isFile(ino)) contents.forEachStored(ino, visit);
      else if (inodes.isLink(ino)) {
        const reference = inodes.get(ino, CONTENT);
        visit(0, chunks.bytesOf(reference), chunks.offsetOf(reference), inodes.size(ino));
      }
    },
  };
};
