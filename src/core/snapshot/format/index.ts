/** Core layer: the bytes of a tree: its one door. Apart from the core's own, so that only who writes or reads them loads them. */
export { DamagedImage, decode as decodeTree } from './decode.js';
export { encode as encodeTree } from './encode.js';
