/** The `faults` part of an experiment file: what goes wrong on the cluster, and when. */
import { z } from 'zod';
import type { PlannedFault } from '../core/planned-fault.js';
import { valueAt } from '../core/json.js';
import type { Fault } from './fault.js';
import { duration, text, wholeNumber } from './values.js';
import type { RawDocument } from './yaml-document.js';

const at = duration().describe('From the first request.');
const lasts = duration({ above0: true }).describe('How long it lasts.');
const pods = wholeNumber(1, 10_000).prefault(1).describe('How many pods, the oldest first.');
const node = text('the name of a node').describe('Name of a node of embedded.nodes.');

const timed = { at, for: lasts };

const fault = z.discriminatedUnion(
  'what',
  [
    z.strictObject({
      what: z.literal('crash').describe('Containers end as if killed, and are restarted.'),
      at,
      pods,
    }),
    z.strictObject({
      what: z.literal('unready').describe('Readiness probes fail: the pods leave the endpoints.'),
      ...timed,
      pods,
    }),
    z.strictObject({
      what: z
        .literal('slow-start')
        .describe('Containers that start meanwhile take longer until they are ready.'),
      ...timed,
      by: duration({ above0: true }).describe(
        'How much longer containers take that start meanwhile: their START_DELAY_MS.',
      ),
    }),
    z.strictObject({
      what: z.literal('node-off').describe('A node is switched off, and its processes are gone.'),
      at,
      for: lasts.optional(),
      node,
    }),
    z.strictObject({
      what: z
        .literal('node-cut-off')
        .describe('The network of a node is cut; its processes go on.'),
      at,
      for: lasts.optional(),
      node,
    }),
    z.strictObject({
      what: z.literal('metrics-outage').describe('metrics-server reaches no node.'),
      ...timed,
    }),
    z.strictObject({
      what: z.literal('metrics-lag').describe('What the metrics API tells is older.'),
      ...timed,
      by: duration({ above0: true }).describe('How much older metrics are.'),
    }),
    z.strictObject({
      what: z.literal('node-late').describe('A node joins only when a pod found no place.'),
      node,
      by: duration().describe('From when a pod found no place until the node joins.'),
    }),
  ],
  'crash, unready, slow-start, node-off, node-cut-off, metrics-outage, metrics-lag or node-late',
);

/** The `faults` part of an experiment file; instants count from the first request. */
export const plannedFaults = z.array(fault, 'a list of faults').prefault([]);

/** As the rest of the lab has them. */
export function plannedFaultsOf(input: z.output<typeof plannedFaults>): readonly PlannedFault[] {
  return input.map((one): PlannedFault => {
    switch (one.what) {
      case 'crash':
        return { what: one.what, atMs: one.at, pods: one.pods };
      case 'unready':
        return { what: one.what, atMs: one.at, forMs: one.for, pods: one.pods };
      case 'slow-start':
      case 'metrics-lag':
        return { what: one.what, atMs: one.at, forMs: one.for, byMs: one.by };
      case 'metrics-outage':
        return { what: one.what, atMs: one.at, forMs: one.for };
      case 'node-late':
        return { what: one.what, node: one.node, byMs: one.by };
      case 'node-off':
      case 'node-cut-off': {
        const { what, node: name, at: atMs, for: forMs } = one;
        return { what, atMs, node: name, ...(forMs === undefined ? {} : { forMs }) };
      }
      default:
        return one satisfies never;
    }
  });
}

/** Faults of nodes that the experiment does not have, and of faults on a cluster that is not ours to break. */
export function plannedFaultPlaces(document: RawDocument): readonly Fault[] {
  const { content } = document;
  const list = valueAt(content, ['faults']);
  if (!Array.isArray(list) || list.length === 0) return [];
  if (valueAt(content, ['target']) === 'kubernetes') {
    const expected = 'no faults: they are for clusters of our own, embedded and simulated';
    return [document.fault(['faults'], expected)];
  }
  const known = nodeNames(valueAt(content, ['embedded', 'nodes']));
  return list.flatMap((each: unknown, index): readonly Fault[] => {
    const name = valueAt(each, ['node']);
    if (typeof name !== 'string' || known.has(name)) return [];
    const expected =
      known.size === 0
        ? 'a node of embedded.nodes, which names none'
        : `one of the nodes ${[...known].slice(0, 10).join(', ')}`;
    return [document.fault(['faults', index, 'node'], expected)];
  });
}

function nodeNames(nodes: unknown): ReadonlySet<string> {
  const groups: readonly unknown[] = Array.isArray(nodes)
    ? nodes
    : typeof nodes === 'number'
      ? [{ count: nodes }]
      : [];
  return new Set(
    groups.flatMap((group) => {
      const own = valueAt(group, ['name']);
      const name = typeof own === 'string' ? own : 'node';
      const count = valueAt(group, ['count']);
      if (typeof count !== 'number' || !(count <= 1_000)) return [name];
      return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
    }),
  );
}
