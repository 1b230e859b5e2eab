/** Response times of the last second, as live views show them. */
import { ABSENT, latencyText } from './format.js';

/** What a sender told of the last second. */
export interface LiveResponse {
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** Of several processes the percentiles are the slowest one's; absent: one. */
  readonly processes?: number;
}

/** `p50 61ms   p99 1.24s`, and of how many processes the slowest it is. */
export function liveResponse({ p50Ms, p99Ms, processes }: LiveResponse): string {
  const whose = processes === undefined ? '' : ` (the slowest of ${processes} processes)`;
  return `p50 ${shown(p50Ms)}   p99 ${shown(p99Ms)}${whose}`;
}

/** The same in few words, for a line of a log; undefined when nothing was answered. */
export function liveP99({ p99Ms, processes }: LiveResponse): string | undefined {
  if (p99Ms === undefined) return undefined;
  return `p99 ${latencyText(p99Ms)}${processes === undefined ? '' : ' (slowest process)'}`;
}

function shown(ms: number | undefined): string {
  return ms === undefined ? ABSENT : latencyText(ms);
}
