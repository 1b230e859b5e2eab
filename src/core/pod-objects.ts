/** The parts of a pod that bring data into it: volumes, mounts, whole maps as environment. */

/** One key of a ConfigMap or Secret and the file it becomes. */
export interface KeyToPath {
  readonly key: string;
  readonly path: string;
  /** Permission bits of the file; absent: those of the volume. */
  readonly mode?: number;
}

/** One file of a volume with what the pod knows of itself. */
export interface DownwardFile {
  readonly path: string;
  readonly fieldRef?: { readonly apiVersion?: string; readonly fieldPath: string };
  readonly resourceFieldRef?: {
    readonly containerName?: string;
    readonly resource: string;
    readonly divisor?: string;
  };
  readonly mode?: number;
}

/** Keys of a ConfigMap or Secret as files; without `items` every key. */
export interface KeysProjection {
  readonly name?: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

/** One of the sources that a projected volume joins. */
export interface VolumeProjection {
  readonly configMap?: KeysProjection;
  readonly secret?: KeysProjection;
  readonly downwardAPI?: { readonly items?: readonly DownwardFile[] };
  readonly serviceAccountToken?: { readonly path: string; readonly expirationSeconds?: number };
}

/** A volume of a pod: its name and exactly one source. Sources that the lab does not know are kept. */
export interface Volume {
  readonly name: string;
  readonly emptyDir?: { readonly medium?: string; readonly sizeLimit?: string };
  readonly hostPath?: { readonly path: string; readonly type?: string };
  readonly configMap?: KeysProjection & { readonly defaultMode?: number };
  readonly secret?: Omit<KeysProjection, 'name'> & {
    readonly secretName?: string;
    readonly defaultMode?: number;
  };
  readonly downwardAPI?: {
    readonly items?: readonly DownwardFile[];
    readonly defaultMode?: number;
  };
  readonly projected?: {
    readonly sources?: readonly VolumeProjection[];
    readonly defaultMode?: number;
  };
  readonly [source: string]: unknown;
}

/** Where a container sees a volume, or (`subPath`) one file or folder of it. */
export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
  /** As `subPath`, with `$(VAR)` references to the container's variables. */
  readonly subPathExpr?: string;
  readonly [field: string]: unknown;
}

/** A whole ConfigMap or Secret as variables, each name with the prefix. */
export interface EnvFromSource {
  readonly prefix?: string;
  readonly configMapRef?: { readonly name: string; readonly optional?: boolean };
  readonly secretRef?: { readonly name: string; readonly optional?: boolean };
}

/** When a container is restarted whatever its restart policy says. */
export interface ContainerRestartRule {
  readonly action: string;
  readonly exitCodes?: { readonly operator: string; readonly values?: readonly number[] };
}
