/** Kinds of environment variables: how a text is read, and how that is said to a user. */

/** How one environment variable is read. */
export interface Variable<T> {
  /** What the table in the README shows: a value, or what happens without one. */
  readonly shownDefault: string;
  /** The value without the variable, or when it is empty. */
  readonly unset: T;
  /** What a user may write, after "expected". */
  readonly expected: string;
  readonly meaning: string;
  /** The value of a text; undefined when the text is not what was expected. */
  readonly parse: (text: string) => T | undefined;
}

/** Bounds of a number; both ends are included. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** A text that is not empty. */
export function text(unset: string, meaning: string): Variable<string> {
  return { shownDefault: unset, unset, expected: 'a text', meaning, parse: (given) => given };
}

/** A text that may be left out. */
export function optionalText(without: string, meaning: string): Variable<string | undefined> {
  return { ...text('', meaning), shownDefault: without, unset: undefined };
}

/** A number within bounds, with a default. */
export function decimal(bounds: Bounds & { unset: number }, meaning: string): Variable<number> {
  const { min, max, unset } = bounds;
  return {
    shownDefault: String(unset),
    unset,
    expected: `a number from ${min} to ${max}`,
    meaning,
    parse: (given) => numberWithin(given, bounds),
  };
}

/** A whole number within bounds, with a default. */
export function whole(bounds: Bounds & { unset: number }, meaning: string): Variable<number> {
  const { min, max, unset } = bounds;
  return {
    shownDefault: String(unset),
    unset,
    expected: `a whole number from ${min} to ${max}`,
    meaning,
    parse: (given) => wholeWithin(given, bounds),
  };
}

/** A whole number within bounds that may be left out. */
export function optionalWhole(
  bounds: Bounds & { without: string },
  meaning: string,
): Variable<number | undefined> {
  const { min, max, without } = bounds;
  return {
    shownDefault: without,
    unset: undefined,
    expected: `a whole number from ${min} to ${max}`,
    meaning,
    parse: (given) => wholeWithin(given, bounds),
  };
}

/** `true` or `false`. */
export function yesOrNo(unset: boolean, meaning: string): Variable<boolean> {
  const words = new Map([
    ['true', true],
    ['false', false],
  ]);
  return {
    shownDefault: String(unset),
    unset,
    expected: 'true or false',
    meaning,
    parse: (given) => words.get(given),
  };
}

/**
 * A decimal number within bounds; undefined for anything else, also for what JavaScript would take
 * for a number: the empty text, `0x10`, `1e3`, `Infinity`.
 */
export function numberWithin(given: string, { min, max }: Bounds): number | undefined {
  if (!/^-?\d+(\.\d+)?$/.test(given)) return undefined;
  const value = Number(given);
  return value >= min && value <= max ? value : undefined;
}

function wholeWithin(given: string, bounds: Bounds): number | undefined {
  const value = numberWithin(given, bounds);
  return value === undefined || Number.isInteger(value) ? value : undefined;
}
