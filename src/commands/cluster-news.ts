/** What happens in a cluster, put into one line each: pods, nodes, rescales. */
import type { HpaSyncRecord } from '../control-plane/controllers/horizontal-pod-autoscaler.js';
import type { WatchEvent } from '../control-plane/api.js';
import type { ContainerStatus, Node, Pod } from '../core/objects.js';

/** Something that happened. */
export interface ClusterNews {
  readonly kind: 'pod' | 'node' | 'hpa';
  /** Absent for nodes. */
  readonly namespace?: string;
  readonly name: string;
  readonly what: string;
}

/** `pod default/web-7d4b: ready`. */
export function newsLine({ kind, namespace, name, what }: ClusterNews): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}: ${what}`;
}

/** What a change of a pod says that is worth a line; empty for most. */
export function podNews({ type, object, previous }: WatchEvent<Pod>): readonly ClusterNews[] {
  const { namespace = '', name } = object.metadata;
  const news = (what: string): ClusterNews => ({ kind: 'pod', namespace, name, what });
  if (type === 'DELETED') return [news('gone')];
  const found: string[] = [];
  if (previous === undefined) found.push('created');
  const { nodeName } = object.spec;
  if (nodeName !== undefined && previous?.spec.nodeName === undefined) {
    found.push(`on node ${nodeName}`);
  }
  const isEnding = object.metadata.deletionTimestamp !== undefined;
  if (isEnding && previous?.metadata.deletionTimestamp === undefined) found.push('ending');
  found.push(...statusNews(object, previous));
  return found.map(news);
}

function statusNews(pod: Pod, previous: Pod | undefined): readonly string[] {
  const found: string[] = [];
  const unscheduled = reasonPending(pod);
  if (unscheduled !== undefined && unscheduled !== reasonPending(previous)) found.push(unscheduled);
  for (const status of pod.status?.containerStatuses ?? []) {
    const before = previous?.status?.containerStatuses?.find(({ name }) => name === status.name);
    found.push(...containerNews(status, before));
  }
  const phase = pod.status?.phase;
  if (phase !== previous?.status?.phase && (phase === 'Succeeded' || phase === 'Failed')) {
    found.push(phase === 'Succeeded' ? 'succeeded' : 'failed');
  }
  if (isReady(pod) !== isReady(previous)) found.push(isReady(pod) ? 'ready' : 'not ready any more');
  return found;
}

/** Reasons to wait that every pod has for a moment. */
const USUAL = new Set(['ContainerCreating', 'PodInitializing']);

function containerNews(
  now: ContainerStatus,
  before: ContainerStatus | undefined,
): readonly string[] {
  const found: string[] = [];
  const waiting = now.state?.waiting?.reason;
  const isNew = waiting !== undefined && waiting !== before?.state?.waiting?.reason;
  if (isNew && !USUAL.has(waiting)) found.push(`${now.name} waits: ${waiting}`);
  const restarts = now.restartCount ?? 0;
  if (restarts > (before?.restartCount ?? 0)) {
    const last = now.lastState?.terminated;
    const how = last === undefined ? '' : `: ${last.reason ?? 'ended'}, exit code ${last.exitCode}`;
    found.push(`${now.name} was restarted (${restarts})${how}`);
  }
  return found;
}

function reasonPending(pod: Pod | undefined): string | undefined {
  const condition = pod?.status?.conditions?.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  return condition?.message;
}

function isReady(pod: Pod | undefined): boolean {
  const conditions = pod?.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** What a change of a node says that is worth a line. */
export function nodeNews({ type, object, previous }: WatchEvent<Node>): readonly ClusterNews[] {
  const { name } = object.metadata;
  const news = (what: string): ClusterNews => ({ kind: 'node', name, what });
  if (type === 'DELETED') return [news('gone')];
  const state = nodeState(object);
  return state === nodeState(previous) ? [] : [news(state)];
}

function nodeState(node: Node | undefined): string {
  const ready = node?.status?.conditions?.find(({ type }) => type === 'Ready');
  const isClosed = node?.spec.unschedulable === true;
  return `${ready?.status === 'True' ? 'ready' : 'not ready'}${isClosed ? ', scheduling disabled' : ''}`;
}

/** What a sync of an HPA says: only a change of the size. */
export function hpaNews({
  namespace,
  name,
  decision,
  error,
}: HpaSyncRecord): readonly ClusterNews[] {
  const { kind, fromReplicas, toReplicas, reason } = decision;
  if (kind !== 'rescale') return [];
  const because = reason === '' ? '' : ` (${reason})`;
  const refused = error === undefined ? '' : `, refused: ${error}`;
  const what = `${fromReplicas} -> ${toReplicas}${because}${refused}`;
  return [{ kind: 'hpa', namespace, name, what }];
}
