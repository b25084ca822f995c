/**
 * Compat tests, disk: helpers of statements about watchers, signals and text streams (statements/watching.ts,
 * aborts.ts). They observe, as world.ts does. Repetitions are left out: how often the kernel tells depends on when it is asked.
 */
import { EventEmitter } from 'node:events';
import type { FSWatcher, StatsListener } from 'node:fs';
import type { NodeFs } from '../targets.js';
import { pause, turn } from './stream-world.js';

/** Waits until nothing was added for a while. */
const settled = async (events: readonly unknown[], shortest = 3): Promise<void> => {
  for (let before = -1, i = 0; i < 12 && (i < shortest || before !== events.length); i++) {
    before = events.length;
    await pause(8);
  }
};

const attempt = async (start: () => unknown): Promise<unknown> => {
  try {
    return await start();
  } catch (error) {
    return { error };
  }
};

const shownEvent = (type: unknown, name: unknown): string =>
  `${type} ${Buffer.isBuffer(name) ? `bytes ${name.toString('latin1')}` : name}`;

type Act = () => unknown;

const followWatcher = (watcher: FSWatcher, add: (event: unknown) => void): void => {
  watcher.on('error', (error) => add({ error }));
  watcher.on('close', (...args: unknown[]) => add(['close', ...args]));
};

export const watchHelpers = (fs: NodeFs): Record<string, unknown> => ({
  /** What a watcher tells of each act, and when it is closed. */
  heard: async (how: string, path: string, options: object, acts: Act[]) => {
    const events: unknown[] = [];
    const add = (event: unknown): void => {
      if (events.at(-1) !== event) events.push(event);
    };
    const controller = new AbortController();
    let watcher: FSWatcher | undefined;
    let ended: Promise<unknown> | undefined;
    if (how === 'promise') {
      const given = { ...options, signal: controller.signal };
      ended = attempt(async () => {
        for await (const { eventType, filename } of fs.promises.watch(path, given))
          add(shownEvent(eventType, filename));
      });
      await turn();
    } else if (how === 'listen') {
      watcher = fs.watch(path, options);
      watcher.on('change', (type, name) => add(shownEvent(type, name)));
    } else {
      watcher = fs.watch(path, options, (type: string, name: unknown) => add(shownEvent(type, name)));
    }
    if (watcher) followWatcher(watcher, add);
    const report: unknown[] = [];
    for (const act of acts) {
      const outcome = await attempt(act);
      await settled(events);
      // A disk removes what is in a directory in an order of its own.
      const told = events.splice(0);
      report.push([outcome, ...(String(act).includes('rmSync') ? new Set(told.sort()) : told)]);
    }
    watcher?.close();
    controller.abort();
    await settled(events, 1);
    return [report, events, await ended];
  },
  /** What watchFile tells of one change. */
  polled: async (path: string, options: object, act: Act) => {
    const events: unknown[] = [];
    const listener = ((now, before) => {
      const shown = [now, before].map((stats) => [
        stats.isFile(),
        stats.isDirectory(),
        `${stats.mode} ${stats.nlink} ${stats.isFile() ? stats.size : ''}`,
        typeof stats.size,
      ]);
      events.push(shown);
    }) as StatsListener;
    const watcher = fs.watchFile(path, options as { bigint: false }, listener);
    await pause(40);
    const before = events.splice(0);
    const outcome = await attempt(act);
    for (let i = 0; i < 6 && events.length === 0; i++) await pause(10);
    fs.unwatchFile(path, listener);
    return [watcher.constructor.name, before, outcome, events];
  },
  watchedUntil: async (watcher: FSWatcher) => {
    const events: unknown[] = [];
    followWatcher(watcher, (event) => events.push(event));
    await settled(events, 2);
    watcher.close();
    await settled(events, 1);
    return events;
  },
  firstOf: async (source: AsyncIterable<unknown>) => {
    const iterator = source[Symbol.asyncIterator]();
    const first = await Promise.race([iterator.next(), pause(30).then(() => 'nothing')]);
    // What waits for an event cannot be ended but by its signal.
    if (first !== 'nothing') await iterator.return?.();
    return first;
  },
  abortAt: (event: string, controller: AbortController, stream: EventEmitter) =>
    stream.on(event, () => controller.abort()),
  aborting: async function* (controller: AbortController, items: unknown[], at: number) {
    for (const [i, item] of items.entries()) {
      await turn();
      if (i === at) controller.abort();
      yield item;
    }
  },
  abortingNow: function* (controller: AbortController, items: unknown[], at: number) {
    for (const [i, item] of items.entries()) {
      if (i === at) controller.abort();
      yield item;
    }
  },
  flushed: (stream: { flush(done: (error: unknown) => void): void }) =>
    Promise.race([
      new Promise((resolve) => {
        stream.flush((error) => resolve(error ?? 'flushed'));
      }),
      pause(60).then(() => 'no answer'),
    ]),
  /** A text stream: what each step gives, the events after it, and how it ends. */
  utf8: async (options: object, steps: ((stream: EventEmitter) => unknown)[]) => {
    const Class = Reflect.get(fs, 'Utf8Stream') as new (options: object) => EventEmitter & { destroy(): void };
    const stream = new Class(options);
    const events: unknown[] = [];
    for (const name of ['ready', 'drain', 'drop', 'finish', 'close', 'error', 'write'])
      stream.on(name, (value: unknown) => events.push(value === undefined ? name : [name, value]));
    const report: unknown[] = [];
    for (const step of steps) {
      const outcome = await attempt(() => step(stream));
      await settled(events, 2);
      report.push([outcome instanceof EventEmitter ? 'stream' : outcome, ...events.splice(0)]);
    }
    const last = await attempt(() => stream.destroy());
    for (let i = 0; i < 20 && !events.includes('close'); i++) await pause(2);
    return [report, last, events];
  },
});

/** Names of these helpers, for the scope of a program. */
export const WATCH_NAMES = Object.keys(watchHelpers({} as NodeFs));
