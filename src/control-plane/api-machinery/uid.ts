/** Uids of objects. */
import type { Random } from '../../core/random.js';

/** A random UUID (version 4) as objects carry it. */
export function randomUid(random: Random): string {
  const text = Array.from({ length: 8 }, () => hexDigits(random)).join('');
  const variant = (8 + random.below(4)).toString(16);
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    `4${text.slice(13, 16)}`,
    `${variant}${text.slice(17, 20)}`,
    text.slice(20),
  ].join('-');
}

/** Four random digits. */
function hexDigits(random: Random): string {
  return random.below(0x10000).toString(16).padStart(4, '0');
}
