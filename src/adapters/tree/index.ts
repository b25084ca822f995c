/** Adapters, trees: the one door of what archive, disk and inspect share. */
export { Bill, ENTRY_PRICE } from './bill.js';
export { crc32 } from './crc32.js';
export type { ReadableFs, WritableFs } from './fs-like.js';
export { isWithin, leadsOut, type OutsideLinks, relativeTarget } from './links.js';
export { below, canonicalName, parentOf, printable, stripParts } from './names.js';
export { demandRoom } from './room.js';
export { keepTimes, settable } from './times.js';
export { type Reason, type Refuse, TransferError } from './transfer-error.js';
export { type FileSink, TreeWriter } from './tree-writer.js';
export { type WalkedEntry, walkTree } from './walk.js';
