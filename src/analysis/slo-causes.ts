/**
 * What was being waited for in a second in which the SLO was violated.
 *
 * The first rule that holds, in this order:
 *
 * 1. `flapping`: a ready pod was out of rotation without being deleted.
 * 2. A scale-up was under way, from its load change until its pods were in the endpoints: the stage that
 *    had not been reached yet: `metric` (usage over target, metric visible), `hpa` (decision),
 *    `scheduling` (pods created, scheduled; `node-capacity` when the scheduler found no node), `start`
 *    (started), `readiness` (ready, endpoint).
 * 3. `max-replicas`: as many pods as the HPA allows, and it wanted more or usage was over target.
 * 4. Usage was over target and no scale-up came: `metric` when the HPA could not read its metric or the
 *    metrics API did not show it, else `hpa`.
 * 5. `throttling`: pods were stopped at their CPU limit (see `busy-spans.ts`).
 * 6. `failures`: requests of that second failed, and what they are put down to is known (see
 *    `failures.ts`): a scale-down, a crash, a rollout.
 * 7. `unknown`.
 */
import { formatDurationMs } from '../core/duration.js';
import type { HpaRecord, PodMetricsRecord } from '../timeline/record.js';
import { seriesValueAt, type StepSeries } from '../timeline/series.js';
import { shortageText, type ShortOfCpu } from './busy-spans.js';
import type { AttributedFailures } from './failures.js';
import { valueOf, type Measure } from './measure.js';
import { troublesNamed, type PodTroubles } from './pod-troubles.js';
import type { Loss } from './readiness.js';
import { isOverTarget, type CpuTarget, type Span } from './run-facts.js';
import type { ScaleUp, ScaleUpStageName } from './scale-up.js';

/** What a violated second is put down to. */
export const SLO_CAUSES = [
  'flapping',
  'metric',
  'hpa',
  'scheduling',
  'node-capacity',
  'start',
  'readiness',
  'max-replicas',
  'throttling',
  'failures',
  'unknown',
] as const;

/** See {@link SLO_CAUSES}. */
export type SloCause = (typeof SLO_CAUSES)[number];

/** A cause and how we know. */
export interface CausedBy {
  readonly cause: SloCause;
  readonly evidence: string;
}

/** What causes are told from. */
export interface SloCauseSources {
  readonly losses: readonly Loss[];
  readonly scaleUps: readonly ScaleUp[];
  readonly desired: StepSeries;
  readonly hpas: readonly HpaRecord[];
  readonly target: Measure<CpuTarget>;
  readonly overTarget: readonly Span[];
  readonly metrics: readonly PodMetricsRecord[];
  readonly shortages: readonly ShortOfCpu[];
  readonly troubles: ReadonlyMap<string, PodTroubles>;
  readonly failures: readonly AttributedFailures[];
}

/** The cause of one second. */
export function sloCause(second: Span, sources: SloCauseSources): CausedBy {
  return (
    flapping(second, sources) ??
    scaleUpUnderWay(second, sources) ??
    maxReplicas(second, sources) ??
    noScaleUp(second, sources) ??
    throttling(second, sources) ??
    failed(second, sources) ?? {
      cause: 'unknown',
      evidence: 'nothing that was observed explains it',
    }
  );
}

function flapping(second: Span, { losses }: SloCauseSources): CausedBy | undefined {
  const lost = losses.filter(({ unreadyT: fromT, untilT: toT }) => overlap({ fromT, toT }, second));
  const [first] = lost;
  if (first === undefined) return undefined;
  const more = lost.length === 1 ? '' : `, and ${lost.length - 1} more`;
  const length = formatDurationMs(Math.round(first.untilT - first.unreadyT));
  const evidence = `pod ${first.pod.name} was out of rotation for ${length}${more}`;
  return { cause: 'flapping', evidence };
}

/** What a stage that was not reached yet means, and what was waited for. */
const STAGES: Readonly<
  Partial<Record<ScaleUpStageName, { readonly cause: SloCause; readonly waitedFor: string }>>
> = {
  'earlier-step': { cause: 'hpa', waitedFor: 'the step before it' },
  'over-target': { cause: 'metric', waitedFor: 'usage to go over target' },
  'metric-visible': { cause: 'metric', waitedFor: 'the metrics API to show it' },
  decision: { cause: 'hpa', waitedFor: 'the HPA to decide' },
  'pods-created': { cause: 'scheduling', waitedFor: 'its pods to be created' },
  scheduled: { cause: 'scheduling', waitedFor: 'its pods to be scheduled' },
  started: { cause: 'start', waitedFor: 'its containers to start' },
  ready: { cause: 'readiness', waitedFor: 'its pods to become ready' },
  endpoint: { cause: 'readiness', waitedFor: 'its pods to come into the endpoints' },
};

function scaleUpUnderWay(second: Span, sources: SloCauseSources): CausedBy | undefined {
  for (const scaleUp of sources.scaleUps) {
    const startT = valueOf(scaleUp.change)?.t ?? scaleUp.decisionT;
    if (second.toT <= startT) continue;
    const name = stageWaitedFor(scaleUp, second);
    const stage = name === undefined ? undefined : STAGES[name];
    if (stage === undefined) continue;
    const { cause, waitedFor } = stage;
    const what = `the scale-up from ${scaleUp.from} to ${scaleUp.to} pods`;
    const homeless = cause === 'scheduling' ? unschedulable(scaleUp, second, sources) : undefined;
    if (homeless !== undefined) {
      const evidence = `the scheduler found no node for pod ${homeless} of ${what}`;
      return { cause: 'node-capacity', evidence };
    }
    return { cause, evidence: `${what} waited for ${waitedFor}` };
  }
  return undefined;
}

/** The first stage that was reached after a second began; of those never reached, the first. */
function stageWaitedFor({ stages }: ScaleUp, { fromT }: Span): ScaleUpStageName | undefined {
  const known = stages.filter(({ name }) => STAGES[name] !== undefined);
  const next = known.find(({ seen }) => seen.kind === 'measured' && seen.value.t > fromT);
  if (next !== undefined) return next.name;
  const lastSeen = known.findLastIndex(({ seen }) => seen.kind === 'measured');
  return known.slice(lastSeen + 1).find(({ seen }) => seen.kind === 'not-reached')?.name;
}

function unschedulable(
  { pods }: ScaleUp,
  second: Span,
  { troubles }: SloCauseSources,
): string | undefined {
  return pods.find(({ name }) => {
    const span = troublesNamed(troubles, name).unschedulable;
    return span !== undefined && overlap(span, second);
  })?.name;
}

function maxReplicas(second: Span, sources: SloCauseSources): CausedBy | undefined {
  const hpa = sources.hpas.findLast(({ t }) => t < second.toT);
  const desired = seriesValueAt(sources.desired, second.fromT);
  if (hpa === undefined || desired === undefined || desired < hpa.maxReplicas) return undefined;
  const limited = conditionOf(hpa, 'ScalingLimited');
  const wantsMore = limited?.status === 'True' && limited.reason === 'TooManyReplicas';
  if (!wantsMore && !isBusy(second, sources)) return undefined;
  const why = wantsMore ? 'the HPA wanted more (TooManyReplicas)' : 'usage was over target';
  return { cause: 'max-replicas', evidence: `maxReplicas is ${hpa.maxReplicas}, and ${why}` };
}

function noScaleUp(second: Span, sources: SloCauseSources): CausedBy | undefined {
  if (!isBusy(second, sources)) return undefined;
  const active = conditionOf(
    sources.hpas.findLast(({ t }) => t < second.toT),
    'ScalingActive',
  );
  const over = 'usage was over target, no scale-up came';
  if (active?.status === 'False') {
    return { cause: 'metric', evidence: `${over}: ${active.reason ?? 'ScalingActive is False'}` };
  }
  const shown = sources.metrics.findLast(({ t }) => t < second.toT);
  const target = valueOf(sources.target);
  const used = shown?.pods.reduce((sum, { cpuMillicores }) => sum + cpuMillicores, 0) ?? 0;
  const isShown =
    shown !== undefined && target !== undefined && shown.pods.length > 0
      ? isOverTarget(used, shown.pods.length, target)
      : false;
  return isShown
    ? { cause: 'hpa', evidence: `${over} although the metrics API showed it` }
    : { cause: 'metric', evidence: `${over}, and the metrics API did not show it` };
}

function throttling(second: Span, { shortages }: SloCauseSources): CausedBy | undefined {
  const found = shortages.find((each) => overlap(each, second));
  return found === undefined ? undefined : { cause: 'throttling', evidence: shortageText(found) };
}

function failed(second: Span, { failures }: SloCauseSources): CausedBy | undefined {
  const known = failures.find(({ t, cause }) => t === second.fromT && cause !== 'unknown');
  if (known === undefined) return undefined;
  return { cause: 'failures', evidence: `requests failed (${known.kind}): ${known.evidence}` };
}

function isBusy(second: Span, { overTarget }: SloCauseSources): boolean {
  return overTarget.some((span) => overlap(span, second));
}

function conditionOf(hpa: HpaRecord | undefined, wanted: string) {
  return hpa?.status?.conditions?.find(({ type }) => type === wanted);
}

function overlap(a: Span, b: Span): boolean {
  return a.fromT < b.toT && a.toT > b.fromT;
}
