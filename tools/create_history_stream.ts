/**
 * Creates or updates the JetStream stream that natstap reads history from: `deno task history`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import {
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  type StreamAPI,
  type StreamConfig,
} from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import { requireDeno } from "../lib/deno_version.ts";
import { readHistoryStream } from "../lib/history/jetstream/history_stream.ts";
import { readNatsOptions, toConnectionOptions } from "../lib/nats/options.ts";
import { SubjectTemplate } from "../lib/nats/subject_template.ts";
import { VariableReader } from "../lib/variable_reader.ts";

/** The stream, apart from what is the same for everybody. */
export interface HistoryStreamOptions {
  /** The name: the value of `HISTORY_STREAM`. */
  readonly name: string;
  /** The subject of all lines. */
  readonly subject: string;
  /** Age at which lines are deleted, in seconds. Default: 7 days. */
  readonly maxAgeSeconds?: number;
  /** Total size at which the oldest lines are deleted, in bytes. Default: 4 GiB. */
  readonly maxBytes?: number;
  /** Number of servers that keep a copy. Default: 1. */
  readonly replicas?: number;
  /** The subject below which lines are published again. Default: `natstap`. */
  readonly prefix?: string;
}

const DAY_SECONDS = 86_400;
const SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: DAY_SECONDS };
const BYTES: Readonly<Record<string, number>> = { M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

const HELP = `Create or update the JetStream stream that natstap reads history from.

  deno task history [options]

  --max-age TIME   delete lines that are older: 90m, 24h or 7d (default: 7d)
  --max-bytes SIZE delete the oldest lines above this size: 512M, 4G or 1T (default: 4G)
  --replicas N     number of servers that keep a copy (default: 1)
  --prefix TOKENS  publish lines again below this subject (default: natstap)
  --print          print the equivalent nats command and do nothing else
  --help           print this help

HISTORY_STREAM (default: logs), SUBJECT, NATS_URL and the variables for signing in to NATS have the
same meaning as for the service.`;

/** The parts of the configuration that natstap depends on. */
export type HistoryStreamConfig =
  & Required<Pick<StreamConfig, "republish">>
  & Pick<
    StreamConfig,
    | "name"
    | "subjects"
    | "storage"
    | "retention"
    | "discard"
    | "max_age"
    | "max_bytes"
    | "num_replicas"
    | "allow_direct"
  >;

/** Returns the configuration of the stream. */
export function historyStreamConfig(options: HistoryStreamOptions): HistoryStreamConfig {
  return {
    name: options.name,
    subjects: [options.subject],
    storage: "file",
    retention: "limits",
    discard: "old",
    max_age: (options.maxAgeSeconds ?? 7 * DAY_SECONDS) * 1e9,
    max_bytes: options.maxBytes ?? 4 * 2 ** 30,
    num_replicas: options.replicas ?? 1,
    republish: { src: ">", dest: `${options.prefix ?? "natstap"}.>` },
    allow_direct: true,
  };
}

/**
 * Creates a stream, or updates it if there is one of this name.
 *
 * @throws {Error} If the server refuses; the message contains its reason.
 */
export async function putHistoryStream(
  connection: NatsConnection,
  config: HistoryStreamConfig,
): Promise<"created" | "updated"> {
  const { streams } = await jetstreamManager(connection, { checkAPI: false });
  if (await exists(streams, config.name)) {
    await streams.update(config.name, config);
    return "updated";
  }
  await streams.add(config);
  return "created";
}

async function exists(streams: StreamAPI, name: string): Promise<boolean> {
  try {
    await streams.info(name);
    return true;
  } catch (error) {
    const { StreamNotFound } = JetStreamApiCodes;
    if (error instanceof JetStreamApiError && error.code === StreamNotFound) return false;
    throw error;
  }
}

/**
 * Returns the command of the `nats` tool that creates the same stream. Its own flag for the size accepts
 * less than 2 GiB.
 */
export function toNatsCommand(config: HistoryStreamConfig): string {
  return `echo '${JSON.stringify(config)}' | nats stream add --config=/dev/stdin`;
}

function parseUnit(flag: string, text: string, units: Readonly<Record<string, number>>): number {
  const [, digits, unit = ""] = /^([1-9]\d{0,8})([a-zA-Z])$/.exec(text) ?? [];
  const value = Number(digits) * (units[unit] ?? NaN);
  if (value > 0) return value;
  const examples = Object.keys(units).map((unit) => `1${unit}`).join(", ");
  throw new SyntaxError(`Cannot read "${text}" as ${flag}: expected for example ${examples}`);
}

function parseReplicas(text: string): number {
  if (/^[1-5]$/.test(text)) return Number(text);
  throw new SyntaxError(`Cannot read "${text}" as --replicas: expected a number from 1 to 5`);
}

async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      "max-age": { type: "string", default: "7d" },
      "max-bytes": { type: "string", default: "4G" },
      replicas: { type: "string", default: "1" },
      prefix: { type: "string", default: "natstap" },
      print: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return console.log(HELP);
  const variables = new VariableReader({ env: Deno.env.get, readFile: Deno.readTextFileSync });
  const template = new SubjectTemplate(variables.get("SUBJECT")!);
  const config = historyStreamConfig({
    name: variables.get("HISTORY_STREAM") ?? "logs",
    subject: template.toSubject({}),
    maxAgeSeconds: parseUnit("--max-age", values["max-age"], SECONDS),
    maxBytes: parseUnit("--max-bytes", values["max-bytes"], BYTES),
    replicas: parseReplicas(values.replicas),
    prefix: values.prefix,
  });
  if (values.print) return console.log(toNatsCommand(config));
  const options = readNatsOptions(variables);
  if (variables.problems.length > 0) throw new Error(variables.problems.join("\n"));
  const connection = await connect(toConnectionOptions(options, []));
  try {
    const done = await putHistoryStream(connection, config);
    const stream = await readHistoryStream(connection, config.name, template);
    if ("problem" in stream) throw new Error(stream.problem);
    console.log(`Stream ${config.name} ${done}. The nats tool creates it with:\n`);
    console.log(toNatsCommand(config));
  } finally {
    await connection.close();
  }
}

if (import.meta.main) {
  requireDeno();
  try {
    await run(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
