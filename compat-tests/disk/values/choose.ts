/**
 * Compat tests, disk: how a random value is made: a function of the generator that gives source text.
 */
import type { Prng } from '../prng.js';

export type Choose = (r: Prng) => string;

export const quoted = (text: string): string => `'${text}'`;
