/** Variables as platforms pass them on: read from files, on one line, in quotes. */
import { startNatsServer } from "../tools/nats_server.ts";
import { openStream, publish, SECRET, startService } from "./service.ts";
import { assertEquals } from "@std/assert";

Deno.test("A service streams if its secrets come from files that end with a line break", async () => {
  const NATS_TOKEN = "a token for NATS";
  await using byToken = await startNatsServer({
    config: `authorization { token: "${NATS_TOKEN}" }`,
  });
  await using byPassword = await startNatsServer({
    config: `authorization { users = [{ user: "tap", password: "tap" }] }`,
  });
  const ways: [url: string, env: Record<string, string>][] = [
    [byToken.url, { NATS_TOKEN: `${NATS_TOKEN}\n` }],
    [byPassword.url, { NATS_USER: "tap\n", NATS_PASSWORD: "tap\r\n" }],
    [byPassword.url, { ORG: "tap", ACCESS_TOKEN: "tap\n" }],
  ];
  for (const [NATS_URL, env] of ways) {
    await using service = await startService({ NATS_URL, JWT_SECRET: `${SECRET}\n`, ...env });
    await service.logged(({ msg }) => msg === "NATS connected");
    await using reader = await openStream(service, { app: "a" });
    if (NATS_URL !== byPassword.url) continue;
    await publish(byPassword, { a: "it came through" });
    assertEquals(await reader.line(), "it came through");
  }
});
