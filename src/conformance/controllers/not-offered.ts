/** Recorded scenarios that do not pass yet. A reviewed list that only shrinks. */

/** Why each does not, by name. */
export const NOT_OFFERED: Readonly<Record<string, string>> = {
  'deployment-quota': 'ResourceQuota is not offered yet',
  'deployment-proportional-three-sets':
    'a template is replaced in the very milliseconds in which pods of the old one get ready: which of them count is a matter of ms',
  'scheduler-affinity-to-self': 'pod affinity is not offered yet',
  'scheduler-anti-affinity-required': 'pod anti-affinity is not offered yet',
  'scheduler-preemption-replicaset': 'PriorityClass and preemption are not offered yet',
  'scheduler-spread-zone-hard': 'topology spread constraints are not offered yet',
};
