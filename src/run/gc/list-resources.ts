/** Lists objects of every kind that an API server has, as far as they may be looked at. */
import { type ApiPort, ApiRefusal, findObject } from '../../cluster/api-port.js';
import { fieldOf, isRecord, valueAt } from '../../core/json.js';
import { isKubeObject } from '../../core/object-guards.js';
import type { KubeObject } from '../../core/objects.js';

/** A kind of the server whose objects can be listed and deleted. */
export interface ListedType {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
}

/** An object and its path. */
export interface ListedObject {
  readonly object: KubeObject;
  readonly path: string;
}

const PAGE = '500';
/** Told of a list that may not be read, or is not there after all. */
const NOT_FOR_US: ReadonlySet<number> = new Set([403, 404, 405]);

/**
 * The kinds that can be listed and deleted, each group in the version that the server prefers.
 *
 * @throws {ApiRefusal} and {ApiUnreachable} when the server does not tell its groups; a group that does not
 *   answer (an aggregated one whose server is away) is in `silent`.
 */
export async function listedTypes(
  api: ApiPort,
): Promise<{ readonly types: readonly ListedType[]; readonly silent: readonly string[] }> {
  const groups = arrayAt((await api.call({ path: '/apis' })).body, 'groups');
  const versions = [
    'v1',
    ...groups.map((group) => String(valueAt(group, ['preferredVersion', 'groupVersion']))),
  ];
  const types: ListedType[] = [];
  const silent: string[] = [];
  for (const apiVersion of versions) {
    try {
      const listed = await findObject(api, rootOf(apiVersion));
      types.push(...arrayAt(listed, 'resources').flatMap((entry) => typeOf(apiVersion, entry)));
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      silent.push(apiVersion);
    }
  }
  return { types, silent };
}

/**
 * All objects of a kind, page by page; undefined when they may not be listed.
 *
 * @throws {ApiRefusal} and {ApiUnreachable}, but for 403, 404 and 405.
 */
export async function listObjects(
  api: ApiPort,
  type: ListedType,
  where: { readonly labelSelector?: string; readonly namespace?: string } = {},
): Promise<readonly ListedObject[] | undefined> {
  const { namespace, labelSelector } = where;
  const root = rootOf(type.apiVersion);
  const path = `${root}/${namespace === undefined ? '' : `namespaces/${namespace}/`}${type.plural}`;
  const found: ListedObject[] = [];
  let next: string | undefined;
  do {
    const query = {
      limit: PAGE,
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(next === undefined ? {} : { continue: next }),
    };
    let page: unknown;
    try {
      page = (await api.call({ path, query })).body;
    } catch (error) {
      if (error instanceof ApiRefusal && NOT_FOR_US.has(error.status)) return undefined;
      throw error;
    }
    for (const item of arrayAt(page, 'items')) {
      const object = isRecord(item) ? { ...item, ...typeMeta(type) } : item;
      if (isKubeObject(object)) found.push({ object, path: pathOf(object, type) });
    }
    const more = valueAt(page, ['metadata', 'continue']);
    next = typeof more === 'string' && more !== '' ? more : undefined;
  } while (next !== undefined);
  return found;
}

/** Items of lists do not carry their type. */
function typeMeta({ apiVersion, kind }: ListedType): Pick<KubeObject, 'apiVersion' | 'kind'> {
  return { apiVersion, kind };
}

function pathOf(
  { metadata }: KubeObject,
  { apiVersion, plural, isNamespaced }: ListedType,
): string {
  const namespace = isNamespaced ? `namespaces/${metadata.namespace ?? 'default'}/` : '';
  return `${rootOf(apiVersion)}/${namespace}${plural}/${metadata.name}`;
}

function typeOf(apiVersion: string, entry: unknown): readonly ListedType[] {
  const verbs = arrayAt(entry, 'verbs');
  const plural = String(fieldOf(entry, 'name'));
  // `deployments/scale` is listed too
  if (plural.includes('/') || !verbs.includes('list') || !verbs.includes('delete')) return [];
  return [
    {
      apiVersion,
      kind: String(fieldOf(entry, 'kind')),
      plural,
      isNamespaced: fieldOf(entry, 'namespaced') === true,
    },
  ];
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function arrayAt(value: unknown, name: string): readonly unknown[] {
  const found = fieldOf(value, name);
  return Array.isArray(found) ? found : [];
}
