/** What pods are paid by, as data: every cost figure says which of these it is from. */

/** Where prices are from; every figure made of them says so. */
export interface PriceLabel {
  /** Name of the price book, the path of a user's own, or `inline` for prices in the experiment itself. */
  readonly book: string;
  /** What the book prices, in words. */
  readonly title: string;
  /** Absent for prices in the experiment itself. */
  readonly region?: string;
  /** ISO 4217 code. */
  readonly currency: string;
  /** ISO date of the price. */
  readonly asOf: string;
  /** Where to look it up. */
  readonly source: string;
  /** What a reader should know before believing a figure. */
  readonly note?: string;
}

/**
 * What a provider bills for a pod's requests.
 *
 * - `as-requested`: exactly them.
 * - `steps`: at least a minimum, rounded up to steps, memory kept within a ratio to CPU (CPU rises when
 *   there is too much memory for it).
 * - `table`: the smallest row with enough CPU whose list has enough memory, after an overhead was added.
 */
export type PodSizes =
  | { readonly kind: 'as-requested' }
  | {
      readonly kind: 'steps';
      readonly minCpuMillicores: number;
      readonly minMemoryMib: number;
      readonly cpuStepMillicores: number;
      readonly memoryStepMib: number;
      readonly minGibPerVcpu: number;
      readonly maxGibPerVcpu: number;
    }
  | {
      readonly kind: 'table';
      /** Added to each pod's memory request before it is rounded up. */
      readonly overheadMemoryMib: number;
      /** Rising in CPU, and each row's memory rising. */
      readonly rows: readonly {
        readonly cpuMillicores: number;
        readonly memoryMib: readonly number[];
      }[];
    };

/** A machine that pods run on. */
export interface NodeShape {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryGib: number;
  /** What pods may request of it; the rest is for the system. */
  readonly allocatableCpuMillicores: number;
  readonly allocatableMemoryMib: number;
  readonly maxPods: number;
}

interface Billing extends PriceLabel {
  /** Fee of the control plane, an hour. */
  readonly clusterHour: number;
  /** A pod (or a node) that lived shorter is billed for this long. */
  readonly minimumBillingSeconds: number;
}

/** Each pod is paid for by its size. */
export interface PodPrices extends Billing {
  readonly kind: 'pods';
  readonly vcpuHour: number;
  readonly gibHour: number;
  readonly sizes: PodSizes;
}

/** Nodes are paid for, as many as the pods need. */
export interface NodePrices extends Billing {
  readonly kind: 'nodes';
  readonly node: NodeShape;
  readonly nodeHour: number;
  /** Share of a node's price that is for its CPU, the rest is for memory; it weighs what is idle. */
  readonly cpuShare: number;
}

/** Prices of one book, chosen by region (and node). */
export type Prices = PodPrices | NodePrices;
