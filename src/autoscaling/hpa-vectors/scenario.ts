/** Recorded decisions of Kubernetes' own HPA, one scenario a line of JSON. */
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
} from '../../core/autoscaling-objects.js';
import { isRecord, type UnknownRecord, valueAt } from '../../core/json.js';
import type { Pod, PodMetrics } from '../../core/objects.js';
import type { HpaEvent } from '../hpa/decision.js';
import type { ExternalMetricValue, MetricValue, RecordedInput } from '../hpa/recorded-input.js';
import type { HpaSettings } from '../hpa/settings.js';

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
 * The scenario of one line.
 *
 * @throws {SyntaxError} when the line is no JSON or lacks something; the message says what and where.
 */
export function parseScenario(line: string): Scenario {
  const json: unknown = JSON.parse(line);
  const scenario = fields(json, 'the line');
  const { hpa } = scenario;
  if (!isHpa(hpa)) throw malformed('hpa', 'a HorizontalPodAutoscaler', hpa);
  return {
    name: text(scenario['name'], 'name'),
    settings: parseSettings(fields(scenario['controller'], 'controller')),
    hpa,
    steps: list(scenario['steps'], 'steps').map((step, index) =>
      parseStep(fields(step, `steps[${index}]`), `steps[${index}]`),
    ),
  };
}

function parseSettings(controller: UnknownRecord): HpaSettings {
  const seconds = (name: string): number => number(controller[name], `controller.${name}`) * 1_000;
  return {
    tolerance: number(controller['tolerance'], 'controller.tolerance'),
    downscaleStabilizationMs: seconds('downscaleStabilizationSeconds'),
    cpuInitializationPeriodMs: seconds('cpuInitializationPeriodSeconds'),
    initialReadinessDelayMs: seconds('initialReadinessDelaySeconds'),
    isScaleToZeroEnabled: controller['hpaScaleToZero'] === true,
  };
}

function parseStep(step: UnknownRecord, at: string): ScenarioStep {
  const nowMs = Date.parse(text(step['now'], `${at}.now`));
  if (Number.isNaN(nowMs)) throw malformed(`${at}.now`, 'a time', step['now']);
  const { expect } = step;
  if (!isExpected(expect)) throw malformed(`${at}.expect`, 'an outcome', expect);
  return {
    nowMs,
    input: parseInput(step, at),
    expect: { ...expect, events: expect.events ?? [] },
  };
}

function parseInput(step: UnknownRecord, at: string): RecordedInput {
  const { resourceMetricsError, customMetrics, objectMetrics, externalMetrics } = step;
  const isValues = isMapOf(isListOf(isMetricValue));
  const isExternals = isMapOf(isListOf(isExternalValue));
  const where = (name: string): string => `${at}.${name}`;
  return {
    scale: parseScale(fields(step['scale'], where('scale')), where('scale')),
    pods: listOf(isPod, step['pods'] ?? [], where('pods')),
    podMetrics: listOf(isPodMetrics, step['podMetrics'] ?? [], where('podMetrics')),
    ...(typeof resourceMetricsError === 'string' ? { resourceMetricsError } : {}),
    ...(isGiven(customMetrics, isValues, where('customMetrics')) ? { customMetrics } : {}),
    ...(isGiven(objectMetrics, isMapOf(isMetricValue), where('objectMetrics'))
      ? { objectMetrics }
      : {}),
    ...(isGiven(externalMetrics, isExternals, where('externalMetrics')) ? { externalMetrics } : {}),
  };
}

function parseScale(scale: UnknownRecord, at: string): RecordedInput['scale'] {
  return {
    kind: 'found',
    specReplicas: number(scale['specReplicas'] ?? 0, `${at}.specReplicas`),
    statusReplicas: number(scale['statusReplicas'] ?? 0, `${at}.statusReplicas`),
    selector: text(scale['selector'] ?? '', `${at}.selector`),
  };
}

type Guard<T> = (value: unknown) => value is T;

function isHpa(value: unknown): value is HorizontalPodAutoscaler {
  return (
    typeof valueAt(value, ['metadata', 'name']) === 'string' &&
    typeof valueAt(value, ['spec', 'scaleTargetRef', 'name']) === 'string' &&
    typeof valueAt(value, ['spec', 'maxReplicas']) === 'number'
  );
}

function isExpected(value: unknown): value is ExpectedOutcome {
  if (!isRecord(value)) return false;
  const { scaleTo, status, events, error } = value;
  return (
    (scaleTo === null || typeof scaleTo === 'number') &&
    (status === null || isRecord(status)) &&
    ((events ?? null) === null || Array.isArray(events)) &&
    typeof error === 'string'
  );
}

function isPod(value: unknown): value is Pod {
  return hasName(value) && Array.isArray(valueAt(value, ['spec', 'containers']));
}

function isPodMetrics(value: unknown): value is PodMetrics {
  return hasName(value);
}

function hasName(value: unknown): boolean {
  return typeof valueAt(value, ['metadata', 'name']) === 'string';
}

function isMetricValue(value: unknown): value is MetricValue {
  return (
    isRecord(value) && typeof value['value'] === 'string' && isRecord(value['describedObject'])
  );
}

function isExternalValue(value: unknown): value is ExternalMetricValue {
  return isRecord(value) && typeof value['value'] === 'string';
}

function isListOf<T>(is: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(is);
}

function isMapOf<T>(is: Guard<T>): Guard<Readonly<Record<string, T>>> {
  return (value): value is Readonly<Record<string, T>> =>
    isRecord(value) && Object.values(value).every(is);
}

/** Absent is fine; anything else must be what it should be. */
function isGiven<T>(value: unknown, is: Guard<T>, at: string): value is T {
  if (value === undefined || value === null) return false;
  if (is(value)) return true;
  throw malformed(at, 'metric values by name', value);
}

function listOf<T>(is: Guard<T>, value: unknown, at: string): readonly T[] {
  for (const [index, each] of list(value, at).entries()) {
    if (!is(each)) throw malformed(`${at}[${index}]`, 'an object of that kind', each);
  }
  return isListOf(is)(value) ? value : [];
}

function fields(value: unknown, at: string): UnknownRecord {
  if (!isRecord(value) || Array.isArray(value)) throw malformed(at, 'an object', value);
  return value;
}

function list(value: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(at, 'a list', value);
  return value;
}

function text(value: unknown, at: string): string {
  if (typeof value !== 'string') throw malformed(at, 'a text', value);
  return value;
}

function number(value: unknown, at: string): number {
  if (typeof value !== 'number') throw malformed(at, 'a number', value);
  return value;
}

function malformed(at: string, expected: string, found: unknown): SyntaxError {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 60);
  return new SyntaxError(`${at}: expected ${expected}, got ${shown}`);
}
