/** Payloads that try to break out of their event, all the way from NATS to the reader's parser. */
import { assert, assertEquals } from "@std/assert";
import { createParser, type EventSourceMessage } from "npm:eventsource-parser@^3";
import fc from "npm:fast-check@^4";
import { launchChromium } from "../../tools/chromium.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { readRaw } from "../support/clients/raw_reader.ts";
import {
  logsUrl,
  openStream,
  type Stack,
  startConnected,
  startStack,
  subjectOf,
} from "../support/service.ts";
import { eventOf, PAYLOADS, textOf } from "../support/payloads.ts";

const MEGABYTE = 1_048_576;
let stack: Stack;
Deno.test.beforeAll(async () => {
  // Large enough that these readers lose no line, however slow the machine is.
  const env = { BUFFER_BYTES: `${64 * MEGABYTE}`, CORS_ORIGINS: "*" };
  stack = await startStack(env, "max_payload: 16MB");
});
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

const utf8 = (text: string) => new TextEncoder().encode(text);
const CR = 0x0d;
const LF = 0x0a;
/** The last line, and how each format encodes it. */
const MARK = "the line behind all others";
const MARKED = { sse: `data: ${MARK}\n\n`, ndjson: `"${MARK}"\n`, text: `${MARK}\n` };
type FormatName = keyof typeof MARKED;

function publish(payload: Uint8Array | string): void {
  stack.publisher.publish(subjectOf("hostile"), payload);
}

/** Everything that a stream sends for `payloads`, between `ready` and the last line. */
async function bodyOf(format: FormatName, payloads: Uint8Array[]): Promise<Uint8Array> {
  const leave = AbortSignal.timeout(PATIENCE_MS);
  const url = await logsUrl(stack.service, { app: "hostile" }, { format });
  const response = await fetch(url, { signal: leave });
  for (const payload of [...payloads, MARK]) publish(payload);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let tail = "";
  for await (const chunk of response.body!) {
    chunks.push(chunk);
    tail = (tail + textOf(chunk.slice(-64))).slice(-64);
    if (tail.endsWith(MARKED[format])) break;
  }
  const body = new Uint8Array(await new Blob(chunks).arrayBuffer());
  const ready = body.indexOf(LF, format === "sse" ? body.indexOf(0x7b) : 0);
  return body.subarray(ready + (format === "sse" ? 2 : 1), -utf8(MARKED[format]).length);
}

/** The events that a strict parser finds in consecutive `parts`. */
function parse(...parts: Uint8Array[]): EventSourceMessage[] {
  const events: EventSourceMessage[] = [];
  const fail = (what: unknown) => {
    throw new Error(`Expected nothing but log lines: ${what}`);
  };
  const parser = createParser({
    onEvent: (event) => void events.push(event),
    onError: fail,
    onRetry: fail,
    onComment: fail,
  });
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (const part of parts) parser.feed(decoder.decode(part, { stream: true }));
  return events;
}

function lines(payloads: Uint8Array[]): EventSourceMessage[] {
  return payloads.map((payload) => ({ id: undefined, event: undefined, data: eventOf(payload) }));
}

async function assertExactInSse(payloads: Uint8Array[]): Promise<Uint8Array> {
  const body = await bodyOf("sse", payloads);
  assert(!body.includes(CR), "No CR, which could be half of a CRLF");
  assertEquals(parse(body), lines(payloads));
  return body;
}

/** Fails unless each payload is a line of JSON or a JSON string, and none is a control event. */
async function assertExactInNdjson(payloads: Uint8Array[]): Promise<void> {
  const body = await bodyOf("ndjson", payloads);
  assert(!body.includes(CR), "No CR, which some clients treat as a line break");
  const sent = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body).split("\n");
  assertEquals(sent.length, payloads.length + 1);
  for (const [i, payload] of payloads.entries()) {
    const value = JSON.parse(sent[i]!);
    assert([sent[i], value].includes(textOf(payload)), `${sent[i]} for ${textOf(payload)}`);
    const keys = typeof value === "string" ? [] : Object.keys(value ?? {});
    assertEquals(keys.filter((key) => key.toUpperCase() === "NATSTAP"), []);
  }
}

async function assertExactInText(payloads: Uint8Array[]): Promise<void> {
  const body = await bodyOf("text", payloads);
  const expected = await new Blob(payloads.flatMap((payload) => [payload, "\n"] as BlobPart[]))
    .arrayBuffer();
  assert(Buffer.from(body).equals(new Uint8Array(expected)), "Every byte as published");
}

async function assertExact(payloads: Uint8Array[]): Promise<void> {
  await assertExactInSse(payloads);
  await assertExactInNdjson(payloads);
  await assertExactInText(payloads);
}

for (const [attack, payload] of PAYLOADS) {
  Deno.test(`A line that contains ${attack} is delivered exactly in each format`, async () => {
    await assertExact([utf8("before"), payload, utf8("behind")]);
  });
}

Deno.test("Lines cut at any byte, within a CR, field, BOM or UTF-8 sequence, are read the same", async () => {
  const payloads = PAYLOADS.map(([, payload]) => payload);
  const body = await assertExactInSse(payloads);
  for (let at = 0; at <= body.length; at++) {
    const events = parse(body.subarray(0, at), body.subarray(at));
    assertEquals(events, lines(payloads), `Cut at byte ${at}`);
  }
  const single = Array.from(body, (_, at) => body.subarray(at, at + 1));
  assertEquals(parse(...single), lines(payloads), "Byte by byte");
});

Deno.test("A CR at the edge of a 64 KiB chunk, followed by an LF, does not end an event", async () => {
  // With `data: ` and two LFs, the first payload is about as long as a chunk.
  const payloads = [-3, -2, -1, 0, 1, 2, 3].flatMap((more) => {
    const length = 65_536 - "data: \n\n".length + more;
    return ["\r", "\n", "\r\n"].flatMap((end) => [
      utf8("a".repeat(length - end.length) + end),
      utf8("\nbehind"),
    ]);
  });
  const body = await assertExactInSse(payloads);
  for (let at = 65_536; at < body.length; at += 65_536) {
    for (const edge of [at - 1, at, at + 1]) {
      assertEquals(parse(body.subarray(0, edge), body.subarray(edge)), lines(payloads));
    }
  }
});

const LARGE: [attack: string, payload: Uint8Array][] = [
  ["1 MB of LFs", new Uint8Array(MEGABYTE).fill(LF)],
  ["1 MB of CRs", new Uint8Array(MEGABYTE).fill(CR)],
  ["1 MB of CRLFs", utf8("\r\n".repeat(MEGABYTE / 2))],
  ["1 MB on a single line", utf8("0123456789abcdef".repeat(MEGABYTE / 16))],
  ["1 MB of invalid UTF-8", new Uint8Array(MEGABYTE).fill(0xff)],
  ["10 MB on a single line", utf8("0123456789abcdef".repeat(10 * MEGABYTE / 16))],
  ["10 MB of JSON on a single line", utf8(`{"message":"${"x".repeat(10 * MEGABYTE)}"}`)],
];
for (const [attack, payload] of LARGE) {
  Deno.test(`A line of ${attack} is delivered exactly in each format`, async () => {
    await assertExact([payload, utf8("behind")]);
  });
}

Deno.test("Lines of 1 MB of line breaks and of 10 MB are delivered exactly in chromium", async () => {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const url = await logsUrl(stack.service, { app: "hostile" });
    await page.evaluate(`
      seen = [];
      source = new EventSource(${JSON.stringify(url)});
      source.onmessage = ({ data }) => seen.push(data);
      new Promise((resolve) => source.addEventListener("ready", () => resolve()))
    `);
    for (const [attack, payload] of LARGE) {
      publish(payload);
      await page.waitForFunction("seen.length > 0");
      const data = await page.evaluate<string>("seen.shift()");
      assert(data === eventOf(payload), `${attack}: ${data.length} characters came`);
    }
    assertEquals(await page.evaluate("seen.length"), 0);
    await page.evaluate("source.close()");
  } finally {
    await browser.close();
  }
});

/** Any two lines near each other differ. */
const ONE_BYTE_LINES = Array.from(
  { length: 100_000 },
  (_, i) => utf8(String.fromCharCode(33 + i % 94)),
);

Deno.test("100,000 lines of one byte are delivered exactly in each format", async () => {
  await assertExact(ONE_BYTE_LINES);
});

Deno.test("100,000 lines of one byte that do not fit into a reader's buffer are counted where they are missing", async () => {
  const { nats, publisher } = stack;
  await using service = await startConnected({ NATS_URL: nats.url });
  using reader = await readRaw(await logsUrl(service, { app: "hostile" }));
  await reader.until("\n\n");
  await using behind = await openStream(service, { app: "behind" });
  // More than the kernel buffers for a reader that does not read.
  const filler = Array.from({ length: 300 }, (_, i) => utf8(`${i}`.padEnd(60_000)));
  const sent = [...filler, ...ONE_BYTE_LINES, utf8(MARK)];
  for (const payload of sent.slice(0, -1)) publish(payload);
  publisher.publish(subjectOf("behind"), "NATS has brought all");
  await behind.line();

  const head = await reader.until("event: dropped\n");
  publish(MARK);
  const events = parse(utf8(head + await reader.until(MARKED.sse)));
  let next = 0;
  for (const { event, data } of events) {
    if (event === undefined) assertEquals(data, textOf(sent[next++]!));
    else {
      const { count, bytes } = JSON.parse(data);
      const missing = sent.slice(next, next += count);
      assertEquals([event, bytes], [
        "dropped",
        missing.reduce((sum, { length }) => sum + length, 0),
      ]);
    }
  }
  assertEquals(next, sent.length);
});

/** Arbitrary bytes, with an increased share of harmful ones. */
const anyPayload = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...PAYLOADS.map(([, payload]) => payload)) },
    {
      weight: 2,
      arbitrary: fc.constantFrom("\n", "\r", "data:", '"', "{", ":", "\ufeff").map(utf8),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  ),
  { maxLength: 8 },
).map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

Deno.test("Lines of random hostile bytes are delivered exactly in each format", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyPayload, { maxLength: 50, size: "max" }), assertExact),
    { seed: 786, numRuns: 40 },
  );
});
