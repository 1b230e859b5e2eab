/** The life of each pod, from what was seen of it. */
import { kubeTimeMs } from '../core/kube-time.js';
import type { PodRecord, Timeline } from '../timeline/record.js';
import { recordsOf } from './run-facts.js';

/** What was seen of one pod; instants are ms since the run began, on our clock, absent when not seen. */
export interface PodHistory {
  readonly name: string;
  readonly uid: string;
  /** First seen. */
  readonly createdT: number;
  readonly scheduledT: number | undefined;
  readonly startedT: number | undefined;
  /** First ready. */
  readonly readyT: number | undefined;
  /** First among the ready endpoints of the Service. */
  readonly endpointT: number | undefined;
  /** Last seen to have left them; undefined while it is among them, and when it never was. */
  readonly leftEndpointsT: number | undefined;
  readonly terminatingT: number | undefined;
  readonly goneT: number | undefined;
  readonly requests: PodRecord['requests'];
  /** Each change of readiness, beginning with the first record; terminating counts as not ready. */
  readonly readiness: readonly { readonly t: number; readonly isReady: boolean }[];
  /** When the restart counter was seen to have risen, and by how much. */
  readonly restarts: readonly { readonly t: number; readonly count: number }[];
  /** The API's own times beside ours, whole seconds, ms since the epoch. */
  readonly api: { readonly createdMs?: number; readonly startedMs?: number };
}

/** The pods of the run in the order in which they were first seen. */
export function podHistories(timeline: Timeline): readonly PodHistory[] {
  const byUid = new Map<string, PodRecord[]>();
  for (const record of recordsOf(timeline, 'pod')) {
    const records = byUid.get(record.uid);
    if (records === undefined) byUid.set(record.uid, [record]);
    else records.push(record);
  }
  const inEndpoints = endpointSpans(timeline);
  return [...byUid.values()].map((records) => podHistory(records, inEndpoints));
}

function podHistory(
  records: readonly PodRecord[],
  inEndpoints: ReadonlyMap<string, EndpointSpan>,
): PodHistory {
  const first = records[0];
  const last = records.at(-1);
  if (first === undefined || last === undefined)
    throw new RangeError('expected at least one record');
  const firstT = (holds: (record: PodRecord) => boolean): number | undefined =>
    records.find(holds)?.t;
  const createdMs = kubeTimeMs(first.createdAt);
  const startedMs = kubeTimeMs(records.find(isStarted)?.containerStartedAt);
  return {
    name: first.name,
    uid: first.uid,
    createdT: first.t,
    scheduledT: firstT(isScheduled),
    startedT: firstT(isStarted),
    readyT: firstT(isServing),
    endpointT: inEndpoints.get(first.name)?.firstT,
    leftEndpointsT: inEndpoints.get(first.name)?.leftT,
    terminatingT: firstT(({ isTerminating }) => isTerminating),
    goneT: firstT(({ change }) => change === 'deleted'),
    requests: last.requests,
    readiness: readinessChanges(records),
    restarts: restartsOf(records),
    api: {
      ...(createdMs === undefined ? {} : { createdMs }),
      ...(startedMs === undefined ? {} : { startedMs }),
    },
  };
}

function isScheduled({ node, conditions }: PodRecord): boolean {
  return (
    node !== undefined ||
    conditions.some(({ type, status }) => type === 'PodScheduled' && status === 'True')
  );
}

function isStarted({ containerStartedAt, phase }: PodRecord): boolean {
  return containerStartedAt !== undefined || phase === 'Running';
}

function isServing({ isReady, isTerminating, change }: PodRecord): boolean {
  return isReady && !isTerminating && change !== 'deleted';
}

function readinessChanges(records: readonly PodRecord[]): PodHistory['readiness'] {
  return records
    .map((record) => ({ t: record.t, isReady: isServing(record) }))
    .filter(({ isReady }, index, all) => index === 0 || isReady !== all[index - 1]?.isReady);
}

function restartsOf(records: readonly PodRecord[]): PodHistory['restarts'] {
  return records
    .map(({ t, restarts }, index) => {
      return { t, count: restarts - (records[index - 1]?.restarts ?? restarts) };
    })
    .filter(({ count }) => count > 0);
}

interface EndpointSpan {
  readonly firstT: number;
  readonly leftT: number | undefined;
}

function endpointSpans(timeline: Timeline): ReadonlyMap<string, EndpointSpan> {
  const spans = new Map<string, EndpointSpan>();
  let before: readonly string[] = [];
  for (const { t, ready } of recordsOf(timeline, 'endpoints')) {
    const now = new Set(ready);
    for (const name of before) {
      const span = spans.get(name);
      if (span !== undefined && !now.has(name)) spans.set(name, { ...span, leftT: t });
    }
    for (const name of ready) {
      spans.set(name, { firstT: spans.get(name)?.firstT ?? t, leftT: undefined });
    }
    before = ready;
  }
  return spans;
}
