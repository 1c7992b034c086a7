/**
 * Watches the JetStream stream: whether it can be used, and whether lines may have been missed.
 *
 * @module
 */
import { delay } from "@nats-io/transport-deno";
import type { Log } from "../../telemetry/log.ts";
import type { HistoryStream, UnusableStream } from "./history_stream.ts";

/** How often the stream is asked for its state: often enough to notice that it has no leader before it has a new one. */
const POLL_MS = 1_000;
/**
 * How long streams wait for the first answer before they open without history, which they never get then.
 * Longer than the election of a leader takes while a server hangs.
 */
const FIRST_ANSWER_MS = 20_000;
/** Number of answers in a row that must report a problem before a usable stream counts as unusable. */
const PROBLEM_ANSWERS = 3;

type Check = () => Promise<HistoryStream | UnusableStream> | undefined;

/** What follows from a change of the stream. */
export interface StreamChanges {
  /** Lines may have been stored without being republished to this process. */
  readonly onDisturbed: () => void;
  /** The stream is gone, was replaced, or republishes to other subjects. */
  readonly onReplaced: () => void;
}

/** Polls the stream until it is closed. */
export class StreamWatch {
  /** The stream as it was last seen; `undefined` if it cannot be used. */
  stream: HistoryStream | undefined;
  /** Why there is no history now; `undefined` if there is. */
  problem: string | undefined = "not checked yet";
  readonly #check: Check;
  readonly #changes: StreamChanges;
  readonly #log: Log;
  readonly #pollMs: number;
  #known = false;
  /** When JetStream was first asked since NATS was connected; `undefined` while it is not. */
  #askedAt: number | undefined;
  readonly #answered = Promise.withResolvers<void>();
  #closed = false;
  #problemAnswers = 0;

  /**
   * Starts to poll.
   *
   * @param check Reads the state of the stream; fails if JetStream does not answer, and returns `undefined`
   * while NATS is not connected, which is reported elsewhere.
   * @param pollMs How often to ask, in milliseconds.
   */
  constructor(check: Check, changes: StreamChanges, log: Log, pollMs = POLL_MS) {
    this.#check = check;
    this.#changes = changes;
    this.#log = log;
    this.#pollMs = pollMs;
    this.#run();
  }

  /**
   * Resolves to whether it is known if the stream can be used: as soon as it is, but at most
   * {@linkcode FIRST_ANSWER_MS} after JetStream was first asked since NATS was connected.
   */
  async isKnown(): Promise<boolean> {
    const now = performance.now();
    const left = (this.#askedAt ?? now) + FIRST_ANSWER_MS - now;
    if (!this.#known && left > 0) await Promise.race([this.#answered.promise, delay(left)]);
    return this.#known;
  }

  /** Stops polling. */
  close(): void {
    this.#closed = true;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        const checking = this.#check();
        this.#askedAt = checking && Math.min(this.#askedAt ?? Infinity, performance.now());
        const found = await checking;
        if (found === undefined) this.#handleSilence(undefined);
        else this.#handleAnswer(found);
      } catch (error) {
        this.#handleSilence(error instanceof Error ? error.message : String(error));
      }
      await delay(this.#pollMs);
    }
  }

  #handleAnswer(found: HistoryStream | UnusableStream): void {
    if ("problem" in found) this.#handleProblem(found.problem);
    else this.#handleStream(found);
    this.#known = true;
    this.#answered.resolve();
  }

  #handleStream(found: HistoryStream): void {
    const known = this.stream;
    const disturbed = this.problem !== undefined || known?.leader !== found.leader;
    this.#problemAnswers = 0;
    this.stream = found;
    if (this.problem !== undefined) {
      const { name: stream, warnings } = found;
      if (warnings.length === 0) this.#log.info("history available", { stream });
      else this.#log.warn("history available", { stream, warnings });
    }
    this.problem = undefined;
    if (known === undefined) return;
    if (isReplaced(known, found)) this.#changes.onReplaced();
    else if (disturbed) this.#changes.onDisturbed();
  }

  #handleProblem(problem: string): void {
    this.#report(problem);
    if (this.stream === undefined || ++this.#problemAnswers < PROBLEM_ANSWERS) return;
    this.stream = undefined;
    this.#changes.onReplaced();
  }

  /**
   * Without an answer, the stream that was seen last is still the best guess.
   *
   * @param reason `undefined` if NATS is not connected.
   */
  #handleSilence(reason: string | undefined): void {
    const disturbed = this.problem === undefined;
    if (reason !== undefined) this.#report(reason);
    else this.problem = "NATS is not connected";
    if (disturbed) this.#changes.onDisturbed();
  }

  #report(problem: string): void {
    if (this.problem === problem) return;
    this.problem = problem;
    this.#log.warn("history unavailable", { reason: problem });
  }
}

function isReplaced(known: HistoryStream, found: HistoryStream): boolean {
  return known.created !== found.created ||
    known.republish.src !== found.republish.src || known.republish.dest !== found.republish.dest;
}
