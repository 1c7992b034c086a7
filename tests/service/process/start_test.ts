import { assert, assertEquals, assertMatch } from "@std/assert";
import { outputOf } from "../../support/command.ts";
import { openStream, serviceCommand, startStack } from "../../support/service.ts";
import config from "../../../deno.json" with { type: "json" };

/** Runs the service until it exits. */
async function run(env: Record<string, string>) {
  const { code, stdout, stderr } = await outputOf(serviceCommand(env));
  return { code, log: stdout, errors: stderr.trimEnd().split("\n") };
}

Deno.test("An invalid configuration prevents the start, with one line per problem", async () => {
  const { code, log, errors } = await run({
    PORT: "eighty",
    NATS_URL: "http://127.0.0.1/path",
    KEEPALIVE_SECONDS: "0",
    LOG_LEVEL: "loud",
    JWT_SECRET: "SENTINEL too short",
  });
  assertEquals([code, log], [1, ""]);
  const named = errors.map((line) => /^Cannot read "?(\w+)\b/.exec(line)?.[1]);
  const variables = "JWT_SECRET KEEPALIVE_SECONDS LOG_LEVEL NATS_URL PORT";
  assertEquals(named.toSorted(), variables.split(" "));
  assert(!errors.join().includes("SENTINEL"), "No secret is printed");
});

Deno.test("The service does not start without a key, or with two", async () => {
  const none = await run({ JWT_SECRET: "" });
  assertEquals([none.code, none.errors.length], [1, 1]);
  assertMatch(none.errors[0]!, /none is set; set exactly one of JWT_SECRET, JWT_PUBLIC_KEY/);
  const two = await run({
    JWT_SECRET: "a secret of 32 bytes or more than that",
    JWT_JWKS_URL: "http://127.0.0.1/",
  });
  assertEquals([two.code, two.errors.length], [1, 1]);
  assertMatch(two.errors[0]!, /JWT_SECRET and JWT_JWKS_URL are set/);
});

Deno.test("A port in use prevents the start, with one line that names it", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const { code, errors } = await run({ PORT: String(port) });
  assertEquals([code, errors.length], [1, 1], errors.join("\n"));
  assertMatch(errors[0]!, new RegExp(`^Cannot listen on .*"${port}": .*in use`));
});

Deno.test("An address of another machine prevents the start, with one line", async () => {
  const { code, errors } = await run({ HOST: "192.0.2.1" });
  assertEquals([code, errors.length], [1, 1], errors.join("\n"));
  assertMatch(errors[0]!, /^Cannot listen on HOST "192\.0\.2\.1"/);
});

Deno.test("The service needs no permissions beyond its own set", async () => {
  const { env, ...others } = config.permissions.default;
  // The built program contains the viewer and does not need to read it.
  assertEquals(others, { net: true, read: ["/etc/natstap", "web/dist/viewer.json"] });
  assert(env.every((name) => /^[A-Z_]+$/.test(name)), "Variables are listed by name");
  await using stack = await startStack();
  await using _reader = await openStream(stack.service, { app: "a" });
  await stack.service.stop();
  assertEquals(stack.service.stderr(), "", "Nothing was denied");
});
