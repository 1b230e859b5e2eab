/** Runs one probe of a container, whatever its kind. */
import type { Container, IntOrString, Probe } from '../../../core/objects.js';
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
  readonly spawnOptions: Omit<SpawnOptions, 'argv'>;
}

/** Probes once. Calls `done` once, later, and never after a cancel. */
export function runProbe(
  probed: ProbedContainer,
  probe: Probe,
  { clock, done }: { readonly clock: Clock; readonly done: (result: ProbeResult) => void },
): Cancel {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1_000;
  const { container, podIP } = probed;
  const fail = (message: string): Cancel =>
    clock.after(0, () => done({ kind: 'failure', message }));
  if (probe.exec !== undefined) {
    const exec = { ...probed.spawnOptions, argv: probe.exec.command, timeoutMs };
    return execProbe(exec, clock, done);
  }
  const wanted = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port;
  if (wanted === undefined) return fail('missing probe handler');
  const named = containerPort(container, wanted);
  if (named === undefined) return fail(`couldn't find port: "${wanted}" in container`);
  const asked = probe.httpGet?.host ?? probe.tcpSocket?.host ?? '';
  const isPod = asked === '' || asked === podIP;
  const host = isPod ? podIP : asked;
  const port = isPod ? probed.realPort(named) : named;
  if (probe.httpGet !== undefined) {
    return httpProbe({ action: probe.httpGet, host, port, timeoutMs }, clock, done);
  }
  if (probe.grpc !== undefined) {
    const service = probe.grpc.service ?? '';
    return grpcProbe({ host, port, service, timeoutMs }, clock, done);
  }
  return tcpProbe({ host, port, timeoutMs }, clock, done);
}

/** @see Source: kubernetes 1.36 `pkg/probe/util.go`, `ResolveContainerPort`: a name, or digits. */
function containerPort(container: Container, port: IntOrString): number | undefined {
  if (typeof port === 'number') return port;
  const named = container.ports?.find((candidate) => candidate.name === port);
  if (named !== undefined) return named.containerPort;
  return /^\d+$/.test(port) ? Number(port) : undefined;
}
