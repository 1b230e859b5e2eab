/** A threshold as an experiment file writes it: `responseTime.p99 < 300ms in spike`. */
import type { MeasureUnit } from '../core/measure-unit.js';
import { nearestWord, nearestWords } from './fault.js';
import { expectedLimit, readLimit } from './threshold-limit.js';
import type { FaultWithin } from './yaml-document.js';

const COMPARISONS = ['<', '<=', '>', '>=', '==', '!='] as const;

/** How a figure is compared with its limit. */
export type Comparison = (typeof COMPARISONS)[number];

/** What must hold of a run for it to pass. */
export interface Threshold {
  /** As it stands in the file. */
  readonly text: string;
  /** Name of the measure, in the catalogue of measures. */
  readonly measure: string;
  readonly comparison: Comparison;
  /** In `unit`. */
  readonly limit: number;
  /** The measure's. */
  readonly unit: MeasureUnit;
  /** ISO 4217; only where the limit is money that is not 0. */
  readonly currency?: string;
  /** Stage of the load; absent: the whole run. */
  readonly stage?: string;
}

/** What a threshold needs to know of a measure that has a name. */
export interface KnownMeasure {
  readonly name: string;
  readonly unit: MeasureUnit;
  /** Present where the measure has a figure for each stage of the load. */
  readonly inStage?: unknown;
  /** The part of an experiment without which it is never known. */
  readonly needs?: string | undefined;
}

/** What thresholds may speak of. */
export interface ThresholdContext {
  readonly measures: readonly KnownMeasure[];
  /** Names of the load's stages; undefined when they are not known, and then any will do. */
  readonly stages: readonly string[] | undefined;
  /** Currency of the prices; undefined when it is not known, and then any will do. */
  readonly currency: string | undefined;
  /** Parts that the experiment does not have and a measure may need; absent: none is missing. */
  readonly missing?: readonly string[];
}

/** What came of reading a threshold. */
export type ParsedThreshold =
  | { readonly kind: 'threshold'; readonly threshold: Threshold }
  /** At least one, in the text's order. */
  | { readonly kind: 'faults'; readonly faults: readonly FaultWithin[] };

/** What a threshold looks like, for messages. */
export const THRESHOLD_FORM =
  'a measure, a comparison and a limit, such as responseTime.p99 < 300ms, or for one stage responseTime.p99 < 300ms in spike';

const OPERATOR = /[<>=!≤≥]+/;
const SPELLED_OTHERWISE: Readonly<Record<string, Comparison>> = {
  '=': '==',
  '===': '==',
  '≤': '<=',
  '=<': '<=',
  '≥': '>=',
  '=>': '>=',
  '!': '!=',
  '<>': '!=',
};
const MAX_NEAREST = 3;

/** The parts of a threshold's text, each with its offset. */
interface Part {
  readonly text: string;
  readonly offset: number;
}

/** Reads a threshold: either the whole of it or everything that is wrong with it. */
export function parseThreshold(text: string, context: ThresholdContext): ParsedThreshold {
  const match = OPERATOR.exec(text);
  if (match === null || text.slice(0, match.index).trim() === '') {
    const fault = { offset: 0, expected: THRESHOLD_FORM, found: JSON.stringify(text) };
    return { kind: 'faults', faults: [fault] };
  }
  const name = trimmed(text.slice(0, match.index), 0);
  const operator = { text: match[0], offset: match.index };
  const { limit, stage } = afterOperator(text, match.index + match[0].length);
  const measure = context.measures.find((known) => known.name === name.text);
  const comparison = COMPARISONS.find((each) => each === operator.text);
  const read = measure === undefined ? undefined : readLimit(limit.text, measure.unit);
  const faults = [
    ...(measure === undefined ? [unknownName(name, context)] : []),
    ...(measure === undefined ? [] : needFaults(name, measure, context)),
    ...(comparison === undefined ? [unknownComparison(operator)] : []),
    ...(measure === undefined ? [] : limitFaults(limit, { measure, read, context })),
    ...(stage === undefined ? [] : stageFaults(stage, { measure, context })),
  ];
  if (
    measure === undefined ||
    comparison === undefined ||
    read === undefined ||
    faults.length > 0
  ) {
    return { kind: 'faults', faults };
  }
  const threshold: Threshold = {
    text: text.trim(),
    measure: measure.name,
    comparison,
    limit: read.value,
    unit: measure.unit,
    ...(read.currency === undefined ? {} : { currency: read.currency }),
    ...(stage === undefined ? {} : { stage: stage.text }),
  };
  return { kind: 'threshold', threshold };
}

function trimmed(text: string, offset: number): Part {
  return { text: text.trim(), offset: offset + (text.length - text.trimStart().length) };
}

/** `300ms in spike`: the stage is what follows the word "in". */
function afterOperator(
  text: string,
  from: number,
): { readonly limit: Part; readonly stage: Part | undefined } {
  const rest = text.slice(from);
  const word = /(?<=\s)in(?=\s|$)/.exec(rest);
  if (word === null) return { limit: trimmed(rest, from), stage: undefined };
  const after = word.index + word[0].length;
  return {
    limit: trimmed(rest.slice(0, word.index), from),
    stage: trimmed(rest.slice(after), from + after),
  };
}

function unknownName({ text, offset }: Part, { measures }: ThresholdContext): FaultWithin {
  const names = measures.map(({ name }) => name);
  const nearest = nearestNames(text, names);
  return {
    offset,
    expected: 'the name of a measure',
    found: JSON.stringify(text),
    ...(nearest.length === 0 ? {} : { nearest: listed(nearest) }),
  };
}

/** Names near by spelling; else those that have a part in common (`p99`, `latency`). */
function nearestNames(wrong: string, names: readonly string[]): readonly string[] {
  const near = nearestWords(wrong, names, MAX_NEAREST);
  if (near.length > 0) return near;
  const parts = wrong.toLowerCase().split('.');
  const shared = names.map((name) => ({
    name,
    count: name
      .toLowerCase()
      .split('.')
      .filter((part) => parts.some((each) => each === part || isMisspelt(each, part))).length,
  }));
  return shared
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MAX_NEAREST)
    .map(({ name }) => name);
}

/** In a shorter word two changed letters make another (`nope`, `gone`). */
const MISSPELT_FROM_LETTERS = 6;

function isMisspelt(wrong: string, part: string): boolean {
  return wrong.length >= MISSPELT_FROM_LETTERS && nearestWord(wrong, [part]) === part;
}

function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

function needFaults(
  { offset }: Part,
  { name, needs }: KnownMeasure,
  { missing = [] }: ThresholdContext,
): readonly FaultWithin[] {
  if (needs === undefined || !missing.includes(needs)) return [];
  const expected = `an experiment with ${needs}, without which ${name} is never known`;
  return [{ offset, expected, found: `no ${needs}` }];
}

function unknownComparison({ text, offset }: Part): FaultWithin {
  const nearest = SPELLED_OTHERWISE[text];
  return {
    offset,
    expected: `one of ${COMPARISONS.join(' ')}`,
    found: JSON.stringify(text),
    ...(nearest === undefined ? {} : { nearest }),
  };
}

function limitFaults(
  { text, offset }: Part,
  of: {
    readonly measure: KnownMeasure;
    readonly read: ReturnType<typeof readLimit>;
    readonly context: ThresholdContext;
  },
): readonly FaultWithin[] {
  const { measure, read } = of;
  const { currency } = of.context;
  const found = text === '' ? 'nothing' : JSON.stringify(text);
  if (read === undefined) {
    return [{ offset, expected: `${expectedLimit(measure.unit)} for ${measure.name}`, found }];
  }
  if (read.currency === undefined || currency === undefined || read.currency === currency) {
    return [];
  }
  const expected = `${currency}, the currency of this experiment's prices`;
  return [{ offset, expected, found: read.currency }];
}

function stageFaults(
  { text, offset }: Part,
  of: { readonly measure: KnownMeasure | undefined; readonly context: ThresholdContext },
): readonly FaultWithin[] {
  const { measure } = of;
  const { stages } = of.context;
  if (measure !== undefined && measure.inStage === undefined) {
    const expected = `no stage: ${measure.name} is a figure of the whole run only`;
    return [{ offset, expected, found: text === '' ? 'nothing' : JSON.stringify(text) }];
  }
  if (stages === undefined || stages.includes(text)) return [];
  const nearest = nearestWord(text, stages);
  return [
    {
      offset,
      expected:
        stages.length === 0
          ? 'no stage: this load has none'
          : `a stage of the load (${stages.join(', ')})`,
      found: text === '' ? 'nothing' : JSON.stringify(text),
      ...(nearest === undefined ? {} : { nearest }),
    },
  ];
}
