/** Recorded exchanges with a real API server: their shape, and how they are read. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

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

export interface VectorResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
  readonly text?: string;
  readonly events?: readonly unknown[];
}

export interface VectorStep {
  readonly request: VectorRequest;
  readonly response: VectorResponse;
  readonly during?: readonly VectorStep[];
}

export interface Scenario {
  readonly name: string;
  readonly topic: string;
  readonly about: string;
  readonly namespaces?: number;
  readonly managedFields?: boolean;
  readonly steps: readonly VectorStep[];
}

/** Every scenario of a gzipped file with one JSON object a line. */
export function readScenarios(path: URL): readonly Scenario[] {
  return gunzipSync(readFileSync(path))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parsedScenario(line));
}

function parsedScenario(line: string): Scenario {
  const scenario: Scenario = JSON.parse(line);
  return scenario;
}
