/** Adapter, overlay: the subpath `quotafs/overlay`. */
export type { ApplyFs } from './apply.js';
export type { Change, ChangeSide } from './changes.js';
export { createOverlay, type Overlay, type OverlayOptions } from './overlay.js';
export type { LowerFs } from './source.js';
