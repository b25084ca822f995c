/**
 * D-MemFS layer: all of it but the public classes. These take it from here at a
 * call, not at load: the build puts it into a file of its own, which the first
 * file system or handle loads. A program that uses `node:fs` alone never does.
 * Nothing else may import these files for their values at load.
 */
export { later, whenUnlocked } from './async-calls.js';
export { asBytes } from './bytes.js';
export { createCodec } from './codec.js';
export { createContext } from './context.js';
export {
  atEdge,
  closedFault,
  demandWhole,
  ExplainedFault,
  invalidArgument,
  invalidType,
  outOfRange,
} from './errors.js';
export { glob } from './glob.js';
export { billText, giveBack, watchOver } from './lease.js';
export { lookFor, requireFile, statOf } from './looking.js';
export { list, makeDirectory, moveTo, removeFile, removeTree, renameTo } from './names.js';
export { openNow, requestOpen } from './open.js';
export { checkNames, count, flag } from './options.js';
export { normalizePath, toByteString } from './paths.js';
export { statsOf } from './stats.js';
export { copyFile, copyTree, exportEntry, exportFile, filesToExport, importTree } from './tree.js';
export { walk } from './walk.js';
