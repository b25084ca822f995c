/** Adapter, disk: what is told while files go by, and at the end. */

/** How far a transfer is. */
export interface Progress {
  /** The file that has just been done, relative to the tree. */
  readonly path: string;
  readonly files: number;
  readonly totalFiles: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

/** What was transferred. */
export interface TransferCounts {
  readonly files: number;
  readonly directories: number;
  readonly symlinks: number;
  /** Second names of files. */
  readonly links: number;
  /** Bytes of the files. */
  readonly bytes: number;
}

/** Counts files as they are done and calls the listener. */
export function progressOf(
  { files: totalFiles, bytes: totalBytes }: TransferCounts,
  listener: ((progress: Progress) => void) | undefined,
): (path: string, size: number) => void {
  let files = 0;
  let bytes = 0;
  return (path, size) => {
    files++;
    bytes += size;
    listener?.({ path, files, totalFiles, bytes, totalBytes });
  };
}
