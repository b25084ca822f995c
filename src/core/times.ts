/**
 * Core layer: times in two words, the way ext4 packs them: 34 bits of seconds
 * (1901 to 2446) and 30 bits of nanoseconds. Times outside are clamped, as
 * ext4 does.
 */
const OFFSET = 2 ** 31;
const MAX_SECONDS = 2 ** 34 - OFFSET - 1;
const HIGH_UNIT = 2 ** 30;

/** Stores a time at word `at`. `nsec` is 0–999,999,999. */
export const putTime = (words: Uint32Array, at: number, seconds: number, nsec: number): void => {
  if (seconds > MAX_SECONDS) {
    seconds = MAX_SECONDS;
    nsec = 0;
  } else if (seconds < -OFFSET) {
    seconds = -OFFSET;
    nsec = 0;
  }
  const shifted = seconds + OFFSET;
  words[at] = shifted;
  words[at + 1] = nsec + Math.floor(shifted / 2 ** 32) * HIGH_UNIT;
};

/** Seconds since the epoch of the time at word `at`. */
export const secondsAt = (words: Uint32Array, at: number): number =>
  (words[at] as number) + ((words[at + 1] as number) >>> 30) * 2 ** 32 - OFFSET;

/** Nanoseconds (0–999,999,999) of the time at word `at`. */
export const nanosAt = (words: Uint32Array, at: number): number => (words[at + 1] as number) & (HIGH_UNIT - 1);

/** Negative, zero or positive as the first time is before, at or after the second. */
export const compareTimes = (words: Uint32Array, a: number, b: number): number =>
  secondsAt(words, a) - secondsAt(words, b) || nanosAt(words, a) - nanosAt(words, b);
