/** What the controller remembers of an HPA between two syncs, by namespace and name. */

/** A replica count that the metrics alone asked for. */
export interface Recommendation {
  readonly replicas: number;
  readonly atMs: number;
}

/** A change of size that the API accepted. */
export interface ScaleEvent {
  /** By how many pods, above 0. */
  readonly change: number;
  readonly atMs: number;
  /** Older than every policy's period when last looked at: its place may be taken. */
  readonly isOutdated: boolean;
}

/** A new one is {@link NO_MEMORY}. Never changed in place: a decision can be made again. */
export interface HpaMemory {
  /** Undefined before the first sync. */
  readonly recommendations: readonly Recommendation[] | undefined;
  readonly scaleUps: readonly ScaleEvent[];
  readonly scaleDowns: readonly ScaleEvent[];
}

/** The memory of an HPA not seen before. */
export const NO_MEMORY: HpaMemory = { recommendations: undefined, scaleUps: [], scaleDowns: [] };
