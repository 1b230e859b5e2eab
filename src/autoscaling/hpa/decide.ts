/** The decision: from metrics, memory and bounds to a replica count, step by step. */
import type { MetricStatus } from '../../core/autoscaling-objects.js';
import type { Condition } from '../../core/objects.js';
import { type ConditionChange, removeCondition, setCondition } from './conditions.js';
import type { HpaDecision, HpaEvent, Verdict } from './decision.js';
import type { HpaInput, ScaleReading } from './input.js';
import type { HpaMemory } from './memory.js';
import { NO_METRIC_STATUS, propose, type ProposalContext } from './propose.js';
import { limit } from './rate-limit.js';
import { stabilize } from './stabilize.js';
import type { FailedMetricStep, HpaStep, LimitStep, StabilizeStep, Tolerances } from './steps.js';

type FoundScale = Extract<ScaleReading, { readonly kind: 'found' }>;

/** What is gathered on the way; it never leaves this file unfinished. */
interface Draft {
  readonly input: HpaInput;
  readonly scale: FoundScale;
  readonly nowMs: number;
  readonly conditions: Condition[];
  readonly events: HpaEvent[];
  readonly steps: HpaStep[];
  currentMetrics: MetricStatus[] | null;
  memory: HpaMemory;
}

/** What the metrics ask for together. */
interface Wanted {
  /** Undefined: no count can be had. */
  readonly replicas: number | undefined;
  readonly metric: string;
  /** Of the metrics that failed; undefined when none did. */
  readonly error: string | undefined;
}

/** A count on its way to being the decision. */
interface Settled {
  readonly replicas: number;
  readonly reason: string;
  readonly isRescale: boolean;
  readonly error?: string | undefined;
}

/**
 * Decides the size of an HPA's target.
 *
 * The present recommendation is in the memory given back; a change of size is not, until the API has
 * accepted it (`recordScale`).
 *
 * @param memory - what the decision before gave back; `NO_MEMORY` for an HPA not seen before.
 * @param nowMs - instant of the decision, ms since the epoch.
 * @see Source: kubernetes 1.36 `podautoscaler/horizontal.go`, `reconcileAutoscaler`.
 */
export function decide(
  input: HpaInput,
  memory: HpaMemory,
  nowMs: number,
): { readonly verdict: Verdict; readonly memory: HpaMemory } {
  const conditions = input.status?.conditions?.slice() ?? [];
  if (input.scale.kind === 'failed') {
    return { verdict: withoutScale(input, input.scale, { conditions, nowMs }), memory };
  }
  const { scale } = input;
  const draft: Draft = {
    input,
    scale,
    nowMs,
    conditions,
    events: [],
    steps: [],
    currentMetrics: null,
    memory: withInitialRecommendation(memory, scale.specReplicas, nowMs),
  };
  setCondition(conditions, GOT_SCALE, nowMs);
  const settled = settle(draft);
  return { verdict: verdictOf(draft, settled), memory: draft.memory };
}

const GOT_SCALE = {
  type: 'AbleToScale',
  isTrue: true,
  reason: 'SucceededGetScale',
  message: "the HPA controller was able to get the target's current scale",
} as const;

const SCALE_ERRORS = {
  'api-version': () => 'invalid API version in scale target reference',
  resource: () => 'unable to determine resource for scale target reference',
  query: (reference: string) => `failed to query scale subresource for ${reference}`,
} as const;

/** Kind, namespace and name of the target, as messages print them. */
export function targetReference({ target, namespace }: HpaInput): string {
  return `${target.kind}/${namespace}/${target.name}`;
}

function withoutScale(
  input: HpaInput,
  { at, message }: Extract<ScaleReading, { readonly kind: 'failed' }>,
  { conditions, nowMs }: { readonly conditions: Condition[]; readonly nowMs: number },
): Verdict {
  const reason = 'FailedGetScale';
  const told = `the HPA controller was unable to get the target's current scale: ${message}`;
  setCondition(conditions, { type: 'AbleToScale', isTrue: false, reason, message: told }, nowMs);
  const error = `${SCALE_ERRORS[at](targetReference(input))}: ${message}`;
  return {
    decision: {
      kind: 'cannot-decide',
      atMs: nowMs,
      fromReplicas: undefined,
      toReplicas: undefined,
      reason: '',
      steps: [],
      error,
    },
    conditions,
    events: [{ type: 'Warning', reason, message }],
    currentMetrics: null,
  };
}

/** @see Source: `horizontal.go`, `recordInitialRecommendation`. */
function withInitialRecommendation(memory: HpaMemory, replicas: number, nowMs: number): HpaMemory {
  if (memory.recommendations !== undefined) return memory;
  return withRecommendations(memory, [{ replicas, atMs: nowMs }]);
}

function withRecommendations(
  { scaleUps, scaleDowns }: HpaMemory,
  recommendations: HpaMemory['recommendations'],
): HpaMemory {
  return { recommendations, scaleUps, scaleDowns };
}

/** The count, or the error when none can be had. */
function settle(draft: Draft): Settled | { readonly error: string } {
  const { input, scale, steps, conditions, nowMs } = draft;
  const { minReplicas, maxReplicas, hasObjectOrExternal } = input.spec;
  const current = scale.specReplicas;
  if (current === 0) {
    const wasScaledToZero = isScaledToZero(draft);
    if (!(wasScaledToZero && (minReplicas !== 0 || hasObjectOrExternal))) {
      steps.push({ kind: 'bound', replicas: 0, reason: 'ScalingDisabled' });
      setCondition(conditions, SCALING_DISABLED, nowMs);
      if (input.settings.isScaleToZeroEnabled !== true) removeCondition(conditions, 'ScaledToZero');
      return { replicas: 0, reason: '', isRescale: false };
    }
  } else if (current > maxReplicas) {
    steps.push({ kind: 'bound', replicas: maxReplicas, reason: 'AboveMaxReplicas' });
    const reason = 'Current number of replicas above Spec.MaxReplicas';
    return { replicas: maxReplicas, reason, isRescale: true };
  } else if (current < minReplicas) {
    steps.push({ kind: 'bound', replicas: minReplicas, reason: 'BelowMinReplicas' });
    return { replicas: minReplicas, reason: BELOW_MIN, isRescale: true };
  }
  return settleByMetrics(draft);
}

const BELOW_MIN = 'Current number of replicas below Spec.MinReplicas';

const SCALING_DISABLED = {
  type: 'ScalingActive',
  isTrue: false,
  reason: 'ScalingDisabled',
  message: 'scaling is disabled since the replica count of the target is zero',
} as const;

function isScaledToZero({ input }: Draft): boolean {
  if (input.settings.isScaleToZeroEnabled !== true) return false;
  const known = input.status?.conditions?.find(({ type }) => type === 'ScaledToZero');
  return known?.status === 'True';
}

function settleByMetrics(draft: Draft): Settled | { readonly error: string } {
  const { scale, steps, input } = draft;
  const current = scale.specReplicas;
  const wanted = computeReplicas(draft);
  if (wanted.replicas === undefined) {
    const message = wanted.error ?? '';
    draft.events.push({ type: 'Warning', reason: 'FailedComputeMetricsReplicas', message });
    const what = 'failed to compute desired number of replicas based on listed metrics';
    return { error: `${what} for ${targetReference(input)}: ${message}` };
  }
  const asked = Math.max(wanted.replicas, 0);
  let reason = '';
  if (asked > current) reason = `${wanted.metric} above target`;
  if (asked < current) reason = 'All metrics below target';
  let replicas = normalize(draft, asked);
  const { minReplicas } = input.spec;
  if (current === 0 && minReplicas !== 0 && replicas < minReplicas) {
    // only an HPA that scaled to zero itself comes here
    replicas = minReplicas;
    if (reason === '') reason = BELOW_MIN;
    steps.push({ kind: 'bound', replicas, reason: 'BelowMinReplicas' });
  }
  return { replicas, reason, isRescale: replicas !== current, error: wanted.error };
}

/** @see Source: `horizontal.go`, `computeReplicasForMetrics`. */
function computeReplicas(draft: Draft): Wanted {
  const { input, scale, steps, conditions, events, nowMs } = draft;
  const fault = selectorFault(draft);
  if (fault !== undefined) return { replicas: undefined, metric: '', error: fault };
  const context: ProposalContext = {
    input,
    specReplicas: scale.specReplicas,
    statusReplicas: scale.statusReplicas,
    tolerance: tolerances(input),
    nowMs,
  };
  const { metrics } = input.spec;
  const statuses: MetricStatus[] = [];
  draft.currentMetrics = statuses;
  let replicas = 0;
  let metric = '';
  let failures = 0;
  let first: { readonly step: FailedMetricStep; readonly error: string } | undefined;
  for (let index = 0; index < metrics.length; index++) {
    const proposal = propose(context, index);
    steps.push(proposal.step);
    if (proposal.kind === 'failed') {
      const { reason, message } = proposal.step;
      events.push({ type: 'Warning', reason, message });
      statuses.push(NO_METRIC_STATUS);
      first ??= proposal;
      failures++;
      continue;
    }
    statuses.push(proposal.status);
    if (replicas === 0 || proposal.replicas > replicas) {
      replicas = proposal.replicas;
      metric = proposal.step.metric;
    }
  }
  const of = metrics.length;
  let error: string | undefined;
  if (first !== undefined) {
    error = `invalid metrics (${failures} invalid out of ${of}), first error is: ${first.error}`;
    if (failures >= of || replicas < scale.specReplicas) {
      setCondition(conditions, failedCondition(first.step), nowMs);
      steps.push({ kind: 'highest', replicas: undefined, metric, failed: failures, of });
      return { replicas: undefined, metric: '', error };
    }
  }
  setCondition(conditions, validCondition(metric), nowMs);
  steps.push({ kind: 'highest', replicas, metric, failed: failures, of });
  return { replicas, metric, error };
}

function validCondition(metric: string): ConditionChange {
  const message = `the HPA was able to successfully calculate a replica count from ${metric}`;
  return { type: 'ScalingActive', isTrue: true, reason: 'ValidMetricFound', message };
}

function failedCondition({ reason, message: because }: FailedMetricStep): ConditionChange {
  const message = `the HPA was unable to compute the replica count: ${because}`;
  return { type: 'ScalingActive', isTrue: false, reason, message };
}

/** @see Source: `horizontal.go`, `validateAndParseSelector`. */
function selectorFault({ input, scale, conditions, events, nowMs }: Draft): string | undefined {
  const fail = (event: string, error: string, [reason, message]: readonly [string, string]) => {
    events.push({ type: 'Warning', reason: event, message: error });
    setCondition(conditions, { type: 'ScalingActive', isTrue: false, reason, message }, nowMs);
    return error;
  };
  const { selector, selectorFault: fault } = scale;
  if (selector === '') {
    const condition = ['InvalidSelector', "the HPA target's scale is missing a selector"] as const;
    return fail('SelectorRequired', 'selector is required', condition);
  }
  if (fault !== undefined) {
    const error = `couldn't convert selector into a corresponding internal selector object: ${fault}`;
    return fail('InvalidSelector', error, ['InvalidSelector', error]);
  }
  if ((input.sharedWith ?? []).length > 1) {
    const keys = (input.sharedWith ?? []).map((key) => `{${key.split('/').reverse().join(' ')}}`);
    const error = `pods by selector ${selector} are controlled by multiple HPAs: [${keys.join(' ')}]`;
    return fail('AmbiguousSelector', error, ['AmbiguousSelector', error]);
  }
  return undefined;
}

/** @see Source: `horizontal.go`, `tolerancesForHpa`. */
function tolerances({ spec, settings }: HpaInput): Tolerances {
  return {
    down: spec.behavior?.scaleDown.tolerance ?? settings.tolerance,
    up: spec.behavior?.scaleUp.tolerance ?? settings.tolerance,
  };
}

/** @see Source: `horizontal.go`, `normalizeDesiredReplicas` and `normalizeDesiredReplicasWithBehaviors`. */
function normalize(draft: Draft, wantedReplicas: number): number {
  const { input, scale, steps, conditions, memory, nowMs } = draft;
  const { spec, settings } = input;
  const currentReplicas = scale.specReplicas;
  const { step: stabilized, recommendations } = stabilize(memory.recommendations ?? [], {
    behavior: spec.behavior,
    settings,
    currentReplicas,
    wantedReplicas,
    nowMs,
  });
  draft.memory = withRecommendations(memory, recommendations);
  setCondition(conditions, stabilizedCondition(stabilized), nowMs);
  const limited = limit({
    spec,
    memory,
    currentReplicas,
    wantedReplicas: stabilized.replicas,
    nowMs,
  });
  setCondition(conditions, limitedCondition(limited, stabilized.replicas), nowMs);
  steps.push(stabilized, limited);
  return limited.replicas;
}

const STABILIZED_MESSAGES = {
  ReadyForNewScale: 'recommended size matches current size',
  ScaleUpStabilized:
    'recent recommendations were lower than current one, applying the lowest recent recommendation',
  ScaleDownStabilized:
    'recent recommendations were higher than current one, applying the highest recent recommendation',
} as const;

const LIMITED_MESSAGES = {
  DesiredWithinRange: 'the desired count is within the acceptable range',
  ScaleUpLimit: 'the desired replica count is increasing faster than the maximum scale rate',
  TooManyReplicas: 'the desired replica count is more than the maximum replica count',
  ScaleDownLimit: 'the desired replica count is decreasing faster than the maximum scale rate',
  TooFewReplicas: 'the desired replica count is less than the minimum replica count',
} as const;

function stabilizedCondition({ reason }: StabilizeStep): ConditionChange {
  return { type: 'AbleToScale', isTrue: true, reason, message: STABILIZED_MESSAGES[reason] };
}

function limitedCondition({ replicas, reason }: LimitStep, before: number): ConditionChange {
  const isTrue = replicas !== before;
  return { type: 'ScalingLimited', isTrue, reason, message: LIMITED_MESSAGES[reason] };
}

function verdictOf(draft: Draft, settled: Settled | { readonly error: string }): Verdict {
  const { conditions, events, currentMetrics } = draft;
  return { decision: decisionOf(draft, settled), conditions, events, currentMetrics };
}

function decisionOf(
  { scale, nowMs, steps }: Draft,
  settled: Settled | { readonly error: string },
): HpaDecision {
  const fromReplicas = scale.specReplicas;
  if ('replicas' in settled) {
    const { replicas, reason, isRescale, error } = settled;
    return {
      kind: isRescale ? 'rescale' : 'hold',
      atMs: nowMs,
      fromReplicas,
      toReplicas: isRescale ? replicas : fromReplicas,
      reason,
      steps,
      error,
    };
  }
  const { error } = settled;
  const kind = 'cannot-decide';
  return { kind, atMs: nowMs, fromReplicas, toReplicas: undefined, reason: '', steps, error };
}
