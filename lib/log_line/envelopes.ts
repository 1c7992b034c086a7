/**
 * Where log collectors keep an app's line and what they know about it. Supporting another one means adding
 * a row to {@linkcode ENVELOPES}.
 *
 * @module
 */
import { otelLevelName } from "./severity.ts";

/** A JSON object of unknown shape. */
export type Json = Readonly<Record<string, unknown>>;

/** Where one collector keeps what it knows; parts that are omitted are unknown to it. */
export interface Envelope {
  readonly name: string;
  /** Whether `line` comes from this collector. */
  readonly matches: (line: Json) => boolean;
  /** What the app printed: text, or an object if the collector has parsed it. */
  readonly message: (line: Json) => unknown;
  readonly time: (line: Json) => unknown;
  readonly level?: (line: Json) => unknown;
  readonly provider?: (line: Json) => unknown;
  readonly region?: (line: Json) => unknown;
  readonly machine?: (line: Json) => unknown;
}

/** The first row that matches applies. */
export const ENVELOPES: readonly Envelope[] = [
  // https://fly.io/docs/monitoring/exporting-logs/
  {
    name: "fly",
    matches: ({ fly, event, log, message, timestamp }) =>
      isJson(fly) || typeof at(event, "provider") === "string" ||
      at(log, "level") !== undefined && message !== undefined && timestamp !== undefined,
    message: ({ message }) => message,
    time: ({ timestamp }) => timestamp,
    level: ({ log }) => at(log, "level"),
    provider: ({ event }) => at(event, "provider"),
    region: ({ fly }) => at(fly, "region"),
    machine: ({ fly }) => at(fly, "app", "instance"),
  },
  // Vector's kubernetes_logs source, and Fluent Bit's and Fluentd's kubernetes filters.
  {
    name: "kubernetes",
    matches: ({ kubernetes }) => isJson(kubernetes),
    message: ({ message, log, MESSAGE }) => trimmed(message ?? log ?? MESSAGE),
    time: (line) => line.timestamp ?? line["@timestamp"] ?? line.time ?? line.date,
    level: ({ level, severity }) => level ?? severity,
    provider: ({ kubernetes }) =>
      at(kubernetes, "container_name") ?? at(kubernetes, "container", "name"),
    machine: ({ kubernetes }) => at(kubernetes, "pod_name") ?? at(kubernetes, "pod", "name"),
  },
  // Docker's json-file driver, and Fluent Bit without filters.
  {
    name: "docker",
    matches: ({ log, stream, date }) =>
      typeof log === "string" && (typeof stream === "string" || date !== undefined),
    message: ({ log }) => trimmed(log),
    time: ({ time, date }) => time ?? date,
  },
  // systemd.journal-fields(7), in JSON.
  {
    name: "journal",
    matches: ({ MESSAGE, PRIORITY, __REALTIME_TIMESTAMP }) =>
      MESSAGE !== undefined && (PRIORITY ?? __REALTIME_TIMESTAMP) !== undefined,
    message: ({ MESSAGE }) => Array.isArray(MESSAGE) ? fromBytes(MESSAGE) : MESSAGE,
    time: (line) => line.__REALTIME_TIMESTAMP,
    level: ({ PRIORITY }) => PRIORITY,
    machine: (line) => line._HOSTNAME,
  },
  // Vector's other sources.
  {
    name: "vector",
    matches: ({ source_type, message }) => typeof source_type === "string" && message !== undefined,
    message: ({ message }) => trimmed(message),
    time: ({ timestamp }) => timestamp,
    level: ({ severity, PRIORITY }) => severity ?? PRIORITY,
    machine: ({ host, hostname }) => host ?? hostname,
  },
  // Beats and Elastic Agent, in the Elastic Common Schema.
  {
    name: "beats",
    matches: (line) => line["@timestamp"] !== undefined && isJson(line.agent ?? line.input),
    message: ({ message }) => message,
    time: (line) => line["@timestamp"],
    level: ({ log }) => at(log, "level"),
    provider: ({ container }) => at(container, "name"),
    machine: ({ host }) => at(host, "name"),
  },
  // A LogEntry of Google Cloud Logging.
  {
    name: "gcp",
    matches: ({ textPayload, jsonPayload, protoPayload }) =>
      textPayload !== undefined || jsonPayload !== undefined || protoPayload !== undefined,
    message: ({ textPayload, jsonPayload, protoPayload }) =>
      textPayload ?? jsonPayload ?? protoPayload,
    time: ({ timestamp, receiveTimestamp }) => timestamp ?? receiveTimestamp,
    level: ({ severity }) => severity === "DEFAULT" ? undefined : severity,
    provider: ({ resource }) =>
      at(resource, "labels", "container_name") ?? at(resource, "labels", "service_name"),
    region: ({ resource }) =>
      at(resource, "labels", "location") ?? at(resource, "labels", "region"),
    machine: ({ resource }) =>
      at(resource, "labels", "pod_name") ?? at(resource, "labels", "instance_id"),
  },
  // The first record of an export request of OpenTelemetry's protocol, or a record by itself, in JSON.
  {
    name: "otlp",
    matches: (line) => isJson(otelRecord(line)),
    message: (line) => otelValue(at(otelRecord(line), "body")),
    time: (line) =>
      at(otelRecord(line), "timeUnixNano") ?? at(otelRecord(line), "observedTimeUnixNano"),
    level: (line) =>
      at(otelRecord(line), "severityText") ||
      otelLevelName(toNumber(at(otelRecord(line), "severityNumber"))),
    provider: (line) => otelAttribute(line, "k8s.container.name"),
    region: (line) => otelAttribute(line, "cloud.region"),
    machine: (line) => otelAttribute(line, "k8s.pod.name") ?? otelAttribute(line, "host.name"),
  },
];

/** Whether `value` is a JSON object. */
export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns what is found along a path of up to three keys; `undefined` if that does not exist. */
export function at(value: unknown, first: string, second?: string, third?: string): unknown {
  let found = get(value, first);
  if (second !== undefined) found = get(found, second);
  return third === undefined ? found : get(found, third);
}

/** The callers' keys are not among those that objects inherit. */
function get(value: unknown, key: string): unknown {
  return (value as Json | null | undefined)?.[key];
}

/** Like `Number()`, which throws for some objects and arrays. Returns `NaN` for those. */
export function toNumber(value: unknown): number {
  return typeof value === "number" || typeof value === "string" ? Number(value) : NaN;
}

/** Removes the line break that ended a message on standard output. */
function trimmed(message: unknown): unknown {
  return typeof message === "string" ? message.replace(/\r?\n$/, "") : message;
}

/** In the journal, a message that is not plain text is a list of bytes. */
function fromBytes(bytes: readonly unknown[]): string {
  return new TextDecoder().decode(Uint8Array.from(bytes, toNumber));
}

function otelRecord(line: Json): unknown {
  if (line.body !== undefined && line.timeUnixNano !== undefined) return line;
  return first(first(first(line.resourceLogs, "scopeLogs"), "logRecords"));
}

function first(list: unknown, key?: string): unknown {
  const item = Array.isArray(list) ? list[0] : undefined;
  return key === undefined ? item : at(item, key);
}

/** An attribute of the record's resource. */
function otelAttribute({ resourceLogs }: Json, name: string): unknown {
  const attributes = at(first(resourceLogs), "resource", "attributes");
  if (!Array.isArray(attributes)) return undefined;
  return otelValue(at(attributes.find((attribute) => at(attribute, "key") === name), "value"));
}

/** The value of an AnyValue: a map of them becomes an object. */
function otelValue(value: unknown): unknown {
  const values = at(value, "kvlistValue", "values");
  if (Array.isArray(values)) {
    return Object.fromEntries(
      values.map((entry) => [toName(at(entry, "key")), otelScalar(at(entry, "value"))]),
    );
  }
  return otelScalar(value);
}

function toName(key: unknown): string {
  return typeof key === "string" ? key : "";
}

function otelScalar(value: unknown): unknown {
  return isJson(value) ? Object.values(value)[0] : value;
}
