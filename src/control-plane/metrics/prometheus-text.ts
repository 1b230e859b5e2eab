/** Reads the Prometheus text format, in which services tell their metrics. */
import type { StringMap } from '../../core/objects.js';

/** One line of it: the value of a series. */
export interface MetricSample {
  readonly name: string;
  readonly labels: StringMap;
  /** May be NaN or infinite, as some metrics are. */
  readonly value: number;
}

/** Every sample in order, or what is wrong with the first line that is none. */
export type ParsedMetricsText =
  | { readonly kind: 'samples'; readonly samples: readonly MetricSample[] }
  | { readonly kind: 'fault'; readonly line: number; readonly because: string };

/**
 * Parses a whole answer of `/metrics`: the text format 0.0.4 with names in quotes (1.0.0), and as much
 * of OpenMetrics as looks the same. Help, types, times and exemplars are passed over; a text with one
 * faulty line is none, as a scrape of Prometheus fails as a whole.
 *
 * @see Source: prometheus/common `expfmt/text_parse.go`; prometheus `model/textparse/promlex.l`.
 */
export function parseMetricsText(text: string): ParsedMetricsText {
  const samples: MetricSample[] = [];
  let number = 0;
  for (const raw of text.split('\n')) {
    number++;
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const start = skipBlanks(line, 0);
    if (start === line.length || line[start] === '#') continue;
    const sample = parseSample(line, start);
    if (typeof sample === 'string') return { kind: 'fault', line: number, because: sample };
    samples.push(sample);
  }
  return { kind: 'samples', samples };
}

const NAME = /[A-Za-z_:][A-Za-z0-9_:]*/y;
const LABEL_NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const BLANKS = /[ \t]*/y;
const VALUE = /[^ \t]+/y;
/** What may follow a value: a time, and an exemplar of OpenMetrics. */
const REST = /^(?:[ \t]+-?\d+(?:\.\d+)?)?[ \t]*(?:#.*)?$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

function parseSample(line: string, start: number): MetricSample | string {
  let at = start;
  let name = match(NAME, line, at)?.[0];
  at += name?.length ?? 0;
  at = skipBlanks(line, at);
  const labels = new Map<string, string>();
  if (line[at] === '{') {
    const read = parseLabels(line, at + 1, labels);
    if (typeof read === 'string') return read;
    if (name !== undefined && read.name !== undefined) return 'expected one name, found two';
    name ??= read.name;
    at = skipBlanks(line, read.end);
  }
  if (name === undefined) return 'expected the name of a metric';
  const written = match(VALUE, line, at)?.[0] ?? '';
  const value = parseValue(written);
  if (value === undefined) return `expected a number, found "${written.slice(0, 40)}"`;
  return REST.test(line.slice(at + written.length))
    ? { name, labels: Object.fromEntries(labels), value }
    : 'expected nothing but a time after the value';
}

interface ReadLabels {
  readonly end: number;
  /** The metric's own name, where it stands in quotes among the labels. */
  readonly name: string | undefined;
}

/** @param from - behind the opening brace. */
function parseLabels(line: string, from: number, labels: Map<string, string>): ReadLabels | string {
  let at = skipBlanks(line, from);
  let name: string | undefined;
  while (line[at] !== '}') {
    const quoted = match(QUOTED, line, at);
    const key = quoted === undefined ? match(LABEL_NAME, line, at)?.[0] : unescaped(quoted[1]);
    if (key === undefined) return 'expected the name of a label, or }';
    at = skipBlanks(line, at + (quoted?.[0].length ?? key.length));
    if (line[at] === '=') {
      at = skipBlanks(line, at + 1);
      const value = match(QUOTED, line, at);
      if (value === undefined) return `expected a value in quotes for the label ${key}`;
      if (labels.has(key)) return `expected the label ${key} once, found it twice`;
      labels.set(key, unescaped(value[1]));
      at = skipBlanks(line, at + value[0].length);
    } else if (quoted === undefined || name !== undefined) {
      return `expected = after the label ${key}`;
    } else name = key;
    if (line[at] === ',') at = skipBlanks(line, at + 1);
    else if (line[at] !== '}') return 'expected , or } after a label';
  }
  return { end: at + 1, name };
}

function match(pattern: RegExp, line: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(line) ?? undefined;
}

function skipBlanks(line: string, at: number): number {
  return at + (match(BLANKS, line, at)?.[0].length ?? 0);
}

function unescaped(text = ''): string {
  return text.replaceAll(/\\(.)/g, (whole, letter: string) => {
    if (letter === 'n') return '\n';
    return letter === '\\' || letter === '"' ? letter : whole;
  });
}

function parseValue(written: string): number | undefined {
  if (NUMBER.test(written)) return Number(written);
  if (/^[+-]?nan$/i.test(written)) return Number.NaN;
  const infinite = INFINITE.exec(written);
  if (infinite === null) return undefined;
  return infinite[1] === '-' ? -Infinity : Infinity;
}
