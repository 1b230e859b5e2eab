/** What the harness and the sender's process say to each other. */
import type { EpochMs } from '../../time/clock.js';
import type { LoadPlan, LoadProgress, LoadSecond, LoadSummary } from '../sender.js';

/** The engines a sender can be asked for; `auto` takes the one that fits the plan. */
export type EngineChoice = 'auto' | 'socket' | 'undici' | 'autocannon';

/** To the sender's process. */
export type ToSender =
  | {
      readonly kind: 'start';
      readonly plan: LoadPlan;
      readonly baseUrl: string;
      readonly startAtMs: EpochMs;
      readonly engine: EngineChoice;
      /** This sender's share of an open load's arrivals: every `count`-th, the `index`-th first. */
      readonly share: { readonly index: number; readonly count: number };
    }
  | { readonly kind: 'stop' };

/** From the sender's process. */
export type FromSender =
  | { readonly kind: 'second'; readonly second: LoadSecond }
  | { readonly kind: 'progress'; readonly progress: LoadProgress }
  | { readonly kind: 'done'; readonly summary: LoadSummary }
  | { readonly kind: 'failed'; readonly message: string };
