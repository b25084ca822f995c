/**
 * Core layer: change events in inotify's terms. Mutations call `emit…` after
 * their commit; nothing is built when nobody watches. A listener must not
 * throw and must not mutate: the facade queues and delivers later.
 */
import type { ChangeEvent, Watch } from './engine.js';
import { OWN_ENTRY, ROOT } from './inode.js';
import type { Volume } from './volume.js';

type Kind = ChangeEvent['kind'];
interface Registration {
  readonly ino: number;
  readonly recursive: boolean;
  /** Base name of the watched path, what an event about itself is named by. */
  readonly name: string;
  readonly listener: (event: ChangeEvent) => void;
}

/** Of all volumes that nobody watches: an empty Map takes 200 bytes. Nothing is put into it. */
const NOBODY = new Map<number, Set<Registration>>();

export class Events {
  private watches = NOBODY;
  private recursive = 0;

  constructor(private readonly volume: Volume) {}

  /** True when someone watches anything: only then are names of events worth building. */
  get active(): boolean {
    return this.watches.size > 0;
  }

  /** True when someone watches this very inode. */
  isWatched(ino: number): boolean {
    return this.watches.has(ino);
  }

  add(
    ino: number,
    name: string,
    recursive: boolean,
    listener: (event: ChangeEvent) => void,
    onClose: () => void,
  ): Watch {
    const registration: Registration = { ino, recursive, name, listener };
    if (this.watches === NOBODY) this.watches = new Map();
    const set = this.watches.get(ino) ?? new Set();
    set.add(registration);
    this.watches.set(ino, set);
    if (recursive) this.recursive++;
    let open = true;
    const close = (): void => {
      if (!open) return;
      open = false;
      set.delete(registration);
      if (set.size === 0 && this.watches.get(ino) === set) this.watches.delete(ino);
      if (recursive) this.recursive--;
      onClose();
    };
    return { ino, close };
  }

  /** Watched inodes, and whether someone watches what is below them too. */
  watchedInodes(): Map<number, boolean> {
    const inodes = new Map<number, boolean>();
    for (const [ino, set] of this.watches)
      inodes.set(
        ino,
        [...set].some((each) => each.recursive),
      );
    return inodes;
  }

  /** Tells those who watch an inode of a change below it; only those who watch the whole tree when it is deeper. */
  below(ino: number, kind: Kind, name: string): void {
    const deep = name.includes('/');
    const event: ChangeEvent = { kind, name, self: false };
    for (const registration of [...(this.watches.get(ino) ?? [])]) {
      if (!deep || registration.recursive) registration.listener(event);
    }
  }

  /** A name appeared in or went from a directory. */
  named(directory: number, name: string): void {
    if (this.watches.size === 0) return;
    this.notify(directory, 'rename', name);
  }

  /**
   * Content or attributes of an inode changed, reached through `entry` (0 when it has no name now).
   * For a directory libuv says 'rename': the kernel marks the event with IN_ISDIR.
   */
  changed(ino: number, entry: number): void {
    if (this.watches.size === 0) return;
    const { directories, inodes } = this.volume;
    const kind = inodes.isDirectory(ino) ? 'rename' : 'change';
    this.itself(ino, kind);
    if (directories.names(entry, ino)) {
      this.notify(directories.parent(entry), kind, directories.name(entry));
    }
  }

  /** The inode is gone: IN_DELETE_SELF and IN_IGNORED, then its watches are dead. */
  gone(ino: number): void {
    if (this.watches.size === 0) return;
    this.itself(ino, 'rename');
    this.itself(ino, 'rename');
    this.watches.delete(ino);
  }

  /** The inode itself was renamed, or lost a link ('change'). */
  itself(ino: number, kind: Kind): void {
    const set = this.watches.get(ino);
    if (set === undefined) return;
    let event: ChangeEvent | undefined;
    for (const { name, listener } of [...set]) {
      if (event?.name !== name) event = { kind, name, self: true };
      listener(event);
    }
  }

  private notify(directory: number, kind: Kind, name: string): void {
    const set = this.watches.get(directory);
    if (set !== undefined) {
      const event: ChangeEvent = { kind, name, self: false };
      for (const { listener } of [...set]) listener(event);
    }
    if (this.recursive > 0) this.notifyAncestors(directory, kind, name);
  }

  private notifyAncestors(directory: number, kind: Kind, name: string): void {
    const { inodes, directories } = this.volume;
    let path = name;
    let at = directory;
    while (at !== ROOT) {
      const entry = inodes.get(at, OWN_ENTRY);
      if (entry === 0) return;
      path = `${directories.name(entry)}/${path}`;
      at = directories.parent(entry);
      const set = this.watches.get(at);
      if (set === undefined) continue;
      const event: ChangeEvent = { kind, name: path, self: false };
      for (const registration of [...set]) if (registration.recursive) registration.listener(event);
    }
  }
}
