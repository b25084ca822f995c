/**
 * Adapter, snapshots: the tree of a volume as a value. One that was taken is
 * held by its volume until it is disposed of; one that was read from bytes is
 * those bytes.
 */
import type { Engine, TreeSource, VolumeImage } from '../../core/index.js';
import { fromBytes as readBytes, toBytes } from './binary.js';
import { entriesOf, type SnapshotEntry } from './entries.js';
import { SnapshotError } from './snapshot-error.js';

/** A safety net: nobody may rely on when, or that, the collector finds a snapshot. */
const forgotten = new FinalizationRegistry<VolumeImage>((image) => image.dispose());

type Content = { readonly engine: Engine; readonly image: VolumeImage } | { readonly bytes: Uint8Array };

/**
 * The tree of a file system at one moment, immutable: names, contents, modes, owners, times, links, inode numbers.
 * Take one with {@link snapshot} or read one with {@link fromBytes}; it can be restored any number of times.
 */
export class Snapshot {
  readonly #content: Content;
  #disposed = false;

  /** @internal */
  constructor(content: Content) {
    this.#content = content;
    if ('image' in content) forgotten.register(this, content.image, this);
  }

  /** Files, directories and links in it, hard links counted once, the root not. */
  get nodes(): number {
    return 'image' in this.#content ? this.#content.image.nodes : this.#tree().inos.length - 1;
  }

  /**
   * Bytes that its tables are charged to its volume, parts that other snapshots share included; 0 when it was read from
   * bytes. Contents come on top as soon as no file of the volume has them any more.
   */
  get charge(): number {
    return 'image' in this.#content && !this.#disposed ? this.#content.image.charge : 0;
  }

  /** True once `dispose` was called. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * The snapshot in one piece, contents included: to keep, to post to a worker, to ship as a fixture.
   * It is not compressed.
   * @throws SnapshotError ERR_SNAPSHOT_DISPOSED
   */
  toBytes(): Uint8Array {
    const tree = this.#tree();
    return 'bytes' in this.#content ? this.#content.bytes.slice() : toBytes(tree);
  }

  /** Gives back what only this snapshot holds. It cannot be used any more; a second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (!('image' in this.#content)) return;
    forgotten.unregister(this);
    this.#content.image.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * What is in it, parents first, names in the order in which they were made; the root itself is left out.
   * @throws SnapshotError ERR_SNAPSHOT_DISPOSED
   */
  entries(): Generator<SnapshotEntry, void> {
    return entriesOf(this.#tree());
  }

  #tree(): TreeSource {
    return treeOf(this);
  }

  /** @internal @throws SnapshotError ERR_SNAPSHOT_DISPOSED */
  static content(snapshot: Snapshot): Content {
    if (snapshot.#disposed) throw new SnapshotError('ERR_SNAPSHOT_DISPOSED', 'The snapshot has been disposed of');
    return snapshot.#content;
  }
}

/** The tree in a snapshot, to be read before it is disposed of. @throws SnapshotError ERR_SNAPSHOT_DISPOSED */
export function treeOf(snapshot: Snapshot): TreeSource {
  const content = Snapshot.content(snapshot);
  return 'image' in content ? content.image.tree() : readBytes(content.bytes);
}

/**
 * A snapshot from what `toBytes` gave. The bytes are copied, and checked whole: mark, version, length, checksum,
 * and that they are one tree.
 * @throws SnapshotError ERR_SNAPSHOT_DAMAGED, ERR_SNAPSHOT_VERSION
 */
export function fromBytes(bytes: Uint8Array): Snapshot {
  readBytes(bytes);
  return new Snapshot({ bytes: bytes.slice() });
}
