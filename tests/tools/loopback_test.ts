/** The tools on a machine whose configured proxy is unreachable. */
import { assertEquals, assertMatch } from "@std/assert";
import { ROOT } from "../support/checkout.ts";
import { outputOf } from "../support/command.ts";

/** Makes every `fetch()` fail, unless the host is an exception. */
const UNREACHABLE_PROXY = Object.fromEntries(
  ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()])
    .map((name) => [name, "http://127.0.0.1:1"]),
);

function run(args: string[], env: Record<string, string>) {
  const options = { args, cwd: ROOT, env: { NO_COLOR: "1", ...env } };
  return outputOf(new Deno.Command(Deno.execPath(), { ...options, stdin: "null" }));
}

Deno.test("bypassProxyForLoopback() adds this machine to the existing exceptions", async () => {
  const script = `
    import { bypassProxyForLoopback } from "./tools/loopback.ts";
    bypassProxyForLoopback();
    const address = { hostname: "127.0.0.1", port: 0 };
    const server = Deno.serve({ ...address, onListen() {} }, () => new Response("reached"));
    for (const host of ["127.0.0.1", "localhost"]) {
      const response = await fetch(\`http://\${host}:\${server.addr.port}\`);
      if (await response.text() !== "reached") throw new Error(host);
    }
    console.log(Deno.env.get("NO_PROXY"), Deno.env.get("no_proxy"));
    await server.shutdown();
  `;
  const env = { ...UNREACHABLE_PROXY, NO_PROXY: "a.example", no_proxy: "b.example,a.example" };
  const { stdout, stderr } = await run(["eval", script], env);
  const value = "a.example,b.example,127.0.0.1,::1,localhost";
  assertEquals([stdout, stderr], [`${value} ${value}\n`, ""]);
});

Deno.test("The tests reach their own servers despite a proxy", async () => {
  const tests = ["tests/routes/methods_test.ts", "tests/tools/nats_server_test.ts"];
  const args = ["test", "-A", "--no-check", ...tests];
  const { code, stdout, stderr } = await run(args, UNREACHABLE_PROXY);
  assertEquals(code, 0, stdout + stderr);
});

Deno.test("The token tool works without the proxy", async () => {
  const env = { ...UNREACHABLE_PROXY, JWT_SECRET: "a shared secret for tests: 32 bytes or more" };
  const { stdout, stderr } = await run(["run", "-A", "tools/print_token.ts", "--app", "a"], env);
  assertMatch(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/, stderr);
});
