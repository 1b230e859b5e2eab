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
/** gRPC's status codes, from 0 on. */
const CODE_NAMES = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
];
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
  let isConnected = false;
  const cancelTimer = clock.after(target.timeoutMs, () =>
    failed(
      isConnected
        ? `timeout: health rpc did not complete within ${seconds}s`
        : `timeout: failed to connect service "${address}" within ${seconds}s: context deadline exceeded`,
    ),
  );
  session.on('connect', () => {
    isConnected = true;
  });
  // A refused connection is waited for, as the gRPC library does: somebody may yet listen.
  const broken = (error: Error): void => {
    if (isConnected) failed(`error: health rpc probe failed: ${error.message}`);
  };
  session.on('error', broken);
  const call = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': 'kube-probe/1.36',
  });
  const chunks: Buffer[] = [];
  let grpcStatus: number | undefined;
  let grpcMessage = '';
  const noteStatus = (headers: Readonly<Record<string, unknown>>): void => {
    const text = headers['grpc-status'];
    if (typeof text === 'string') grpcStatus = Number(text);
    const message = headers['grpc-message'];
    if (typeof message === 'string') grpcMessage = message;
  };
  call.on('response', noteStatus);
  call.on('trailers', noteStatus);
  call.on('data', (chunk: Buffer) => chunks.push(chunk));
  call.on('error', broken);
  call.on('end', () =>
    finish(judged({ status: grpcStatus, message: grpcMessage }, Buffer.concat(chunks))),
  );
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

function judged(
  { status: code, message }: { readonly status: number | undefined; readonly message: string },
  body: Buffer,
): ProbeResult {
  if (code === UNIMPLEMENTED) {
    const because =
      'error: this server does not implement the grpc health protocol (grpc.health.v1.Health)';
    return { kind: 'failure', message: `${because}: ${message}` };
  }
  if (code !== 0) {
    const name = CODE_NAMES[code ?? -1] ?? `Code(${code ?? 'absent'})`;
    const text = `error: health rpc probe failed: rpc error: code = ${name} desc = ${message}`;
    return { kind: 'failure', message: text };
  }
  // Field 1 of `HealthCheckResponse` is the status; one that is 0 is not sent.
  const status = body[5] === 0x08 ? (body[6] ?? 0) : 0;
  if (status === SERVING) return { kind: 'success' };
  const name = STATUS_NAMES[status] ?? String(status);
  return { kind: 'failure', message: `service unhealthy (responded with "${name}")` };
}
