/** Whether the service should get traffic, and if not, why. */
import type { Config } from './config.js';

/** One reason not to be ready. */
export interface UnreadyReason {
  readonly reason: 'starting' | 'draining' | 'overloaded' | 'fault';
  readonly message: string;
}

/** What readiness depends on, at one instant. */
export interface ReadinessState {
  /** Since the process started. */
  readonly elapsedMs: number;
  readonly isDraining: boolean;
  readonly eventLoopLagMs: number;
}

type Settings = Pick<Config, 'startDelayMs' | 'readyMaxEventLoopLagMs' | 'readyFailure'>;

/** Every reason not to be ready; none means ready. */
export function unreadyReasons(
  settings: Settings,
  state: ReadinessState,
): readonly UnreadyReason[] {
  const { readyMaxEventLoopLagMs: maxLagMs, readyFailure } = settings;
  const reasons: UnreadyReason[] = [];
  if (isStarting(settings, state.elapsedMs)) {
    const leftMs = Math.ceil(settings.startDelayMs - state.elapsedMs);
    reasons.push({ reason: 'starting', message: `starting for ${leftMs} ms more` });
  }
  if (state.isDraining) {
    reasons.push({ reason: 'draining', message: 'asked to end; finishing what is in flight' });
  }
  if (maxLagMs !== undefined && state.eventLoopLagMs > maxLagMs) {
    const lag = `the event loop was ${Math.round(state.eventLoopLagMs)} ms late`;
    reasons.push({ reason: 'overloaded', message: `${lag}; at most ${maxLagMs} ms are allowed` });
  }
  if (readyFailure !== undefined && isWithin(state.elapsedMs, readyFailure)) {
    const { fromMs, toMs } = readyFailure;
    const until = toMs === undefined ? 'for good' : `to ${toMs} ms`;
    reasons.push({ reason: 'fault', message: `told to fail from ${fromMs} ms ${until}` });
  }
  return reasons;
}

/** Whether the start-up delay has not passed yet. */
export function isStarting(
  { startDelayMs }: Pick<Config, 'startDelayMs'>,
  elapsedMs: number,
): boolean {
  return elapsedMs < startDelayMs;
}

function isWithin(elapsedMs: number, span: { fromMs: number; toMs: number | undefined }): boolean {
  return elapsedMs >= span.fromMs && (span.toMs === undefined || elapsedMs < span.toMs);
}
