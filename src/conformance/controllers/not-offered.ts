/** Recorded scenarios that do not pass yet. Reviewed lists that only shrink. */

/** What is about something that is not offered, by name, and what that is. */
export const NOT_OFFERED: Readonly<Record<string, string>> = {
  'deployment-quota': 'ResourceQuota is not offered yet',
  'scheduler-affinity-to-self': 'pod affinity is not offered yet',
  'scheduler-anti-affinity-required': 'pod anti-affinity is not offered yet',
  'scheduler-preemption-replicaset': 'PriorityClass and preemption are not offered yet',
  'scheduler-spread-zone-hard': 'topology spread constraints are not offered yet',
};

/** What is offered and differs all the same, by name, and why; it counts as failed. */
export const KNOWN_MISSES: Readonly<Record<string, string>> = {
  'deployment-proportional-three-sets':
    'a template is replaced in the very milliseconds in which pods of the old one get ready: which of them count is a matter of ms',
};
