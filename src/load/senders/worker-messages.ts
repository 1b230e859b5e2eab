/**
 * What the harness and a load worker say to each other, a line each. To the worker: JSON on its input.
 * From it: what must not be lost is numbered and goes to its output, which the cluster keeps as its log;
 * answers to the harness, which are worth something at once or not at all, go to its standard error.
 */
import { isRecord } from '../../core/json.js';
import type { EpochMs } from '../../time/clock.js';
import type { LoadShare } from '../plan-shares.js';
import type { LoadPlan } from '../sender.js';
import type { EngineChoice, FromSender } from './sender-messages.js';

/** To a worker. What has an `id` may come twice and counts once. */
export type ToWorker =
  | { readonly kind: 'ping'; readonly n: number }
  | {
      readonly kind: 'plan';
      readonly id: number;
      /** With this worker's part of all that is bounded, see `planShare`. */
      readonly plan: LoadPlan;
      readonly engine: EngineChoice;
      readonly share: LoadShare;
    }
  | {
      readonly kind: 'start';
      /** Of the plan that is to be sent. */
      readonly id: number;
      readonly baseUrl: string;
      /** By the worker's own clock. */
      readonly startAtMs: EpochMs;
    }
  | { readonly kind: 'stop' }
  /** Tell again what was numbered so, and all after it. */
  | { readonly kind: 'again'; readonly from: number }
  | { readonly kind: 'bye' };

/** What a worker answers at once. */
export type WorkerAnswer =
  /** `atMs`: its clock when it read the ping. */
  | { readonly kind: 'pong'; readonly n: number; readonly atMs: EpochMs }
  | { readonly kind: 'planned'; readonly id: number }
  | { readonly kind: 'started'; readonly id: number };

const TO_WORKER: ReadonlySet<string> = new Set<ToWorker['kind']>([
  'ping',
  'plan',
  'start',
  'stop',
  'again',
  'bye',
]);
const ANSWERS: ReadonlySet<string> = new Set<WorkerAnswer['kind']>(['pong', 'planned', 'started']);
const TOLD: ReadonlySet<string> = new Set<FromSender['kind']>([
  'second',
  'progress',
  'done',
  'failed',
]);

/** A message to a worker as a line, without its end. */
export function toWorkerLine(message: ToWorker): string {
  return JSON.stringify(message);
}

/** The message of a line; undefined when it is none. */
export function readToWorker(line: string): ToWorker | undefined {
  const value = readJson(line);
  return isToWorker(value) ? value : undefined;
}

/** An answer as a line, without its end. */
export function answerLine(answer: WorkerAnswer): string {
  return `!${JSON.stringify(answer)}`;
}

/** The answer of a line; undefined when it is something else, such as a warning of Node. */
export function readAnswer(line: string): WorkerAnswer | undefined {
  const value = line.startsWith('!') ? readJson(line.slice(1)) : undefined;
  return isAnswer(value) ? value : undefined;
}

/** A numbered line, without its end. */
export function toldLine(number: number, message: FromSender): string {
  return `@${number} ${JSON.stringify(message)}`;
}

const NUMBERED = /^@(\d{1,15}) /;

/** The number of a line; undefined when it has none. */
export function numberOf(line: string): number | undefined {
  const digits = NUMBERED.exec(line)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The message of a numbered line; undefined when it was cut. */
export function readTold(line: string): FromSender | undefined {
  const value = readJson(line.slice(line.indexOf(' ') + 1));
  return isTold(value) ? value : undefined;
}

/** Both sides are this program, in one version: what kind it is says all of its shape. */
function isOneOf(value: unknown, kinds: ReadonlySet<string>): boolean {
  return isRecord(value) && typeof value['kind'] === 'string' && kinds.has(value['kind']);
}

function isToWorker(value: unknown): value is ToWorker {
  return isOneOf(value, TO_WORKER);
}

function isAnswer(value: unknown): value is WorkerAnswer {
  return isOneOf(value, ANSWERS);
}

function isTold(value: unknown): value is FromSender {
  return isOneOf(value, TOLD);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
