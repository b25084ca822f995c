/** D-MemFS layer: the volume's totals. */
import type { MfsContext } from './context.js';

/** What {@link MemoryFileSystem.stats} answers. */
export interface MfsStats {
  /** Bytes charged: contents, bookkeeping, names, open handles. */
  usedBytes: number;
  /** `maxQuota`. */
  quotaBytes: number;
  /** Bytes data may still take. */
  freeBytes: number;
  fileCount: number;
  /** Directories, the root included. */
  dirCount: number;
  /** Pieces of memory that hold the contents of all files. */
  chunkCount: number;
  /** Bytes charged for each such piece beside its contents. */
  overheadPerChunkEstimate: number;
}

export function statsOf({ engine }: MfsContext): MfsStats {
  const { used, limit, available, files, directories, chunks, chunkOverhead } = engine.usage();
  return {
    usedBytes: used,
    quotaBytes: limit,
    freeBytes: available,
    fileCount: files,
    dirCount: directories,
    chunkCount: chunks,
    overheadPerChunkEstimate: chunkOverhead,
  };
}
