/** Policies, or the older fixed rate, and the bounds of the HPA. */
import type { ScalingPolicy } from '../../core/autoscaling-objects.js';
import type { CompiledRules, CompiledSpec } from './compiled-hpa.js';
import { toInt32, wrapInt32 } from './go-numbers.js';
import type { HpaMemory, ScaleEvent } from './memory.js';
import type { LimitStep, PolicyUse } from './steps.js';

/** What is limited. */
export interface LimitInput {
  readonly spec: CompiledSpec;
  readonly memory: Pick<HpaMemory, 'scaleUps' | 'scaleDowns'>;
  readonly currentReplicas: number;
  /** After stabilization. */
  readonly wantedReplicas: number;
  readonly nowMs: number;
}

const INT32_MAX = 2 ** 31 - 1;
const INT32_MIN = -(2 ** 31);
// horizontal.go, scaleUpLimitFactor and scaleUpLimitMinimum
const OLDER_FACTOR = 2;
const OLDER_MINIMUM = 4;

/** Holds a count to the rate and the bounds, by the path that the HPA's spec asks for. */
export function limit(input: LimitInput): LimitStep {
  const { behavior } = input.spec;
  if (behavior === undefined) return limitByFixedRate(input);
  const { currentReplicas, wantedReplicas } = input;
  if (wantedReplicas > currentReplicas) return limitUp(input, behavior.scaleUp);
  if (wantedReplicas < currentReplicas) return limitDown(input, behavior.scaleDown);
  return within(input, undefined);
}

function within({ spec, wantedReplicas }: LimitInput, rateLimit: number | undefined): LimitStep {
  const { minReplicas, maxReplicas } = spec;
  return {
    kind: 'limit',
    replicas: wantedReplicas,
    reason: 'DesiredWithinRange',
    minReplicas,
    maxReplicas,
    rateLimit,
    selectPolicy: undefined,
    policies: undefined,
  };
}

/**
 * The older path: at most double or 4 a sync, then the bounds.
 *
 * @see Source: kubernetes `podautoscaler/horizontal.go`, `convertDesiredReplicasWithRules` and
 *   `calculateScaleUpLimit`.
 */
function limitByFixedRate(input: LimitInput): LimitStep {
  const { spec, currentReplicas, wantedReplicas } = input;
  const { minReplicas, maxReplicas } = spec;
  const rateLimit = toInt32(Math.max(OLDER_FACTOR * currentReplicas, OLDER_MINIMUM));
  const unlimited = within(input, rateLimit);
  if (wantedReplicas < minReplicas) {
    return { ...unlimited, replicas: minReplicas, reason: 'TooFewReplicas' };
  }
  const isRate = maxReplicas > rateLimit;
  const most = isRate ? rateLimit : maxReplicas;
  if (wantedReplicas > most) {
    return { ...unlimited, replicas: most, reason: isRate ? 'ScaleUpLimit' : 'TooManyReplicas' };
  }
  return unlimited;
}

/** @see Source: kubernetes `podautoscaler/horizontal.go`, `convertDesiredReplicasWithBehaviorRate`. */
function limitUp(input: LimitInput, rules: CompiledRules): LimitStep {
  const { spec, currentReplicas, wantedReplicas } = input;
  const { minReplicas, maxReplicas } = spec;
  const { policies, allowed } = upLimit(input, rules);
  // what an earlier change took too much of stops scaling, it does not reverse it
  const rateLimit = Math.max(allowed, currentReplicas);
  const isRate = maxReplicas > rateLimit;
  const most = isRate ? rateLimit : maxReplicas;
  const isLimited = wantedReplicas > most;
  const limiting = isRate ? 'ScaleUpLimit' : 'TooManyReplicas';
  return {
    kind: 'limit',
    replicas: isLimited ? most : wantedReplicas,
    reason: isLimited ? limiting : 'DesiredWithinRange',
    minReplicas,
    maxReplicas,
    rateLimit,
    selectPolicy: rules.selectPolicy,
    policies,
  };
}

/** @see Source: kubernetes `podautoscaler/horizontal.go`, `convertDesiredReplicasWithBehaviorRate`. */
function limitDown(input: LimitInput, rules: CompiledRules): LimitStep {
  const { spec, currentReplicas, wantedReplicas } = input;
  const { minReplicas, maxReplicas } = spec;
  const { policies, allowed } = downLimit(input, rules);
  const rateLimit = Math.min(allowed, currentReplicas);
  const isRate = minReplicas < rateLimit;
  const least = isRate ? rateLimit : minReplicas;
  const isLimited = wantedReplicas < least;
  const limiting = isRate ? 'ScaleDownLimit' : 'TooFewReplicas';
  return {
    kind: 'limit',
    replicas: isLimited ? least : wantedReplicas,
    reason: isLimited ? limiting : 'DesiredWithinRange',
    minReplicas,
    maxReplicas,
    rateLimit,
    selectPolicy: rules.selectPolicy,
    policies,
  };
}

interface Allowed {
  readonly policies: readonly PolicyUse[];
  /** The size that the selected policy allows. */
  readonly allowed: number;
}

/** @see Source: kubernetes `podautoscaler/horizontal.go`, `calculateScaleUpLimitWithScalingRules`. */
function upLimit(input: LimitInput, rules: CompiledRules): Allowed {
  const { selectPolicy } = rules;
  if (selectPolicy === 'Disabled') return { policies: [], allowed: input.currentReplicas };
  const policies = rules.policies.map((policy): PolicyUse => {
    const start = periodStart(input, policy.periodSeconds);
    const most =
      policy.type === 'Pods'
        ? wrapInt32(start + policy.value)
        : // rounded up, or a small size could never grow
          toInt32(Math.ceil(start * (1 + policy.value / 100)));
    return policyUse(policy, start, most);
  });
  const isMin = selectPolicy === 'Min';
  let allowed = isMin ? INT32_MAX : INT32_MIN;
  for (const each of policies) {
    allowed = isMin ? Math.min(allowed, each.limit) : Math.max(allowed, each.limit);
  }
  return { policies, allowed };
}

/** @see Source: kubernetes `podautoscaler/horizontal.go`, `calculateScaleDownLimitWithBehaviors`. */
function downLimit(input: LimitInput, rules: CompiledRules): Allowed {
  const { selectPolicy } = rules;
  if (selectPolicy === 'Disabled') return { policies: [], allowed: input.currentReplicas };
  const policies = rules.policies.map((policy): PolicyUse => {
    const start = periodStart(input, policy.periodSeconds);
    const least =
      policy.type === 'Pods'
        ? wrapInt32(start - policy.value)
        : toInt32(start * (1 - policy.value / 100));
    return policyUse(policy, start, least);
  });
  const isMin = selectPolicy === 'Min';
  // the smallest change keeps the most replicas
  let allowed = isMin ? INT32_MIN : INT32_MAX;
  for (const each of policies) {
    allowed = isMin ? Math.max(allowed, each.limit) : Math.min(allowed, each.limit);
  }
  return { policies, allowed };
}

function policyUse(
  { type, value, periodSeconds }: ScalingPolicy,
  periodStartReplicas: number,
  allowed: number,
): PolicyUse {
  return { type, value, periodSeconds, periodStartReplicas, limit: allowed };
}

/** Replicas when the period began: the present ones less what was added since, plus what was removed. */
function periodStart(
  { memory, currentReplicas, nowMs }: LimitInput,
  periodSeconds: number,
): number {
  const cutoffMs = nowMs - periodSeconds * 1_000;
  const added = changeSince(memory.scaleUps, cutoffMs);
  return wrapInt32(currentReplicas - added + changeSince(memory.scaleDowns, cutoffMs));
}

/** @see Source: kubernetes `podautoscaler/horizontal.go`, `getReplicasChangePerPeriod`. */
function changeSince(events: readonly ScaleEvent[], cutoffMs: number): number {
  let change = 0;
  for (const event of events) if (event.atMs > cutoffMs) change += event.change;
  return change;
}
