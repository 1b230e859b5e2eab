/** Recorded decisions of Kubernetes' own HPA, one scenario a line of JSON. */
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
} from '../../core/autoscaling-objects.js';
import { isRecord, valueAt } from '../../core/json.js';
import type { HpaEvent } from '../hpa/decision.js';
import type { RecordedInput } from '../hpa/recorded-input.js';
import type { HpaSettings } from '../hpa/settings.js';
import {
  isScenarioLine,
  type ScenarioFault,
  scenarioFaults,
  type StepLine,
} from './scenario-schema.js';

/** What upstream did at one step. */
export interface ExpectedOutcome {
  /** Replicas written; null: none. */
  readonly scaleTo: number | null;
  /** The status written; null: it did not change. */
  readonly status: HorizontalPodAutoscalerStatus | null;
  readonly events: readonly HpaEvent[];
  /** '' when there was none. */
  readonly error: string;
}

/** One reconciliation. */
export interface ScenarioStep {
  readonly nowMs: number;
  readonly input: RecordedInput;
  readonly expect: ExpectedOutcome;
}

/** Reconciliations in order of time; state carries over from one to the next. */
export interface Scenario {
  readonly name: string;
  readonly settings: HpaSettings;
  /** As a user writes it, before the API server's defaults. */
  readonly hpa: HorizontalPodAutoscaler;
  readonly steps: readonly ScenarioStep[];
}

/**
 * The scenario of one line. Fields that are not known are passed over; null is absent.
 *
 * @throws {SyntaxError} when the line is no JSON or lacks something; the message says what and where, of the first
 *   few faults.
 */
export function parseScenario(line: string): Scenario {
  const json: unknown = withoutNulls(JSON.parse(line));
  if (!isScenarioLine(json)) throw malformed(json);
  const { name, controller, hpa, steps } = json;
  return {
    name,
    settings: {
      tolerance: controller.tolerance,
      downscaleStabilizationMs: controller.downscaleStabilizationSeconds * 1_000,
      cpuInitializationPeriodMs: controller.cpuInitializationPeriodSeconds * 1_000,
      initialReadinessDelayMs: controller.initialReadinessDelaySeconds * 1_000,
      isScaleToZeroEnabled: controller.hpaScaleToZero === true,
    },
    hpa,
    steps: steps.map(scenarioStep),
  };
}

/** Null fields go; null items of lists stay, and are faults. What has no nulls is not copied. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(withoutNulls);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isRecord(value)) return value;
  let isSame = true;
  const fields: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const before = value[name];
    const field = typeof before === 'object' ? withoutNulls(before) : before;
    if (field !== before || field === null) isSame = false;
    if (field !== null) fields[name] = field;
  }
  return isSame ? value : fields;
}

function scenarioStep({ now, scale, expect, pods = [], podMetrics = [], ...rest }: StepLine) {
  const { specReplicas = 0, statusReplicas = 0, selector = '' } = scale;
  const { scaleTo = null, status = null, events = [], error = '' } = expect;
  const step: ScenarioStep = {
    nowMs: Date.parse(now),
    input: {
      scale: { kind: 'found', specReplicas, statusReplicas, selector },
      pods,
      podMetrics,
      ...given(rest),
    },
    expect: { scaleTo, status, events, error },
  };
  return step;
}

type Optional = Pick<
  RecordedInput,
  'resourceMetricsError' | 'customMetrics' | 'objectMetrics' | 'externalMetrics'
>;

/** What a step has beside pods; its other fields are not ours. */
function given(step: Optional): Optional {
  const { resourceMetricsError, customMetrics, objectMetrics, externalMetrics } = step;
  return {
    ...(resourceMetricsError === undefined ? {} : { resourceMetricsError }),
    ...(customMetrics === undefined ? {} : { customMetrics }),
    ...(objectMetrics === undefined ? {} : { objectMetrics }),
    ...(externalMetrics === undefined ? {} : { externalMetrics }),
  };
}

const MAX_SHOWN = 60;
const MAX_FAULTS = 5;

function malformed(json: unknown): SyntaxError {
  const faults = scenarioFaults(json);
  const told = faults.slice(0, MAX_FAULTS).map((fault) => faultText(fault, json));
  const more = faults.length - told.length;
  return new SyntaxError([...told, ...(more > 0 ? [`${more} more faults`] : [])].join('; '));
}

function faultText({ path, expected }: ScenarioFault, json: unknown): string {
  const at = path.map((each) => (typeof each === 'number' ? `[${each}]` : `.${each}`)).join('');
  const found = valueAt(json, path);
  const shown = found === undefined ? 'nothing' : JSON.stringify(found).slice(0, MAX_SHOWN);
  return `${at === '' ? 'the line' : at.slice(1)}: expected ${expected}, got ${shown}`;
}
