/** A figure with its unit, for people. */
import type { MeasureUnit } from '../core/measure-unit.js';
import { formatDurationMs } from '../core/duration.js';
import { latencyText, moneyText, numberText, percentText, plural } from './format.js';

const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
const STEP = 1024;
const MINUTE_MS = 60_000;
const MOST_DIGITS = 12;

/** `339ms`, `0.18 %`, `0.40 USD`, `250m`; money of an unknown currency says so. */
export function figureText(value: number, unit: MeasureUnit, currency = 'of ?'): string {
  return TEXTS[unit](value, currency);
}

const TEXTS: Readonly<Record<MeasureUnit, (value: number, currency: string) => string>> = {
  ms: (value) => (Math.abs(value) < MINUTE_MS ? latencyText(value) : formatDurationMs(value)),
  share: percentText,
  count: (value) => numberText(value, 2),
  perSecond: (value) => `${numberText(value, 2)}/s`,
  perHour: (value) => `${numberText(value, 2)}/h`,
  currency: moneyText,
  millicores: (value) => `${numberText(value)}m`,
  bytes: bytesText,
  podSeconds: (value) => plural(value, 'pod-second'),
  nodeSeconds: (value) => `${numberText(value)} node-seconds`,
  ratio: (value) => numberText(value, 3),
};

function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= STEP && unit < BINARY_UNITS.length - 1) {
    value /= STEP;
    unit++;
  }
  return `${numberText(value, 1)} ${BINARY_UNITS[unit] ?? ''}`;
}

const EXACT: Readonly<Partial<Record<MeasureUnit, (value: number) => string>>> = {
  ms: (value) => `${decimals(value)}ms`,
  share: (value) => `${decimals(value * 100)} %`,
  millicores: (value) => `${decimals(value)}m`,
  bytes: (value) => `${decimals(value)} B`,
};

/**
 * A figure beside its limit: with all its digits where rounding would make it look equal to the limit,
 * or written as another value than it is compared by.
 */
export function figureBesideLimit(
  value: number,
  limit: number,
  of: { readonly unit: MeasureUnit; readonly currency?: string },
): string {
  const { unit, currency } = of;
  const text = figureText(value, unit, currency);
  if (value === limit || text !== figureText(limit, unit, currency)) return text;
  const exact = EXACT[unit];
  return exact === undefined ? text.replace(/^[\d.,]+/, decimals(value)) : exact(value);
}

function decimals(value: number): string {
  return String(Number(value.toPrecision(MOST_DIGITS)));
}
