/**
 * Lines from NATS as they are published, without history.
 *
 * @module
 */
import type { Nats } from "../nats/connection.ts";
import type { LineRequest, LineSink, LineSource } from "./line_source.ts";

/** The part of a sink that live lines need. */
export type LiveSink = Pick<LineSink, "push" | "notify" | "end">;

/** A subscription for each stream. */
export class LiveSource implements LineSource {
  readonly #nats: Nats;
  /** Called with each line. */
  readonly onLine: (payload: Uint8Array) => void;

  /** @param onLine Called with each line. */
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
      onState: (nats, at) => {
        const data = { nats, at: new Date(at).toISOString() };
        const recovered = nats === "connected" ? { recovered: false } : {};
        sink.notify({ event: "status", data: { ...data, ...recovered } });
      },
    });
    return () => subscription.close();
  }
}
