/** Numbers and times as a reader of a report sees them. */
import type { Measure } from '../analysis/measure.js';

/** What stands where there is no figure. */
export const ABSENT = '-';

/** An instant on a report's axis: `1:05`, `-0:10`, `1:02:03`. */
export function clockText(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1_000);
  const sign = ms < 0 && seconds > 0 ? '-' : '';
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours > 0
    ? `${sign}${hours}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`
    : `${sign}${minutes}:${twoDigits(seconds % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** A response time with three digits that count: `8.4ms`, `27ms`, `1.24s`. */
export function latencyText(ms: number): string {
  if (ms === 0) return '0ms';
  if (ms < 10) return `${ms.toFixed(1)}ms`;
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)}s`;
}

/** A number with at most `digits` decimals, none of them a trailing zero, and `,` between thousands. */
export function numberText(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

const DATA_DIGITS = 12;

/** A number for data: without the last digits, which tell only in which order things were added up. */
export function dataNumber(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(DATA_DIGITS));
}

/** A share as percent: `0.36 %`, `12 %`; never `0 %` or `100 %` for what is not quite that. */
export function percentText(share: number): string {
  const percent = share * 100;
  if (percent === 0 || percent === 100) return `${percent} %`;
  if (percent < 0.01) return '< 0.01 %';
  if (percent > 99.99 && percent < 100) return '> 99.99 %';
  return `${numberText(percent, percent < 1 || (percent > 99 && percent < 100) ? 2 : 1)} %`;
}

/** Money with two digits that count at least: `0.0031 USD`, `12.40 USD`. */
export function moneyText(amount: number, currency: string): string {
  const digits = amount === 0 || amount >= 1 ? 2 : Math.min(10, 1 - Math.floor(Math.log10(amount)));
  return `${amount.toFixed(digits)} ${currency}`;
}

/** A measured value as text, else {@link ABSENT}. */
export function measureText<T>(measure: Measure<T>, show: (value: T) => string): string {
  return measure.kind === 'measured' ? show(measure.value) : ABSENT;
}

/** Counts by name, largest first: `14 refused, 2 timeout`; absent when there is none. */
export function countsText(counts: Readonly<Partial<Record<string, number>>>): string | undefined {
  const entries = Object.entries(counts).filter(([, count]) => (count ?? 0) > 0);
  if (entries.length === 0) return undefined;
  return entries
    .sort(([, a = 0], [, b = 0]) => b - a)
    .map(([name, count = 0]) => `${numberText(count)} ${name}`)
    .join(', ');
}

/** `1 pod`, `2 pods`. */
export function plural(count: number, noun: string): string {
  const text = numberText(count);
  return `${text} ${noun}${text === '1' ? '' : 's'}`;
}

/** Text in lines of at most `columns` columns; a word that is longer stands alone. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** The first line of a text that may have several. */
export function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/**
 * A text of several lines, each kept as a line of its own and indented as it was; where one is too long, the
 * rest of it is indented as far. A word without spaces is cut at the width.
 */
export function wrappedLines(text: string, columns: number): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const indent = /^[\s|]*/.exec(line)?.[0] ?? '';
    const room = Math.max(columns - indent.length, 1);
    const rows = wrapped(line.slice(indent.length), room).flatMap((row) => cut(row, room));
    return rows.length === 0 ? [''] : rows.map((row) => `${indent}${row}`);
  });
}

function cut(text: string, columns: number): readonly string[] {
  const pieces = Math.max(1, Math.ceil(text.length / columns));
  return Array.from({ length: pieces }, (_, index) =>
    text.slice(index * columns, (index + 1) * columns),
  );
}

/** A text with its first letter as at the beginning of a sentence. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
