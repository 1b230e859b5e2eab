/** The part of time that all pictures show, and the cursor that they share. */

/** No part is shown that is shorter, ms. */
const SHORTEST_MS = 2_000;
const STEPS_A_VIEW = 100;

/** One view for all pictures; who draws listens to it. */
export class View {
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /**
   * @param {number} fromMs - where the run begins, since the axis' origin.
   * @param {number} toMs - where it ends.
   */
  constructor(fromMs, toMs) {
    /** @readonly */
    this.whole = { fromMs, toMs };
    this.fromMs = fromMs;
    this.toMs = toMs;
    /** @type {number | undefined} Where the cursor is; undefined when there is none. */
    this.cursorMs = undefined;
  }

  /** @param {() => void} listener - called after each change of the part or the cursor. */
  onChange(listener) {
    this.#listeners.add(listener);
  }

  /**
   * Shows a part, kept within the run.
   *
   * @param {number} fromMs - its beginning.
   * @param {number} toMs - its end.
   */
  show(fromMs, toMs) {
    const { whole } = this;
    const wholeMs = whole.toMs - whole.fromMs;
    const lengthMs = Math.min(Math.max(toMs - fromMs, Math.min(SHORTEST_MS, wholeMs)), wholeMs);
    this.fromMs = Math.min(Math.max(fromMs, whole.fromMs), whole.toMs - lengthMs);
    this.toMs = this.fromMs + lengthMs;
    this.#tell();
  }

  /** Shows the whole run. */
  showAll() {
    this.show(this.whole.fromMs, this.whole.toMs);
  }

  /**
   * Zooms around the cursor, or around the middle when it is elsewhere.
   *
   * @param {number} factor - below 1 shows less, above 1 more.
   */
  zoom(factor) {
    const { fromMs, toMs, cursorMs } = this;
    const isCursorIn = cursorMs !== undefined && cursorMs >= fromMs && cursorMs <= toMs;
    const at = isCursorIn ? cursorMs : (fromMs + toMs) / 2;
    const share = (at - fromMs) / (toMs - fromMs);
    const lengthMs = (toMs - fromMs) * factor;
    this.show(at - share * lengthMs, at + (1 - share) * lengthMs);
  }

  /** @param {number} share - of the shown part; below 0 to the earlier. */
  pan(share) {
    const byMs = (this.toMs - this.fromMs) * share;
    this.show(this.fromMs + byMs, this.toMs + byMs);
  }

  /** @param {number | undefined} ms - where the cursor is now. */
  point(ms) {
    if (ms === this.cursorMs) return;
    this.cursorMs =
      ms === undefined ? undefined : Math.min(Math.max(ms, this.whole.fromMs), this.whole.toMs);
    this.#tell();
  }

  /** @param {number} steps - hundredths of the shown part; below 0 to the earlier. */
  movePointer(steps) {
    const stepMs = Math.max((this.toMs - this.fromMs) / STEPS_A_VIEW, 1_000);
    const startMs = this.cursorMs ?? (this.fromMs + this.toMs) / 2;
    const ms = Math.min(Math.max(startMs + steps * stepMs, this.whole.fromMs), this.whole.toMs);
    this.point(ms);
    if (ms < this.fromMs) this.pan(-0.5);
    else if (ms > this.toMs) this.pan(0.5);
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}
