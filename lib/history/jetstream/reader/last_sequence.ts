/**
 * Finds the last line of a scope. The stream's leader answers, because replicas may lag.
 *
 * @module
 */
import type { JetStreamManager, MsgRequest } from "@nats-io/jetstream";

/**
 * Resolves to the sequence number of the last line; 0 if there is none.
 *
 * @param filter The subject of the scope, which may contain wildcards.
 */
export async function lastSequence(
  { streams }: JetStreamManager,
  stream: string,
  filter: string,
): Promise<number> {
  const message = await streams.getMessage(stream, { last_by_subj: filter });
  if (message !== null) return message.seq;
  // nats-server 2.9 also finds none if the last line of a subject has been deleted.
  const { state } = await streams.info(stream, { subjects_filter: filter });
  if (Object.keys(state.subjects ?? {}).length === 0) return 0;
  let last = 0;
  for (let end = state.last_seq + 1; last + 1 < end;) {
    const middle = Math.floor((last + 1 + end) / 2);
    // The package's type lacks `next_by_subj`, which nats-server supports since 2.9.
    const query: MsgRequest & { next_by_subj: string } = { seq: middle, next_by_subj: filter };
    const next = await streams.getMessage(stream, query);
    if (next === null) end = middle;
    else last = next.seq;
  }
  return last;
}
