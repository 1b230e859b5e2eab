/** What the HPA decided, one line for each decision that changed something or was held back. */
import type { ExplainedDecision, ExplainedMetric } from '../analysis/hpa-decisions.js';
import type { HeldBack } from '../analysis/held-back.js';
import type { Measure } from '../analysis/measure.js';
import { amountText } from '../autoscaling/hpa/explain-words.js';
import { clockText, plural, wrapped } from './format.js';

/** How the section is laid out. */
export interface DecisionLinesOptions {
  /** What times count from, ms since the run began. */
  readonly originT: number;
  readonly columns: number;
}

const TITLE = 'What the HPA decided';
const AT_COLUMNS = 12;
const SIZE_COLUMNS = 12;

/** The section of a report; runs of lines that say the same are one line. */
export function decisionLines(
  decisions: Measure<readonly ExplainedDecision[]>,
  { originT, columns }: DecisionLinesOptions,
): readonly string[] {
  if (decisions.kind !== 'measured') {
    return wrapped(`${TITLE}: not known (${decisions.because})`, columns);
  }
  const told = toldDecisions(decisions.value, originT);
  const indent = ' '.repeat(AT_COLUMNS + SIZE_COLUMNS + 4);
  const lines = told.stretches.flatMap(({ at, size, because }) => {
    const head = `${at.padStart(AT_COLUMNS)}  ${size.padEnd(SIZE_COLUMNS)}  `;
    return wrapped(because, columns - indent.length).map(
      (text, row) => `${row === 0 ? head : indent}${text}`,
    );
  });
  const texts = [
    `${TITLE} at ${plural(decisions.value.length, 'sync')}`,
    ...(told.quiet === 0 ? [] : [`${told.quiet} not listed: nothing to change, nothing held back`]),
    'each step by step: npm run explain -- <this folder>',
  ];
  const note = told.note === undefined ? [] : wrapped(told.note, columns);
  return [...wrapped(texts.join('; '), columns), ...note, ...lines];
}

/** One decision's reason in words, what held it back last; '' when there was nothing to change. */
export function decisionReason(decision: ExplainedDecision): string {
  const asked = askedBy(decision);
  const range = asked === undefined ? undefined : ([asked, asked] as const);
  return becauseText({ first: decision, instants: [decision.t], asked: range });
}

/** What is told of the decisions of a run. */
export interface ToldDecisions {
  readonly stretches: readonly DecisionStretch[];
  /** Decisions that are not told: nothing was to change and nothing was held back. */
  readonly quiet: number;
  /** How far reconstructed decisions agree with the real ones; absent when all were recorded. */
  readonly note: string | undefined;
}

/** The decisions that changed something or were held back, those in a row that say the same as one. */
export function toldDecisions(all: readonly ExplainedDecision[], originT: number): ToldDecisions {
  const stretches = inStretches(all.filter(isTold));
  const told = stretches.reduce((sum, { instants }) => sum + instants.length, 0);
  return {
    stretches: stretches.map((stretch) => ({
      first: stretch.first,
      instants: stretch.instants,
      length: stretch.instants.length,
      at: atText(stretch, originT),
      size: sizeText(stretch.first),
      because: becauseText(stretch),
    })),
    quiet: all.length - told,
    note: reconstructionNote(all),
  };
}

/** Decisions in a row that say the same, in words. */
export interface DecisionStretch {
  readonly first: ExplainedDecision;
  /** Of each of them, ms since the run began. */
  readonly instants: readonly number[];
  readonly length: number;
  /** When, such as `1:15` or `1:15 - 2:00`. */
  readonly at: string;
  /** What came out, such as `3 to 7` or `stays at 3`. */
  readonly size: string;
  readonly because: string;
}

function reconstructionNote(all: readonly ExplainedDecision[]): string | undefined {
  const guessed = all.filter(({ origin }) => origin === 'reconstructed');
  if (guessed.length === 0) return undefined;
  const agreeing = guessed.filter(({ real }) => real?.agrees === true).length;
  return `Reconstructed: modelled from what was observed; the real HPA, which tells no steps, wanted the same size at ${agreeing} of ${guessed.length}.`;
}

/** Decisions in a row that say the same. */
interface Stretch {
  readonly first: ExplainedDecision;
  readonly instants: readonly number[];
  /** Lowest and highest size that was asked for; undefined when none was. */
  readonly asked: readonly [number, number] | undefined;
}

function isTold({ kind, heldBack, error, real }: ExplainedDecision): boolean {
  const isDoubted = real !== undefined && !real.agrees;
  return kind !== 'hold' || heldBack.length > 0 || error !== undefined || isDoubted;
}

function inStretches(decisions: readonly ExplainedDecision[]): readonly Stretch[] {
  const stretches: GrowingStretch[] = [];
  for (const decision of decisions) {
    const asked = askedBy(decision);
    const before = stretches.at(-1);
    if (before !== undefined && saysTheSame(before.first, decision)) {
      before.instants.push(decision.t);
      before.asked = joined(before.asked, asked);
    } else {
      const range = asked === undefined ? undefined : ([asked, asked] as const);
      stretches.push({ first: decision, instants: [decision.t], asked: range });
    }
  }
  return stretches;
}

interface GrowingStretch extends Stretch {
  readonly instants: number[];
  asked: Stretch['asked'];
}

/** A change of size always stands alone. */
function saysTheSame(a: ExplainedDecision, b: ExplainedDecision): boolean {
  return a.kind !== 'rescale' && b.kind !== 'rescale' && essence(a) === essence(b);
}

function essence({ kind, from, to, metrics, heldBack, real }: ExplainedDecision): string {
  const held = heldBack.map((each) => `${each.by} ${'reason' in each ? each.reason : ''}`);
  const failed = metrics.map((each) => (each.from === 'failed' ? each.reason : ''));
  return JSON.stringify([kind, from, to, held, failed, real?.agrees, real?.desiredReplicas]);
}

function askedBy({ steps }: ExplainedDecision): number | undefined {
  return steps.find((step) => step.kind === 'highest')?.replicas;
}

function joined(range: Stretch['asked'], asked: number | undefined): Stretch['asked'] {
  if (range === undefined || asked === undefined) return range;
  return [Math.min(range[0], asked), Math.max(range[1], asked)];
}

function atText({ first, instants }: Stretch, originT: number): string {
  const from = clockText(first.t - originT);
  if (instants.length === 1) return from;
  return `${from} - ${clockText((instants.at(-1) ?? first.t) - originT)}`;
}

function sizeText({ kind, from, to }: ExplainedDecision): string {
  if (kind === 'rescale') return `${from} to ${to}`;
  return from === undefined ? 'undecided' : `stays at ${from}`;
}

function becauseText({ first, instants: { length }, asked }: Stretch): string {
  const { metrics, heldBack, kind, steps, real } = first;
  const failed = metrics.filter((metric) => metric.from === 'failed');
  const bound = steps.find((step) => step.kind === 'bound');
  const parts = [
    ...(kind === 'rescale' ? metrics.filter((each) => isHighest(each, first)).map(metricText) : []),
    ...(kind === 'rescale' ? [] : askedTexts(asked, first.from)),
    ...failed.map(({ metric, reason }) => `${metric} failed (${reason})`),
    ...heldBack.map(heldText),
    ...(bound === undefined ? [] : [BOUND_TEXTS[bound.reason]]),
    ...(real === undefined || real.agrees
      ? []
      : [`the real HPA wanted ${real.desiredReplicas}: what it saw was not what was observed`]),
    ...(first.error !== undefined && metrics.length === 0 ? [first.error] : []),
  ].filter((part) => part !== '');
  return `${length === 1 ? '' : `${length} times: `}${parts.join('; ')}`;
}

/** Asking for the size there is is not worth telling. */
function askedTexts(asked: Stretch['asked'], from: number | undefined): readonly string[] {
  if (asked === undefined || asked.every((size) => size === from)) return [];
  return [`asked for ${rangeText(asked)}`];
}

function rangeText([low, high]: readonly [number, number]): string {
  return low === high ? String(low) : `${low} to ${high}`;
}

function isHighest(metric: ExplainedMetric, decision: ExplainedDecision): boolean {
  return metric.from !== 'failed' && metric.proposes === askedBy(decision);
}

function metricText(metric: ExplainedMetric): string {
  if (metric.from === 'failed') return '';
  const { target, proposes } = metric;
  if (metric.from === 'value') {
    const value = amountText(metric.usedMilli, '');
    const wanted = target.kind === 'average-value' ? ' a pod' : '';
    const milli = 'milli' in target ? target.milli : 0;
    return `${metric.metric} ${value} (target ${amountText(milli, '')}${wanted}) asked for ${proposes}`;
  }
  const { measured, recount, resource } = metric;
  const { percent, averageMilli } = recount ?? measured;
  const name = resource === '' ? metric.metric : resource;
  const value =
    target.kind === 'utilization' ? `${percent ?? '-'} %` : amountText(averageMilli, resource);
  const wanted =
    target.kind === 'utilization'
      ? `${target.percent} %`
      : amountText('milli' in target ? target.milli : 0, resource);
  return `${name} ${value} over ${plural((recount ?? measured).podCount, 'pod')} (target ${wanted}) asked for ${proposes}`;
}

const BOUND_TEXTS = {
  AboveMaxReplicas: 'the size was above maxReplicas',
  BelowMinReplicas: 'the size was below minReplicas',
  ScalingDisabled: '',
} as const;

function heldText(held: HeldBack): string {
  switch (held.by) {
    case 'tolerance':
      return 'within the tolerance';
    case 'pods-without-metric':
      return `${plural(held.pods, 'pod')} without a usable metric, counted in, kept it`;
    case 'failed-metrics':
      return held.failed === held.of
        ? 'no metric could be had'
        : 'with failed metrics nothing is scaled down';
    case 'stabilization':
      return `held at ${held.replicas} by the last ${held.windowSeconds} s (${held.reason})`;
    case 'rate':
      return `limited to ${held.replicas} (${held.reason})`;
    case 'bounds':
      return `${held.reason === 'TooFewReplicas' ? 'minReplicas' : 'maxReplicas'} is ${held.replicas}`;
    case 'scaling-disabled':
      return 'set to 0 by hand, which switches scaling off';
    default:
      return held satisfies never;
  }
}
