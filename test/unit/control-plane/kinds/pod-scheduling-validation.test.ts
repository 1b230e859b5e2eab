import { describe, expect, it } from 'vitest';
import { schedulingFaults } from '../../../../src/control-plane/kinds/pod-scheduling-validation.js';
import type { PodSpec } from '../../../../src/core/objects.js';
import type {
  NodeSelectorRequirement,
  PodAffinityTerm,
  TopologySpreadConstraint,
} from '../../../../src/core/scheduling-objects.js';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function faults(spec: Partial<PodSpec>): readonly string[] {
  return schedulingFaults('spec', { containers: [], ...spec }).map(
    ({ field, message }) => `${field}: ${message}`,
  );
}

function spread(extra: Partial<TopologySpreadConstraint>): Partial<PodSpec> {
  return {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: {},
        ...extra,
      },
    ],
  };
}

function expression(requirement: NodeSelectorRequirement): Partial<PodSpec> {
  const nodeSelectorTerms = [{ matchExpressions: [requirement] }];
  return { affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms } } } };
}

function near(term: Partial<PodAffinityTerm>): Partial<PodSpec> {
  const whole = { topologyKey: 'zone', labelSelector: {}, ...term };
  return { affinity: { podAffinity: { [REQUIRED]: [whole] } } };
}

const TERM = `spec.affinity.podAffinity.${REQUIRED}[0]`;
const EXPRESSION = `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms[0].matchExpressions[0]`;

describe('schedulingFaults', () => {
  it.each<[string, Partial<PodSpec>, readonly string[]]>([
    ['nothing is wrong with nothing', {}, []],
    ['a sound term', near({ namespaces: ['a'], namespaceSelector: {} }), []],
    [
      'a term without a topology key',
      near({ topologyKey: '' }),
      [
        `${TERM}.topologyKey: Required value: can not be empty`,
        `${TERM}.topologyKey: Invalid value: "": name part must be non-empty`,
        `${TERM}.topologyKey: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
      ],
    ],
    [
      'a key that is to match and not to match',
      near({ matchLabelKeys: ['a'], mismatchLabelKeys: ['a'] }),
      [
        `${TERM}.matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and mismatchLabelKeys`,
      ],
    ],
    [
      'a wish without weight',
      {
        affinity: {
          podAntiAffinity: {
            [PREFERRED]: [{ weight: 0, podAffinityTerm: { topologyKey: 'zone' } }],
          },
        },
      },
      [
        `spec.affinity.podAntiAffinity.${PREFERRED}[0].weight: Invalid value: 0: must be in the range 1-100`,
      ],
    ],
    [
      'In without values',
      expression({ key: 'a', operator: 'In' }),
      [
        `${EXPRESSION}.values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
      ],
    ],
    [
      'Gt with two values',
      expression({ key: 'a', operator: 'Gt', values: ['1', '2'] }),
      [
        `${EXPRESSION}.values: Required value: must be specified single value when \`operator\` is 'Lt' or 'Gt'`,
      ],
    ],
    [
      'no node selector term',
      { affinity: { nodeAffinity: { [REQUIRED]: {} } } },
      [
        `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms: Required value: must have at least one node selector term`,
      ],
    ],
    [
      'a skew of 0 over no key',
      spread({ maxSkew: 0, topologyKey: '' }),
      [
        'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
        'spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty',
      ],
    ],
    [
      'domains that a soft constraint wants',
      spread({ whenUnsatisfiable: 'ScheduleAnyway', minDomains: 2 }),
      [
        'spec.topologySpreadConstraints[0].minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
      ],
    ],
    [
      'one constraint twice',
      {
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
          { maxSkew: 2, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
        ],
      },
      [
        'spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"',
      ],
    ],
  ])('%s', (_sentence, spec, expected) => {
    expect(faults(spec)).toEqual(expected);
  });
});
