/** Replays recorded exchanges against the API, in process and on virtual time. */
import { ApiMachinery } from '../../control-plane/api-machinery/api-machinery.js';
import { ApiHandler } from '../../control-plane/http/api-handler.js';
import { impersonationOf } from '../../control-plane/http/impersonation.js';
import type { ApiRequest, ApiResponse } from '../../control-plane/http/messages.js';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../control-plane/resources.js';
import { seededRandom } from '../../core/random.js';
import { VirtualClock } from '../../time/virtual-clock.js';
import { firstDifference } from './compare.js';
import { Bindings } from './placeholders.js';
import type { Scenario, VectorRequest, VectorStep } from './scenario.js';

const START_MS = Date.parse('2026-11-23T06:00:00Z');
/** Longer than any watch of the recordings. */
const WATCH_MS = 10_000;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** One API that many scenarios are played against, one after the other. */
export class VectorPlayer {
  readonly #clock = new VirtualClock(START_MS);
  readonly #api = new ApiMachinery({
    clock: this.#clock,
    random: seededRandom(1),
    isLoopbackAllowed: false,
  });
  readonly #handler = new ApiHandler({ api: this.#api, clock: this.#clock });
  #played = 0;

  constructor() {
    this.#createNamespace('default');
  }

  /** Where the first difference is; undefined when the scenario agrees. */
  play(scenario: Scenario): string | undefined {
    const bindings = new Bindings();
    const count = scenario.namespaces ?? 1;
    this.#played++;
    for (let index = 0; index < 2; index++) {
      const name = `vector-${this.#played}-${index}`;
      bindings.set(index === 0 ? 'ns' : 'ns2', name);
      if (index < count) this.#createNamespace(name);
    }
    for (const [index, step] of scenario.steps.entries()) {
      const fault = this.#playStep(step, bindings, scenario.managedFields === true);
      if (fault !== undefined)
        return `step ${index} (${step.request.method} ${step.request.path}) ${fault}`;
    }
    return bindings.versionFault();
  }

  #createNamespace(name: string): void {
    this.#api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    this.#api.create(SERVICE_ACCOUNTS, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: name },
    });
  }

  #playStep(step: VectorStep, bindings: Bindings, hasManagedFields: boolean): string | undefined {
    const { request, response } = step;
    if (request.waitBeforeMs !== undefined) this.#clock.advance(request.waitBeforeMs);
    const during: (string | undefined)[] = [];
    const answer = this.#send(request, bindings, () => {
      for (const inner of step.during ?? []) {
        during.push(this.#playStep(inner, bindings, hasManagedFields));
      }
    });
    const innerFault = during.find((fault) => fault !== undefined);
    if (innerFault !== undefined) return `during: ${innerFault}`;
    if (answer.status !== response.status) {
      return `status: expected ${response.status}, got ${answer.status} ${answer.text.slice(0, 400)}`;
    }
    if (request.project !== undefined) return undefined;
    const headerFault = firstDifference(response.headers ?? {}, answer.headers, {
      bindings,
      path: 'headers',
    });
    const shown = hasManagedFields ? answer : { ...answer, text: withoutOwners(answer.text) };
    return headerFault ?? this.#bodyFault(step, shown, bindings);
  }

  #bodyFault(
    { request, response }: VectorStep,
    { text }: Answer,
    bindings: Bindings,
  ): string | undefined {
    if (response.events !== undefined) {
      const wanted = request.watch?.readEvents;
      const events = text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown)
        .filter((event) => !isPlainBookmark(event));
      const seen = wanted === undefined ? events : events.slice(0, wanted);
      return firstDifference(response.events, seen, { bindings, path: 'events' });
    }
    if (response.text !== undefined) {
      return firstDifference(response.text, text, { bindings, path: 'text' });
    }
    if (response.body === undefined)
      return text === '' ? undefined : `expected no body, got ${text}`;
    return firstDifference(response.body, JSON.parse(text), { bindings, path: 'body' });
  }

  #send(request: VectorRequest, bindings: Bindings, during: () => void): Answer {
    const filled = apiRequest(request, bindings);
    const answer: ApiResponse = this.#handler.handle(filled);
    if (answer.kind === 'plain') {
      during();
      return {
        status: answer.status,
        headers: headersOf(answer),
        text: request.method === 'HEAD' ? '' : answer.body,
      };
    }
    let text = '';
    const cancel = answer.open({
      write: (piece) => {
        text += piece;
        return true;
      },
      end: () => undefined,
    });
    during();
    this.#clock.advance(WATCH_MS);
    cancel();
    return { status: answer.status, headers: headersOf(answer), text };
  }
}

/** Answers, and each line of a stream of them, without who owns which field. */
function withoutOwners(text: string): string {
  if (!text.includes('"managedFields"')) return text;
  return text
    .split('\n')
    .map((line) => {
      if (!line.startsWith('{')) return line;
      const value: unknown = JSON.parse(line, (key, item: unknown) =>
        key === 'managedFields' ? undefined : item,
      );
      return JSON.stringify(value);
    })
    .join('\n');
}

function headersOf({ contentType, warnings = [] }: ApiResponse): Readonly<Record<string, unknown>> {
  return {
    ...(contentType === '' ? {} : { 'Content-Type': contentType }),
    ...(warnings.length === 0
      ? {}
      : { Warning: warnings.map((text) => `299 - ${JSON.stringify(text)}`) }),
  };
}

function apiRequest(request: VectorRequest, bindings: Bindings): ApiRequest {
  const url = new URL(`https://x${bindings.fill(request.path, encodeURIComponent)}`);
  const headers = new Map(
    Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const body =
    request.text === undefined
      ? request.body === undefined
        ? ''
        : JSON.stringify(bindings.fillJson(request.body))
      : bindings.fill(request.text);
  return {
    method: request.method,
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    accept: headers.get('accept'),
    contentType: headers.get('content-type'),
    body,
    userAgent: 'apivec',
    impersonation: impersonationOf([...headers].map(([name, value]) => [name, [value]] as const)),
  };
}

function isPlainBookmark(event: unknown): boolean {
  const text = JSON.stringify(event);
  return text.startsWith('{"type":"BOOKMARK"') && !text.includes('initial-events-end');
}
