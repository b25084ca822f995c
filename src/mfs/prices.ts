/**
 * D-MemFS layer: what its own objects cost, in bytes of real process memory,
 * rounded up (test/quota-truth measures them). They are billed to the volume
 * while they exist, on top of what the engine bills for the descriptor.
 */
import { textBytes } from '../host/index.js';

/** A handle: the object, its lease, its registration with the collector, its place in the tables of locks (150–235 measured). */
const HANDLE_PRICE = 320;
export const handlePrice = (path: string): number => HANDLE_PRICE + textBytes(path);

/** A caller that waits for a lock: promise, closures, timer, place in the line (1,170 to 1,460 measured). */
const WAITER_PRICE = 1536;
/** It keeps the path as it was given, and as the engine takes it. */
export const waiterPrice = (path: string): number => WAITER_PRICE + 2 * textBytes(path);

/** A TextHandle with its decoder. */
export const TEXT_PRICE = 768;
