/** Faults of events, which each version of the API checks in its own way. */
import type { KubeEvent } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import { isEqualJson } from '../api-machinery/equality.js';
import { qualifiedNameFaults } from '../api-machinery/names.js';
import { immutableField, invalidValue, requiredValue } from '../field-error.js';

const MAX_CHARACTERS = {
  reportingInstance: 128,
  action: 128,
  reason: 128,
  message: 1_024,
} as const;

/**
 * Faults that both versions refuse. Events about objects without a namespace live in `default`; with an
 * `eventTime`, an event is of the newer style and must say who reports what.
 *
 * @param reporterField - what the version calls the controller that reports.
 * @see Source: kubernetes `pkg/apis/core/validation/events.go`, `legacyValidateEvent`, and for the
 *   others `ValidateEventCreate` and `ValidateEventUpdate`.
 */
export function eventFaults(
  event: KubeEvent,
  reporterField: 'reportingComponent' | 'reportingController',
): readonly FieldError[] {
  if (!hasTime(event.eventTime)) return namespaceFaults(event, ['default'], true);
  const { reportingComponent: reporter = '', reportingInstance = '' } = event;
  const { action = '', reason = '', message = '' } = event;
  return [
    ...namespaceFaults(event, ['default', 'kube-system'], false),
    ...(reporter === '' ? [requiredValue(reporterField)] : []),
    ...qualifiedNameFaults(reporter).map((fault) => invalidValue(reporterField, reporter, fault)),
    ...textFaults('reportingInstance', reportingInstance),
    ...textFaults('action', action),
    ...textFaults('reason', reason),
    ...(message === '' ? [] : textFaults('message', message)),
  ];
}

/** Faults that only `events.k8s.io` refuses, in a new event or a changed one. */
export function strictEventFaults(
  event: KubeEvent,
  old: KubeEvent | undefined,
): readonly FieldError[] {
  if (old === undefined) return [...seriesFaults(event), ...oldStyleFaults(event)];
  return [
    ...(isEqualJson(event.series, old.series) ? [] : seriesFaults(event)),
    ...FIXED_FIELDS.filter(([field]) => !isEqualJson(event[field], old[field])).map(
      ([field, shown]) => immutableField(shown, event[field]),
    ),
  ];
}

/** Fields that a changed event must keep, and how the messages call them. */
const FIXED_FIELDS = [
  ['involvedObject', 'involvedObject'],
  ['reason', 'reason'],
  ['message', 'message'],
  ['source', 'source'],
  ['firstTimestamp', 'firstTimestamp'],
  ['lastTimestamp', 'lastTimestamp'],
  ['count', 'count'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['action', 'action'],
  ['related', 'related'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
] as const satisfies readonly (readonly [keyof KubeEvent, string])[];

function oldStyleFaults(event: KubeEvent): readonly FieldError[] {
  const { type, count = 0, source = {} } = event;
  const set = [
    ...(hasTime(event.firstTimestamp) ? ['firstTimestamp'] : []),
    ...(hasTime(event.lastTimestamp) ? ['lastTimestamp'] : []),
    ...(count === 0 ? [] : ['count']),
    ...((source.component ?? '') === '' && (source.host ?? '') === '' ? [] : ['source']),
  ];
  return [
    ...(hasTime(event.eventTime) ? [] : [requiredValue('eventTime')]),
    ...(type === 'Normal' || type === 'Warning'
      ? []
      : [invalidValue('type', '', `has invalid value: ${type ?? ''}`)]),
    ...set.map((field) => invalidValue(field, '', 'needs to be unset')),
  ];
}

function seriesFaults({ series }: KubeEvent): readonly FieldError[] {
  if (series === undefined) return [];
  return [
    ...((series.count ?? 0) < 2 ? [invalidValue('series.count', '', 'should be at least 2')] : []),
    ...(hasTime(series.lastObservedTime) ? [] : [requiredValue('series.lastObservedTime')]),
  ];
}

function namespaceFaults(
  event: KubeEvent,
  allowed: readonly string[],
  mustAgree: boolean,
): readonly FieldError[] {
  const about = event.involvedObject.namespace ?? '';
  const own = event.metadata.namespace ?? '';
  const isFine = about === '' ? allowed.includes(own) : !mustAgree || about === own;
  if (isFine) return [];
  return [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')];
}

function textFaults(field: keyof typeof MAX_CHARACTERS, text: string): readonly FieldError[] {
  if (text === '') return [requiredValue(field)];
  const max = MAX_CHARACTERS[field];
  return new TextEncoder().encode(text).length <= max
    ? []
    : [invalidValue(field, '', `can have at most ${max} characters`)];
}

function hasTime(time: string | null | undefined): boolean {
  return time !== undefined && time !== null && time !== '';
}
