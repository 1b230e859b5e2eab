/**
 * What happened in a run, one record after the other: the raw material from which every figure is
 * derived, and derived again years later. `timeline.ndjson` holds one JSON record a line.
 */
import type {
  HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscalerStatus,
} from '../core/autoscaling-objects.js';
import type { Condition, ResourceList, StringMap } from '../core/objects.js';
import type { MeasureUnit } from '../core/measure-unit.js';
import type { LoadSecond, LoadSummary } from '../load/sender.js';

/** Version of the record shapes below; a reader refuses a newer one. */
export const TIMELINE_SCHEMA_VERSION = 1;

/** Every record's instant: milliseconds since the run began, on the harness's clock. */
interface At {
  readonly t: number;
}

/** Where the run took place. Absent facts are absent. */
export interface Environment {
  readonly labVersion: string;
  readonly nodeVersion: string;
  readonly platform: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly target: 'embedded' | 'simulated' | 'kubernetes';
  readonly clock: 'wall' | 'virtual';
  readonly gitRevision?: string;
  /** Embedded cluster only. */
  readonly embedded?: {
    /** Real cores that one Kubernetes CPU is. */
    readonly cpuScale: number;
    readonly cpuScaleBecause: string;
    readonly cpuLimits: 'cgroup-v2' | 'cgroup-v1' | 'signals' | 'none';
    readonly cpuLimitsBecause: string;
    readonly cpuUsageFrom: string;
    readonly addresses: 'per-pod' | 'shared';
    readonly nodeCpus: number;
  };
  /** Simulated cluster only. */
  readonly simulated?: {
    /** Where the model's numbers are from: `textbook`, or the path of a model file. */
    readonly model: string;
    readonly isCalibrated: boolean;
    /** Absent: requests were modelled one by one. */
    readonly requests?: 'batched';
    /** On what it was calibrated and how far off it was, in a sentence; absent when it was not. */
    readonly calibration?: string;
  };
  /** Real cluster only. */
  readonly kubernetes?: {
    /** URL of its API server. */
    readonly server: string;
    readonly context: string;
    /** As it tells: `v1.36.0`. */
    readonly version?: string;
    /** By how much its times were put right: its clock minus ours, ms; 0 when it may well be none. */
    readonly clockSkewMs: number;
  };
  /** What could not be had on this machine, in sentences. */
  readonly missing: readonly string[];
}

/** First record. `experiment` is the parsed experiment as JSON. */
export interface HeaderRecord extends At {
  readonly kind: 'header';
  readonly schemaVersion: number;
  readonly runId: string;
  /** Wall time of t = 0, ISO 8601. */
  readonly startedAt: string;
  readonly experiment: unknown;
  /** The applied objects that matter for reading: HPA, Deployment, as sent. */
  readonly manifests: readonly unknown[];
  /** Of every applied object; absent in runs of before it was recorded. */
  readonly manifestDigests?: readonly ManifestDigest[];
  readonly environment: Environment;
}

/** What an applied object was, without its content. */
export interface ManifestDigest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Hexadecimal, of the object as canonical JSON without the label that names the run. */
  readonly sha256: string;
}

/** The phases of a run, in order. */
export const PHASES = ['deploy', 'settle', 'load', 'cool-down', 'tear-down'] as const;

/** See {@link PHASES}. */
export type Phase = (typeof PHASES)[number];

/** A phase begins. The `load` phase's t is when second 0 of the load begins. */
export interface PhaseRecord extends At {
  readonly kind: 'phase';
  readonly phase: Phase;
}

/** One second of the load; t is the start of that second. */
export interface LoadRecord extends At {
  readonly kind: 'load';
  readonly load: LoadSecond;
}

/** The sender's closing words. */
export interface LoadSummaryRecord extends At {
  readonly kind: 'load-summary';
  readonly summary: LoadSummary;
}

/** State of the Deployment under test after a change. Absent counters are 0 in the API. */
export interface WorkloadRecord extends At {
  readonly kind: 'workload';
  readonly name: string;
  readonly specReplicas: number;
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
}

/** State of the HPA after a change. */
export interface HpaRecord extends At {
  readonly kind: 'hpa';
  readonly name: string;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly status: HorizontalPodAutoscalerStatus | undefined;
  /** As the API server has it; absent in older timelines. */
  readonly spec?: HorizontalPodAutoscalerSpec;
}

/** What a pod's spec says of requests, in the API's own form: what an HPA divides by. */
export interface PodResources {
  /** Of the pod as a whole, beside those of its containers. */
  readonly requests?: ResourceList;
  readonly containers: readonly ContainerRequests[];
  readonly initContainers?: readonly ContainerRequests[];
  readonly overhead?: ResourceList;
}

/** One container's requests. */
export interface ContainerRequests {
  readonly name: string;
  readonly requests?: ResourceList;
  /** `Always`: an init container that goes on running, a sidecar. */
  readonly restartPolicy?: string;
}

/** State of a pod after a change; times are the API's whole seconds, `t` is when we saw it. */
export interface PodRecord extends At {
  readonly kind: 'pod';
  readonly change: 'seen' | 'changed' | 'deleted';
  readonly name: string;
  readonly uid: string;
  readonly phase: string;
  readonly node?: string;
  readonly podIP?: string;
  readonly isReady: boolean;
  readonly isTerminating: boolean;
  readonly restarts: number;
  /** Sums over containers, in the API's spelling already read: millicores and bytes; absent when not set. */
  readonly requests: { readonly cpuMillicores?: number; readonly memoryBytes?: number };
  readonly limits: { readonly cpuMillicores?: number; readonly memoryBytes?: number };
  readonly conditions: readonly Condition[];
  readonly createdAt?: string;
  /** When the kubelet took the pod; this and the next two are absent in older timelines. */
  readonly startTime?: string;
  readonly labels?: StringMap;
  readonly resources?: PodResources;
  /** Start of the first container as the API tells it. */
  readonly containerStartedAt?: string;
  /** Waiting or termination reason of a container, such as CrashLoopBackOff. */
  readonly reason?: string;
}

/** Which pods the Service sends to after a change. */
export interface EndpointsRecord extends At {
  readonly kind: 'endpoints';
  readonly ready: readonly string[];
  readonly notReady: readonly string[];
}

/** Pod metrics as `metrics.k8s.io` gave them, when they changed. */
export interface PodMetricsRecord extends At {
  readonly kind: 'pod-metrics';
  readonly pods: readonly {
    readonly name: string;
    /** As the API says, whole seconds. */
    readonly timestamp: string;
    readonly windowMs: number;
    readonly cpuMillicores: number;
    readonly memoryBytes: number;
    /** Each container, where there are several; absent in older timelines. */
    readonly containers?: readonly {
      readonly name: string;
      readonly cpuMillicores: number;
      readonly memoryBytes: number;
    }[];
  }[];
}

/** Use of each pod since it started, read from the kernel, in Kubernetes CPUs. */
export interface CpuRecord extends At {
  readonly kind: 'cpu';
  readonly pods: readonly {
    readonly name: string;
    readonly uid: string;
    readonly cpuMs: number;
    readonly memoryBytes: number;
    readonly periods?: number;
    readonly throttledPeriods?: number;
  }[];
}

/** A Kubernetes Event, when it came or its count rose. */
export interface KubeEventRecord extends At {
  readonly kind: 'event';
  readonly object: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
}

/** One decision of our own HPA with its steps (embedded and simulated clusters). */
export interface HpaDecisionRecord extends At {
  readonly kind: 'hpa-decision';
  readonly name: string;
  readonly decision: unknown;
}

/** Something was not observed for a while. Nothing is interpolated over it. */
export interface GapRecord extends At {
  readonly kind: 'gap';
  readonly source: string;
  readonly fromT: number;
  readonly because: string;
}

/** What a Prometheus answered to one query about the run; told at its end. */
export interface PrometheusRecord extends At {
  readonly kind: 'prometheus';
  /** Of the query. */
  readonly name: string;
  readonly query: string;
  readonly unit: MeasureUnit;
  /** Between two values where there is no gap. */
  readonly stepMs: number;
  /** None: it has nothing of that kind. */
  readonly series: readonly {
    readonly labels: StringMap;
    /** Instant (ms since the run began, on the harness's clock) and value; what is no number is left out. */
    readonly points: readonly (readonly [t: number, value: number])[];
  }[];
}

/** What the harness itself used; `cpuMs` since it started. */
export interface HarnessRecord extends At {
  readonly kind: 'harness';
  readonly rssBytes: number;
  readonly cpuMs: number;
}

/** Something a reader should know. */
export interface NoteRecord extends At {
  readonly kind: 'note';
  readonly text: string;
}

/** Last record. A timeline without it was cut short. */
export interface EndRecord extends At {
  readonly kind: 'end';
  readonly outcome: 'completed' | 'interrupted' | 'failed';
  /** Error code and text, or the signal's name; absent when completed. */
  readonly because?: string;
  readonly labels?: StringMap;
}

/** Any record. */
export type TimelineRecord =
  | HeaderRecord
  | PhaseRecord
  | LoadRecord
  | LoadSummaryRecord
  | WorkloadRecord
  | HpaRecord
  | PodRecord
  | EndpointsRecord
  | PodMetricsRecord
  | CpuRecord
  | KubeEventRecord
  | HpaDecisionRecord
  | GapRecord
  | PrometheusRecord
  | HarnessRecord
  | NoteRecord
  | EndRecord;

/** A whole run, in order of time. */
export interface Timeline {
  readonly header: HeaderRecord;
  /** Everything after the header. */
  readonly records: readonly TimelineRecord[];
}
