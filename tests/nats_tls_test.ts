/** TLS to NATS: whom the service trusts, and whom it does not. */
import { connect } from "@nats-io/transport-deno";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { findOrInstall } from "../tools/install.ts";
import { startNatsServer } from "../tools/nats_server.ts";
import { assertNotReady } from "./problem.ts";
import { read } from "./reader.ts";
import { failToStart, logsUrl, type Service, startService } from "./service.ts";

/** A certificate authority, in a folder of its own. */
interface Authority extends AsyncDisposable {
  /** The path of its certificate. */
  readonly path: string;
  /** Issues a certificate for `altNames`; returns nats-server's configuration with it. */
  issue(altNames: string): Promise<string>;
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

async function createAuthority(): Promise<Authority> {
  const folder = await Deno.makeTempDir({ prefix: "natstap-tls-" });
  const openssl = await findOrInstall({
    name: "openssl",
    env: "OPENSSL",
    apt: "openssl",
    brew: "openssl",
  });
  const run = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command(openssl, { args, cwd: folder }).output();
    if (!success) throw new Error(`Cannot make a certificate: ${new TextDecoder().decode(stderr)}`);
  };
  // deno-fmt-ignore
  await run("req", "-x509", ...NEW_KEY, "-subj", "/CN=An authority for tests", "-days", "2",
    "-keyout", "ca.key", "-out", "ca.pem");
  return {
    path: `${folder}/ca.pem`,
    async issue(altNames) {
      await Deno.writeTextFile(`${folder}/extensions`, `subjectAltName=${altNames}\n`);
      // deno-fmt-ignore
      await run("req", ...NEW_KEY, "-subj", "/CN=nats", "-keyout", "nats.key", "-out", "nats.csr");
      // deno-fmt-ignore
      await run("x509", "-req", "-in", "nats.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
        "-CAcreateserial", "-days", "2", "-extfile", "extensions", "-out", "nats.pem");
      return `tls { cert_file: "${folder}/nats.pem", key_file: "${folder}/nats.key" }`;
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function start(url: string, ca?: string): Promise<Service> {
  return ca === undefined
    ? startService({ NATS_URL: url })
    : startService({ NATS_URL: url, NATS_TLS_CA: ca }, [`--allow-read=${ca}`]);
}

/** Fails unless NATS is away for the service, and it says why. */
async function assertRefuses(service: Service, reason: string): Promise<void> {
  const unavailable = await service.logged((line) => `${line.reason}`.includes(reason));
  assertEquals(unavailable.msg, "NATS unavailable");
  await assertNotReady(service, "nats_unavailable");
}

for (
  const { name, url, altNames } of [
    { name: "name", url: "tls://localhost", altNames: "DNS:localhost" },
    { name: "address", url: "tls://127.0.0.1", altNames: "IP:127.0.0.1" },
    { name: "address, behind nats://", url: "nats://127.0.0.1", altNames: "IP:127.0.0.1" },
  ]
) {
  Deno.test(`the service streams over TLS from a server known by its ${name}`, async () => {
    await using authority = await createAuthority();
    await using nats = await startNatsServer({ config: await authority.issue(altNames) });
    await using service = await start(`${url}:${nats.port}`, authority.path);
    await service.logged(({ msg }) => msg === "NATS connected");
    await using reader = await read(await logsUrl(service, { app: "panini-786" }));
    await reader.control("ready");
    const publisher = await connect({
      servers: `localhost:${nats.port}`,
      tls: { rejectUnauthorized: false } as Record<string, unknown>,
    });
    publisher.publish("logs.panini-786.dfw.d896d7c6", "behind TLS");
    await publisher.drain();
    assertEquals(await reader.line(), "behind TLS");
  });
}

Deno.test("the service refuses a server whose certificate another authority has issued", async () => {
  await using authority = await createAuthority();
  await using another = await createAuthority();
  const config = await authority.issue("DNS:localhost,IP:127.0.0.1");
  await using nats = await startNatsServer({ config });
  for (const ca of [another.path, undefined]) {
    await using service = await start(`tls://localhost:${nats.port}`, ca);
    await assertRefuses(service, "unable to verify the first certificate");
  }
});

Deno.test("the service refuses a server whose certificate is another host's", async () => {
  await using authority = await createAuthority();
  for (
    const [altNames, host] of [
      ["DNS:nats.example.com,IP:127.0.0.1", "localhost"],
      ["DNS:localhost,IP:127.0.0.2", "127.0.0.1"],
      // Also where that host is another one of NATS_URL.
      ["DNS:localhost", "localhost:1,tls://127.0.0.1"],
      ["IP:127.0.0.2", "127.0.0.2:1,tls://127.0.0.1"],
    ]
  ) {
    await using nats = await startNatsServer({ config: await authority.issue(altNames!) });
    await using service = await start(`tls://${host}:${nats.port}`, authority.path);
    await assertRefuses(service, "does not match certificate's altnames");
  }
});

Deno.test("the service never falls back to a connection without TLS", async () => {
  await using authority = await createAuthority();
  await using nats = await startNatsServer();
  for (const [scheme, ca] of [["tls", undefined], ["nats", authority.path]] as const) {
    await using service = await start(`${scheme}://127.0.0.1:${nats.port}`, ca);
    await assertRefuses(service, "server does not support 'tls'");
  }
});

Deno.test("the service does not start with a NATS_TLS_CA that it may not read", async () => {
  await using authority = await createAuthority();
  const message = await failToStart({ NATS_TLS_CA: authority.path });
  assertStringIncludes(message, "Cannot read NATS_TLS_CA as a file below /etc/natstap, or ");
  assertStringIncludes(message, `deno run -P --allow-read=${authority.path} main.ts`);
});
