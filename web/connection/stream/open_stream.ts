/**
 * A requested stream, whose events can be held back until another stream has been replaced.
 *
 * @module
 */
import { SilenceTimer } from "./silence_timer.ts";
import type { Outcome, Ready, StreamEvent } from "./stream_request.ts";

/** Ends a stream: when it has been silent for too long, or from outside. */
export interface StreamControl {
  readonly timer: SilenceTimer;
  readonly signal: AbortSignal;
}

/** What to request. */
export interface OpenStreamOptions {
  /** Requests the stream. Resolves when it has ended. */
  readonly request: (
    control: StreamControl,
    onEvent: (event: StreamEvent) => void,
  ) => Promise<Outcome>;
  /** Maximum silence, in milliseconds. */
  readonly silence: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: StreamEvent) => void;
}

/** The page is about to be suspended: by a browser that saves memory, or while another page is shown in its tab. */
const SUSPENSIONS = ["freeze", "pagehide"];

/**
 * Holds back its events until {@linkcode OpenStream.release}. Ends when the page is suspended: its events would wait in
 * the browser, without a limit if another viewer passes them on, and the viewers that share this stream would get none.
 */
export class OpenStream {
  /** Resolves to the `ready` event, or to `undefined` if the stream ends before. */
  readonly ready: Promise<Ready | undefined>;
  /** Resolves when the stream has ended. */
  readonly outcome: Promise<Outcome>;
  /** Called with each event as it arrives, whether it is held back or not. */
  onArrival: (event: StreamEvent) => void = () => {};
  readonly #onEvent: (event: StreamEvent) => void;
  readonly #timer: SilenceTimer;
  readonly #stopping = new AbortController();
  readonly #ended = new AbortController();
  /** Aborted when the stream has ended. */
  readonly ended: AbortSignal = this.#ended.signal;
  #held: StreamEvent[] | undefined = [];
  #passes: (event: StreamEvent) => boolean = () => true;

  constructor({ request, silence, signal, onEvent }: OpenStreamOptions) {
    this.#onEvent = onEvent;
    this.#timer = new SilenceTimer(silence);
    const { promise: ready, resolve } = Promise.withResolvers<Ready | undefined>();
    const control = {
      timer: this.#timer,
      signal: AbortSignal.any([signal, this.#stopping.signal]),
    };
    this.ready = ready;
    this.outcome = request(control, (event) => {
      if (event.event === "ready") resolve(event);
      this.onArrival(event);
      if (this.#held !== undefined) this.#held.push(event);
      else this.#pass(event);
    }).finally(() => {
      this.#ended.abort();
      resolve(undefined);
    });
    const stop = () => this.stop();
    // Only `pagehide` is dispatched to the window itself.
    for (const name of SUSPENSIONS) {
      addEventListener(name, stop, { capture: true, signal: this.ended });
    }
  }

  /** When the stream was last heard, or requested. Milliseconds since the epoch. */
  get heardAt(): number {
    return this.#timer.heardAt;
  }

  /** Passes on the events held back, and all others as they arrive. Those for which `passes` is false are skipped. */
  release(passes: (event: StreamEvent) => boolean = () => true): void {
    this.#passes = passes;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const event of held) this.#pass(event);
  }

  /** Ends the stream soon if nothing arrives: somebody is waiting. */
  hurry(): void {
    this.#timer.hurry();
  }

  /** Ends the stream; no event follows. */
  stop(): void {
    this.#stopping.abort();
    // They refer to the stream before this one.
    this.#passes = () => false;
    this.onArrival = () => {};
  }

  #pass(event: StreamEvent): void {
    if (!this.#stopping.signal.aborted && this.#passes(event)) this.#onEvent(event);
  }
}
