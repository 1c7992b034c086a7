/**
 * Lines that VictoriaLogs has stored, then live ones.
 *
 * @module
 */
import type { LineRequest } from "../../stream/line_source.ts";
import type { History, HistoryServices } from "../history.ts";
import type { VictoriaLogsOptions } from "../history_options.ts";
import { ReadSlots } from "../read_slots.ts";
import { ContentFeed, type ContentFeedOptions } from "./content_feed.ts";
import { VictoriaLogs } from "./victoria_logs.ts";

/** Opens a {@linkcode ContentFeed} for each stream that starts in the past. */
export class VictoriaLogsHistory implements History {
  readonly problem = undefined;
  readonly #feedOptions: ContentFeedOptions;
  readonly #services: HistoryServices;

  /** @param limits Limits of live lines that wait while stored ones are sent. */
  constructor(
    { url, maxLines, concurrency }: VictoriaLogsOptions,
    limits: Pick<ContentFeedOptions, "bufferBytes" | "budget">,
    services: HistoryServices,
  ) {
    this.#services = services;
    this.#feedOptions = {
      ...limits,
      logs: new VictoriaLogs(url, { maxLines }),
      slots: new ReadSlots(concurrency),
      onRead: (count) => services.metrics.historyRead(count),
      onError: (error) => services.log.warn("history unavailable", { reason: String(error) }),
    };
  }

  async open({ scope, start, sink, announce }: LineRequest): Promise<() => void> {
    const { live, metrics } = this.#services;
    // Lines have no ids here, so there is none to resume after.
    if (start === undefined || "after" in start) {
      return await live.open({ scope, sink, announce: () => announce({ history: true }) });
    }
    const feed = new ContentFeed(sink, this.#feedOptions);
    const unsubscribe = await live.open({
      scope,
      sink: {
        push: (payload) => feed.push(payload),
        notify: (event) => sink.notify(event),
        end: (reason) => sink.end(reason),
      },
      announce: () => announce({ history: true }),
    });
    const startedAt = performance.now();
    feed.start(scope, start, () => {
      metrics.historySent((performance.now() - startedAt) / 1000);
      sink.notify({ event: "live", data: {} });
    });
    return () => {
      unsubscribe();
      feed.close();
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
