/** Where objects of any kind are found in an API: by what the server says of itself. */
import { fieldOf } from '../core/json.js';
import type { KubeObject } from '../core/objects.js';
import { type ApiPort, findObject } from './api-port.js';

interface ResourceType {
  readonly plural: string;
  readonly isNamespaced: boolean;
}

/** Paths of objects; each group's list of kinds is asked for once. */
export class ResourcePaths {
  readonly #api: ApiPort;
  readonly #groups = new Map<string, Promise<ReadonlyMap<string, ResourceType>>>();

  constructor(api: ApiPort) {
    this.#api = api;
  }

  /**
   * The path of an object; undefined when the server has no such kind.
   *
   * @throws {ApiRefusal} and {ApiUnreachable} when the server does not tell its kinds.
   */
  async of(object: KubeObject): Promise<string | undefined> {
    const { apiVersion, kind, metadata } = object;
    const type = (await this.#kinds(apiVersion)).get(kind);
    if (type === undefined) return undefined;
    const namespace = type.isNamespaced ? `namespaces/${metadata.namespace ?? 'default'}/` : '';
    return `${rootOf(apiVersion)}/${namespace}${type.plural}/${metadata.name}`;
  }

  #kinds(apiVersion: string): Promise<ReadonlyMap<string, ResourceType>> {
    const known = this.#groups.get(apiVersion) ?? this.#read(apiVersion);
    this.#groups.set(apiVersion, known);
    return known;
  }

  async #read(apiVersion: string): Promise<ReadonlyMap<string, ResourceType>> {
    const listed = fieldOf(await findObject(this.#api, rootOf(apiVersion)), 'resources');
    const types = (Array.isArray(listed) ? listed : [])
      .map((entry: unknown) => ({
        kind: String(fieldOf(entry, 'kind')),
        plural: String(fieldOf(entry, 'name')),
        isNamespaced: fieldOf(entry, 'namespaced') === true,
      }))
      // `deployments/scale` is listed too, and has a kind of its own
      .filter(({ plural }) => !plural.includes('/'));
    return new Map(types.map(({ kind, ...type }) => [kind, type]));
  }
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
