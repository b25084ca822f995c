/**
 * Adapter, command line: loaded before anything else by the threads and Node
 * processes that a program under `quotafs run` starts. They see the disk, and
 * what they write is refused with EROFS: memory of their own would be lost with
 * them, and the disk is not theirs to change.
 */
import { createOverlay } from '../overlay/index.js';
import { hold } from './hold.js';

hold(createOverlay({ root: '/', readOnly: true }).fs);
