/**
 * The JetStream stream that keeps the lines: what natstap requires of its configuration.
 *
 * @module
 */
import type { StreamConfig, StreamInfo } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-deno";
import type { SubjectTemplate } from "../../nats/subject_template.ts";
import { askJetStream, HistoryStreamMissingError } from "./jetstream_api.ts";
import { isWithin, type Republish, republishProblem } from "./republish.ts";

/**
 * Maximum time that JetStream may take to answer. A stream without a leader must be noticed before another server
 * is elected, which takes at least 4 s: the new leader does not republish what the old one should have.
 */
const STATE_TIMEOUT_MS = 2_000;

/** A stream that history can be read from. */
export interface HistoryStream {
  readonly name: string;
  /** Sequence number of the oldest line, or of the next one if the stream is empty. */
  readonly firstSequence: number;
  /** When the oldest line was stored, in milliseconds since the epoch; `undefined` if there is none. */
  readonly firstTime: number | undefined;
  /** Sequence number of the newest line; 0 if there has never been one. */
  readonly lastSequence: number;
  /** When the newest line was stored, even if it has been deleted since. */
  readonly lastTime: number | undefined;
  /** When the stream was created: another value means another stream of the same name. */
  readonly created: string;
  /** The server that leads the stream; `undefined` without a cluster, or while none does. */
  readonly leader: string | undefined;
  /** Where live lines are published again. */
  readonly republish: Republish;
  /** Whether every replica may answer reads, and reads of several lines need no consumer. */
  readonly allowDirect: boolean;
  /** What an operator may want to change, one sentence each. */
  readonly warnings: readonly string[];
}

/** A stream that history cannot be read from. */
export interface UnusableStream {
  /** What is missing, and how to add it. */
  readonly problem: string;
}

/**
 * Reads the state and the configuration of the stream from its leader, and checks them.
 *
 * @param template The subjects of the lines, all of which the stream must capture and republish.
 * @throws {HistoryUnavailableError} If JetStream does not answer.
 */
export async function readHistoryStream(
  connection: NatsConnection | undefined,
  name: string,
  template: SubjectTemplate,
): Promise<HistoryStream | UnusableStream> {
  try {
    const info = await askJetStream(
      connection,
      (api) => api.streams.info(name),
      STATE_TIMEOUT_MS,
    );
    const problem = problemOf(info.config, template.toSubject({}));
    return problem === undefined
      ? toHistoryStream(info)
      : { problem: `Stream ${name}: ${problem}` };
  } catch (error) {
    if (!(error instanceof HistoryStreamMissingError)) throw error;
    return { problem: `Stream ${name} does not exist: create it with "deno task history"` };
  }
}

/** Returns the state of a stream whose configuration has no problem. */
export function toHistoryStream({ config, state, created, cluster }: StreamInfo): HistoryStream {
  return {
    name: config.name,
    firstSequence: Math.max(1, state.first_seq),
    firstTime: state.messages > 0 ? Date.parse(state.first_ts) : undefined,
    lastSequence: state.last_seq,
    lastTime: state.last_seq > 0 ? Date.parse(state.last_ts) : undefined,
    created,
    leader: cluster?.leader || undefined,
    republish: config.republish!,
    allowDirect: config.allow_direct ?? false,
    warnings: warningsOf(config),
  };
}

/** @param widest The subject of all lines. */
function problemOf(config: StreamConfig, widest: string): string | undefined {
  const { subjects = [], republish, retention, subject_transform: transform } = config;
  if (config.mirror !== undefined) {
    return "it is a mirror, which republishes nothing; use the stream that it mirrors";
  }
  if (retention !== "limits") {
    return `its retention is "${retention}", so lines are deleted once they are read; set "limits"`;
  }
  if (!subjects.some((subject) => isWithin(widest, subject))) {
    return `it captures ${subjects.join(", ") || "nothing"}, but SUBJECT needs ${widest}`;
  }
  if (transform !== undefined) {
    return "it changes the subjects of the lines; remove its subject_transform";
  }
  if (republish === undefined) {
    return "it does not republish; set republish, for example from > to natstap.>";
  }
  if (republish.headers_only) return "it republishes only headers; remove headers_only";
  const unusable = republishProblem(republish);
  if (unusable !== undefined) return unusable;
  return isWithin(widest, republish.src || ">")
    ? undefined
    : `it republishes ${republish.src}, but SUBJECT needs ${widest}`;
}

function warningsOf(config: StreamConfig): string[] {
  const { max_age, max_bytes, max_msg_size = -1 } = config;
  const warnings: string[] = [];
  if (max_age === 0 && max_bytes <= 0) {
    warnings.push("it grows without limit; set max_age and max_bytes");
  }
  if (config.storage === "memory") warnings.push("a restart loses its lines; use file storage");
  if (!config.allow_direct) warnings.push("reads are slower than necessary; set allow_direct");
  if (config.discard === "new") {
    warnings.push('once it is full, new lines are lost, live ones too; set discard to "old"');
  }
  if (max_msg_size > 0) {
    warnings.push(`lines of more than ${max_msg_size} bytes are lost, live ones too; set no limit`);
  }
  return warnings;
}
