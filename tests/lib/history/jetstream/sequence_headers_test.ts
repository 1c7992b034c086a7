import { assertEquals } from "@std/assert";
import { connect, headers, type Msg } from "@nats-io/transport-deno";
import { positionOf } from "../../../../lib/history/jetstream/sequence_headers.ts";
import { startNatsServer } from "../../../../tools/nats_server.ts";
