/** The subresources of pods that connect a client with a container: `exec`, `attach`, `portforward`. */
import type { Pod } from '../../../core/objects.js';
import { ApiError } from '../../api-error.js';
import { PODS } from '../../resources.js';
import type { ApiHandlerOptions } from '../context.js';
import { flag } from '../list-options.js';
import type { ApiRequest } from '../messages.js';
import { keyOfPath } from '../named-object.js';
import type { ResourcePath } from '../resource-path.js';
import { chosenContainer } from './chosen-container.js';

/** What a client asked to be connected with; everything in it was checked. */
export type PodConnection =
  | (CommandStreams & { readonly kind: 'exec'; readonly command: readonly string[] })
  | (CommandStreams & { readonly kind: 'attach' })
  | {
      readonly kind: 'portforward';
      readonly pod: Pod;
      /** Ports named in the request: all of them for channels of a WebSocket, none for SPDY. */
      readonly ports: readonly number[];
    };

interface CommandStreams {
  readonly pod: Pod;
  readonly container: string;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** Whether a path names one of them. */
export function isConnection(path: ResourcePath): boolean {
  const { group, version, plural, subresource } = path;
  return (
    group === '' &&
    version === 'v1' &&
    plural === 'pods' &&
    (subresource === 'exec' || subresource === 'attach' || subresource === 'portforward')
  );
}

/**
 * Reads what is asked for.
 *
 * @throws {ApiError} 404 without the pod; 405 for other methods than GET and POST; 400 for a pod without
 *   a node, an unclear container, no stream at all, or a port that is none.
 * @see Source: kubernetes `pkg/registry/core/pod/strategy.go`, `ExecLocation`, `PortForwardLocation`.
 */
export function podConnection(
  { api }: ApiHandlerOptions,
  path: ResourcePath,
  request: ApiRequest,
): PodConnection {
  const { method, query } = request;
  if (method !== 'GET' && method !== 'POST') throw ApiError.methodNotAllowed();
  const pod = api.read(PODS, keyOfPath(path));
  const isPort = path.subresource === 'portforward';
  const container = isPort ? '' : chosenContainer(pod, query.get('container') ?? '');
  if ((pod.spec.nodeName ?? '') === '') {
    throw ApiError.badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  }
  if (isPort) return { kind: 'portforward', pod, ports: portsOf(query) };
  const tty = flag(query, 'tty');
  const stdin = flag(query, 'stdin');
  const stdout = flag(query, 'stdout');
  // a terminal has one stream of output
  const stderr = flag(query, 'stderr') && !tty;
  if (!stdin && !stdout && !stderr) {
    throw ApiError.badRequest('you must specify at least 1 of stdin, stdout, stderr');
  }
  const streams = { pod, container, stdin, stdout, stderr, tty };
  return path.subresource === 'attach'
    ? { kind: 'attach', ...streams }
    : { kind: 'exec', ...streams, command: query.getAll('command') };
}

/** @see Source: kubernetes `kubelet/pkg/cri/streaming/portforward/websocket.go`, `NewV4Options`. */
function portsOf(query: URLSearchParams): readonly number[] {
  return query.getAll('ports').flatMap((list) =>
    list.split(',').map((text) => {
      const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
      if (port < 1 || port > 65_535) {
        throw ApiError.badRequest(`unable to parse ${JSON.stringify(text)} as a port`);
      }
      return port;
    }),
  );
}
