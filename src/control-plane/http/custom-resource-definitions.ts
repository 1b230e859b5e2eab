/** `customresourcedefinitions`: none, and none can be made; clients ask before they call a kind unknown. */
import { ApiError } from '../api-error.js';
import { unknownResource } from './context.js';
import { json } from './messages.js';
import type { ApiRequest, PlainResponse } from './messages.js';
import type { ResourcePath } from './resource-path.js';

const API_VERSION = 'apiextensions.k8s.io/v1';

/** Whether a path names them. Discovery does not, so that nobody believes that they could be made. */
export function isCustomResourceDefinitions({ group, version, plural }: ResourcePath): boolean {
  return `${group}/${version}` === API_VERSION && plural === 'customresourcedefinitions';
}

/**
 * The empty list.
 *
 * @throws {ApiError} 404 and 405 for any other request about them.
 * @see Source: kubernetes `cli-runtime/pkg/resource/crd_finder.go`: a list that fails is
 *   an error of its own there, in place of `no matches for kind`.
 */
export function answerCustomResourceDefinitions(
  { namespace, name }: ResourcePath,
  { method }: ApiRequest,
): PlainResponse {
  if (namespace !== undefined) throw unknownResource();
  if (method !== 'GET') throw ApiError.methodNotAllowed();
  if (name !== undefined) {
    const resource = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };
    throw ApiError.notFound(resource, name);
  }
  return json(200, {
    kind: 'CustomResourceDefinitionList',
    apiVersion: API_VERSION,
    metadata: { resourceVersion: '1' },
    items: [],
  });
}
