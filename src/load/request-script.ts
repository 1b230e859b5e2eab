/** A plan's requests made ready to be sent: the first of each arrival, and what follows an answer. */
import { numberedRandom, type Random } from '../core/random.js';
import type { AnswerContent, Kept } from './request-checks.js';
import { Judge } from './request-checks.js';
import { type Mix, type MixKind, mixOf } from './request-mix.js';
import { requestKinds, type SessionSpec, type StepSpec, type ThinkTime } from './request-spec.js';
import { type Filling, Template } from './request-template.js';

/** A session under way: one arrival and what it has learned. */
export interface Session extends Filling {
  readonly values: Map<string, string>;
}

/** A step made ready. */
export interface PreparedStep {
  /** Index of its kind in {@link RequestScript.kinds}. */
  readonly kind: number;
  /** The next step of its session; absent: it is the last. */
  readonly next: PreparedStep | undefined;
  readonly isFirst: boolean;
  readonly method: string;
  readonly path: Template;
  readonly headers: readonly (readonly [name: string, value: Template])[];
  readonly body: Template | undefined;
  readonly timeoutMs: number;
  readonly thinkTime: ThinkTime | undefined;
  /** Absent when any answer will do. */
  readonly judge: Judge | undefined;
}

/** One request as it is to be sent. */
export interface OutgoingRequest {
  readonly step: PreparedStep;
  /** Absent where a session keeps nothing: it has one step, always the same. */
  readonly session: Session | undefined;
  /** Whether this same object is sent for every arrival of its kind. */
  readonly isFixed: boolean;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  readonly kept: Kept;
}

interface PreparedSession {
  readonly first: PreparedStep;
  readonly values: readonly (readonly [name: string, value: Template])[];
  /** The one request of a session that needs no more; absent where each arrival has its own. */
  readonly fixed: OutgoingRequest | undefined;
}

/** What a script is made from. */
export interface ScriptOptions {
  /** Without faults, see `sessionFaults`. */
  readonly sessions: readonly SessionSpec[];
  /** For steps without their own. */
  readonly timeoutMs: number;
  readonly seed: number;
  readonly mix: MixKind;
}

/**
 * What is asked of each arrival. All that is random in it depends on the seed and the arrival's number
 * alone, never on when it is sent or what became of others.
 */
export class RequestScript {
  /** Names of the kinds of request, see `requestKinds`. */
  readonly kinds: readonly string[];
  /** Whether any session has more than one step. */
  readonly hasSteps: boolean;
  readonly #sessions: readonly PreparedSession[];
  readonly #mix: Mix;
  readonly #seed: number;

  constructor({ sessions, timeoutMs, seed, mix }: ScriptOptions) {
    this.kinds = requestKinds(sessions);
    this.hasSteps = sessions.some(({ steps }) => steps.length > 1);
    let kind = 0;
    this.#sessions = sessions.map((session) => {
      const prepared = prepareSession(session, { firstKind: kind, timeoutMs });
      kind += session.steps.length;
      return prepared;
    });
    this.#mix = mixOf(
      sessions.map(({ weight }) => weight),
      { kind: mix, seed },
    );
    this.#seed = seed;
  }

  /** The first request of an arrival. */
  first(number: number): OutgoingRequest {
    const session = this.#sessions[this.#mix(number)];
    if (session === undefined) throw new RangeError('expected a plan with a session');
    if (session.fixed !== undefined) return session.fixed;
    const begun: Session = {
      number,
      random: numberedRandom(this.#seed, number),
      values: new Map(),
    };
    for (const [name, value] of session.values) begun.values.set(name, value.render(begun));
    return outgoing(session.first, begun);
  }

  /** The request that follows one whose answer passed; absent at its session's end. */
  next({ step, session }: OutgoingRequest): OutgoingRequest | undefined {
    return step.next === undefined || session === undefined
      ? undefined
      : outgoing(step.next, session);
  }

  /** How long the user waits after the answer to a request, ms. */
  thinkMs({ step, session }: OutgoingRequest): number {
    return step.thinkTime === undefined ? 0 : thinkMs(step.thinkTime, session?.random);
  }

  /**
   * Holds an answer against what was expected, and keeps the values that it has for later steps.
   *
   * @returns why it failed, in a few words, after the kind's name where there are several; absent when
   *   it passed.
   */
  failedCheck(
    { step, session }: OutgoingRequest,
    status: number,
    content: AnswerContent | undefined,
  ): string | undefined {
    if (step.judge === undefined) return undefined;
    const judgement = step.judge.judge({ status, content });
    if (judgement.kind === 'failed') {
      return this.kinds.length === 1
        ? judgement.because
        : `${this.kinds[step.kind] ?? ''}: ${judgement.because}`;
    }
    for (const [name, value] of judgement.values) session?.values.set(name, value);
    return undefined;
  }
}

function prepareSession(
  { steps, values }: SessionSpec,
  { firstKind, timeoutMs }: { readonly firstKind: number; readonly timeoutMs: number },
): PreparedSession {
  const headerValues = new Set(
    steps.flatMap(({ request }) =>
      Object.values(request.headers).flatMap((value) => new Template(value, 'header').names),
    ),
  );
  let next: PreparedStep | undefined;
  for (const [index, step] of [...steps.entries()].toReversed()) {
    next = prepareStep(step, {
      kind: firstKind + index,
      next,
      isFirst: index === 0,
      timeoutMs: step.timeoutMs ?? timeoutMs,
      headerValues,
    });
  }
  if (next === undefined) throw new RangeError('expected a session with a step');
  const own = Object.entries(values).map(
    ([name, value]) => [name, new Template(value, 'body')] as const,
  );
  const isFixed = steps.length === 1 && isFixedStep(next);
  return { first: next, values: own, fixed: isFixed ? outgoing(next, undefined) : undefined };
}

function prepareStep(
  { request, checks, extract, thinkTime }: StepSpec,
  of: Pick<PreparedStep, 'kind' | 'next' | 'isFirst' | 'timeoutMs'> & {
    readonly headerValues: ReadonlySet<string>;
  },
): PreparedStep {
  const { headerValues, ...fields } = of;
  const isJudged = checks.length > 0 || Object.keys(extract).length > 0;
  return {
    ...fields,
    method: request.method,
    path: new Template(request.path, 'path'),
    headers: Object.entries(request.headers).map(
      ([name, value]) => [name, new Template(value, 'header')] as const,
    ),
    body: request.body === undefined ? undefined : new Template(request.body, 'body'),
    thinkTime,
    judge: isJudged ? new Judge({ checks, extract, headerValues }) : undefined,
  };
}

/** Whether a step is the same each time and leaves nothing to chance. */
function isFixedStep({ path, headers, body, thinkTime }: PreparedStep): boolean {
  return (
    path.isFixed &&
    headers.every(([, value]) => value.isFixed) &&
    (body === undefined || body.isFixed) &&
    (thinkTime === undefined || thinkTime.kind === 'fixed')
  );
}

const NOTHING_RANDOM: Filling = {
  number: 0,
  random: numberedRandom(0, 0),
  values: new Map<string, string>(),
};

function outgoing(step: PreparedStep, session: Session | undefined): OutgoingRequest {
  const filling = session ?? NOTHING_RANDOM;
  const headers: Record<string, string> = {};
  const path = step.path.render(filling);
  for (const [name, value] of step.headers) headers[name] = value.render(filling);
  return {
    step,
    session,
    isFixed: session === undefined,
    method: step.method,
    path,
    headers,
    ...(step.body === undefined ? {} : { body: step.body.render(filling) }),
    timeoutMs: step.timeoutMs,
    kept: step.judge?.kept ?? 'nothing',
  };
}

function thinkMs(thinkTime: ThinkTime, random: Random | undefined): number {
  if (thinkTime.kind === 'fixed') return thinkTime.ms;
  if (random === undefined) throw new RangeError('expected a session for a random think time');
  if (thinkTime.kind === 'exponential') return -Math.log1p(-random.next()) * thinkTime.meanMs;
  return thinkTime.minMs + random.next() * (thinkTime.maxMs - thinkTime.minMs);
}
