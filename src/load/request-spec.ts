/** What a load asks: sessions of one request or of several, with weights, as plain data. */

/** A request. Its path, header values and body may have places such as `${int(1,9)}` in them. */
export interface RequestSpec {
  readonly method: string;
  /** Path with query, beginning with `/`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Statuses from one to another, both included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** What a text is to be: just that, or something that a regular expression finds. */
export type ExpectedText =
  | { readonly kind: 'equals'; readonly text: string }
  | { readonly kind: 'matches'; readonly pattern: string; readonly flags: string };

/** What a field of an answer in JSON is to be. */
export type ExpectedJson =
  | { readonly kind: 'exists' }
  | { readonly kind: 'value'; readonly value: string | number | boolean | null }
  | { readonly kind: 'matches'; readonly pattern: string; readonly flags: string };

/** What an answer is to be; one that is not counts as failed (`check`). */
export type CheckSpec =
  | { readonly kind: 'status'; readonly allowed: readonly StatusRange[] }
  | { readonly kind: 'header'; readonly name: string; readonly expected: ExpectedText }
  | { readonly kind: 'body-contains'; readonly text: string }
  | { readonly kind: 'json'; readonly path: string; readonly expected: ExpectedJson };

/** Where in an answer a value for later steps is found; an answer without it counts as failed (`check`). */
export type ExtractionSpec =
  | { readonly kind: 'json'; readonly path: string }
  | { readonly kind: 'header'; readonly name: string }
  /** The first group of the first match in the body; the whole match where there is no group. */
  | { readonly kind: 'regex'; readonly pattern: string; readonly flags: string };

/** How long a user waits between an answer and the next request. */
export type ThinkTime =
  | { readonly kind: 'fixed'; readonly ms: number }
  /** Evenly spread between the two. */
  | { readonly kind: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: 'exponential'; readonly meanMs: number };

/** One request of a session, and what its answer is for. */
export interface StepSpec {
  /** Its own within the session. */
  readonly name: string;
  readonly request: RequestSpec;
  /** From the send; absent: the plan's. */
  readonly timeoutMs?: number;
  readonly checks: readonly CheckSpec[];
  /** Values for later steps of the session, by name. */
  readonly extract: Readonly<Record<string, ExtractionSpec>>;
  /** After its answer: before the next step, and in the closed model before the next session. Absent: none. */
  readonly thinkTime?: ThinkTime;
}

/** What one arrival asks: its steps one after the other, each when the one before was answered. */
export interface SessionSpec {
  /** Its own within the plan. */
  readonly name: string;
  /** Its share of the sessions is its weight of the sum of all weights; above 0. */
  readonly weight: number;
  /** Texts with places that are filled in once a session, by name, for all its steps. */
  readonly values: Readonly<Record<string, string>>;
  /** At least one. */
  readonly steps: readonly StepSpec[];
}

/** The requests of a plan that asks the same of every arrival. */
export function oneRequest(request: RequestSpec): readonly SessionSpec[] {
  const step: StepSpec = { name: 'request', request, checks: [], extract: {} };
  return [{ name: 'request', weight: 1, values: {}, steps: [step] }];
}

/**
 * The kinds of request that reports tell apart: the session's name where it has one step, else
 * `session/step`. In the order of the plan.
 */
export function requestKinds(sessions: readonly SessionSpec[]): readonly string[] {
  return sessions.flatMap(({ name, steps }) =>
    steps.length === 1 ? [name] : steps.map((step) => `${name}/${step.name}`),
  );
}
