/** Actions of scripts about nodes and evictions. */
import { ApiError } from '../../control-plane/api-error.js';
import { evictPod } from '../../control-plane/eviction.js';
import { NODES, PODS } from '../../control-plane/resources.js';
import { NAMESPACE } from './control-plane-lab.js';
import type { ControlPlaneLab } from './control-plane-lab.js';
import type { ScenarioAction } from './scenario.js';

const DEFAULT_RETRY_MS = 1_000;

/** What the API said to one eviction. */
export interface EvictionAnswer {
  readonly code: number;
  readonly message?: string;
  readonly causes?: unknown;
}

/** Carries an action about a node out. @returns the code of the answer; undefined: it is about none. */
export function performOnNode(
  lab: ControlPlaneLab,
  { do: what, node, status }: ScenarioAction,
): number | undefined {
  if (typeof node !== 'string') return undefined;
  const { heartbeats, kubelet, api } = lab;
  switch (what) {
    case 'node-ready':
      if (status === 'True') {
        heartbeats.say(node, 'True');
        kubelet.resume(node);
      } else {
        heartbeats.say(node, 'False');
        kubelet.silence(node);
      }
      return 200;
    case 'node-stop':
      heartbeats.stopNode(node);
      kubelet.silence(node);
      return 200;
    case 'node-start':
      heartbeats.startNode(node);
      kubelet.resume(node);
      return 200;
    case 'node-delete':
      api.delete(NODES, { namespace: '', name: node });
      heartbeats.stopNode(node);
      kubelet.silence(node);
      return 200;
    default:
      return undefined;
  }
}

/**
 * Evicts a pod by its real name.
 *
 * @param gracePeriodSeconds - absent: the pod's own.
 * @throws {ApiError} as the API refuses.
 */
export function evict(
  { api, clock }: ControlPlaneLab,
  name: string,
  gracePeriodSeconds?: number,
): void {
  const options = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
  evictPod(api, { pod: { namespace: NAMESPACE, name }, options, nowMs: clock.now() });
}

/**
 * Cordons a node, evicts its pods, and tries again those that a budget keeps.
 *
 * @param told - learns of every answer.
 */
export function drain(
  lab: ControlPlaneLab,
  { node: given, retryMs = DEFAULT_RETRY_MS }: ScenarioAction,
  told: (pod: string, answer: EvictionAnswer) => void,
): void {
  const { api, clock } = lab;
  const node = typeof given === 'string' ? given : '';
  const stored = api.get(NODES, { namespace: '', name: node });
  if (stored === undefined) throw ApiError.notFound(NODES, node);
  api.update(NODES, { ...stored, spec: { ...stored.spec, unschedulable: true } });
  const tryOne = (name: string): void => {
    const answer = answerTo(() => evict(lab, name));
    told(name, answer);
    if (answer.code === 429) clock.after(retryMs, () => tryOne(name));
  };
  for (const { metadata, spec } of api.list(PODS, { namespace: NAMESPACE }).items) {
    if (spec.nodeName === node) tryOne(metadata.name);
  }
}

/** The answer to what may be refused. */
export function answerTo(carryOut: () => void): EvictionAnswer {
  try {
    carryOut();
    return { code: 201 };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { causes } = error.status.details ?? {};
    const { code, message } = error;
    return { code, message, ...(causes === undefined ? {} : { causes }) };
  }
}
