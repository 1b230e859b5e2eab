/** The `nodes` part of an experiment file: how many virtual nodes share this machine, and what each is. */
import { z } from 'zod';
import { milliValue, parseQuantity, wholeValue } from '../core/quantity.js';
import type { Taint } from '../core/objects.js';
import type { NodeSettings } from './experiment.js';
import { label, pattern, text, wholeNumber } from './values.js';

/** The most nodes that one cluster may have. */
export const MAX_NODES = 1_000;
const DEFAULT_MAX_PODS = 110;
const MOST_PODS = 10_000;
const LABEL_NAME = String.raw`[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?`;
const LABEL_KEY = String.raw`(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?${LABEL_NAME}`;
const LABEL_VALUE = `(?:${LABEL_NAME})?`;
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;
const TAINT = new RegExp(`^(${LABEL_KEY})(?:=(${LABEL_VALUE}))?:(${EFFECTS.join('|')})$`);
const TAINT_FORM = 'a taint as kubectl writes it, such as dedicated=batch:NoSchedule';

const CPU = 'an amount of CPU above 0, such as 2 or 500m';
const MEMORY = 'an amount of memory above 0, such as 4Gi or 512Mi';

function amount(expected: string) {
  return z
    .union([z.number(expected), z.string(expected)], expected)
    .transform(String)
    .refine((written) => (parseQuantity(written)?.nano ?? 0n) > 0n, expected);
}

const labelValue = pattern(
  new RegExp(`^${LABEL_VALUE}$`),
  'a label value: at most 63 letters, digits, "-", "_" and "."',
);

const nodeGroup = z.strictObject({
  name: label(50)
    .prefault('node')
    .describe('Name of the node; with `count`, of the nodes NAME-1, NAME-2, ...'),
  count: wholeNumber(1, MAX_NODES).optional().describe('How many such nodes; one by default.'),
  cpu: amount(CPU)
    .transform(milliValue)
    .optional()
    .describe('Kubernetes CPUs of each; an even share of what this machine has by default.'),
  memory: amount(MEMORY)
    .transform(wholeValue)
    .optional()
    .describe('Memory of each; an even share of what this machine has by default.'),
  pods: wholeNumber(1, MOST_PODS)
    .prefault(DEFAULT_MAX_PODS)
    .describe('The most pods that each takes.'),
  zone: labelValue.optional().describe('Label topology.kubernetes.io/zone.'),
  region: labelValue.optional().describe('Label topology.kubernetes.io/region.'),
  labels: z
    .record(
      pattern(new RegExp(`^${LABEL_KEY}$`), 'a label key'),
      labelValue,
      'a mapping from label keys to values',
    )
    .prefault({})
    .describe('More labels.'),
  taints: z
    .array(text(TAINT_FORM).regex(TAINT, TAINT_FORM), 'a list of taints')
    .prefault([])
    .describe('Taints: dedicated=batch:NoSchedule.'),
});

type NodeGroup = z.output<typeof nodeGroup>;

const COUNT_OR_LIST = `a whole number from 1 to ${MAX_NODES}, or a list of nodes`;

/** `3`, or a list of groups of equal nodes; read as every single node. */
export const nodes = z
  .union(
    [
      wholeNumber(1, MAX_NODES),
      z.array(nodeGroup, COUNT_OR_LIST).min(1, 'at least one node').superRefine(uniqueNames),
    ],
    COUNT_OR_LIST,
  )
  .transform((given) =>
    typeof given === 'number' ? nodesOf([defaultGroup(given)]) : nodesOf(given),
  );

function defaultGroup(count: number): NodeGroup {
  return nodeGroup.parse({ count });
}

function uniqueNames(groups: readonly NodeGroup[], context: z.RefinementCtx): void {
  const known = new Set<string>();
  for (const [index, group] of groups.entries()) {
    const twice = namesOf(group).find((name) => known.has(name));
    for (const name of namesOf(group)) known.add(name);
    if (twice === undefined) continue;
    const message = `a name of its own: there is a node ${twice} already`;
    context.addIssue({ code: 'custom', path: [index, 'name'], message });
  }
}

function namesOf({ name, count }: NodeGroup): readonly string[] {
  if (count === undefined) return [name];
  return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

function nodesOf(groups: readonly NodeGroup[]): readonly NodeSettings[] {
  return groups.flatMap((group) => namesOf(group).map((name) => nodeOf(name, group)));
}

function nodeOf(name: string, group: NodeGroup): NodeSettings {
  const { cpu, memory, pods, zone, region, labels, taints } = group;
  return {
    name,
    ...(cpu === undefined ? {} : { cpuMillicores: cpu }),
    ...(memory === undefined ? {} : { memoryBytes: memory }),
    pods,
    labels: {
      ...(region === undefined ? {} : { 'topology.kubernetes.io/region': region }),
      ...(zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }),
      ...labels,
    },
    taints: taints.map(taintOf),
  };
}

function taintOf(written: string): Taint {
  const [, key = '', value = '', word] = TAINT.exec(written) ?? [];
  const effect = EFFECTS.find((each) => each === word) ?? 'NoSchedule';
  return { key, ...(value === '' ? {} : { value }), effect };
}
