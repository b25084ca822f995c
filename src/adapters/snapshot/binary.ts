/**
 * Adapter, snapshots: the frame around an encoded tree. "QFSSNAP", the version,
 * the length of everything (8 bytes, low ones first), the CRC-32 of what follows
 * it (4 bytes, low ones first), then the tree as src/core/snapshot/format
 * writes it.
 */
import type { TreeSource } from '../../core/index.js';
import { DamagedImage, decodeTree, encodeTree } from '../../core/snapshot/format/index.js';
import { crc32 } from '../tree/index.js';
import { SnapshotError } from './snapshot-error.js';

const MARK = 'QFSSNAP';
const VERSION = 1;
const LENGTH_AT = 8;
const CRC_AT = 16;
const HEAD = 20;

export function toBytes(tree: TreeSource): Uint8Array {
  const bytes = encodeTree(tree, HEAD);
  for (let i = 0; i < MARK.length; i++) bytes[i] = MARK.charCodeAt(i);
  bytes[MARK.length] = VERSION;
  const head = new DataView(bytes.buffer, bytes.byteOffset, HEAD);
  head.setBigUint64(LENGTH_AT, BigInt(bytes.length), true);
  head.setUint32(CRC_AT, crc32(bytes.subarray(HEAD)), true);
  return bytes;
}

/** @throws SnapshotError */
export function fromBytes(bytes: Uint8Array): TreeSource {
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEAD || String.fromCharCode(...bytes.subarray(0, MARK.length)) !== MARK) {
    throw damaged('it does not begin like one');
  }
  const version = head.getUint8(MARK.length);
  if (version !== VERSION) {
    throw new SnapshotError('ERR_SNAPSHOT_VERSION', `The snapshot is of version ${version}, known is ${VERSION}`);
  }
  const length = head.getBigUint64(LENGTH_AT, true);
  if (length !== BigInt(bytes.length)) throw damaged(`it has ${bytes.length} bytes and should have ${length}`);
  if (head.getUint32(CRC_AT, true) !== crc32(bytes.subarray(HEAD))) throw damaged('its checksum does not match');
  try {
    return decodeTree(bytes, HEAD);
  } catch (error) {
    throw error instanceof DamagedImage ? damaged(error.reason) : error;
  }
}

const damaged = (reason: string): SnapshotError =>
  new SnapshotError('ERR_SNAPSHOT_DAMAGED', `The bytes are no snapshot, or damaged: ${reason}`);
