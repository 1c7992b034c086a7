/**
 * Reads the metrics of a service as Prometheus would.
 *
 * @module
 */
import { freePort } from "../../tools/free_port.ts";

/** The metrics of a service. */
export interface Metrics {
  /** The variable with which the service serves them. */
  readonly env: { readonly METRICS_PORT: string };
  /** The URL of `/metrics`. */
  readonly url: string;
  /** Returns the values of all series, by `name` or `name{label="value"}`. */
  scrape(): Promise<Record<string, number>>;
}

/** Chooses a port for the metrics of a service that is started later. */
export function planMetrics(): Metrics {
  const port = String(freePort());
  const url = `http://127.0.0.1:${port}/metrics`;
  return {
    env: { METRICS_PORT: port },
    url,
    scrape: async () => parse(await (await fetch(url)).text()),
  };
}

function parse(text: string): Record<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(lines.map((line) => {
    const [, series, value] = /^(.*) (\S+)$/.exec(line)!;
    return [series!, Number(value)];
  }));
}
