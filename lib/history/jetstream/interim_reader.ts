/** Interim. */
import { createInbox, type NatsConnection } from "@nats-io/transport-deno";
import type { HistoryStart } from "../history_start.ts";
import { api } from "./history_stream.ts";
import type { FoundStart, ScopeReader, StoredLine } from "./scope_reader.ts";
export class InterimReader implements ScopeReader {
  #name: string | undefined;
  #next = 0;
  constructor(
    readonly stream: string,
    readonly filter: string,
    readonly leader: () => NatsConnection | undefined,
    readonly bulk: () => NatsConnection | undefined,
  ) {}
  async lastSequence(): Promise<number> {
    const found = await api(this.leader(), `STREAM.MSG.GET.${this.stream}`, {
      last_by_subj: this.filter,
    });
    return found.message?.seq ?? 0;
  }
  async #create(config: unknown): Promise<{ name: string; pending: number }> {
    const info = await api(this.bulk(), `CONSUMER.CREATE.${this.stream}`, {
      stream_name: this.stream,
      config: {
        ack_policy: "none",
        filter_subject: this.filter,
        mem_storage: true,
        num_replicas: 1,
        inactive_threshold: 60e9,
        ...config as object,
      },
    });
    return { name: info.name, pending: info.num_pending };
  }
  async #count(seq: number): Promise<number> {
    const { name, pending } = await this.#create({
      deliver_policy: "by_start_sequence",
      opt_start_seq: seq,
    });
    await api(this.bulk(), `CONSUMER.DELETE.${this.stream}.${name}`, {});
    return pending;
  }
  async find(start: HistoryStart, max: number): Promise<FoundStart> {
    const info = await api(this.bulk(), `STREAM.INFO.${this.stream}`, {});
    const first = Math.max(1, info.state.first_seq);
    if ("after" in start) {
      let seq = start.after + 1;
      let cut: FoundStart["cut"] = seq < first ? "retention" : undefined;
      if (start.after > info.state.last_seq) {
        seq = first;
        cut = "retention";
      }
      seq = Math.max(seq, first);
      const n = await this.#count(seq);
      return n > max
        ? { sequence: seq, skip: n - max, cut: "limit" }
        : { sequence: seq, skip: 0, cut };
    }
    if (start.tail === undefined) {
      const { name, pending } = await this.#create({
        deliver_policy: "by_start_time",
        opt_start_time: new Date(start.since).toISOString(),
      });
      await api(this.bulk(), `CONSUMER.DELETE.${this.stream}.${name}`, {});
      const total = await this.#count(first);
      return {
        sequence: first,
        skip: total - Math.min(pending, max),
        cut: pending > max ? "limit" : undefined,
      };
    }
    const total = await this.#count(first);
    return {
      sequence: first,
      skip: Math.max(0, total - Math.min(start.tail, max)),
      cut: start.tail > max && total > max ? "limit" : undefined,
    };
  }
  async read(sequence: number): Promise<readonly StoredLine[]> {
    const nc = this.bulk();
    if (nc === undefined) throw new Error("no connection");
    if (this.#name === undefined || this.#next !== sequence) {
      this.close();
      this.#name =
        (await this.#create({ deliver_policy: "by_start_sequence", opt_start_seq: sequence })).name;
    }
    const lines: StoredLine[] = [];
    const inbox = createInbox();
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        sub.unsubscribe();
        this.#name = undefined;
        reject(new Error("timeout"));
      }, 2000);
      const sub = nc.subscribe(inbox, {
        callback: (_e, m) => {
          if (m.headers !== undefined && m.headers.code >= 400) {
            clearTimeout(timer);
            sub.unsubscribe();
            resolve();
            return;
          }
          const tokens = m.reply!.split(".");
          lines.push({ sequence: Number(tokens[5]), payload: m.data });
          if (lines.length === 256) {
            clearTimeout(timer);
            sub.unsubscribe();
            resolve();
          }
        },
      });
      nc.publish(
        `$JS.API.CONSUMER.MSG.NEXT.${this.stream}.${this.#name}`,
        JSON.stringify({ batch: 256, no_wait: true }),
        { reply: inbox },
      );
    });
    if (lines.length > 0) this.#next = lines.at(-1)!.sequence + 1;
    else this.#next = sequence;
    return lines;
  }
  onError(error: unknown): void {
    console.error("reader", error);
  }
  close(): void {
    if (this.#name !== undefined) {
      api(this.bulk(), `CONSUMER.DELETE.${this.stream}.${this.#name}`, {}).catch(() => {});
    }
    this.#name = undefined;
  }
}
