/** Kubernetes quantities: `250m`, `1.5Gi`, `123456789n`, `1e3`. */

const DECIMAL_SUFFIXES: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  '': 1_000_000_000n,
  k: 10n ** 12n,
  M: 10n ** 15n,
  G: 10n ** 18n,
  T: 10n ** 21n,
  P: 10n ** 24n,
  E: 10n ** 27n,
};

const BINARY_SUFFIXES: Readonly<Record<string, bigint>> = {
  Ki: 2n ** 10n,
  Mi: 2n ** 20n,
  Gi: 2n ** 30n,
  Ti: 2n ** 40n,
  Pi: 2n ** 50n,
  Ei: 2n ** 60n,
};

const NANO = 1_000_000_000n;
const PATTERN = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** How a quantity is spelled; arithmetic keeps the spelling of its first operand. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** An exact amount and its spelling. */
export interface Quantity {
  /** Billionths of the unit, rounded up (away from zero), as upstream does below nano. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

/**
 * The quantity that a text spells; `undefined` when it spells none.
 *
 * @see Source: kubernetes `apimachinery/pkg/api/resource/quantity.go`, `ParseQuantity`.
 */
export function parseQuantity(text: string): Quantity | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, sign, digits = '', exponent, suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(`${whole}${fraction}`);
  const { multiplier, divisor, format } = scale(exponent, suffix);
  const denominator = 10n ** BigInt(fraction.length) * divisor;
  const numerator = mantissa * multiplier;
  const magnitude = (numerator + denominator - 1n) / denominator;
  return { nano: sign === '-' ? -magnitude : magnitude, format };
}

function scale(
  exponent: string | undefined,
  suffix: string,
): { multiplier: bigint; divisor: bigint; format: QuantityFormat } {
  if (exponent !== undefined) {
    const power = Number(exponent.slice(1));
    const format = 'DecimalExponent';
    return power < 0
      ? { multiplier: NANO, divisor: 10n ** BigInt(-power), format }
      : { multiplier: NANO * 10n ** BigInt(power), divisor: 1n, format };
  }
  const binary = BINARY_SUFFIXES[suffix];
  if (binary !== undefined) return { multiplier: binary * NANO, divisor: 1n, format: 'BinarySI' };
  return { multiplier: DECIMAL_SUFFIXES[suffix] ?? NANO, divisor: 1n, format: 'DecimalSI' };
}

/**
 * The canonical spelling: no fraction, no loss, the largest suffix that allows both.
 *
 * @see Source: `quantity.go`, `CanonicalizeBytes`: a binary quantity below 1024 in magnitude, or with
 *   a fractional part, is spelled in decimal.
 */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const sign = nano < 0n ? '-' : '';
  const magnitude = nano < 0n ? -nano : nano;
  if (format === 'BinarySI' && magnitude % NANO === 0n && magnitude >= 1024n * NANO) {
    return sign + formatBinary(magnitude / NANO);
  }
  return sign + formatDecimal(magnitude, format === 'DecimalExponent');
}

function formatBinary(value: bigint): string {
  let rest = value;
  let power = 0;
  const suffixes = ['', ...Object.keys(BINARY_SUFFIXES)];
  while (rest % 1024n === 0n && power < suffixes.length - 1) {
    rest /= 1024n;
    power++;
  }
  return `${rest}${suffixes[power] ?? ''}`;
}

function formatDecimal(nano: bigint, isExponent: boolean): string {
  let rest = nano;
  let power = 0;
  const suffixes = Object.keys(DECIMAL_SUFFIXES);
  while (rest % 1000n === 0n && power < suffixes.length - 1) {
    rest /= 1000n;
    power++;
  }
  if (!isExponent) return `${rest}${suffixes[power] ?? ''}`;
  const exponent = power * 3 - 9;
  return exponent === 0 ? `${rest}` : `${rest}e${exponent}`;
}

/**
 * Thousandths of the unit, rounded up, as a number: millicores of a CPU quantity.
 *
 * @throws {RangeError} when the text is no quantity (objects in the store were validated).
 */
export function milliValue(text: string): number {
  return valueIn(text, MILLI);
}

/** Whole units, rounded up: bytes of a memory quantity. Throws as {@link milliValue} does. */
export function wholeValue(text: string): number {
  return valueIn(text, WHOLE);
}

/** A unit that quantities are wanted in, with what was found of late: the same few are asked for all the time. */
interface ValueUnit {
  readonly nano: bigint;
  readonly found: Map<string, number>;
}

const MILLI: ValueUnit = { nano: 1_000_000n, found: new Map() };
const WHOLE: ValueUnit = { nano: NANO, found: new Map() };
const MAX_FOUND = 2_000;

function valueIn(text: string, { nano, found }: ValueUnit): number {
  const known = found.get(text);
  if (known !== undefined) return known;
  const value = Number(ceilDivide(exactNano(text), nano));
  if (found.size >= MAX_FOUND) found.clear();
  found.set(text, value);
  return value;
}

/**
 * The sum of two quantities, in the spelling of the first; of the second when the first is 0. Throws as
 * {@link milliValue} does.
 *
 * @see Source: `quantity.go`, `Quantity.Add`.
 */
export function addQuantities(a: string, b: string): string {
  return combined(a, b, 1n);
}

/** The difference of two quantities, spelled as {@link addQuantities} does. Throws as it does. */
export function subtractQuantities(a: string, b: string): string {
  return combined(a, b, -1n);
}

function combined(a: string, b: string, sign: bigint): string {
  const first = exact(a);
  const second = exact(b);
  const format = first.nano === 0n ? second.format : first.format;
  return formatQuantity({ nano: first.nano + sign * second.nano, format });
}

/** Orders two quantities by value: negative, zero or positive. Throws as {@link milliValue} does. */
export function compareQuantities(a: string, b: string): number {
  const difference = exactNano(a) - exactNano(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function exactNano(text: string): bigint {
  return exact(text).nano;
}

function exact(text: string): Quantity {
  const quantity = parseQuantity(text);
  if (quantity === undefined)
    throw new RangeError(`expected a quantity such as 250m or 1Gi, got "${text}"`);
  return quantity;
}

function ceilDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value > 0n && value % divisor !== 0n ? quotient + 1n : quotient;
}
