/** Many readers of one subject get their own NATS connection, so that other apps do not wait. */
import { assertEquals } from "@std/assert";
import { assertEventually } from "../../support/patience.ts";
import { CONNECTED, DISCONNECTED, type Reader, take } from "../../support/clients/sse_reader.ts";
import { openStream, publish, type Stack, startStack, subjectOf } from "../../support/service.ts";
import type { NatsServer } from "../../../tools/nats_server.ts";

/** The subjects of each of the service's connections, oldest connection first. */
async function lanes({ connections }: NatsServer): Promise<string[][]> {
  const own = (await connections()).filter(({ name }) => name === "natstap");
  return own.toSorted((a, b) => a.cid - b.cid)
    .map(({ subscriptions_list }) => (subscriptions_list ?? []).toSorted());
}

/** Opens `count` streams of `app`. */
async function openCrowd({ service }: Stack, app: string, count: number): Promise<Reader[]> {
  const readers = [];
  for (let i = 0; i < count; i++) readers.push(await openStream(service, { app }));
  return readers;
}

Deno.test("The first two readers of a subject share the common connection, further ones get their own", async () => {
  await using stack = await startStack();
  const crowds = await Promise.all([1, 2, 3, 4].map(() => openCrowd(stack, "crowd", 2)));
  const readers = crowds.flat();
  const others = await openCrowd(stack, "other", 2);
  const crowd = subjectOf("crowd", ">");
  assertEquals(await lanes(stack.nats), [
    [crowd, crowd, subjectOf("other", ">"), subjectOf("other", ">")],
    [crowd, crowd, crowd, crowd, crowd, crowd],
  ]);
  for (const line of ["one", "two"]) {
    stack.publisher.publish(subjectOf("crowd"), line);
    for (const reader of readers) assertEquals(await reader.line(), line);
  }
  for (const reader of [...readers, ...others]) await reader.close();
  await assertEventually(() => lanes(stack.nats), [[], []]);
  const again = await openCrowd(stack, "crowd", 3);
  assertEquals(await lanes(stack.nats), [[crowd, crowd], [crowd]]);
  for (const reader of again) await reader.close();
});

Deno.test("Readers on both connections are told of a disconnect and a reconnect, and get later lines", async () => {
  await using stack = await startStack();
  const readers = await openCrowd(stack, "crowd", 5);
  await stack.nats.reload("authorization { user: nobody, password: else }");
  for (const reader of readers) assertEquals(await take(reader), DISCONNECTED);
  await stack.nats.reload("");
  for (const reader of readers) assertEquals(await take(reader), CONNECTED);
  assertEquals((await lanes(stack.nats)).map(({ length }) => length).toSorted(), [2, 3]);
  await publish(stack.nats, { crowd: "after" });
  for (const reader of readers) assertEquals(await reader.line(), "after");
  for (const reader of readers) await reader.close();
});
