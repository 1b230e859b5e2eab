/** Uids of objects. */
import type { Random } from '../../core/random.js';

/** A random UUID (version 4) as objects carry it. */
export function randomUid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => random.below(16));
  digits[12] = 4;
  digits[16] = 8 + random.below(4);
  const text = digits.map((digit) => digit.toString(16)).join('');
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    text.slice(12, 16),
    text.slice(16, 20),
    text.slice(20),
  ].join('-');
}
