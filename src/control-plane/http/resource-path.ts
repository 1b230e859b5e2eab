/** What a path of the API names. */

/** A path under `/api/v1` or `/apis/GROUP/VERSION`. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  /** Absent: all namespaces, or a resource without any. */
  readonly namespace: string | undefined;
  readonly plural: string;
  /** Absent: the collection. */
  readonly name: string | undefined;
  /** `status`, `scale`, `log`; absent: the resource itself. */
  readonly subresource: string | undefined;
}

/** Subresources of namespaces: `/api/v1/namespaces/NAME/status` names one, not a resource. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/**
 * The resource a path names; undefined for any other path.
 *
 * @see Source: kubernetes `apiserver/pkg/endpoints/request/requestinfo.go`, `NewRequestInfo`.
 */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const root = parts.shift();
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'api' ? '' : parts.shift();
  const version = parts.shift();
  if (group === undefined || version === undefined || parts.length === 0) return undefined;
  const [first, second, third] = parts;
  const isScoped =
    first === 'namespaces' && group === ''
      ? third !== undefined && !NAMESPACE_SUBRESOURCES.has(third)
      : first === 'namespaces' && third !== undefined;
  const namespace = isScoped ? second : undefined;
  const [plural, name, ...rest] = isScoped ? parts.slice(2) : parts;
  if (plural === undefined) return undefined;
  return {
    group,
    version,
    namespace,
    plural,
    name,
    subresource: rest.length === 0 ? undefined : rest.join('/'),
  };
}
