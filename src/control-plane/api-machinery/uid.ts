/** Uids of objects. */
import type { Random } from '../../core/random.js';

const HEX = Array.from({ length: 0x100 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A random UUID (version 4) as objects carry it. */
export function randomUid(random: Random): string {
  const start = hexDigits(random) + hexDigits(random);
  const second = hexDigits(random);
  const third = hexDigits(random).slice(1);
  const fourth = hexDigits(random).slice(1);
  const end = hexDigits(random) + hexDigits(random) + hexDigits(random);
  const variant = (8 + random.below(4)).toString(16);
  return `${start}-${second}-4${third}-${variant}${fourth}-${end}`;
}

/** Four random digits. */
function hexDigits(random: Random): string {
  const value = random.below(0x10000);
  return (HEX[value >> 8] ?? '') + (HEX[value & 0xff] ?? '');
}
