/**
 * The lines that are in the JetStream stream before the benchmark begins.
 *
 * @module
 */
import { connect } from "@nats-io/transport-deno";
import { createHistoryStream } from "../../tools/history_stream.ts";
import { digits, Line, micros } from "./sample_line.ts";

/** The app that half of the lines are from. */
export const BUSY_APP = "busy";
/** An app whose {@linkcode QUIET_LINES} lines are spread evenly among all others. */
export const QUIET_APP = "quiet";
/** Number of stored lines of {@linkcode QUIET_APP}. */
export const QUIET_LINES = 200;

const LINES = 1_000_000;
const OTHER_APPS = 998;
/** Servers since 2.11 discard lines if more than 10,000 are not stored yet. */
const LINES_PER_ANSWER = 5_000;
const STORE_TIMEOUT_MS = 60_000;

/** Creates the stream and resolves once it has stored a million lines of 1,000 apps. */
export async function storeLines(url: string): Promise<void> {
  const connection = await connect({ servers: url });
  await createHistoryStream(connection);
  const apps = [BUSY_APP, QUIET_APP];
  for (let i = 0; i < OTHER_APPS; i++) apps.push(`other-${String(i).padStart(3, "0")}`);
  const lines = new Map(apps.map((app) => [app, new Line(app, "", "")]));
  for (let i = 1; i <= LINES; i++) {
    const app = appOf(i, apps);
    const line = lines.get(app)!;
    line.next(digits(micros()));
    const subject = `logs.${app}.dfw.d896d7c609dd68`;
    if (i % LINES_PER_ANSWER === 0) {
      await connection.request(subject, line.bytes, { timeout: STORE_TIMEOUT_MS });
    } else connection.publish(subject, line.bytes.slice());
  }
  await connection.close();
}

function appOf(index: number, [busy, quiet, ...others]: string[]): string {
  if (index % (LINES / QUIET_LINES) === 1) return quiet!;
  return index % 2 === 0 ? busy! : others[index % others.length]!;
}
