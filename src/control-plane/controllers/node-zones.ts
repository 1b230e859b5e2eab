/** How fast nodes of a zone may be given up: a whole zone that is gone is rather our own network. */
import type { Node } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';

// cmd/kube-controller-manager/app/options/nodelifecyclecontroller.go
const EVICTIONS_PER_SECOND = 0.1;
const SECONDARY_EVICTIONS_PER_SECOND = 0.01;
const LARGE_CLUSTER_NODES = 50;
const UNHEALTHY_ZONE_THRESHOLD = 0.55;

type ZoneState = 'initial' | 'normal' | 'partial' | 'full';

interface Zone {
  state: ZoneState;
  perSecond: number;
  /** When the next node may be tainted. */
  freeAtMs: EpochMs;
  /** Names of nodes to taint, first come first. */
  readonly queue: Set<string>;
}

/** What a round of looks made of the zones. */
export interface ZoneRound {
  /** Every node is lost: nobody is evicted, and those that are marked are let go. */
  readonly isStopping: boolean;
  /** Some nodes are back: all of them get time to show that they live. */
  readonly isResuming: boolean;
}

/** The zone of a node: region and zone. @see Source: `component-helpers/node/topology/helpers.go`. */
export function zoneOf({ metadata }: Node): string {
  const region = metadata.labels?.['topology.kubernetes.io/region'] ?? '';
  const zone = metadata.labels?.['topology.kubernetes.io/zone'] ?? '';
  return region === '' && zone === '' ? '' : `${region}:\u0000:${zone}`;
}

/**
 * Zones, their states, and which node is tainted next: one in 10 s and zone.
 *
 * @see Source: kubernetes `pkg/controller/nodelifecycle/node_lifecycle_controller.go`, `handleDisruption`
 *   and `doNoExecuteTaintingPass`; `scheduler/rate_limited_queue.go`.
 */
export class NodeZones {
  readonly #zones = new Map<string, Zone>();

  /** Puts a node in line to be tainted. */
  enqueue(zone: string, node: string): void {
    this.#zone(zone).queue.add(node);
  }

  /** Takes a node out of the line. */
  dequeue(zone: string, node: string): void {
    this.#zone(zone).queue.delete(node);
  }

  /** Nodes whose turn it is; those that are given are out of the line. */
  takeDue(nowMs: EpochMs): readonly string[] {
    const due: string[] = [];
    for (const zone of this.#zones.values()) {
      for (const node of zone.queue) {
        if (zone.perSecond === 0 || zone.freeAtMs > nowMs) break;
        zone.freeAtMs = nowMs + 1_000 / zone.perSecond;
        zone.queue.delete(node);
        due.push(node);
      }
    }
    return due;
  }

  /** When the next turn is; undefined: nobody waits, or nobody may go. */
  get nextDueMs(): EpochMs | undefined {
    const times = [...this.#zones.values()]
      .filter(({ queue, perSecond }) => queue.size > 0 && perSecond > 0)
      .map(({ freeAtMs }) => freeAtMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** @param readiness - of every node by zone, as it now is. */
  round(readiness: ReadonlyMap<string, readonly boolean[]>, nowMs: EpochMs): ZoneRound {
    const states = new Map([...readiness].map(([name, nodes]) => [name, stateOf(nodes)]));
    for (const name of states.keys()) this.#zone(name);
    for (const name of this.#zones.keys()) if (!states.has(name)) this.#zones.delete(name);
    const isAllLost = [...states.values()].every((state) => state === 'full');
    const wasAllLost = [...this.#zones.values()].every(({ state }) => state === 'full');
    if (isAllLost && wasAllLost) return { isStopping: false, isResuming: false };
    if (isAllLost) {
      for (const zone of this.#zones.values()) {
        zone.state = 'full';
        zone.perSecond = 0;
        zone.queue.clear();
      }
      return { isStopping: true, isResuming: false };
    }
    for (const [name, zone] of this.#zones) {
      const state = states.get(name) ?? 'normal';
      if (state === zone.state && !wasAllLost) continue;
      zone.state = state;
      zone.perSecond = rateOf(state, readiness.get(name)?.length ?? 0);
      zone.freeAtMs = Math.max(zone.freeAtMs, nowMs);
    }
    return { isStopping: false, isResuming: wasAllLost };
  }

  /** Forgets everything. */
  clear(): void {
    this.#zones.clear();
  }

  #zone(name: string): Zone {
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      zone = {
        state: 'initial',
        perSecond: EVICTIONS_PER_SECOND,
        freeAtMs: Number.NEGATIVE_INFINITY,
        queue: new Set(),
      };
      this.#zones.set(name, zone);
    }
    return zone;
  }
}

/** @see Source: `node_lifecycle_controller.go`, `ComputeZoneState`. */
function stateOf(readiness: readonly boolean[]): ZoneState {
  const lost = readiness.filter((isReady) => !isReady).length;
  if (lost > 0 && lost === readiness.length) return 'full';
  return lost > 2 && lost / readiness.length >= UNHEALTHY_ZONE_THRESHOLD ? 'partial' : 'normal';
}

function rateOf(state: ZoneState, nodes: number): number {
  if (state !== 'partial') return EVICTIONS_PER_SECOND;
  return nodes > LARGE_CLUSTER_NODES ? SECONDARY_EVICTIONS_PER_SECOND : 0;
}
