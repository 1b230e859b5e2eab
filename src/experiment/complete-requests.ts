/** From what a file says of requests to the sessions of a plan. */
import type {
  CheckSpec,
  ExpectedJson,
  ExpectedText,
  ExtractionSpec,
  SessionSpec,
  StepSpec,
} from '../load/request-spec.js';
import { oneRequest } from '../load/request-spec.js';
import type {
  RequestInput,
  ChecksInput,
  ExtractionInput,
  RequestsInput,
} from './request-schema.js';

/** The sessions that a file asks for; `GET /` when it says nothing. */
export function completeRequests(input: RequestsInput): readonly SessionSpec[] {
  const { request, requests = [], sessions = [] } = input;
  if (request !== undefined) return [alone('request', 1, request)];
  const all = [
    ...requests.map((each) => alone(requestName(each), each.weight, each)),
    ...sessions.map(({ name, weight, values, steps }) => ({
      name,
      weight,
      values,
      steps: steps.map((step) => stepSpec(step.name, step)),
    })),
  ];
  return all.length > 0 ? all : oneRequest({ method: 'GET', path: '/', headers: {} });
}

/** A request's name in reports: its own, or what it asks. */
export function requestName(of: {
  readonly name?: string | undefined;
  readonly method: string;
  readonly path: string;
}): string {
  return of.name ?? `${of.method} ${of.path}`;
}

function alone(name: string, weight: number, input: RequestInput): SessionSpec {
  return { name, weight, values: {}, steps: [stepSpec('request', input)] };
}

function stepSpec(name: string, input: RequestInput): StepSpec {
  const { method, path, headers, body, timeout, thinkTime, extract = {} } = input;
  return {
    name,
    request: { method, path, headers, ...(body === undefined ? {} : { body }) },
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    checks: checkSpecs(input.checks),
    extract: Object.fromEntries(
      Object.entries(extract).map(([key, each]) => [key, extractionSpec(each)]),
    ),
    ...(thinkTime === undefined ? {} : { thinkTime }),
  };
}

function checkSpecs({ status, header, bodyContains, json }: ChecksInput): readonly CheckSpec[] {
  return [
    ...(status === undefined
      ? []
      : [{ kind: 'status', allowed: Array.isArray(status) ? status : [status] } as const]),
    ...Object.entries(header).map(
      ([name, expected]) => ({ kind: 'header', name, expected }) as const,
    ),
    ...(bodyContains === undefined ? [] : [{ kind: 'body-contains', text: bodyContains } as const]),
    ...Object.entries(json).map(
      ([path, expected]) => ({ kind: 'json', path, expected: jsonExpected(expected) }) as const,
    ),
  ];
}

function jsonExpected(value: ExpectedText | number | boolean | null): ExpectedJson {
  if (typeof value !== 'object' || value === null) return { kind: 'value', value };
  if (value.kind === 'matches') return value;
  return value.text === 'exists' ? { kind: 'exists' } : { kind: 'value', value: value.text };
}

function extractionSpec({ json, header, regex = '' }: ExtractionInput): ExtractionSpec {
  if (json !== undefined) return { kind: 'json', path: json };
  if (header !== undefined) return { kind: 'header', name: header };
  return { kind: 'regex', pattern: regex, flags: '' };
}
