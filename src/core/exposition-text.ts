/** Writes the Prometheus text format (0.0.4), in which programs tell their metrics. */
import type { StringMap } from './objects.js';

/** `Content-Type` of the text format. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The value of one series. */
export interface ExpositionSample {
  /** Labels with an empty value are left out, as they mean the same. */
  readonly labels: StringMap;
  /** Any number; NaN and infinities have words of their own. */
  readonly value: number;
  /** Follows the name of the family: `_bucket`, `_sum`, `_count` of a histogram; absent: nothing. */
  readonly suffix?: string;
}

/** Every series of one name. */
export interface ExpositionFamily {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One sentence. */
  readonly help: string;
  readonly samples: readonly ExpositionSample[];
}

/**
 * Families as text; those without a sample are left out. Ends with a line end, unless it is empty.
 *
 * @see Source: prometheus `docs/instrumenting/exposition_formats.md`, text format.
 */
export function expositionText(families: readonly ExpositionFamily[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, type, help, samples }) => {
      const lines = samples.map(
        ({ labels, value, suffix = '' }) =>
          `${name}${suffix}${labelText(labels)} ${number(value)}\n`,
      );
      return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

function labelText(labels: StringMap): string {
  const pairs = Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}
