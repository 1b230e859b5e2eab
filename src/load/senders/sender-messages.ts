/** What the harness and the sender's process say to each other. */
import type { EpochMs } from '../../time/clock.js';
import type { ShareSummary } from '../merge-shares.js';
import type { LoadShare } from '../plan-shares.js';
import type { LoadPlan, LoadProgress, LoadSecond } from '../sender.js';

/** The engines a sender can be asked for; `auto` takes the one that fits the plan. */
export type EngineChoice = 'auto' | 'socket' | 'undici' | 'autocannon';

/** To the sender's process. */
export type ToSender =
  | {
      readonly kind: 'start';
      /** With this sender's part of all that is bounded, see `planShare`. */
      readonly plan: LoadPlan;
      readonly baseUrl: string;
      readonly startAtMs: EpochMs;
      readonly engine: EngineChoice;
      /** Which arrivals (closed model: sessions) are this sender's. */
      readonly share: LoadShare;
    }
  | { readonly kind: 'stop' };

/** From the sender's process. */
export type FromSender =
  | { readonly kind: 'second'; readonly second: LoadSecond }
  | { readonly kind: 'progress'; readonly progress: LoadProgress }
  | ({ readonly kind: 'done' } & ShareSummary)
  | { readonly kind: 'failed'; readonly message: string };
