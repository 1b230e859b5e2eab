/** Limits of thresholds, each in the unit of its measure: `300ms`, `0.1%`, `0.40 USD`, `250m`. */
import { parseDurationMs } from '../core/duration.js';
import type { MeasureUnit } from '../core/measure-unit.js';
import { parseQuantity } from '../core/quantity.js';

/** A limit as a number. */
export interface ReadLimit {
  /** In the unit of the measure. */
  readonly value: number;
  /** Of money. */
  readonly currency?: string;
}

const NUMBER = /^\d+(?:\.\d+)?$/;
const PERCENT = /^(\d+(?:\.\d+)?)%$/;
const RATE = /^(\d+(?:\.\d+)?)\/(s|m|min|h)$/;
const MONEY = /^(\d+(?:\.\d+)?)([A-Z]{3})$/;
const OCCUPANCY = /^(\d+(?:\.\d+)?)(pod|node)-(second|minute|hour)s?$/;
const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  min: 60,
  h: 3_600,
  second: 1,
  minute: 60,
  hour: 3_600,
};
const HOUR_SECONDS = 3_600;
const NANO_A_MILLI = 1e6;
const NANO = 1e9;

const EXPECTED: Readonly<Record<MeasureUnit, string>> = {
  ms: 'a duration with its unit, such as 300ms or 1m30s,',
  share: 'a percentage, such as 0.1%,',
  count: 'a number',
  perSecond: 'a rate, such as 45/s or 300/min,',
  perHour: 'how often, such as 4/h,',
  currency: 'an amount of money with its currency, such as 0.40 USD,',
  millicores: 'an amount of CPU, such as 250m or 1.5,',
  bytes: 'an amount of memory, such as 256Mi,',
  podSeconds: 'pod time, such as 1200 pod-seconds or 2 pod-hours,',
  nodeSeconds: 'node time, such as 1200 node-seconds or 2 node-hours,',
  ratio: 'a number',
};

/** Completes "expected ... for <measure>". */
export function expectedLimit(unit: MeasureUnit): string {
  return EXPECTED[unit];
}

/** The limit that a text spells in a unit; undefined when it spells none. 0 needs no unit. */
export function readLimit(text: string, unit: MeasureUnit): ReadLimit | undefined {
  if (/\d\s+\d/.test(text)) return undefined;
  const plain = text.replaceAll(/\s+/g, '');
  if (NUMBER.test(plain) && Number(plain) === 0) return { value: 0 };
  if (unit === 'currency') {
    const [, amount, currency] = MONEY.exec(plain) ?? [];
    return currency === undefined ? undefined : { value: Number(amount), currency };
  }
  const value = READERS[unit](plain);
  return value === undefined ? undefined : { value };
}

const READERS: Readonly<
  Record<Exclude<MeasureUnit, 'currency'>, (text: string) => number | undefined>
> = {
  ms: parseDurationMs,
  // Not divided: 99.9 / 100 may be a little more than 0.999, and 999 of 1,000 would fail >= 99.9%.
  share: (text) => numberOrNone(PERCENT.exec(text)?.[1], 'e-2'),
  count: (text) => numberOrNone(NUMBER.exec(text)?.[0]),
  ratio: (text) => numberOrNone(NUMBER.exec(text)?.[0]),
  perSecond: (text) => rate(text, 1),
  perHour: (text) => rate(text, HOUR_SECONDS),
  millicores: (text) => quantity(text, NANO_A_MILLI),
  bytes: (text) => quantity(text, NANO),
  podSeconds: (text) => occupancy(text, 'pod'),
  nodeSeconds: (text) => occupancy(text, 'node'),
};

function numberOrNone(digits: string | undefined, exponent = ''): number | undefined {
  return digits === undefined ? undefined : Number(`${digits}${exponent}`);
}

/** How often in `perSeconds` seconds. */
function rate(text: string, perSeconds: number): number | undefined {
  const [, amount, unit = ''] = RATE.exec(text) ?? [];
  const seconds = SECONDS[unit];
  return seconds === undefined ? undefined : (Number(amount) * perSeconds) / seconds;
}

/** A Kubernetes quantity in units of `nano` billionths. */
function quantity(text: string, nano: number): number | undefined {
  const parsed = parseQuantity(text);
  return parsed === undefined || parsed.nano < 0n ? undefined : Number(parsed.nano) / nano;
}

function occupancy(text: string, of: 'pod' | 'node'): number | undefined {
  const [, amount, what, unit = ''] = OCCUPANCY.exec(text) ?? [];
  const seconds = SECONDS[unit];
  return what === of && seconds !== undefined ? Number(amount) * seconds : undefined;
}
