/**
 * Hostile requests to the API with its controllers behind it: never an exception, never long, always an
 * answer, refusals always a `Status`; and nothing that was stored trips a controller.
 *
 * `FUZZ_SEED` and `FUZZ_REQUESTS` try others and more.
 */
import { expect, it } from 'vitest';
import {
  controlPlaneLab,
  START_MS,
} from '../../../src/conformance/controllers/control-plane-lab.js';
import { ApiError } from '../../../src/control-plane/api-error.js';
import { ApiMachinery } from '../../../src/control-plane/api-machinery/api-machinery.js';
import { ApiHandler } from '../../../src/control-plane/http/api-handler.js';
import type { ApiRequest, PlainResponse } from '../../../src/control-plane/http/messages.js';
import { createSystemNamespaces } from '../../../src/control-plane/system-namespaces.js';
import { seededRandom } from '../../../src/core/random.js';
import { WallClock } from '../../../src/time/wall-clock.js';
import { HostileRequests } from '../../support/hostile-requests.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 1_500);
/** Longest that one may take, on a machine with much else to do; usually it is some milliseconds. */
const LONGEST_MS = 5_000;
/** The controllers get to see what was stored after so many. */
const BATCH = 100;
const TIMEOUT_MS = 120_000;

it(`answers ${REQUESTS} hostile requests, seed ${SEED}`, { timeout: TIMEOUT_MS }, () => {
  let api: unknown;
  const lab = controlPlaneLab({
    onApi: (made) => {
      api = made;
      createSystemNamespaces(made);
    },
  });
  if (!(api instanceof ApiMachinery)) throw new Error('expected the API of the lab');
  const handler = new ApiHandler({ api, clock: lab.clock });
  const hostile = new HostileRequests(seededRandom(SEED));
  const wall = new WallClock();
  const counts = new Map<number, number>();

  for (let number = 1; number <= REQUESTS; number++) {
    const request = hostile.next();
    const startMs = wall.now();
    const answer = answerTo(handler, request);
    expect(wall.now() - startMs, described(request)).toBeLessThan(LONGEST_MS);
    if (answer !== undefined) {
      counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
      expect(faultOf(answer), described(request)).toBeUndefined();
    }
    if (number % BATCH === 0) lab.clock.advance(1_000);
  }
  lab.clock.advance(60_000);

  // what the API refuses a controller is tried again; anything else would be a fault of ours
  expect(lab.failures.filter(({ error }) => !(error instanceof ApiError))).toEqual([]);
  expect(lab.clock.now()).toBeGreaterThan(START_MS);
  expect({}).not.toHaveProperty('polluted');
  // some get through, or nothing but the front door was tried
  expect((counts.get(200) ?? 0) + (counts.get(201) ?? 0)).toBeGreaterThan(REQUESTS / 20);
});

/** Undefined: a stream, which was opened and closed. */
function answerTo(handler: ApiHandler, request: ApiRequest): PlainResponse | undefined {
  try {
    const answer = handler.handle(request);
    if (answer.kind === 'plain') return answer;
    answer.open({ write: () => true, end: () => undefined })();
    return undefined;
  } catch (error) {
    throw new Error(`expected an answer to ${described(request)}`, { cause: error });
  }
}

/** What an answer may not be. */
function faultOf({ status, contentType, body }: PlainResponse): string | undefined {
  if (status < 400) return undefined;
  // as upstream: a page that no API has
  if (status === 404 && contentType.startsWith('text/plain')) return undefined;
  const value: unknown = JSON.parse(body);
  const fields: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  const isStatus =
    fields['kind'] === 'Status' &&
    fields['status'] === 'Failure' &&
    fields['code'] === status &&
    typeof fields['message'] === 'string';
  return isStatus ? undefined : `status ${status} with ${body.slice(0, 500)}`;
}

function described({ method, path, query, contentType, accept, body, bytes }: ApiRequest): string {
  const data = bytes === undefined ? body : Buffer.from(bytes).toString('base64');
  return `${method} ${path.slice(0, 300)}?${query.toString().slice(0, 300)} (${contentType}, ${accept}): ${data.slice(0, 1_500)}`;
}
