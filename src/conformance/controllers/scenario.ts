/** The recorded scenarios of real controllers (Kubernetes 1.36) and their format. */
/* oxlint-disable typescript/no-unsafe-type-assertion -- the vectors are data of this repository, read as what they are */
import { fieldOf, isRecord } from '../../core/json.js';
import type { IntOrString, KubeObject } from '../../core/objects.js';
import type { LabNode } from './control-plane-lab.js';
import type { KubeletRule } from './fake-kubelet.js';

/** One step of a script, `at` ms after the start. */
export interface ScenarioAction {
  readonly at: number;
  readonly do: string;
  readonly object?: KubeObject;
  readonly kind?: string;
  readonly name?: string;
  readonly patch?: unknown;
  readonly type?: 'json';
  readonly replicas?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly pod?: string;
  readonly value?: unknown;
  readonly code?: number;
  readonly terminal?: boolean;
  readonly reason?: string;
  readonly message?: string;
  readonly node?: string | LabNode;
  readonly key?: string;
  readonly effect?: string;
  readonly remove?: boolean;
  /** What a node says of itself. */
  readonly status?: string;
  /** Between two tries of a drain to evict a pod. */
  readonly retryMs?: number;
}

/** A condition without its times. */
export interface RecordedCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** An endpoint of a slice. */
export interface RecordedEndpoint {
  readonly pod: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly node?: string;
}

/** The state of an object, reduced to what matters. */
export interface RecordedState {
  readonly labels?: Readonly<Record<string, string>>;
  readonly generation?: number;
  readonly revision?: string;
  readonly revisionHistory?: string;
  readonly desiredReplicas?: string;
  readonly maxReplicas?: string;
  readonly spec?: {
    readonly replicas?: number;
    readonly image?: string;
    readonly paused?: boolean;
    readonly parallelism?: number;
    readonly completions?: number;
    readonly suspend?: boolean;
    readonly minAvailable?: IntOrString;
    readonly maxUnavailable?: IntOrString;
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
  };
  readonly status?: {
    readonly replicas?: number;
    readonly availableReplicas?: number;
    readonly currentReplicas?: number;
    readonly desiredReplicas?: number;
    readonly conditions?: readonly RecordedCondition[];
    readonly [counter: string]: unknown;
  };
  readonly owner?: readonly string[];
  readonly finalizers?: readonly string[];
  readonly deleting?: boolean;
  readonly graceSeconds?: number;
  readonly image?: string;
  readonly phase?: string;
  readonly node?: string;
  readonly nominatedNode?: string;
  /** Of a pod whether it is, of a node what its condition says. */
  readonly ready?:
    | boolean
    | { readonly status: string; readonly reason: string; readonly message: string };
  readonly unschedulable?: boolean;
  readonly taints?: readonly string[];
  /** Of a pod of an indexed Job. */
  readonly index?: string;
  readonly restarts?: number;
  readonly reason?: string;
  readonly conditions?: readonly RecordedCondition[];
  readonly deletionCost?: string;
  readonly ports?: readonly {
    readonly name?: string;
    readonly port?: number;
    readonly protocol?: string;
  }[];
  readonly endpoints?: readonly RecordedEndpoint[];
}

/** One write, event or action. */
export interface RecordedWrite extends RecordedState {
  readonly t: number;
  readonly op: 'add' | 'mod' | 'del' | 'action';
  readonly kind?: string;
  readonly name?: string;
  readonly i?: number;
  readonly what?: string;
  readonly code?: number;
  readonly causes?: unknown;
  readonly message?: string;
  readonly type?: string;
  readonly object?: string;
  readonly count?: number;
  readonly source?: string;
}

/** What happened in a scenario. */
export interface Recording {
  readonly records: readonly RecordedWrite[];
  /** Last state by `Kind/name` of what was written and still exists. */
  readonly final: Readonly<Record<string, RecordedState>>;
}

/** A scenario with its recording. */
export interface Scenario extends Recording {
  readonly topic: string;
  readonly name: string;
  readonly about: string;
  readonly nodes: readonly LabNode[];
  readonly kubelet: readonly KubeletRule[];
  readonly script: readonly ScenarioAction[];
  /** Topic `hpa` only: millicores in all by ms, linear in between. */
  readonly load?: readonly (readonly [number, number])[];
  readonly durationMs: number;
}

/**
 * A scenario from its line.
 *
 * @throws {SyntaxError} when the line is no JSON, or no scenario of controllers.
 */
export function parseScenario(line: string): Scenario {
  const value: unknown = JSON.parse(line);
  const faults = [
    ...['topic', 'name'].filter((field) => typeof fieldOf(value, field) !== 'string'),
    ...['nodes', 'kubelet', 'script', 'records'].filter(
      (field) => !Array.isArray(fieldOf(value, field)),
    ),
    ...(typeof fieldOf(value, 'durationMs') === 'number' ? [] : ['durationMs']),
    ...(isRecord(fieldOf(value, 'final')) ? [] : ['final']),
  ];
  if (faults.length > 0) {
    throw new SyntaxError(
      `expected a scenario of controllers; missing or wrong: ${faults.join(', ')}`,
    );
  }
  return value as Scenario;
}
