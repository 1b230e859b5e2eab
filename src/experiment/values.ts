/** The values an experiment file is made of: each says what it expects when it finds something else. */
import { z } from 'zod';
import { parseDurationMs } from '../core/duration.js';

const DURATION = /^(?:0|(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+)$/;
const PERCENT = /^(\d+(?:\.\d+)?)\s?%$/;
const RATE = /^(\d+(?:\.\d+)?)\/(s|m|min|h)$/;
const PER_SECOND: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3_600 };
const MAX_RATE_PER_SECOND = 1_000_000;

/**
 * A text of at least one character.
 *
 * @param expected - completes "expected ..." in a fault, here and in every function of this file.
 */
export function text(expected: string) {
  return z.string(expected).min(1, expected);
}

/** A text of a given form. */
export function pattern(form: RegExp, expected: string) {
  return z.string(expected).regex(form, expected);
}

/** A whole number within bounds, both included. */
export function wholeNumber(min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`;
  return z.int(expected).min(min, expected).max(max, expected);
}

/** A finite number of at least `min` (or above it). */
export function decimal(bound: { readonly min: number } | { readonly above: number }) {
  if ('min' in bound) {
    const expected = `a number of at least ${bound.min}`;
    return z.number(expected).min(bound.min, expected);
  }
  const expected = `a number above ${bound.above}`;
  return z.number(expected).gt(bound.above, expected);
}

/** One of a few words. */
export function word<const T extends readonly [string, ...string[]]>(words: T) {
  return z.enum(words, `one of ${words.join(', ')}`);
}

/** A name as Kubernetes allows it for a namespace: RFC 1123 label. */
export function label(maxLength = 63) {
  const expected = `a name of at most ${maxLength} lower-case letters, digits and "-", with a letter or digit at both ends`;
  return pattern(/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/, expected).max(maxLength, expected);
}

/** A duration such as `45s`, read as milliseconds; with `above0`, not zero. */
export function duration(options: { readonly above0?: boolean } = {}) {
  const expected = `a duration${options.above0 === true ? ' above 0' : ''} with its unit, such as 45s, 1m30s or 250ms`;
  return z
    .union([z.string().regex(DURATION, expected), z.literal(0)], expected)
    .transform((value) => (value === 0 ? 0 : (parseDurationMs(value) ?? Number.NaN)))
    .refine((ms) => Number.isFinite(ms) && (options.above0 !== true || ms > 0), expected);
}

/** A share such as `99.9%`, above 0 % and below 100 %, read as a part of 1. */
export function share() {
  const expected = 'a share above 0% and below 100%, such as 99.9%';
  return (
    z
      .string(expected)
      .regex(PERCENT, expected)
      // The exponent moves the point in the text: 99.9e-2 is the nearest double to 0.999, 99.9 / 100 is not.
      .transform((value) => Number(`${PERCENT.exec(value)?.[1] ?? ''}e-2`))
      .refine((value) => value > 0 && value < 1, expected)
  );
}

/** A rate such as `45/s`, `300/min` or a number of requests a second, read as requests a second. */
export function rate() {
  const expected = `a rate from 0 to ${MAX_RATE_PER_SECOND} requests a second, such as 45/s, 300/min or a number (a second)`;
  return z
    .union([z.number().min(0, expected), z.string().regex(RATE, expected)], expected)
    .transform((value) => (typeof value === 'number' ? value : ratePerSecond(value)))
    .refine((value) => value <= MAX_RATE_PER_SECOND, expected);
}

function ratePerSecond(value: string): number {
  const [, amount, unit] = RATE.exec(value) ?? [];
  return Number(amount) / (PER_SECOND[unit ?? ''] ?? Number.NaN);
}
