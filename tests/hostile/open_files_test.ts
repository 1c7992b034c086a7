import { assertEquals } from "@std/assert";
import { assertEventually } from "../patience.ts";
import { openStream, startStack } from "../service.ts";
import { connectTo } from "./exchange.ts";

Deno.test("The service outlives clients that take all its open files, and so do its streams", async () => {
  await using stack = await startStack();
  const { service, publisher } = stack;
  await using reader = await openStream(service, { app: "a" });
  const args = ["--pid", `${service.pid}`, "--nofile=200:200"];
  assertEquals((await new Deno.Command("prlimit", { args }).output()).success, true);
  {
    using connections = new DisposableStack();
    for (let i = 0; i < 300; i++) {
      const connection = await connectTo(service).catch(() => undefined);
      if (connection !== undefined) connections.use(connection);
    }
    await service.logged(({ level }) => level === "warn");
    publisher.publish("logs.a.dfw.m1", "while no file is free");
    assertEquals(await reader.line(), "while no file is free");
  }
  const health = () =>
    fetch(`${service.url}/healthz`).then((answer) => answer.text(), () => "down");
  await assertEventually(health, "ok");
  await using second = await openStream(service, { app: "a" });
  publisher.publish("logs.a.dfw.m1", "to both");
  assertEquals([await reader.line(), await second.line()], ["to both", "to both"]);
  const stopped = service.stop();
  for (const open of [reader, second]) {
    assertEquals((await open.control("end")).reason, "shutdown");
    assertEquals(await open.next(), undefined);
  }
  assertEquals((await stopped).code, 0);
});
