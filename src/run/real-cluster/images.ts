/** Images of an experiment as a given cluster gets them: from another place, with a secret to pull them. */
import { fieldOf, isRecord, type UnknownRecord } from '../../core/json.js';
import { type ApiPort, findObject } from '../../cluster/api-port.js';
import { LabError } from '../../core/errors.js';
import { isDeployment, isKubeObject } from '../../core/object-guards.js';
import type { Deployment, KubeObject } from '../../core/objects.js';

/** What is changed. */
export interface ImageSettings {
  /** Name of the Deployment under test. */
  readonly deployment: string;
  /** Of its container; of several the first. Absent: as the manifest says. */
  readonly image?: string;
  /** Name of a Secret in the run's namespace; absent: none. */
  readonly pullSecret?: string;
}

/** The objects with the image and the secret put in. */
export function withImages(
  objects: readonly KubeObject[],
  settings: ImageSettings,
): readonly KubeObject[] {
  const { deployment, image, pullSecret } = settings;
  if (image === undefined && pullSecret === undefined) return objects;
  return objects.map((object) =>
    isDeployment(object) && object.metadata.name === deployment
      ? withImage(object, settings)
      : object,
  );
}

function withImage(deployment: Deployment, { image, pullSecret }: ImageSettings): Deployment {
  const { template } = deployment.spec;
  const [first, ...others] = template.spec.containers;
  if (first === undefined) return deployment;
  const containers = [image === undefined ? first : { ...first, image }, ...others];
  const spec = {
    ...template.spec,
    containers,
    ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
  };
  return { ...deployment, spec: { ...deployment.spec, template: { ...template, spec } } };
}

/**
 * A Secret that is there as one of the run's own namespace.
 *
 * @throws {LabError} `CLUSTER_FAILED` when it is not there or is none for pulling images.
 */
export async function copiedPullSecret(
  api: ApiPort,
  from: { readonly namespace: string; readonly name: string },
  to: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
): Promise<KubeObject> {
  const path = `/api/v1/namespaces/${from.namespace}/secrets/${from.name}`;
  const found = await findObject(api, path).catch((error: unknown) => {
    const because = error instanceof Error ? error.message : String(error);
    throw new LabError('CLUSTER_FAILED', `cannot read the pull secret: ${because}`, {
      cause: error,
    });
  });
  const type = fieldOf(found, 'type');
  const isForPulling =
    type === 'kubernetes.io/dockerconfigjson' || type === 'kubernetes.io/dockercfg';
  if (!isKubeObject(found) || !isForPulling) {
    const what =
      found === undefined
        ? 'there is none'
        : `it is of type ${typeof type === 'string' ? type : 'Opaque'}`;
    throw new LabError(
      'CLUSTER_FAILED',
      `expected Secret ${from.namespace}/${from.name} to be for pulling images, but ${what}`,
      {
        hint: `kubectl create secret docker-registry ${from.name} -n ${from.namespace} --docker-server=... makes one`,
      },
    );
  }
  const copy: KubeObject & UnknownRecord = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: from.name, namespace: to.namespace, labels: to.labels },
    type,
    data: isRecord(found) ? fieldOf(found, 'data') : undefined,
  };
  return copy;
}
