/**
 * D-MemFS layer: what its own objects cost, in bytes of real process memory,
 * rounded up (test/quota-truth measures them). They are billed to the volume
 * while they exist, on top of what the engine bills for the descriptor.
 */

/** A handle: the object, its lease, its registration with the collector, its place in the tables of locks (150–235 measured). */
export const HANDLE_PRICE = 320;

/** A caller that waits for a lock: promise, closures, timer, place in the line (1,170 measured). */
export const WAITER_PRICE = 1408;
