/** Event as `events.k8s.io` has it. */
import type { KubeEvent, KubeObject, ObjectReference } from '../../core/objects.js';
import { decodedDraft, typedObject } from '../api-machinery/typed.js';
import { EVENTS } from '../resources.js';
import type { Resource } from '../resources.js';
import { EVENTS_V1_EVENT } from '../schema/cluster-types.js';
import { decode } from '../schema/decode.js';
import { EVENT_KIND } from './event.js';
import { eventFaults, strictEventFaults } from './event-validation.js';
import type { Kind } from './kind.js';

/** An event with the newer group's names for its fields. */
interface EventV1 extends KubeObject {
  readonly regarding: ObjectReference;
  readonly note?: string;
  readonly reportingController?: string;
  readonly deprecatedSource?: KubeEvent['source'];
  readonly deprecatedFirstTimestamp?: KubeEvent['firstTimestamp'];
  readonly deprecatedLastTimestamp?: KubeEvent['lastTimestamp'];
  readonly deprecatedCount?: number;
}

const RESOURCE: Resource<EventV1> = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: EVENTS.kind,
  plural: EVENTS.plural,
  namespaced: true,
};

/**
 * Events of `events.k8s.io/v1`. They are the events of the core group under other names, and more is
 * asked of those that come in this way.
 *
 * @see Source: kubernetes `pkg/apis/events/v1/conversion.go`, `pkg/registry/core/event/strategy.go`.
 */
export const EVENT_V1_KIND: Kind<EventV1> = {
  resource: RESOURCE,
  singular: EVENT_KIND.singular,
  shortNames: EVENT_KIND.shortNames,
  categories: EVENT_KIND.categories,
  type: EVENTS_V1_EVENT,
  nameRule: EVENT_KIND.nameRule,
  hasStatus: false,
  isCreatedByUpdate: true,
  selectableFields(event) {
    const fields = EVENT_KIND.selectableFields?.(typedObject(EVENTS, event)) ?? {};
    return Object.fromEntries(
      Object.entries(fields).flatMap(([name, value]) => {
        if (name === 'source') return [];
        const renamed = name.replace('involvedObject.', 'regarding.');
        return [[name === 'reportingComponent' ? 'reportingController' : renamed, value]];
      }),
    );
  },
  columns: [],
  conversion: {
    stored: EVENT_KIND,
    toStored: (event) => toStored(typedObject(RESOURCE, event)),
    fromStored: (event) =>
      decodedDraft(decode(EVENTS_V1_EVENT, fromStored(typedObject(EVENTS, event)))),
    faults(event, old) {
      const before = old === undefined ? undefined : typedObject(EVENTS, old);
      const written = typedObject(EVENTS, event);
      return [
        ...eventFaults(written, 'reportingController'),
        ...strictEventFaults(written, before),
      ];
    },
  },
};

function toStored(event: EventV1): KubeObject {
  const { regarding, note, reportingController, deprecatedSource, ...rest } = event;
  const { deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount, ...kept } = rest;
  return Object.assign(kept, {
    involvedObject: regarding,
    message: note,
    reportingComponent: reportingController,
    source: deprecatedSource,
    firstTimestamp: deprecatedFirstTimestamp,
    lastTimestamp: deprecatedLastTimestamp,
    count: deprecatedCount,
  });
}

function fromStored(event: KubeEvent): KubeObject {
  const { involvedObject, message, reportingComponent, source, ...rest } = event;
  const { firstTimestamp, lastTimestamp, count, ...kept } = rest;
  return Object.assign(kept, {
    apiVersion: 'events.k8s.io/v1',
    regarding: involvedObject,
    note: message,
    reportingController: reportingComponent,
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
    deprecatedCount: count,
  });
}
