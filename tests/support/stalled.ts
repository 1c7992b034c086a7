/** A stream whose reader has stopped reading, with more lines waiting than socket buffers hold. */
import { assertMatch } from "@std/assert";
import { type RawReader, readRaw } from "./clients/raw_reader.ts";
import { logsUrl, openStream, type Stack, subjectOf } from "./service.ts";

/** Number of lines that {@linkcode floodStalled} publishes, a kilobyte each. */
export const STALLED_LINES = 16_000;
const BATCH = 100;

/** Opens a stream of the app `stalled`, reads its `ready` event and floods it. */
export async function openStalled(
  stack: Stack,
  claims: Record<string, unknown> = {},
): Promise<RawReader> {
  const stalled = await readRaw(await logsUrl(stack.service, { app: "stalled", ...claims }));
  await stalled.until("\n\n");
  await floodStalled(stack);
  return stalled;
}

/** Publishes numbered lines to the app `stalled`, at the speed of one reader. */
export async function floodStalled({ service, publisher }: Stack): Promise<void> {
  await using reader = await openStream(service, { app: "stalled", sub: "reads" });
  for (let first = 0; first < STALLED_LINES; first += BATCH) {
    for (let i = first; i < first + BATCH; i++) {
      publisher.publish(subjectOf("stalled"), `${i} `.padEnd(1_024, "x"));
    }
    for (let i = first; i < first + BATCH; i++) {
      assertMatch((await reader.line())!, new RegExp(`^${i} `));
    }
  }
}
