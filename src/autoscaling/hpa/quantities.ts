/** Quantities in thousandths, the unit of all HPA arithmetic, read and written fast. */
import { formatQuantity, milliValue, type QuantityFormat } from '../../core/quantity.js';

const PLAIN = /^(\d{1,15})([num]?)$/;
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Thousandths of a quantity, rounded up, as `Quantity.MilliValue` does.
 *
 * @throws {RangeError} when the text is no quantity.
 */
export function readMilli(text: string): number {
  const match = PLAIN.exec(text);
  if (match === null) return milliValue(text);
  const amount = Number(match[1]);
  switch (match[2] ?? '') {
    case 'n':
      return Math.ceil(amount / 1_000_000);
    case 'u':
      return Math.ceil(amount / 1_000);
    case 'm':
      return amount;
    default: {
      const milli = amount * 1_000;
      return Number.isSafeInteger(milli) ? milli : milliValue(text);
    }
  }
}

/** Canonical spelling of thousandths, as a quantity made by `resource.NewMilliQuantity` prints. */
export function writeMilli(milli: number, format: QuantityFormat = 'DecimalSI'): string {
  if (format === 'DecimalSI' && Number.isSafeInteger(milli)) {
    if (milli === 0) return '0';
    if (milli % 1_000 !== 0) return `${milli}m`;
    const whole = milli / 1_000;
    if (whole % 1_000 !== 0) return `${whole}`;
  }
  const exact = BigInt(milli);
  return formatQuantity({ nano: (exact > INT64_MAX ? INT64_MAX : exact) * 1_000_000n, format });
}

const PARTS = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+)|([A-Za-z]*))$/;
const DECIMAL_POWERS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY_SUFFIXES = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/**
 * A quantity as a float: its digits times a power of ten, which may be an ulp beside the nearest float.
 *
 * @throws {RangeError} when the text is no quantity.
 * @see Source: kubernetes `apimachinery/pkg/api/resource/quantity.go`, `AsApproximateFloat64`.
 */
export function readRatio(text: string): number {
  const match = PARTS.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent, suffix = ''] = match ?? [];
  const binary = BINARY_SUFFIXES.indexOf(suffix);
  const power = exponent === undefined ? DECIMAL_POWERS[suffix] : Number(exponent);
  if (match === null || `${whole}${fraction}` === '' || (binary < 0 && power === undefined)) {
    throw new RangeError(`expected a quantity such as 100m or 0.1, got "${text}"`);
  }
  const digits = Number(`${sign}${whole}${fraction}`);
  if (binary >= 0) return (digits * 1024 ** (binary + 1)) / 10 ** fraction.length;
  const scale = (power ?? 0) - fraction.length;
  return scale === 0 ? digits : digits * Number(`1e${scale}`);
}
