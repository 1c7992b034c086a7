/** What all clients and faults of a run share. */
import type { NatsConnection } from "@nats-io/transport-deno";
import type { NatsCluster } from "../../support/nats_cluster.ts";
import { mint } from "../../support/service.ts";
import type { TcpBalancer } from "../../support/tcp_balancer.ts";
import type { Scope } from "../line.ts";
import type { Instance } from "./instance.ts";

/** The service's time limits, in seconds. */
export const KEEPALIVE_SECONDS = 5;
/** Low enough for a hold of the network to exceed it. */
export const STALL_SECONDS = 12;

/** The parts of a run. */
export interface World {
  readonly cluster: NatsCluster;
  readonly instances: readonly Instance[];
  /** The networks between clients and instances. */
  readonly networks: readonly TcpBalancer[];
  /** A connection to NATS that no fault of the network affects. */
  readonly nats: NatsConnection;
  /** What NATS itself violated. */
  readonly natsViolations: string[];
  /** Whether nothing more is published, so that slow clients catch up. */
  settling: boolean;
}

/** A request of a client. */
export interface StreamQuery {
  readonly scope: Scope;
  readonly tail?: number | undefined;
  /** The ID to resume after. */
  readonly lastId?: string | undefined;
}

/** The path of a stream's URL without its token; filters are in the query. */
export function streamPath({ scope, tail, lastId }: StreamQuery): string {
  const query = new URLSearchParams();
  const { region, machine } = scope;
  for (const [name, value] of Object.entries({ region, machine, tail, last_event_id: lastId })) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  return `/logs?${query}`;
}

/** A token for a scope's app. */
export function tokenFor({ app }: Scope, seconds: number): Promise<string> {
  return mint({ app }, Math.ceil(seconds));
}
