/** Faults that an experiment plans: what goes wrong on the cluster while its load is sent. */

/** All instants count from the first request, ms. */
export type PlannedFault =
  | {
      /** The oldest running containers end as if killed. */
      readonly what: 'crash';
      readonly atMs: number;
      readonly pods: number;
    }
  | {
      /** Readiness probes of the oldest pods fail, whatever their service answers. */
      readonly what: 'unready';
      readonly atMs: number;
      readonly forMs: number;
      readonly pods: number;
    }
  | {
      /** Containers that start meanwhile take so much longer until they are ready (their `START_DELAY_MS`). */
      readonly what: 'slow-start';
      readonly atMs: number;
      readonly forMs: number;
      readonly byMs: number;
    }
  | {
      /** `off`: switched off; `cut-off`: its network is cut and its processes go on. */
      readonly what: 'node-off' | 'node-cut-off';
      readonly atMs: number;
      /** Absent: until the end of the run. */
      readonly forMs?: number;
      readonly node: string;
    }
  | {
      /** metrics-server reaches no node: at its next scrape there are no metrics. */
      readonly what: 'metrics-outage';
      readonly atMs: number;
      readonly forMs: number;
    }
  | {
      /** What the metrics API answers is so much older. */
      readonly what: 'metrics-lag';
      readonly atMs: number;
      readonly forMs: number;
      readonly byMs: number;
    }
  | {
      /** The node is not there at first, and joins so long after a pod found no place. */
      readonly what: 'node-late';
      readonly node: string;
      readonly byMs: number;
    };

/** One that begins at an instant. */
export type TimedFault = Exclude<PlannedFault, { readonly what: 'node-late' }>;

/** Whether it begins at an instant, and not by what happens on the cluster. */
export function isTimed(fault: PlannedFault): fault is TimedFault {
  return fault.what !== 'node-late';
}

/** How long each late node takes to join, by name. */
export function lateNodes(faults: readonly PlannedFault[]): ReadonlyMap<string, number> {
  return new Map(
    faults.flatMap((fault) =>
      fault.what === 'node-late' ? [[fault.node, fault.byMs] as const] : [],
    ),
  );
}
