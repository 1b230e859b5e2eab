/** A modelled service process: one thread that does one thing after the other, as Node does. */
import type { Cancel, Clock, EpochMs } from '../../time/clock.js';
import { CpuBudget, type CpuBudgetOptions, type CpuUse } from './cpu-budget.js';

/** Something for the thread to do. */
export interface Job {
  /** CPU time that it takes, ms of a Kubernetes CPU. */
  readonly cpuMs: number;
  /** Called when it is done, at that instant. */
  readonly done: () => void;
}

/**
 * First come, first served, under a CPU budget: how long a job takes follows from what stands before it
 * and from throttling, not from a formula.
 */
export class EventLoop {
  readonly #clock: Clock;
  readonly #budget: CpuBudget;
  readonly #jobs: (Job | undefined)[] = [];
  #first = 0;
  /** Of the first job. */
  #leftMs = 0;
  #bookedMs: EpochMs;
  #cancel: Cancel = () => undefined;

  constructor({ clock, ...budget }: CpuBudgetOptions & { readonly clock: Clock }) {
    this.#clock = clock;
    this.#budget = new CpuBudget(budget);
    this.#bookedMs = clock.now();
  }

  /** Jobs waiting and under way. */
  get length(): number {
    return this.#jobs.length - this.#first;
  }

  /** What it used up to now. */
  use(): CpuUse {
    this.#book();
    return this.#budget.use;
  }

  /** Puts a job at the end of the line. */
  submit(job: Job): void {
    this.#jobs.push(job);
    if (this.length > 1) return;
    this.#bookedMs = this.#clock.now();
    this.#leftMs = job.cpuMs;
    this.#expect();
  }

  /** Its share of the machine changes. */
  setSpeed(speed: number): void {
    if (speed === this.#budget.speed) return;
    this.#book();
    this.#budget.setSpeed(speed);
    if (this.length > 0) this.#expect();
  }

  /** Books what ran beside it. */
  addBackground(cpuMs: number): void {
    this.#budget.addBackground(cpuMs);
  }

  /** Ends it: what it had to do is never done. */
  stop(): void {
    this.#book();
    this.#cancel();
    this.#jobs.length = 0;
    this.#first = 0;
  }

  #book(): void {
    const nowMs = this.#clock.now();
    if (this.length > 0 && nowMs > this.#bookedMs) {
      this.#leftMs -= this.#budget.run(this.#bookedMs, nowMs);
    }
    this.#bookedMs = nowMs;
  }

  #expect(): void {
    this.#cancel();
    const nowMs = this.#clock.now();
    const doneMs = this.#budget.doneAt(nowMs, Math.max(0, this.#leftMs));
    this.#cancel = this.#clock.after(doneMs - nowMs, () => this.#finish());
  }

  #finish(): void {
    this.#book();
    const job = this.#jobs[this.#first];
    this.#jobs[this.#first++] = undefined;
    this.#compact();
    const next = this.#jobs[this.#first];
    if (next !== undefined) {
      this.#leftMs = next.cpuMs;
      this.#expect();
    }
    job?.done();
  }

  /** Room of jobs that are done is given back now and then: a job costs the same in a long line. */
  #compact(): void {
    if (this.#first < 64 || this.#first * 2 < this.#jobs.length) return;
    this.#jobs.splice(0, this.#first);
    this.#first = 0;
  }
}
