/** Recorded exchanges with a real API server: their shape, and how they are read. */
import { fieldOf } from '../../core/json.js';

/** What was sent; texts may hold `{{placeholders}}`. */
export interface VectorRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
  readonly identity?: string;
  readonly watch?: { readonly readEvents?: number; readonly untilClosed?: boolean };
  readonly waitBeforeMs?: number;
  readonly project?: string;
}

/** What the real server answered. */
export interface VectorResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
  readonly text?: string;
  readonly events?: readonly unknown[];
}

/** One exchange; `during` runs while its stream is open. */
export interface VectorStep {
  readonly request: VectorRequest;
  readonly response: VectorResponse;
  readonly during?: readonly VectorStep[];
}

/** A recorded scenario: its exchanges in order. */
export interface Scenario {
  readonly name: string;
  readonly topic: string;
  readonly about: string;
  readonly namespaces?: number;
  readonly managedFields?: boolean;
  readonly steps: readonly VectorStep[];
}

/**
 * A scenario from its line.
 *
 * @throws {SyntaxError} when the line is no JSON, or no scenario of an API server.
 */
export function parseScenario(line: string): Scenario {
  const value: unknown = JSON.parse(line);
  const faults = ['topic', 'name'].filter((field) => typeof fieldOf(value, field) !== 'string');
  if (!areSteps(fieldOf(value, 'steps'))) faults.push('steps');
  if (faults.length > 0) {
    throw new SyntaxError(
      `expected a scenario of an API server; missing or wrong: ${faults.join(', ')}`,
    );
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the player relies on was looked at
  return value as Scenario;
}

function areSteps(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (step) =>
        typeof fieldOf(fieldOf(step, 'request'), 'method') === 'string' &&
        typeof fieldOf(fieldOf(step, 'request'), 'path') === 'string' &&
        typeof fieldOf(fieldOf(step, 'response'), 'status') === 'number',
    )
  );
}
