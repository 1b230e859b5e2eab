/** A decision in words and numbers, for people. */
import type { HpaDecision } from './decision.js';
import { metricLines } from './explain-metric.js';
import { amountText, clockText, countText } from './explain-words.js';
import { type Need, type NextReplica, nextReplicas } from './next-replica.js';
import type {
  BoundStep,
  HighestStep,
  HpaStep,
  LimitStep,
  PolicyUse,
  StabilizeStep,
} from './steps.js';

/** How times are printed. */
export interface ExplainOptions {
  /** Start of the run, ms since the epoch: times are printed from it (`01:15`). Absent: time of day, UTC. */
  readonly startMs?: number;
}

/**
 * A decision as lines of text: what came out, each step with the count after it, and what would have
 * had to differ for one replica more or fewer.
 */
export function explainDecision(
  decision: HpaDecision,
  options: ExplainOptions = {},
): readonly string[] {
  const { steps, error } = decision;
  const lines = [headline(decision, options)];
  for (const step of steps) lines.push(...stepLines(step, decision, options).map(indented));
  if (error !== undefined) lines.push(indented(`error: ${error}`));
  const next = nextReplicas(decision);
  for (const each of [next?.more, next?.fewer]) {
    const words = each === undefined ? undefined : explainNext(each, decision, options);
    if (words !== undefined) lines.push(indented(words));
  }
  return lines;
}

function indented(line: string): string {
  return `  ${line}`;
}

function headline(decision: HpaDecision, options: ExplainOptions): string {
  const { kind, atMs, fromReplicas, toReplicas, reason } = decision;
  const at = clockText(atMs, options.startMs);
  if (kind === 'cannot-decide') {
    const stays = fromReplicas === undefined ? 'nothing is done' : `stays at ${fromReplicas}`;
    return `${at}  cannot decide: ${stays}`;
  }
  if (kind === 'hold') return `${at}  stays at ${countText(fromReplicas ?? 0, 'replica')}`;
  const because = reason === '' ? 'no reason given, as upstream gives none' : reason;
  return `${at}  ${fromReplicas} to ${countText(toReplicas ?? 0, 'replica')} (${because})`;
}

function stepLines(
  step: HpaStep,
  decision: HpaDecision,
  options: ExplainOptions,
): readonly string[] {
  switch (step.kind) {
    case 'metric':
      return metricLines(step, decision.fromReplicas ?? 0);
    case 'highest':
      return [highestLine(step)];
    case 'stabilize':
      return stabilizeLines(step, decision, options);
    case 'limit':
      return limitLines(step, decision.fromReplicas ?? 0);
    case 'bound':
      return [boundLine(step)];
    default:
      return step satisfies never;
  }
}

function highestLine({ replicas, metric, failed, of }: HighestStep): string {
  const failures = failed === 0 ? '' : `; ${failed} of ${countText(of, 'metric')} failed`;
  if (replicas === undefined) {
    const why = failed < of ? ', and with failed metrics nothing is scaled down' : '';
    return `metrics: no size can be had${failures}${why}`;
  }
  const from = of === 1 ? '' : `, of ${metric === '' ? 'no metric' : metric}`;
  return `metrics: ${replicas}, the highest proposal${from}${failures}`;
}

function stabilizeLines(
  { replicas, reason, up, down }: StabilizeStep,
  { atMs }: HpaDecision,
  { startMs }: ExplainOptions,
): readonly string[] {
  const told = (extreme: StabilizeStep['down']): string => {
    const when = extreme.atMs === atMs ? 'now' : `at ${clockText(extreme.atMs, startMs)}`;
    return `${extreme.replicas} (${when})`;
  };
  const ups = up === undefined ? '' : `${upText(up, told)}, `;
  const way = up === undefined ? 'for both ways, as there is no behavior' : 'for the way down';
  const downs = `highest of the last ${down.windowSeconds} s ${way} ${told(down)}`;
  return [`stabilization: ${replicas} (${reason}); ${ups}${downs}`];
}

function upText(
  up: NonNullable<StabilizeStep['up']>,
  told: (extreme: StabilizeStep['down']) => string,
): string {
  if (up.windowSeconds === 0) return 'no window for the way up';
  return `lowest of the last ${up.windowSeconds} s for the way up ${told(up)}`;
}

function limitLines(step: LimitStep, fromReplicas: number): readonly string[] {
  const { replicas, reason, minReplicas, maxReplicas, rateLimit, selectPolicy, policies } = step;
  const lines: string[] = [];
  if (selectPolicy === 'Disabled') {
    lines.push(`policies: this direction is disabled, the size stays at ${fromReplicas}`);
  } else if (policies !== undefined && rateLimit !== undefined) {
    const each = policies.map(policyText).join('; ');
    const which = policies.length > 1 ? `, the ${selectPolicy ?? 'Max'} change of them counts` : '';
    lines.push(`policies: ${rateLimit} is as far as they let it go now (${each}${which})`);
  } else if (rateLimit !== undefined) {
    lines.push(`rate: at most ${rateLimit}, the larger of double and 4, as there is no behavior`);
  }
  lines.push(`bounds: ${replicas} (${reason}), within ${minReplicas} to ${maxReplicas}`);
  return lines;
}

function policyText({ type, value, periodSeconds, periodStartReplicas, limit }: PolicyUse): string {
  const much = type === 'Pods' ? countText(value, 'pod') : `${value} %`;
  return `${much} in ${periodSeconds} s from ${periodStartReplicas}: ${limit}`;
}

const BOUND_TEXTS = {
  AboveMaxReplicas: 'the size was above maxReplicas, metrics were not looked at',
  BelowMinReplicas: 'the size was below minReplicas',
  ScalingDisabled: 'the target was set to 0 by hand, which switches its scaling off',
} as const;

function boundLine({ replicas, reason }: BoundStep): string {
  return `bounds: ${replicas}; ${BOUND_TEXTS[reason]}`;
}

/** What would have had to differ for a size, in words; undefined when that is not in the decision. */
export function explainNext(
  { replicas, metrics, needs }: NextReplica,
  decision: HpaDecision,
  options: ExplainOptions = {},
): string | undefined {
  if (needs.length === 0) return undefined;
  const usage = needs.filter(({ kind }) => kind === 'usage' || kind === 'no-usage');
  const others = needs.filter(({ kind }) => kind !== 'usage' && kind !== 'no-usage');
  const joined = usage.map((need) => needText(need, decision, options));
  const word = metrics === 'any' ? ' or ' : ' and ';
  const texts = [
    ...(joined.length === 0 ? [] : [joined.join(word)]),
    ...others.map((need) => needText(need, decision, options)),
  ];
  return `for ${replicas}: ${texts.join('; besides, ')}`;
}

function needText(need: Need, decision: HpaDecision, { startMs }: ExplainOptions): string {
  switch (need.kind) {
    case 'usage':
      return usageText(need, decision);
    case 'no-usage':
      return `no use of ${need.metric} would have done it`;
    case 'failed-metrics':
      return `the ${countText(need.failed, 'failed metric')} would have had to answer`;
    case 'recommendation': {
      const { replicas, atMs, untilMs } = need;
      const [at, until] = [clockText(atMs, startMs), clockText(untilMs, startMs)];
      return `the recommendation of ${replicas} from ${at} would have had to be over, which it is at ${until}`;
    }
    case 'rate':
      return `the rate would have had to allow more than a change to ${need.limit}`;
    case 'bound':
      return `${need.bound} would have had to be other than ${need.value}`;
    default:
      return need satisfies never;
  }
}

function usageText(need: Extract<Need, { readonly kind: 'usage' }>, decision: HpaDecision): string {
  const step = decision.steps.find((each) => each.kind === 'metric' && each.index === need.index);
  const unit = step?.kind === 'metric' && step.from === 'pods' ? step.resource : '';
  const { neededMilli, usedMilli, podCount, percent, metric } = need;
  const isMore = neededMilli >= usedMilli;
  const edge = isMore ? 'at least' : 'at most';
  const now = amountText(usedMilli, unit);
  const together = `${edge} ${amountText(neededMilli, unit)} (it was ${now})`;
  if (podCount <= 1) return `${metric} ${together}`;
  const each = amountText(Math.round(neededMilli / podCount), unit);
  const share = percent === undefined ? '' : `, ${percent} % of their requests`;
  return `${metric} ${together} over ${countText(podCount, 'ready pod')}, ${each} each${share}`;
}
