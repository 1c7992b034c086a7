/** Interim. */
import type { NatsConnection } from "@nats-io/transport-deno";
import type { SubjectTemplate } from "../../nats/subject_template.ts";
import type { Republish } from "./republish.ts";
export interface HistoryStream {
  readonly name: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly created: string;
  readonly leader: string | undefined;
  readonly republish: Republish;
}
export interface UnusableStream {
  readonly problem: string;
}
// deno-lint-ignore no-explicit-any
export async function api(
  nc: NatsConnection | undefined,
  subject: string,
  body: unknown,
): Promise<any> {
  if (nc === undefined) throw new Error("no connection");
  const reply = await nc.request(`$JS.API.${subject}`, JSON.stringify(body), { timeout: 1000 });
  const json = reply.json<{ error?: { code: number; err_code: number; description: string } }>();
  if (json.error !== undefined && json.error.code !== 404) throw new Error(json.error.description);
  return json;
}
export async function readHistoryStream(
  nc: NatsConnection | undefined,
  name: string,
  _t: SubjectTemplate,
): Promise<HistoryStream | UnusableStream> {
  const info = await api(nc, `STREAM.INFO.${name}`, {});
  if (info.error) return { problem: `The stream ${name} does not exist` };
  if (!info.config.republish) return { problem: "no republish" };
  return {
    name,
    firstSequence: info.state.first_seq,
    lastSequence: info.state.last_seq,
    created: info.created,
    leader: info.cluster?.leader,
    republish: info.config.republish,
  };
}
