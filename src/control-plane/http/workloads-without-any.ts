/** ReplicationControllers and DaemonSets: none, and none can be made; clients list them without asking what there is. */
import { json } from './messages.js';
import type { ApiRequest, PlainResponse } from './messages.js';
import type { ResourcePath } from './resource-path.js';

/** The kinds by `GROUP/VERSION/PLURAL`; discovery does not name them, so that nobody believes that they could be made. */
const KINDS: Readonly<Record<string, string>> = {
  '/v1/replicationcontrollers': 'ReplicationController',
  'apps/v1/daemonsets': 'DaemonSet',
};

/**
 * The empty list; undefined for any other request, which is answered as one about an unknown resource.
 *
 * @param newestVersion - of all that is stored.
 * @see Source: kubernetes `kubectl/pkg/cmd/clusterinfo/clusterinfo_dump.go`, `Run`.
 */
export function answerWorkloadsWithoutAny(
  { group, version, plural, name }: ResourcePath,
  { method, query }: ApiRequest,
  newestVersion: string,
): PlainResponse | undefined {
  const key = `${group}/${version}/${plural}`;
  const kind = Object.hasOwn(KINDS, key) ? KINDS[key] : undefined;
  const isWatch = /^(?:1|true)$/.test(query.get('watch') ?? '');
  if (kind === undefined || method !== 'GET' || name !== undefined || isWatch) return undefined;
  return json(200, {
    kind: `${kind}List`,
    apiVersion: group === '' ? version : `${group}/${version}`,
    metadata: { resourceVersion: newestVersion },
    items: [],
  });
}
