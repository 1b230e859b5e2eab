/** Integer arithmetic as Go does it on amd64, where the result depends on it. */

const INT32_LIMIT = 2 ** 31;
const INT64_LIMIT = 2 ** 63;

/**
 * A float converted to `int32`: cut toward zero; what does not fit (or is no number) is the lowest
 * int32.
 *
 * @see Source: Go specification, "Conversions"; the amd64 instruction CVTTSD2SL decides what does not fit.
 */
export function toInt32(value: number): number {
  return value > -INT32_LIMIT - 1 && value < INT32_LIMIT ? Math.trunc(value) : -INT32_LIMIT;
}

/** A float converted to `int64`; what does not fit (or is no number) is the lowest int64. */
export function toInt64(value: number): number {
  return value >= -INT64_LIMIT && value < INT64_LIMIT ? Math.trunc(value) : -INT64_LIMIT;
}

/** `total / count` of int64 values, cut toward zero. */
export function divideInt(total: number, count: number): number {
  return Math.trunc(total / count);
}

/** `part * percent / whole` of int64 values, cut toward zero; exact where floats are not. */
export function scaleInt(part: number, percent: number, whole: number): number {
  const product = part * percent;
  if (Number.isSafeInteger(product)) return Math.trunc(product / whole);
  return Number(BigInt.asIntN(64, BigInt(part) * BigInt(percent)) / BigInt(whole));
}

/** The lowest 32 bits of an int64 as `int32`: Go's conversion between integers. */
export function wrapInt32(value: number): number {
  return value | 0;
}
