/** Event. */
import type { KubeEvent } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import { invalidValue } from '../field-error.js';
import { EVENTS } from '../resources.js';
import { EVENT } from '../schema/cluster-types.js';
import { EVENT_COLUMNS } from './columns/cluster-columns.js';
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
  validate: (event) => involvedNamespaceFaults(event),
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

/**
 * Events about objects without a namespace live in `default`.
 *
 * @see Source: kubernetes `pkg/apis/core/validation/events.go`, `legacyValidateEvent`.
 */
function involvedNamespaceFaults(event: KubeEvent): readonly FieldError[] {
  const about = event.involvedObject.namespace ?? '';
  const own = event.metadata.namespace ?? '';
  const isFine = about === '' ? own === 'default' : about === own;
  if (isFine) return [];
  return [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')];
}
