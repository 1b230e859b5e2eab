/** Nothing is created in a namespace that is not there or that is ending. */
import type { KubeObject } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import type { KubeApi } from '../api.js';
import { admittedName } from '../kinds/admitted-name.js';
import type { Kind } from '../kinds/kind.js';
import { NAMESPACES } from '../resources.js';

/**
 * Refuses to create an object whose namespace is missing (404) or terminating (403).
 *
 * @see Source: kubernetes `apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go`.
 */
export function refuseInEndingNamespace(api: KubeApi, kind: Kind, object: KubeObject): void {
  const { namespace = '' } = object.metadata;
  if (!kind.resource.namespaced || namespace === '') return;
  const found = api.get(NAMESPACES, { namespace: '', name: namespace });
  if (found === undefined) throw ApiError.notFound(NAMESPACES, namespace);
  if (found.status?.phase !== 'Terminating') return;
  throw ApiError.forbidden(kind.resource, admittedName(object), {
    message: `unable to create new content in namespace ${namespace} because it is being terminated`,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}
