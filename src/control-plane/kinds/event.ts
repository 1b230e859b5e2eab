/** Event. */
import type { KubeEvent } from '../../core/objects.js';
import { EVENTS } from '../resources.js';
import { EVENT } from '../schema/cluster-types.js';
import { EVENT_COLUMNS } from './columns/cluster-columns.js';
import { eventFaults } from './event-validation.js';
import type { Kind } from './kind.js';

/** Events of the core group. */
export const EVENT_KIND: Kind<KubeEvent> = {
  resource: EVENTS,
  singular: 'event',
  shortNames: ['ev'],
  categories: [],
  type: EVENT,
  nameRule: 'subdomain',
  hasStatus: false,
  isCreatedByUpdate: true,
  validate: (event) => eventFaults(event, 'reportingComponent'),
  selectableFields(event) {
    const { involvedObject } = event;
    return {
      'involvedObject.kind': involvedObject.kind ?? '',
      'involvedObject.namespace': involvedObject.namespace ?? '',
      'involvedObject.name': involvedObject.name ?? '',
      'involvedObject.uid': involvedObject.uid ?? '',
      'involvedObject.apiVersion': involvedObject.apiVersion ?? '',
      'involvedObject.resourceVersion': involvedObject.resourceVersion ?? '',
      'involvedObject.fieldPath': involvedObject.fieldPath ?? '',
      reason: event.reason ?? '',
      reportingComponent: event.reportingComponent ?? '',
      source: event.source?.component ?? event.reportingComponent ?? '',
      type: event.type ?? '',
    };
  },
  columns: EVENT_COLUMNS,
};
