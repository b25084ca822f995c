/** Adapter, archives: the subpath `quotafs/archive`. */
export { ArchiveError, type ArchiveErrorCode } from './archive-error.js';
export {
  type ExportArchiveOptions,
  type ExportFs,
  exportArchive,
  exportArchiveStream,
  exportArchiveSync,
} from './export-archive.js';
export type { ExportFilter } from './exported-tree.js';
export type { ArchiveFormat } from './formats.js';
export {
  type ArchiveFile,
  type ArchiveSource,
  type ImportArchiveOptions,
  type ImportFs,
  type ImportResult,
  importArchive,
} from './import-archive.js';
export type { ArchiveEntry, ArchiveLimits } from './importer.js';
