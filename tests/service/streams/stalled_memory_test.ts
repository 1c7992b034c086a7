/** Memory used for stalled readers is bounded and released afterwards. */
import { assert, assertEquals } from "@std/assert";
import { memory } from "../../../tools/memory.ts";
import { KernelSocket } from "../../support/clients/kernel_socket.ts";
import { assertEventually } from "../../support/patience.ts";
import { planMetrics } from "../../support/scrape.ts";
import { logsUrl, startStack, subjectOf } from "../../support/service.ts";

const LINUX = { ignore: Deno.build.os !== "linux" };
const MB = 1e6;
/** Memory allowed per stream, in addition to 1.5 × BUFFER_TOTAL_BYTES. */
const STREAM_BYTES = 100_000;
/** Memory that may remain in use after stalled readers are gone. */
const REST_BYTES = 64 * MB;

interface Flood {
  readonly what: string;
  readonly readers: number;
  readonly format: "sse" | "ndjson" | "text";
  readonly payload: string;
  readonly lines: number;
  readonly total: number;
}

const FLOODS: Flood[] = [
  {
    what: "100 readers of lines of 1 MB that take 6 MB in JSON",
    ...{ readers: 100, format: "ndjson", payload: "\x01".repeat(1_048_000), lines: 3 },
    total: 268_435_456,
  },
  {
    what: "100 readers of lines of 1 MB that consist of line breaks",
    ...{ readers: 100, format: "sse", payload: "\n".repeat(1_048_000), lines: 2 },
    total: 134_217_728,
  },
  {
    what: "1,000 readers of lines of 1 KB",
    ...{ readers: 1_000, format: "sse", payload: "x".repeat(1_000), lines: 400 },
    total: 268_435_456,
  },
];

for (const { what, readers, format, payload, lines, total } of FLOODS) {
  Deno.test(`BUFFER_TOTAL_BYTES limits the memory for ${what}`, LINUX, async () => {
    const { env, scrape } = planMetrics();
    const limits = {
      ...env,
      STALL_SECONDS: "3",
      MAX_STREAMS_PER_APP: "1000",
      BUFFER_TOTAL_BYTES: String(total),
    };
    await using stack = await startStack(limits, "max_pending: 1GB");
    const { service, publisher } = stack;
    using opened = new DisposableStack();
    const url = await logsUrl(service, { app: "flood" }, { format });
    for (let i = 0; i < readers; i++) opened.use(KernelSocket.get(url));
    const active = () =>
      service.logs.reduce((sum, { msg, opened = 0 }) => {
        if (msg === "stream opened") return sum + 1;
        return msg === "streams summarized" ? sum + Number(opened) : sum;
      }, 0);
    await assertEventually(active, readers, "All streams are open");
    const idle = memory(service.pid).rss;
    for (let i = 0; i < lines; i++) {
      publisher.publish(subjectOf("flood"), payload);
      await publisher.flush();
    }
    const buffered = async () => (await scrape()).natstap_buffered_bytes! > 0;
    await assertEventually(buffered, false, "Readers with waiting lines are ended as stalled");
    const growth = memory(service.pid).peak - idle;
    const permitted = 1.5 * total + STREAM_BYTES * readers;
    console.log(`${what}: ${Math.round(growth / MB)} of ${Math.round(permitted / MB)} MB`);
    assert(growth < permitted, `Memory grew by ${growth} bytes`);
    assertEquals(await (await fetch(`${service.url}/healthz`)).text(), "ok");
    const left = () => memory(service.pid).rss - idle;
    await assertEventually(() => left() < REST_BYTES, true, "The memory is released");
  });
}
