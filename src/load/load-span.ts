/** How long the seconds of a load are that are told together. */
import type { LoadSecond } from './sender.js';

const SECOND_MS = 1_000;

/** How long it is, ms: a second, unless several are told together. */
export function spanMs({ seconds = 1 }: Pick<LoadSecond, 'seconds'>): number {
  return seconds * SECOND_MS;
}

/** A count of what is told together, a second. */
export function perSecond(count: number, { seconds = 1 }: Pick<LoadSecond, 'seconds'>): number {
  return seconds === 1 ? count : count / seconds;
}
