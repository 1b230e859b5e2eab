/** Amounts, counts and times as explanations print them. */
import { writeMilli } from './quantities.js';

/** Thousandths of a resource: memory in binary units (`256.5Mi`), all else as a quantity (`250m`). */
export function amountText(milli: number, resource: string): string {
  if (resource === 'memory') return memoryText(milli / 1_000);
  return writeMilli(milli);
}

const MEBI = 2 ** 20;

function memoryText(bytes: number): string {
  if (bytes < MEBI) return `${Math.round(bytes / 1_024)}Ki`;
  return bytes < 1_024 * MEBI
    ? `${Number((bytes / MEBI).toFixed(1))}Mi`
    : `${Number((bytes / MEBI / 1_024).toFixed(2))}Gi`;
}

/** `1 pod`, `3 pods`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** An instant: from the start of a run as `01:15`, or `-00:15` before it, to the nearest second as in reports; without a start UTC as `07:00:15`. */
export function clockText(atMs: number, startMs: number | undefined): string {
  if (startMs === undefined) return new Date(atMs).toISOString().slice(11, 19);
  const seconds = Math.round(Math.abs(atMs - startMs) / 1_000);
  const text = `${twoDigits(Math.floor(seconds / 60))}:${twoDigits(seconds % 60)}`;
  return atMs < startMs && seconds > 0 ? `-${text}` : text;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** A ratio with at most three decimals. */
export function ratioText(ratio: number): string {
  return String(Number(ratio.toFixed(3)));
}
