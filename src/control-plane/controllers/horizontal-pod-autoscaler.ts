/** The HPA controller: reads, lets `src/autoscaling/hpa` decide, writes. It holds no arithmetic. */
import type { CompiledMetric } from '../../autoscaling/hpa/compiled-hpa.js';
import { decide } from '../../autoscaling/hpa/decide.js';
import type { HpaDecision, HpaOutcome, ScaleWrite } from '../../autoscaling/hpa/decision.js';
import { type HpaMemory, NO_MEMORY } from '../../autoscaling/hpa/memory.js';
import { conclude } from '../../autoscaling/hpa/reconcile.js';
import { InputReader } from '../../autoscaling/hpa/recorded-input.js';
import type { HpaSettings } from '../../autoscaling/hpa/settings.js';
import {
  identityOf,
  type NamedReading,
  type SyncReading,
} from '../../autoscaling/hpa/sync-reading.js';
import type { HorizontalPodAutoscaler } from '../../core/autoscaling-objects.js';
import type { PodMetrics } from '../../core/metrics-objects.js';
import type { LabelSelector, Pod } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { ApiError } from '../api-error.js';
import { CONTROLLER_MANAGER, actingAs } from '../acting-as.js';
import type { KubeApi } from '../api.js';
import type {
  Controller,
  ControllerWatch,
  Informer,
  ReconcileKey,
  ReconcileResult,
} from '../controller.js';
import { EventRecorder } from '../event-recorder.js';
import { isSelected } from '../label-selector.js';
import type { NamedMetrics } from '../metrics/named-metrics.js';
import type { MetricsSource } from '../metrics-source.js';
import { namespaceIndex } from '../object-index.js';
import { objectKey, reconcileKey } from '../object-keys.js';
import { HORIZONTAL_POD_AUTOSCALERS, PODS } from '../resources.js';
import { HpaSelectors } from './hpa-selectors.js';
import { type AskedFor, readNamed } from './named-readings.js';
import { type ScaleTarget, scaleTarget } from './scale-target.js';

/** One sync of one HPA, for whoever keeps a record of it. Plain JSON. */
export interface HpaSyncRecord {
  readonly namespace: string;
  readonly name: string;
  readonly decision: HpaDecision;
  /** What it was decided from: enough to decide again, for this HPA or another. */
  readonly sync: SyncReading;
  /** The error of the sync; absent when none. */
  readonly error?: string;
}

/** How the controller is made. */
export interface HpaControllerOptions {
  readonly api: KubeApi;
  readonly metrics: MetricsSource;
  readonly settings: HpaSettings & { readonly syncPeriodMs: number };
  /** The custom and external metrics APIs; absent: there are none. */
  readonly named?: NamedMetrics;
  /** Told of every sync that came to a decision or failed to. */
  readonly onDecision?: (record: HpaSyncRecord) => void;
}

/** Timers may fire a little early; what is due this soon is due. */
const DUE_SLACK_MS = 1;

/**
 * Syncs each HPA one period after it was first seen and then one period after each sync, so that it
 * drifts; changes of the HPA bring no sync forward. What is remembered of an HPA goes by its name and
 * is forgotten at the first sync that does not find it.
 *
 * @see Source: kubernetes 1.36 `podautoscaler/horizontal.go`; `rate_limiters.go`,
 *   `FixedItemIntervalRateLimiter`: every entry of the queue waits a whole period, one for each HPA.
 */
export class HorizontalPodAutoscalerController implements Controller {
  readonly name = 'horizontal-pod-autoscaler';
  readonly watches: readonly ControllerWatch[];
  readonly informers: readonly Informer[];
  readonly #options: HpaControllerOptions;
  readonly #recorder: EventRecorder;
  readonly #pods = namespaceIndex<Pod>(PODS);
  readonly #reader = new InputReader();
  readonly #selectors = new HpaSelectors();
  readonly #memories = new Map<ReconcileKey, HpaMemory>();
  readonly #dueMs = new Map<ReconcileKey, EpochMs>();

  constructor(options: HpaControllerOptions) {
    const api = actingAs(options.api, CONTROLLER_MANAGER);
    this.#options = { ...options, api };
    this.#recorder = new EventRecorder({ api, component: this.name });
    this.informers = [this.#pods];
    this.watches = [
      {
        resource: HORIZONTAL_POD_AUTOSCALERS,
        keysFor: ({ object }) => [reconcileKey(object)],
      },
    ];
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    const hpa = this.#options.api.get(HORIZONTAL_POD_AUTOSCALERS, objectKey(key));
    if (hpa === undefined) this.#selectors.delete(key);
    const dueMs = this.#dueMs.get(key) ?? (hpa === undefined ? nowMs : nowMs + this.#periodMs);
    if (dueMs > nowMs + DUE_SLACK_MS) {
      this.#dueMs.set(key, dueMs);
      return { requeueAfterMs: dueMs - nowMs };
    }
    if (hpa === undefined) {
      this.#memories.delete(key);
      this.#dueMs.delete(key);
      return undefined;
    }
    this.#dueMs.set(key, nowMs + this.#periodMs);
    this.#sync(key, hpa, nowMs);
    return { requeueAfterMs: this.#periodMs };
  }

  get #periodMs(): number {
    return this.#options.settings.syncPeriodMs;
  }

  #sync(key: ReconcileKey, hpa: HorizontalPodAutoscaler, nowMs: EpochMs): void {
    const { api, settings, onDecision } = this.#options;
    const { namespace = '', name } = hpa.metadata;
    const target = scaleTarget(api, hpa.spec.scaleTargetRef, namespace);
    const pods = this.#podsOf(namespace, target.selector);
    if (target.selector !== undefined) this.#selectors.set(key, target.selector);
    const sync = this.#read(hpa, target, pods);
    const input = {
      ...this.#reader.read(hpa, sync, settings),
      sharedWith: this.#selectors.sharing(namespace, pods),
    };
    const decided = decide(input, this.#memories.get(key) ?? NO_MEMORY, nowMs);
    const outcome = conclude(input, decided, writeScale(target, decided.verdict.decision));
    this.#memories.set(key, outcome.memory);
    for (const { type, reason, message } of outcome.events) {
      this.#recorder.event(hpa, type, reason, message, nowMs);
    }
    const error = this.#writeStatus(hpa, outcome, nowMs) ?? outcome.error;
    const record = { namespace, name, decision: outcome.decision, sync };
    onDecision?.(error === undefined ? record : { ...record, error });
  }

  /** Pods that a selector finds, in order of name. */
  #podsOf(namespace: string, selector: LabelSelector | undefined): readonly Pod[] {
    if (selector === undefined) return [];
    return this.#pods
      .of(namespace)
      .filter(({ metadata }) => isSelected(selector, metadata.labels))
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  #read(hpa: HorizontalPodAutoscaler, target: ScaleTarget, pods: readonly Pod[]): SyncReading {
    const { metadata } = hpa;
    const namespace = metadata.namespace ?? '';
    const named = this.#reader
      .spec(hpa)
      .metrics.flatMap((metric) =>
        this.#readNamed(metric, { namespace, selector: target.selector }),
      );
    return {
      scale: target.reading,
      pods: this.#reader.pods(pods),
      resources: this.#reader.podMetrics(this.#metricsOf(namespace, pods)),
      ...(named.length === 0 ? {} : { named }),
    };
  }

  #metricsOf(namespace: string, pods: readonly Pod[]): readonly PodMetrics[] {
    if (pods.length === 0) return [];
    const names = new Set(pods.map(({ metadata }) => metadata.name));
    return this.#options.metrics
      .podMetrics(namespace)
      .filter(({ metadata }) => names.has(metadata.name));
  }

  #readNamed(metric: CompiledMetric, asked: AskedFor): readonly NamedReading[] {
    if (metric.kind === 'resource' || metric.kind === 'unknown') return [];
    const reading = readNamed(this.#options.named, metric, asked);
    return [{ ...identityOf(metric), reading }];
  }

  /** The error of writing the status; undefined when it was written or need not be. */
  #writeStatus(
    hpa: HorizontalPodAutoscaler,
    { status }: HpaOutcome,
    nowMs: EpochMs,
  ): string | undefined {
    if (status === undefined) return undefined;
    try {
      const subresource = 'status';
      this.#options.api.update(HORIZONTAL_POD_AUTOSCALERS, { ...hpa, status }, { subresource });
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#recorder.event(hpa, 'Warning', 'FailedUpdateStatus', error.message, nowMs);
      return `failed to update status for ${hpa.metadata.name}: ${error.message}`;
    }
  }
}

function writeScale(target: ScaleTarget, { kind, toReplicas }: HpaDecision): ScaleWrite {
  if (kind !== 'rescale' || toReplicas === undefined) return { kind: 'accepted' };
  try {
    target.write(toReplicas);
    return { kind: 'accepted' };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { kind: 'refused', message: error.message };
  }
}
