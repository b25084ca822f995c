/**
 * Facade layer: the changes that watchers are yet to be told of. Owns the queue
 * between the engine, which reports a change inside the mutation, and the
 * listeners, which are told in a later macrotask, one each, in order.
 *
 * A change is one record, however many are told of it: as with libuv, which has
 * one inotify watch for all watchers of a file. Who is told is a list that
 * records share as long as it stays the same.
 *
 * Invariant: the queue is bounded as inotify's is (16,384 changes), and by the
 * quota to which its records are billed; what comes on top is dropped, but for
 * the first that waits for a watcher. Equal neighbours are one change.
 */
import type { ChangeEvent, Engine } from '../../core/index.js';
import { later } from '../../host/index.js';

/** /proc/sys/fs/inotify/max_queued_events, as Linux sets it. */
const MAX_QUEUED = 16_384;
/** Bytes of a record beside the name of its event (measured 180). */
const EVENT_PRICE = 224;
/** Bytes of a place in a list of who is told, when it is not the one of the record before. */
const PLACE_PRICE = 16;
/** Macrotasks asked for ahead, so that many are told in one turn, and the bytes of each but the first. */
const MOST_AHEAD = 1024;
const TASK_PRICE = 144;

interface Waiting {
  readonly event: ChangeEvent;
  readonly engine: Engine;
  readonly ino: number;
  /** Its first `count` are told; `told` of them are already. */
  seats: Seat[];
  count: number;
  told: number;
  /** What it is billed: nothing for one that waits alone in a full volume. */
  price: number;
  next: Waiting | undefined;
}

let head: Waiting | undefined;
let tail: Waiting | undefined;
let records = 0;
/** Seats of all records that are not told yet, and macrotasks that will tell one each. */
let untold = 0;
let ahead = 0;

/** A watcher's place in the queue. It stays there when the watcher is closed, so it holds little. */
export class Seat {
  /** The newest change that waits for it. */
  newest: Waiting | undefined;
  /** Who was told along with it, when it was the first. */
  audience: Seat[] = [this];

  constructor(
    readonly engine: Engine,
    readonly ino: number,
    public tell: ((event: ChangeEvent) => void) | undefined,
  ) {}

  /** From now on it is told nothing. */
  leave(): void {
    this.tell = undefined;
    this.newest = undefined;
    this.audience = [];
  }
}

/** inotify merges a change into the last one when they are equal; one is reported to all who watch the same at once. */
function isSame(last: Waiting, seat: Seat, event: ChangeEvent): boolean {
  if (last.event === event) return true;
  const { kind, name, self } = last.event;
  if (kind !== 'change' || event.kind !== 'change' || name !== event.name || self !== event.self) return false;
  return last.ino === seat.ino && last.engine === seat.engine;
}

/** Puts a change into the queue for one who watches; dropped when there is no place or no memory for it. */
export function enqueue(seat: Seat, event: ChangeEvent): void {
  if (tail !== undefined && tail.told === 0 && isSame(tail, seat, event)) {
    if (seat.newest === tail || !join(tail, seat)) return;
  } else if (!begin(seat, event)) return;
  seat.newest = tail;
  untold++;
  ask(seat.engine);
}

/** Asks for a macrotask more; one is enough where there is no room for others. */
function ask(engine: Engine): void {
  if (ahead >= MOST_AHEAD || (ahead > 0 && !engine.tryBillHandle(TASK_PRICE))) return;
  later(tellNext, ahead > 0 ? engine : undefined);
  ahead++;
}

/** What it would be billed, nothing where it is the first that waits for the seat in a full volume, or undefined. */
function pay({ engine, newest }: Seat, price: number): number | undefined {
  if (engine.tryBillHandle(price)) return price;
  return newest === undefined ? 0 : undefined;
}

function begin(seat: Seat, event: ChangeEvent): boolean {
  if (records >= MAX_QUEUED) return false;
  const { engine, ino, audience } = seat;
  const price = pay(seat, EVENT_PRICE + event.name.length);
  if (price === undefined) return false;
  const record: Waiting = { event, engine, ino, seats: audience, count: 1, told: 0, price, next: undefined };
  if (tail === undefined) head = record;
  else tail.next = record;
  tail = record;
  records++;
  return true;
}

function join(record: Waiting, seat: Seat): boolean {
  const { seats, count } = record;
  if (seats[count] !== seat) {
    if (seats.length > count) {
      const price = pay(seat, PLACE_PRICE * (count + 1));
      if (price === undefined) return false;
      record.price += price;
      record.seats = seats.slice(0, count);
      (seats[0] as Seat).audience = record.seats;
    }
    record.seats.push(seat);
  }
  record.count++;
  return true;
}

/** The next who is told, and takes it out of the queue. */
function take(record: Waiting): Seat {
  const seat = record.seats[record.told++] as Seat;
  untold--;
  if (seat.newest === record) seat.newest = undefined;
  if (record.told === record.count) {
    record.engine.unbillHandle(record.price);
    records--;
    head = record.next;
    if (head === undefined) tail = undefined;
  }
  return seat;
}

/** One macrotask each: a listener that throws is an uncaught exception and stops no other. */
function tellNext(payer: Engine | undefined): void {
  ahead--;
  payer?.unbillHandle(TASK_PRICE);
  while (head !== undefined) {
    const { event, engine } = head;
    const { tell } = take(head);
    if (tell === undefined) continue;
    if (untold > ahead) ask(engine);
    tell(event);
    return;
  }
}

/** Names of which one who watches is yet to be told. */
export function pendingNames(seat: Seat): Set<string> {
  const names = new Set<string>();
  for (let record = head; record !== undefined; record = record.next) {
    const at = record.seats.indexOf(seat, record.told);
    if (at >= 0 && at < record.count) names.add(record.event.name);
  }
  return names;
}
