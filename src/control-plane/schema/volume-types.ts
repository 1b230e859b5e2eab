/** Types of volumes. Sources that only a storage driver could serve are kept as they come. */
import {
  BOOLEAN,
  INT32,
  INT64,
  QUANTITY,
  RAW,
  STRING,
  list,
  map,
  optional,
  pointer,
  required,
  struct,
} from './types.js';
import type { StructType } from './types.js';
import { OBJECT_FIELD_SELECTOR, RESOURCE_FIELD_SELECTOR } from './container-types.js';
import { LABEL_SELECTOR } from './meta-types.js';

const CORE = 'io.k8s.api.core.v1';

const KEY_TO_PATH = list(
  struct(`${CORE}.KeyToPath`, {
    key: required(STRING),
    path: required(STRING),
    mode: pointer(INT32),
  }),
);

const DOWNWARD_ITEMS = list(
  struct(`${CORE}.DownwardAPIVolumeFile`, {
    path: required(STRING),
    fieldRef: pointer(OBJECT_FIELD_SELECTOR),
    resourceFieldRef: pointer(RESOURCE_FIELD_SELECTOR),
    mode: pointer(INT32),
  }),
);

const VOLUME_PROJECTION = struct(`${CORE}.VolumeProjection`, {
  secret: pointer(
    struct(`${CORE}.SecretProjection`, {
      name: optional(STRING),
      items: optional(KEY_TO_PATH),
      optional: pointer(BOOLEAN),
    }),
  ),
  downwardAPI: pointer(
    struct(`${CORE}.DownwardAPIProjection`, { items: optional(DOWNWARD_ITEMS) }),
  ),
  configMap: pointer(
    struct(`${CORE}.ConfigMapProjection`, {
      name: optional(STRING),
      items: optional(KEY_TO_PATH),
      optional: pointer(BOOLEAN),
    }),
  ),
  serviceAccountToken: pointer(
    struct(`${CORE}.ServiceAccountTokenProjection`, {
      audience: optional(STRING),
      expirationSeconds: pointer(INT64),
      path: required(STRING),
    }),
  ),
  clusterTrustBundle: pointer(
    struct(`${CORE}.ClusterTrustBundleProjection`, {
      name: pointer(STRING),
      signerName: pointer(STRING),
      labelSelector: pointer(LABEL_SELECTOR),
      optional: pointer(BOOLEAN),
      path: required(STRING),
    }),
  ),
  podCertificate: pointer(RAW),
});

/** `core/v1` Volume. */
export const VOLUME: StructType = struct(`${CORE}.Volume`, {
  name: required(STRING),
  hostPath: pointer(
    struct(`${CORE}.HostPathVolumeSource`, { path: required(STRING), type: pointer(STRING) }),
  ),
  emptyDir: pointer(
    struct(`${CORE}.EmptyDirVolumeSource`, {
      medium: optional(STRING),
      sizeLimit: pointer(QUANTITY),
    }),
  ),
  secret: pointer(
    struct(`${CORE}.SecretVolumeSource`, {
      secretName: optional(STRING),
      items: optional(KEY_TO_PATH),
      defaultMode: pointer(INT32),
      optional: pointer(BOOLEAN),
    }),
  ),
  nfs: pointer(
    struct(`${CORE}.NFSVolumeSource`, {
      server: required(STRING),
      path: required(STRING),
      readOnly: optional(BOOLEAN),
    }),
  ),
  persistentVolumeClaim: pointer(
    struct(`${CORE}.PersistentVolumeClaimVolumeSource`, {
      claimName: required(STRING),
      readOnly: optional(BOOLEAN),
    }),
  ),
  downwardAPI: pointer(
    struct(`${CORE}.DownwardAPIVolumeSource`, {
      items: optional(DOWNWARD_ITEMS),
      defaultMode: pointer(INT32),
    }),
  ),
  configMap: pointer(
    struct(`${CORE}.ConfigMapVolumeSource`, {
      name: optional(STRING),
      items: optional(KEY_TO_PATH),
      defaultMode: pointer(INT32),
      optional: pointer(BOOLEAN),
    }),
  ),
  projected: pointer(
    struct(`${CORE}.ProjectedVolumeSource`, {
      sources: required(list(VOLUME_PROJECTION)),
      defaultMode: pointer(INT32),
    }),
  ),
  csi: pointer(
    struct(`${CORE}.CSIVolumeSource`, {
      driver: required(STRING),
      readOnly: pointer(BOOLEAN),
      fsType: pointer(STRING),
      volumeAttributes: optional(map(STRING)),
      nodePublishSecretRef: pointer({
        ...struct(`${CORE}.LocalObjectReference`, { name: optional(STRING) }),
        isAtomic: true,
      }),
    }),
  ),
  image: pointer(
    struct(`${CORE}.ImageVolumeSource`, {
      reference: optional(STRING),
      pullPolicy: optional(STRING),
    }),
  ),
  ephemeral: pointer(RAW),
  awsElasticBlockStore: pointer(RAW),
  azureDisk: pointer(RAW),
  azureFile: pointer(RAW),
  cephfs: pointer(RAW),
  cinder: pointer(RAW),
  fc: pointer(RAW),
  flexVolume: pointer(RAW),
  flocker: pointer(RAW),
  gcePersistentDisk: pointer(RAW),
  gitRepo: pointer(RAW),
  glusterfs: pointer(RAW),
  iscsi: pointer(RAW),
  photonPersistentDisk: pointer(RAW),
  portworxVolume: pointer(RAW),
  quobyte: pointer(RAW),
  rbd: pointer(RAW),
  scaleIO: pointer(RAW),
  storageos: pointer(RAW),
  vsphereVolume: pointer(RAW),
});
