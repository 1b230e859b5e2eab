/** The port behind which a cluster runs load workers: pods that send shares of a load. */

/** What is written to a worker's input, while the connection lasts. */
export interface WorkerInput {
  /** Writes a line, without its end. What is written to a connection that broke is lost. */
  write(line: string): void;
  /** Resolves with the reason when the connection is over. */
  readonly closed: Promise<string>;
  close(): void;
}

/** How following a worker's output came to its end. */
export type OutputEnd =
  /** The container has ended, and all that it wrote was told. */
  | { readonly kind: 'ended' }
  /** The connection broke, or could not be made: there may be more. */
  | { readonly kind: 'broken'; readonly because: string };

/** One pod that sends a share. */
export interface WorkerPod {
  /** Which share is its own, 0 first. */
  readonly index: number;
  readonly name: string;
  /** Absent: not told. */
  readonly node: string | undefined;
  /**
   * Connects to its input and to what it writes to its standard error from now on.
   *
   * @throws {Error} when it cannot be reached now; it may be tried again.
   */
  attach(onLine: (line: string) => void): Promise<WorkerInput>;
  /**
   * Tells what it wrote, line by line, from its beginning or from about `since` on (lines may be told
   * twice), and goes on with what it writes until it ends or the signal aborts. Never throws.
   *
   * @param onLine - gets a line and its instant as the cluster has it, for `since`.
   */
  followOutput(
    options: { readonly since?: string; readonly signal: AbortSignal },
    onLine: (line: string, at: string) => void,
  ): Promise<OutputEnd>;
}

/** The pods of one run. */
export interface WorkerPods {
  /**
   * Makes so many, and resolves when all of them run.
   *
   * @param options - `lifeMs`: after which the cluster itself ends them, whatever became of us.
   * @throws {LabError} `SENDER_FAILED` when they do not come to run, with each one's reason.
   */
  start(
    count: number,
    options: { readonly lifeMs: number; readonly signal: AbortSignal },
  ): Promise<readonly WorkerPod[]>;
  /**
   * The workers that have ended, by index, with why.
   *
   * @throws {Error} when the cluster does not tell now; it may be asked again.
   */
  ended(): Promise<ReadonlyMap<number, string>>;
  /** Removes everything that was made, and waits until it is gone. Twice is harmless. */
  close(): Promise<void>;
}
