/** Host layer: warnings about resources, sent where Node sends its own. */

/**
 * Emits a `ResourceWarning` through `process.emitWarning`, so that it can be
 * listened to (`process.on('warning')`), silenced or traced like any of Node's.
 *
 * @param message - what happened and what to do about it.
 */
export function warnResource(message: string): void {
  process.emitWarning(message, 'ResourceWarning');
}
