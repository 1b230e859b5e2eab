/** Faults of what probes and hooks do: a command, a request, a connection, a sleep. */
import type { Container, LifecycleHandler, PodSpec, Probe } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import { forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../field-error.js';
import { portNameFaults, portNumberFaults } from './port-rules.js';

/** What is done; one of them. */
type Handler = LifecycleHandler & Pick<Probe, 'grpc'>;

const DEFAULT_GRACE_SECONDS = 30;

/**
 * Faults of a handler; the first that is given counts, in upstream's order.
 *
 * @param graceSeconds - the longest sleep; absent: there is none.
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `validateHandler`.
 */
export function handlerFaults(
  field: string,
  handler: Handler,
  graceSeconds?: number,
): readonly FieldError[] {
  const checks: readonly (readonly [keyof Handler, () => readonly FieldError[]])[] = [
    ['exec', () => commandFaults(`${field}.exec`, handler.exec)],
    ['httpGet', () => requestFaults(`${field}.httpGet`, handler.httpGet)],
    ['tcpSocket', () => portFaults(`${field}.tcpSocket.port`, handler.tcpSocket?.port)],
    ['grpc', () => portFaults(`${field}.grpc.port`, handler.grpc?.port)],
    ['sleep', () => sleepFaults(`${field}.sleep`, handler.sleep?.seconds, graceSeconds)],
  ];
  const [first, ...others] = checks.filter(([name]) => handler[name] !== undefined);
  if (first === undefined) return [requiredValue(field, 'must specify a handler type')];
  const [, faults] = first;
  return [
    ...faults(),
    ...others.map(([name]) =>
      forbiddenValue(`${field}.${name}`, 'may not specify more than 1 handler type'),
    ),
  ];
}

/** Faults of a container's hooks. @see Source: `validation.go`, `validateLifecycle`. */
export function lifecycleFaults(
  field: string,
  { lifecycle }: Container,
  { terminationGracePeriodSeconds = DEFAULT_GRACE_SECONDS }: PodSpec,
): readonly FieldError[] {
  return (['postStart', 'preStop'] as const).flatMap((name) => {
    const hook = lifecycle?.[name];
    if (hook === undefined) return [];
    return handlerFaults(`${field}.lifecycle.${name}`, hook, terminationGracePeriodSeconds);
  });
}

function commandFaults(field: string, exec: Handler['exec']): readonly FieldError[] {
  return (exec?.command ?? []).length === 0 ? [requiredValue(`${field}.command`)] : [];
}

const SCHEMES = ['HTTP', 'HTTPS'];
const HEADER_NAME = /^[-A-Za-z0-9]+$/;
const HEADER_RULE =
  "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";

/** @see Source: `validation.go`, `validateHTTPGetAction`. */
function requestFaults(field: string, request: Handler['httpGet']): readonly FieldError[] {
  if (request === undefined) return [];
  const { path, port, scheme = '', httpHeaders = [] } = request;
  return [
    ...(path === undefined || path === '' ? [requiredValue(`${field}.path`)] : []),
    ...portFaults(`${field}.port`, port),
    ...(SCHEMES.includes(scheme) ? [] : [unsupportedValue(`${field}.scheme`, scheme, SCHEMES)]),
    ...httpHeaders
      .filter(({ name }) => !HEADER_NAME.test(name))
      .map(({ name }) => invalidValue(`${field}.httpHeaders`, name, HEADER_RULE)),
  ];
}

/** A number, or the name of a port of the container. */
function portFaults(field: string, port: number | string | undefined): readonly FieldError[] {
  if (typeof port === 'string') {
    return portNameFaults(port).map((fault) => invalidValue(field, port, fault));
  }
  return portNumberFaults(field, port ?? 0);
}

/** @see Source: `validation.go`, `validateSleepAction`. */
function sleepFaults(
  field: string,
  seconds: number | undefined,
  graceSeconds: number | undefined,
): readonly FieldError[] {
  if (seconds === undefined || graceSeconds === undefined) return [];
  if (seconds >= 0 && seconds <= graceSeconds) return [];
  const detail = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
  return [invalidValue(field, seconds, detail)];
}
