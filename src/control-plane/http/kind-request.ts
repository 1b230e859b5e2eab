/** Requests about objects of one kind. */
import type { Kind } from '../kinds/kind.js';
import type { ApiRequest } from './messages.js';
import type { ResourcePath } from './resource-path.js';

/** A request about one kind. */
export interface KindRequest {
  readonly kind: Kind;
  readonly path: ResourcePath;
  readonly request: ApiRequest;
  /** Warnings for the client, sent with refusals too. */
  readonly warnings: string[];
}
