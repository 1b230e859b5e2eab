/** gRPC probes: one call of the standard health service. */
import { connect } from 'node:http2';
import type { ProbeResult } from '../../../control-plane/pod-runtime.js';
import type { Cancel, Clock } from '../../../time/clock.js';

/** Where, what and how long. */
export interface GrpcProbeTarget {
  readonly host: string;
  readonly port: number;
  /** '' asks for the server as a whole. */
  readonly service: string;
  readonly timeoutMs: number;
}

const STATUS_NAMES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
const SERVING = 1;
const UNIMPLEMENTED = 12;

/**
 * Calls `grpc.health.v1.Health/Check`. Calls `done` once, never after a cancel.
 *
 * @see Source: kubernetes 1.36 `pkg/probe/grpc/grpc.go`; grpc `health/v1/health.proto`.
 */
export function grpcProbe(
  target: GrpcProbeTarget,
  clock: Clock,
  done: (result: ProbeResult) => void,
): Cancel {
  const address = `${target.host}:${target.port}`;
  const session = connect(`http://${address}`);
  let isDone = false;
  const finish = (result: ProbeResult | undefined): void => {
    if (isDone) return;
    isDone = true;
    cancelTimer();
    session.destroy();
    if (result !== undefined) done(result);
  };
  const failed = (message: string): void => finish({ kind: 'failure', message });
  const seconds = target.timeoutMs / 1_000;
  const late = `timeout: failed to connect service "${address}" within ${seconds}s: context deadline exceeded`;
  const cancelTimer = clock.after(target.timeoutMs, () => failed(late));
  session.on('error', (error) =>
    failed(`error: failed to connect service "${address}": ${error.message}`),
  );
  const call = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': 'kube-probe/1.36',
  });
  const chunks: Buffer[] = [];
  let grpcStatus: number | undefined;
  const noteStatus = (headers: Readonly<Record<string, unknown>>): void => {
    const text = headers['grpc-status'];
    if (typeof text === 'string') grpcStatus = Number(text);
  };
  call.on('response', noteStatus);
  call.on('trailers', noteStatus);
  call.on('data', (chunk: Buffer) => chunks.push(chunk));
  call.on('error', (error) => failed(`error: health rpc failed: ${error.message}`));
  call.on('end', () => finish(judged(grpcStatus, Buffer.concat(chunks))));
  call.end(framed(encodedRequest(target.service)));
  return () => finish(undefined);
}

/** Field 1 of `HealthCheckRequest`: the service's name. */
function encodedRequest(service: string): Buffer {
  const name = Buffer.from(service);
  if (name.length === 0) return Buffer.alloc(0);
  return Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]);
}

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

/** A gRPC message: not compressed, its length, itself. */
function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function judged(grpcStatus: number | undefined, body: Buffer): ProbeResult {
  if (grpcStatus === UNIMPLEMENTED) {
    const message =
      'error: this server does not implement the grpc health protocol (grpc.health.v1.Health)';
    return { kind: 'failure', message };
  }
  if (grpcStatus !== 0) {
    return {
      kind: 'failure',
      message: `error: health rpc failed: status ${grpcStatus ?? 'absent'}`,
    };
  }
  // Field 1 of `HealthCheckResponse` is the status; one that is 0 is not sent.
  const status = body[5] === 0x08 ? (body[6] ?? 0) : 0;
  if (status === SERVING) return { kind: 'success' };
  const name = STATUS_NAMES[status] ?? String(status);
  return { kind: 'failure', message: `service unhealthy (responded with "${name}")` };
}
