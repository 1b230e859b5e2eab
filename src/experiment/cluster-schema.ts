/** The `cluster` part of an experiment file: which real cluster, and how the service is reached there. */
import { z } from 'zod';
import { SERVICE_ROUTES, type ClusterSettings } from './cluster-settings.js';
import { duration, pattern, text, word } from './values.js';

const URL_FORM = /^https?:\/\/[^\s/]+/;
const NAMESPACE_AND_NAME = /^[a-z0-9][-a-z0-9]*\/[a-z0-9][-a-z0-9.]*$/;

const service = z.strictObject({
  url: pattern(URL_FORM, 'a URL that begins with http:// or https://')
    .optional()
    .describe('Where the service is reached; without it the cluster is asked.'),
  via: word(['auto', ...SERVICE_ROUTES])
    .prefault('auto')
    .describe(
      'How it is reached where no url is given; auto takes the first that there is of ingress, load-balancer, node-port, else port-forward.',
    ),
});

/** The `cluster` part of an experiment file. */
export const cluster = z.strictObject({
  context: text('the name of a context of the kubeconfig')
    .optional()
    .describe('Context of the kubeconfig; never taken from its current-context.'),
  kubeconfig: text('a path')
    .optional()
    .describe('Kubeconfig, relative to this file; $KUBECONFIG or ~/.kube/config by default.'),
  image: text('the name of a container image')
    .optional()
    .describe('Image of the service under test, instead of the one in the manifests.'),
  pullSecret: pattern(NAMESPACE_AND_NAME, 'namespace/name of a Secret that is there')
    .optional()
    .describe(
      'Secret for a private registry, as namespace/name: copied into the namespace of the run.',
    ),
  service: service.prefault({}).describe('How the service is reached from where the load is sent.'),
  expiresAfter: duration({ above0: true })
    .prefault('2h')
    .describe(
      'Time after the planned end of a run from which anyone may remove what it left (npm run gc).',
    ),
});

/** What a valid `cluster` says, after durations were read. */
type ClusterInput = z.output<typeof cluster>;

/** The settings with paths made absolute. */
export function clusterSettings(
  input: ClusterInput,
  resolvePath: (path: string) => string,
): ClusterSettings {
  const { context, kubeconfig, image, pullSecret } = input;
  const { url, via } = input.service;
  const [namespace = '', name = ''] = pullSecret?.split('/') ?? [];
  return {
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig: resolvePath(kubeconfig) }),
    ...(image === undefined ? {} : { image }),
    ...(pullSecret === undefined ? {} : { pullSecret: { namespace, name } }),
    ...(url === undefined ? {} : { serviceUrl: url }),
    via,
    expiresAfterMs: input.expiresAfter,
  };
}
