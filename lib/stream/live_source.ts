/**
 * Lines from NATS as they are published, without history.
 *
 * @module
 */
import type { Nats } from "../nats/connection.ts";
import { statusEvent } from "./control_event.ts";
import type { LineRequest, LineSink, LineSource } from "./line_source.ts";

/** The part of a sink that live lines need. */
export type LiveSink = Pick<LineSink, "push" | "notify" | "end">;

/** A subscription for each stream. */
export class LiveSource implements LineSource {
  readonly #nats: Nats;
  /** Called with each live line, by other sources too. */
  readonly onLine: (payload: Uint8Array) => void;

  /** @param onLine Called with each live line. */
  constructor(nats: Nats, onLine: (payload: Uint8Array) => void) {
    this.#nats = nats;
    this.onLine = onLine;
  }

  async open(
    { scope, sink, announce }: Pick<LineRequest, "scope" | "announce"> & {
      readonly sink: LiveSink;
    },
  ): Promise<() => void> {
    announce({ history: false });
    const subscription = await this.#nats.subscribe(scope.subject, {
      onMessage: ({ data }) => {
        this.onLine(data);
        sink.push(data);
      },
      onDenied: () => sink.end("denied"),
      onState: (nats, at) => sink.notify(statusEvent(nats, at, false)),
    });
    return () => subscription.close();
  }
}
