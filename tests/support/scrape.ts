/**
 * What a service counts, as Prometheus would read it.
 *
 * @module
 */
import { freePort } from "../../tools/free_port.ts";

/** A port for metrics, and what is there. */
export interface Metrics {
  /** What has the service listen there. */
  readonly env: { readonly METRICS_PORT: string };
  readonly url: string;
  /** The values of all series: `name` or `name{label="value"}`. */
  scrape(): Promise<Record<string, number>>;
}

/** Takes a port for a service that is to come. */
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
