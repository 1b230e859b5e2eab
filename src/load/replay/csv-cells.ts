/** Cells of recordings that are tables. */

/** Numbers above this are taken for milliseconds since the epoch, not seconds (it is the year 5138). */
const SECONDS_LIMIT = 1e11;
/** ECMAScript's own bound of a `Date`. */
const LAST_INSTANT_MS = 8.64e15;

/**
 * The instant that a cell tells (seconds, milliseconds since the epoch, or a date as ISO 8601) in
 * milliseconds; undefined when it tells none.
 */
export function instantMs(cell: string): number | undefined {
  if (cell === '') return undefined;
  const number = Number(cell);
  if (Number.isNaN(number)) return knownInstant(Date.parse(cell));
  return knownInstant(number > SECONDS_LIMIT ? number : number * 1_000);
}

/** An instant that calendars know; undefined for any other. */
export function knownInstant(ms: number): number | undefined {
  return Math.abs(ms) <= LAST_INSTANT_MS ? ms : undefined;
}

/** A cell as messages show it. */
export function shownCell(cell: string): string {
  return cell === '' ? 'nothing' : `"${cell.slice(0, 40)}"`;
}
