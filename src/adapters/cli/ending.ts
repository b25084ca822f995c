/**
 * Adapter, command line: notices that the program is over, whichever way it
 * ends, and leaves that way as it is: exit codes, signals, and what the program
 * itself does about them. Invariant: `finish` runs once, after the program's own
 * 'exit' listeners.
 */
import { constants } from 'node:os';

/** Signals whose default is to end the process, and which somebody at a terminal or a supervisor sends. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type Listener = (...args: unknown[]) => unknown;

/** Replaces a method of the process; the rest of its callers see no difference. */
function wrap(name: string, make: (native: Listener) => Listener): void {
  const native = Reflect.get(process, name) as Listener;
  const wrapper = make(native);
  Object.defineProperty(wrapper, 'name', { value: native.name });
  Object.defineProperty(process, name, { value: wrapper, writable: true, configurable: true });
}

/** @param finish - synchronous: the event loop is over by then */
export function whenOver(finish: () => void): void {
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    finish();
  };
  // A listener could not know that it is the last one.
  wrap(
    'emit',
    (native) =>
      function (this: unknown, event, ...args) {
        if (event !== 'exit') return native.call(this, event, ...args);
        try {
          return native.call(this, event, ...args);
        } finally {
          end();
        }
      },
  );
  // `process.exit` in a listener of 'exit' ends it there and then.
  wrap(
    'reallyExit',
    (native) =>
      function (this: unknown, ...args) {
        end();
        return native.call(this, ...args);
      },
  );
  watchSignals(end);
}

/**
 * A signal that the program has no listener for ends the process, but not before `end`. The listener that this takes is
 * hidden: programs count them to know whether a signal is theirs.
 */
function watchSignals(end: () => void): void {
  const own = new Map<unknown, Listener>();
  for (const name of ['listeners', 'rawListeners']) {
    wrap(
      name,
      (native) =>
        function (this: unknown, event) {
          return (native.call(this, event) as Listener[]).filter((each) => each !== own.get(event));
        },
    );
  }
  wrap(
    'listenerCount',
    (native) =>
      function (this: unknown, event, listener) {
        const count = Number(native.call(this, event, listener));
        return own.has(event) && listener === undefined ? Math.max(0, count - 1) : count;
      },
  );
  for (const signal of SIGNALS) {
    const listener = (): void => {
      if (process.listeners(signal).length > 0) return;
      end();
      process.off(signal, listener);
      process.kill(process.pid, constants.signals[signal]);
    };
    own.set(signal, listener);
    process.on(signal, listener);
  }
}
