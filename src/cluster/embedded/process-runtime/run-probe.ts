/** Runs one probe, or one hook, of a container, whatever its kind. */
import type {
  Container,
  HttpGetAction,
  IntOrString,
  LifecycleHandler,
  Probe,
} from '../../../core/objects.js';
import type { ProbeResult } from '../../../control-plane/pod-runtime.js';
import type { Cancel, Clock } from '../../../time/clock.js';
import { execProbe } from './exec-probe.js';
import { grpcProbe } from './grpc-probe.js';
import { httpProbe } from './http-probe.js';
import type { SpawnOptions } from './spawned-process.js';
import { tcpProbe } from './tcp-probe.js';

/** The container as its probes reach it. */
export interface ProbedContainer {
  readonly container: Container;
  readonly podIP: string;
  /** The real port behind a container port. */
  readonly realPort: (containerPort: number) => number;
  /** Puts the real paths of mounts into a text. */
  readonly withRealPaths: (text: string) => string;
  readonly spawnOptions: Omit<SpawnOptions, 'argv'>;
}

interface Asked {
  readonly clock: Clock;
  readonly done: (result: ProbeResult) => void;
}

/** Probes once. Calls `done` once, later, and never after a cancel. */
export function runProbe(probed: ProbedContainer, probe: Probe, { clock, done }: Asked): Cancel {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1_000;
  const { exec, httpGet, tcpSocket, grpc } = probe;
  if (exec !== undefined) return execIn(probed, exec.command, { clock, done, timeoutMs });
  const place = placeOf(probed, httpGet ?? tcpSocket ?? grpc);
  if (typeof place === 'string') return failed('error', place, { clock, done });
  if (httpGet !== undefined) {
    return httpProbe({ action: httpGet, ...place, timeoutMs }, clock, done);
  }
  if (grpc === undefined) return tcpProbe({ ...place, timeoutMs }, clock, done);
  return grpcProbe({ ...place, service: grpc.service ?? '', timeoutMs }, clock, done);
}

/**
 * Does what a hook asks, once, with no limit of its own. Any answer to a request is success.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/lifecycle/handlers.go`, `runHTTPHandler`.
 */
export function runAction(
  probed: ProbedContainer,
  { exec, httpGet }: LifecycleHandler,
  { clock, done }: Asked,
): Cancel {
  if (exec !== undefined) {
    return execIn(probed, exec.command ?? [], { clock, done, timeoutMs: undefined });
  }
  if (httpGet === undefined) return failed('failure', 'invalid handler', { clock, done });
  const place = placeOf(probed, httpGet.port === 0 ? { ...httpGet, port: 80 } : httpGet);
  if (typeof place === 'string') return failed('failure', place, { clock, done });
  const hook = { isAnyAnswerFine: true, userAgent: 'kube-lifecycle/1.36' };
  return httpProbe({ action: httpGet, ...place, ...hook, timeoutMs: undefined }, clock, done);
}

function execIn(
  { spawnOptions, withRealPaths }: ProbedContainer,
  command: readonly string[],
  { clock, done, timeoutMs }: Asked & { readonly timeoutMs: number | undefined },
): Cancel {
  const argv = command.map(withRealPaths);
  return execProbe({ ...spawnOptions, argv, timeoutMs }, clock, done);
}

function failed(kind: 'error' | 'failure', message: string, { clock, done }: Asked): Cancel {
  return clock.after(0, () => done({ kind, message }));
}

/** Where a probe goes, or what is wrong with that. */
function placeOf(
  { container, podIP, realPort }: ProbedContainer,
  asked: Pick<HttpGetAction, 'host' | 'port'> | undefined,
): { readonly host: string; readonly port: number } | string {
  if (asked === undefined) return 'missing probe handler';
  const named = containerPort(container, asked.port);
  if (named === undefined) return `couldn't find port: "${asked.port}" in container`;
  const host = asked.host ?? '';
  return host === '' || host === podIP
    ? { host: podIP, port: realPort(named) }
    : { host, port: named };
}

/** @see Source: kubernetes 1.36 `pkg/probe/util.go`, `ResolveContainerPort`: a name, or digits. */
function containerPort(container: Container, port: IntOrString): number | undefined {
  if (typeof port === 'number') return port;
  const named = container.ports?.find((candidate) => candidate.name === port);
  if (named !== undefined) return named.containerPort;
  return /^\d+$/.test(port) ? Number(port) : undefined;
}
