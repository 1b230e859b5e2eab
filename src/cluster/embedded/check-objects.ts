/** What the API server would refuse, found out before anything is started. */
import { ApiMachinery } from '../../control-plane/api-machinery/api-machinery.js';
import { ApiHandler } from '../../control-plane/http/api-handler.js';
import { collectionPath, servedResource } from '../../control-plane/http/object-path.js';
import { isRecord, valueAt } from '../../core/json.js';
import type { KubeObject } from '../../core/objects.js';
import { seededRandom } from '../../core/random.js';
import type { Clock } from '../../time/clock.js';

const NAMESPACES_PATH = '/api/v1/namespaces';

/** Kinds that pods name and that must be there before them. */
const NEEDED_FIRST: ReadonlySet<string> = new Set(['ServiceAccount', 'PriorityClass']);

/**
 * Every object sent to an API of its own, which holds nothing else and is thrown away, with strict
 * checking of fields: a misspelt field is a fault there, where a server would drop it.
 *
 * @returns the API server's own message for each object that it refuses; empty when it takes all.
 */
export function objectFaults(objects: readonly KubeObject[], clock: Clock): readonly string[] {
  const api = new ApiMachinery({ clock, random: seededRandom(1) });
  const handler = new ApiHandler({ api, clock });
  const post = (path: string, body: unknown): string | undefined => {
    const response = handler.handle({
      method: 'POST',
      path,
      query: new URLSearchParams({ fieldValidation: 'Strict' }),
      accept: undefined,
      contentType: 'application/json',
      body: JSON.stringify(body),
      userAgent: 'hpa-lab',
    });
    if (response.kind !== 'plain' || response.status < 400) return undefined;
    return messageOf(response.body);
  };
  for (const name of namespacesOf(objects)) {
    post(NAMESPACES_PATH, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  return objects
    .toSorted((a, b) => Number(NEEDED_FIRST.has(b.kind)) - Number(NEEDED_FIRST.has(a.kind)))
    .filter(({ kind }) => kind !== 'Namespace')
    .flatMap((object) => {
      const resource = servedResource(object);
      const fault =
        resource === undefined
          ? `the embedded cluster does not offer ${object.apiVersion} ${object.kind}`
          : post(collectionPath(resource, object), object);
      return fault === undefined ? [] : [`${object.kind} ${object.metadata.name}: ${fault}`];
    });
}

function namespacesOf(objects: readonly KubeObject[]): ReadonlySet<string> {
  return new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
}

function messageOf(body: string): string {
  const status: unknown = JSON.parse(body);
  const message = isRecord(status) ? valueAt(status, ['message']) : undefined;
  return typeof message === 'string' ? message : body;
}
