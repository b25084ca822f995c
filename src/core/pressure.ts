/**
 * Core layer: watermarks on the bank. A listener hears when `used` first
 * reaches its share of the limit, and again only after use has fallen below it.
 * It is called later, outside any engine call, so it may free or resize.
 */
export interface Pressure {
  /** The share of the limit that was registered, 0 to 1. */
  readonly share: number;
  /** Bytes charged when it was crossed. */
  readonly used: number;
  /** `maxQuota`, bytes. */
  readonly limit: number;
}

interface Mark {
  readonly share: number;
  readonly listener: (pressure: Pressure) => void;
  crossed: boolean;
}

const microtask = (task: () => void): void => {
  Promise.resolve().then(task);
};

export class Watermarks {
  private readonly marks = new Set<Mark>();
  /** Crossing upwards at or above `above`, falling below `below`, is worth a look. */
  private above = Number.POSITIVE_INFINITY;
  private below = Number.NEGATIVE_INFINITY;

  constructor(
    private limit: number,
    private readonly defer: (task: () => void) => void = microtask,
  ) {}

  /** Registers a listener; call the result to end it. */
  add(share: number, used: number, listener: (pressure: Pressure) => void): () => void {
    const mark: Mark = { share, listener, crossed: false };
    this.marks.add(mark);
    this.check(used);
    return () => {
      this.marks.delete(mark);
      this.aim();
    };
  }

  setLimit(limit: number, used: number): void {
    this.limit = limit;
    this.check(used);
  }

  /** Called with every change of `used`. */
  update(used: number): void {
    if (used >= this.above || used < this.below) this.check(used);
  }

  private check(used: number): void {
    for (const mark of this.marks) {
      const reached = used >= mark.share * this.limit;
      if (reached && !mark.crossed) this.tell(mark, used);
      mark.crossed = reached;
    }
    this.aim();
  }

  private tell(mark: Mark, used: number): void {
    const pressure: Pressure = { share: mark.share, used, limit: this.limit };
    this.defer(() => {
      if (this.marks.has(mark)) mark.listener(pressure);
    });
  }

  /** The nearest marks on both sides. */
  private aim(): void {
    this.above = Number.POSITIVE_INFINITY;
    this.below = Number.NEGATIVE_INFINITY;
    for (const mark of this.marks) {
      const bytes = mark.share * this.limit;
      if (mark.crossed) this.below = Math.max(this.below, bytes);
      else this.above = Math.min(this.above, bytes);
    }
  }
}
