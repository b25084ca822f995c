/** Quota truth: the one way this suite weighs the process. Needs --expose-gc. */

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

/** Bytes of heapUsed + external once nothing more can be collected. */
export async function collectedBytes(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    // Finalizers and the sweeping of array buffers need a turn of the loop.
    await turn();
  }
  // What still runs in those turns (watchers that are told of a backlog) makes garbage, which is nobody's.
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
