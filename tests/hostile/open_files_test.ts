import { assertEquals, assertMatch } from "@std/assert";
import { KernelSocket } from "../support/clients/kernel_socket.ts";
import { assertEventually } from "../support/patience.ts";
import { logsUrl, openStream, type Service, startStack, subjectOf } from "../support/service.ts";
import { connectTo } from "../support/clients/raw_request.ts";

const LINUX = { ignore: Deno.build.os !== "linux" };

/** Uses up the service's open files, and releases them once it has noticed. */
async function exhaust(service: Service, meanwhile = async () => {}): Promise<void> {
  const args = ["--pid", `${service.pid}`, "--nofile=200:200"];
  assertEquals((await new Deno.Command("prlimit", { args }).output()).success, true);
  {
    using connections = new DisposableStack();
    for (let i = 0; i < 300; i++) {
      const connection = await connectTo(service).catch(() => undefined);
      if (connection !== undefined) connections.use(connection);
    }
    const files = () => [...Deno.readDirSync(`/proc/${service.pid}/fd`)].length;
    await assertEventually(() => files() >= 200, true, "All files are in use");
    await meanwhile();
  }
  const health = () =>
    fetch(`${service.url}/healthz`).then((answer) => answer.text(), () => "down");
  await assertEventually(health, "ok");
}

Deno.test("The service and its streams survive the loss of all open files", LINUX, async () => {
  await using stack = await startStack();
  const { service, publisher } = stack;
  await using reader = await openStream(service, { app: "a" });
  await exhaust(service, async () => {
    publisher.publish(subjectOf("a"), "while no file is free");
    assertEquals(await reader.line(), "while no file is free");
  });
  await using second = await openStream(service, { app: "a" });
  publisher.publish(subjectOf("a"), "to both");
  assertEquals([await reader.line(), await second.line()], ["to both", "to both"]);
  const stopped = service.stop();
  for (const open of [reader, second]) {
    assertEquals((await open.control("end")).reason, "shutdown");
    assertEquals(await open.next(), undefined);
  }
  assertEquals((await stopped).code, 0);
});

Deno.test("SIGTERM delivers buffered lines after all open files were in use", LINUX, async () => {
  await using stack = await startStack({ BUFFER_BYTES: "67108864", SHUTDOWN_SECONDS: "3600" });
  const { service, publisher } = stack;
  using slow = KernelSocket.get(await logsUrl(service, { app: "a" }));
  await service.logged(({ msg }) => msg === "stream opened");
  for (let i = 0; i < 1_000; i++) publisher.publish(subjectOf("a"), `${i} `.padEnd(1_024, "x"));
  await publisher.flush();
  await exhaust(service);
  const stopped = service.stop();
  const text = await slow.until("event: end\n");
  assertEquals(text.match(/^data: \d+ /gm)?.length, 1_000);
  assertMatch(text + await slow.until("\n\n"), /event: end\nretry: \d+\ndata: .*\n\n$/);
  assertEquals((await stopped).code, 0);
});
