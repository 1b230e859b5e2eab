/** An experiment after parsing: every default filled in, durations in milliseconds. */
import type { PlannedFault } from '../core/planned-fault.js';
import type { PodMetricsSettings } from '../core/pod-metric-rules.js';
import type { StringMap, Taint } from '../core/objects.js';
import type { PrometheusQuery } from '../core/prometheus-measures.js';
import type { DemandCurve } from '../load/demand-curve.js';
import type { LoadPlan } from '../load/sender.js';
import type { InlinePrice } from '../pricing/as-prices.js';
import type { Prices } from '../pricing/prices.js';
import type { ClusterSettings } from './cluster-settings.js';
import type { Threshold } from './threshold.js';

/** How the embedded cluster gives pods their addresses. */
export type AddressMode = 'per-pod' | 'shared';

/** How CPU limits are enforced; `auto` takes the first of cgroup, signals, none that works. */
export type CpuLimitMode = 'auto' | 'cgroup' | 'signals' | 'none';

/** A local command that stands for a container image. */
export interface ImageMapping {
  readonly command: readonly string[];
  /** May use `$(POD_IP)`, `$(POD_NAME)` and `$(PORT_<containerPort>)`. */
  readonly env: StringMap;
}

/** Settings of the kube-controller-manager's HPA part; defaults are upstream's. */
export interface HpaControllerSettings {
  readonly syncPeriodMs: number;
  readonly tolerance: number;
  readonly cpuInitializationPeriodMs: number;
  readonly initialReadinessDelayMs: number;
  readonly downscaleStabilizationMs: number;
  /** The feature gate `HPAScaleToZero`; absent: off. */
  readonly isScaleToZeroEnabled?: boolean;
}

/** A virtual node of the embedded cluster; all of them share this machine. */
export interface NodeSettings {
  readonly name: string;
  /** Kubernetes CPUs, in thousandths; absent: an even share of what the machine has. */
  readonly cpuMillicores?: number;
  /** Absent: an even share of what the machine has. */
  readonly memoryBytes?: number;
  /** The most pods that it takes. */
  readonly pods: number;
  /** Beside those that every node has. */
  readonly labels: StringMap;
  readonly taints: readonly Taint[];
}

/** How long things take that are not work. */
export interface DelaySettings {
  /** From a pod on its node to its first process, on top of what this machine takes. */
  readonly podStartMs: number;
  /** Up to so much more, evenly spread over pods. */
  readonly podStartJitterMs: number;
  /** How long after the fact the kubelet sees that a container started or ended. */
  readonly containerSeenMs: number;
  /** From a change of endpoints until Services send by it. */
  readonly endpointsMs: number;
}

/** Settings of the embedded cluster. */
export interface EmbeddedSettings {
  /** Real cores that one Kubernetes CPU is; `auto` lets everything fit the machine. */
  readonly cpuScale: number | 'auto';
  readonly addresses: AddressMode | 'auto';
  readonly cpuLimits: CpuLimitMode;
  readonly images: Readonly<Record<string, ImageMapping>>;
  /** Absent: one node, all of this machine. */
  readonly nodes?: readonly NodeSettings[];
  /** Absent, as in results of before they could be set: as measured of a real node. */
  readonly delays?: DelaySettings;
  /** The delays that the file itself says, which no model overrides; absent: none. */
  readonly saidDelays?: readonly (keyof DelaySettings)[];
  /** Absent, as in results of before it could be set: upstream's. */
  readonly crashLoopBackOff?: { readonly initialMs: number; readonly maximumMs: number };
  /** Absent: there are no custom and external metrics. */
  readonly podMetrics?: PodMetricsSettings;
  readonly hpaController: HpaControllerSettings;
  readonly metricsResolutionMs: number;
  /** Port of the API server; 0 takes a free one. */
  readonly apiPort: number;
}

/** Settings of the simulated cluster. */
export interface SimulatedSettings {
  /** `each`: one by one; `batched`: as what flows to each pod; `auto`: batched from high rates and long loads on. */
  readonly requests: 'auto' | 'each' | 'batched';
}

/** A merge patch for one object of the manifests. */
export interface ManifestPatch {
  readonly kind: string;
  readonly name: string;
  readonly patch: Readonly<Record<string, unknown>>;
}

/** What users are promised: a share of requests that are good. */
export interface SloSettings {
  /** A request is good when it was answered 1xx-4xx within this, from when it was due. */
  readonly responseTimeMs: number;
  /** Share of requests that must be good, above 0 and below 1. */
  readonly objective: number;
}

/** The Prometheus that a run is compared with. */
export interface PrometheusSettings {
  /** Without `/api/v1`. */
  readonly url: string;
  /** `$NAME` and `${NAME}` in values stand for variables of the environment: what is secret is not here. */
  readonly headers: StringMap;
  /** Between two values of a series. */
  readonly stepMs: number;
  /** What rates are taken over. */
  readonly windowMs: number;
  readonly labels: 'kube-prometheus' | 'gke';
  /** Beside the presets; `$namespace` and the like are not filled in yet. */
  readonly queries: readonly PrometheusQuery[];
}

/** What is run, where, under which load, and what is asked of it. */
export interface Experiment {
  readonly name: string;
  /** One sentence: what a reader wants to know. */
  readonly question: string;
  readonly target: 'embedded' | 'simulated' | 'kubernetes';
  /** Of the target kubernetes; absent: the command line names the cluster, and all else is by default. */
  readonly cluster?: ClusterSettings;
  /** File of a calibrated model, absolute, for the simulated cluster; absent: textbook numbers. */
  readonly model?: string;
  /** Folder of the experiment file, absolute: image commands run there. */
  readonly folder: string;
  /** Files and folders of manifests, absolute; none for a workload that is there already. */
  readonly manifests: readonly string[];
  readonly patches: readonly ManifestPatch[];
  readonly namespace: string;
  /** Names of the objects under test. */
  readonly deployment: string;
  readonly service: string;
  readonly hpa: string;
  /** They are there already, and nothing is deployed. */
  readonly isExisting?: true;
  readonly load: LoadPlan;
  /** How long the service may take to become ready. */
  readonly readyTimeoutMs: number;
  /** Between ready and the first request: metrics need two samples. Observation goes on. */
  readonly settleMs: number;
  /** After the last request. Observation goes on. */
  readonly coolDownMs: number;
  /** A flap is ready, unready and ready again within this window. */
  readonly flapWindowMs: number;
  readonly embedded: EmbeddedSettings;
  /** Absent, as in results of before it could be set: as is worthwhile. */
  readonly simulated?: SimulatedSettings;
  /** What goes wrong on the cluster; absent: nothing is planned to. */
  readonly faults?: readonly PlannedFault[];
  /** Absent: nothing is promised, and measures of it are absent. */
  readonly slo?: SloSettings;
  /** Prices of a book, or those written in the experiment itself. */
  readonly price: InlinePrice | Prices;
  /** What each number of replicas holds, from a capacity search; absent: not known. */
  readonly demandCurve?: DemandCurve;
  /** Absent: none is asked, and there are no measures of it. */
  readonly prometheus?: PrometheusSettings;
  /** What must hold of the run; empty when nothing is judged. */
  readonly thresholds: readonly Threshold[];
  readonly seed: number;
}
