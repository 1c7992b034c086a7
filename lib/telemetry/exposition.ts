/**
 * A set of metrics, written for Prometheus: in its text format 0.0.4, or in OpenMetrics 1.0.
 *
 * @module
 */
import { Counter, type OpenMetricsContentType, Registry } from "prom-client";

/** Metrics, and how they are written. */
export class Exposition {
  /** The media types of the formats, the default first. */
  static readonly MEDIA_TYPES = ["text/plain", "application/openmetrics-text"];

  // One a format: prom-client asks a registry for its format again in the midst of writing.
  readonly #text = new Registry();
  readonly #openMetrics = new Registry<OpenMetricsContentType>();
  /** What a new metric's `registers` are to be, for it to be in the set. */
  readonly registers = [this.#text, this.#openMetrics];

  /** An empty set. */
  constructor() {
    this.#openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  }

  /** All metrics as they are now, in the format of `mediaType`. */
  write(mediaType: string): Promise<{ contentType: string; body: string }> {
    if (mediaType === Exposition.MEDIA_TYPES[1]) return write(this.#openMetrics);
    // For OpenMetrics prom-client takes it off a counter's name, and does not put it back.
    for (const metric of this.#text.getMetricsAsArray()) {
      if (metric instanceof Counter && !metric.name.endsWith("_total")) metric.name += "_total";
    }
    return write(this.#text);
  }
}

async function write(registry: {
  readonly contentType: string;
  metrics(): Promise<string>;
}): Promise<{ contentType: string; body: string }> {
  return { contentType: registry.contentType, body: await registry.metrics() };
}
