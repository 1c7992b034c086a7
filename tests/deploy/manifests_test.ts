import { connect } from "@nats-io/transport-deno";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse, parseAllDocuments } from "npm:yaml@^2";
import denoConfig from "../../deno.json" with { type: "json" };
import { readConfig } from "../../lib/config.ts";
import { isName } from "../../lib/nats/subject.ts";
import { type NatsServer, startNatsServer } from "../../tools/nats_server.ts";
import { ROOT } from "../support/checkout.ts";
import { fetchHistory } from "../support/history_stack.ts";
import { assertEventually } from "../support/patience.ts";
import { openStream, SECRET, startConnected } from "../support/service.ts";

// deno-lint-ignore no-explicit-any -- the assertions check the shape of what the manifests contain
type Yaml = any;

const FOLDERS = ["kubernetes", "vector", "fluent-bit"];

/** Variables of glibc, which the service does not read. */
const GLIBC = ["MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"];

/** What the service does if only a key is configured. */
const DEFAULTS = readConfig({
  env: (name) => name === "JWT_SECRET" ? SECRET : undefined,
  readFile: Deno.readTextFileSync,
});

/** Labels of pods, and text that cannot be a label. */
const LABELS = ["panini-786", "a_B", "a.b", "", "-a", "a".repeat(63), "a".repeat(64), "*", ">"];

const STOP_SECONDS = DEFAULTS.shutdownMs / 1000;

const UNIT = Object.fromEntries(
  [...readText("systemd/natstap.service").matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [
    name,
    value!,
  ]),
);

const NATSTAP = pod("kubernetes", "natstap");
const [CONTAINER] = NATSTAP.containers;

function readText(path: string): string {
  return Deno.readTextFileSync(`${ROOT}deploy/${path}`);
}

function kustomization(folder: string): Yaml {
  return parse(readText(`${folder}/kustomization.yaml`));
}

/** The Kubernetes objects that a folder's kustomization applies. */
function objects(folder: string): Yaml[] {
  return kustomization(folder).resources.flatMap((path: string) =>
    parseAllDocuments(readText(`${folder}/${path}`)).map((document) => {
      assertEquals([...document.errors, ...document.warnings], [], path);
      return document.toJS();
    })
  );
}

function workloads(folder: string): Yaml[] {
  return objects(folder).filter(({ kind }) =>
    ["Deployment", "DaemonSet", "StatefulSet", "Job"].includes(kind)
  );
}

function pod(folder: string, name: string): Yaml {
  return workloads(folder).find(({ metadata }) => metadata.name === name)!.spec.template.spec;
}

function env(name: string): string | undefined {
  return CONTAINER.env.find((variable: Yaml) => variable.name === name)?.value;
}

function assertKnown(names: string[]): void {
  const known = [...denoConfig.permissions.default.env, ...GLIBC];
  assertEquals(names.filter((name) => !known.includes(name)), []);
}

Deno.test("Kubernetes probes /healthz and /readyz on the service's port", () => {
  assertEquals(CONTAINER.ports, [
    { name: "http", containerPort: DEFAULTS.port },
    { name: "metrics", containerPort: DEFAULTS.metricsPort },
  ]);
  assertEquals(CONTAINER.livenessProbe.httpGet, { path: "/healthz", port: "http" });
  assertEquals(CONTAINER.readinessProbe.httpGet, { path: "/readyz", port: "http" });
});

Deno.test("Kubernetes, Docker and systemd wait longer than SHUTDOWN_SECONDS before they kill natstap", () => {
  const drain = CONTAINER.lifecycle.preStop.sleep.seconds;
  assert(drain > 0);
  assert(NATSTAP.terminationGracePeriodSeconds > drain + STOP_SECONDS);
  const { services } = parse(readText("compose/compose.yaml"));
  assert(parseInt(services.natstap.stop_grace_period) > STOP_SECONDS);
  assert(Number(UNIT.TimeoutStopSec) > STOP_SECONDS);
});

Deno.test("every container of the manifests is confined, and only the agents run as root", () => {
  for (const { kind, metadata, spec } of FOLDERS.flatMap(workloads)) {
    const { securityContext, containers } = spec.template.spec;
    assertEquals(securityContext.seccompProfile, { type: "RuntimeDefault" }, metadata.name);
    assertEquals(securityContext.runAsNonRoot === true, kind !== "DaemonSet", metadata.name);
    if (kind !== "DaemonSet") assert(Number(securityContext.runAsUser) > 0, metadata.name);
    for (const { name, securityContext, resources } of containers) {
      assertEquals(securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      }, name);
      assert(resources.limits.memory !== undefined, name);
    }
  }
  assertEquals(NATSTAP.automountServiceAccountToken, false);
});

Deno.test("the Deployment has the memory for MAX_STREAMS and full buffers, and no CPU limit", () => {
  const { memory, cpu } = CONTAINER.resources.limits;
  assertEquals(memory, "1Gi");
  assertEquals(cpu, undefined);
  const readers = 1.5 * DEFAULTS.streams.bufferTotalBytes + 100_000 * Number(env("MAX_STREAMS"));
  assert(80_000_000 + readers < 2 ** 30);
});

Deno.test("the manifests set only variables that the service may read, and no secret's value", () => {
  const { services } = parse(readText("compose/compose.yaml"));
  assertKnown(Object.keys(services.natstap.environment));
  assertMatch(services.natstap.environment.JWT_SECRET, /^\$\{JWT_SECRET:\?.+\}$/);
  assertKnown(CONTAINER.env.map(({ name }: Yaml) => name));
  for (const { name, value, valueFrom } of CONTAINER.env) {
    if (!/SECRET|PASSWORD/.test(name)) continue;
    assertEquals(value, undefined, name);
    assert(valueFrom?.secretKeyRef !== undefined, name);
  }
  const unit = readText("systemd/natstap.service");
  const set = [...unit.matchAll(/^#?Environment=(.*)$/gm)].flatMap(([, pairs]) =>
    pairs!.split(" ")
  );
  assertKnown(set.map((pair) => pair.slice(0, pair.indexOf("="))));
});

Deno.test("the pods of the manifests mount each of their volumes, and their ConfigMaps have files", () => {
  for (const folder of FOLDERS) {
    const generated = kustomization(folder).configMapGenerator;
    for (const { name, files } of generated) {
      for (const file of files) assert(readText(`${folder}/${file}`) !== "", name);
    }
    for (const { spec } of workloads(folder)) {
      const { volumes = [], containers } = spec.template.spec;
      const claims = (spec.volumeClaimTemplates ?? []).map(({ metadata }: Yaml) => metadata.name);
      const mounts = containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
      assertEquals(
        new Set(mounts.map(({ name }: Yaml) => name)),
        new Set([...volumes.map(({ name }: Yaml) => name), ...claims]),
      );
      for (const { configMap } of volumes) {
        if (configMap === undefined) continue;
        assert(generated.some(({ name }: Yaml) => name === configMap.name), configMap.name);
      }
    }
  }
});

Deno.test("the Deployment runs the image of this version", () => {
  const [image] = kustomization("kubernetes").images!;
  assertEquals([image!.name, image!.newTag], [CONTAINER.image, denoConfig.version]);
});

Deno.test("docs/kubernetes.md creates each key of a secret that a container reads, from files that exist", () => {
  const guide = Deno.readTextFileSync(`${ROOT}docs/kubernetes.md`);
  const created = [...guide.matchAll(/create secret generic (\w+) -n natstap((?:\\\n|.)*)/g)];
  const keys = created.flatMap(([, secret, options]) =>
    [...options!.matchAll(/--from-literal=(\w+)=/g)].map(([, key]) => `${secret}/${key}`)
  );
  const read = workloads("kubernetes").flatMap(({ spec }) => spec.template.spec.containers)
    .flatMap(({ env = [] }) => env.flatMap(({ valueFrom }: Yaml) => valueFrom?.secretKeyRef ?? []))
    .map(({ name, key }) => `${name}/${key}`);
  assertEquals(new Set(keys), new Set(read));
  for (const [path] of guide.matchAll(/\b(?:tests\/)?deploy\/[\w./-]*\w/g)) {
    Deno.statSync(ROOT + path);
  }
});

Deno.test("the selectors of the manifests find the pods, and the PodMonitor their metrics", () => {
  const labels = FOLDERS.flatMap(workloads).map(({ spec }) => spec.template.metadata.labels.app);
  const text = ["natstap.yaml", "nats.yaml", "podmonitor.yaml"]
    .map((path) => readText(`kubernetes/${path}`)).join("---\n");
  const selected = [...text.matchAll(/(?:matchLabels|selector): \{ app: (\S+) \}/g)];
  assert(selected.length > 0);
  for (const [, app] of selected) assert(labels.includes(app), app);
  const monitor = parse(readText("kubernetes/podmonitor.yaml"));
  assertEquals(monitor.spec.podMetricsEndpoints[0].port, "metrics");
});

Deno.test("Compose publishes its ports on loopback only, and confines natstap", () => {
  const { nats, natstap, publisher } = parse(readText("compose/compose.yaml")).services;
  for (const port of natstap.ports) assertMatch(port, /^127\.0\.0\.1:/);
  assertEquals([nats.ports, publisher.ports], [undefined, undefined]);
  assertEquals([natstap.read_only, natstap.cap_drop], [true, ["ALL"]]);
  const stream = JSON.parse(readText("nats/history-stream.json"));
  assertEquals(natstap.environment.HISTORY_STREAM, stream.name);
  const payload = publisher.command.at(-1).replaceAll(/\{\{.*?\}\}/g, "1");
  assertEquals(JSON.parse(payload).fly.app.name, "panini-786");
});

Deno.test("the unit runs natstap as the image does, and lets V8 compile", () => {
  const [, command] = /^CMD (.*)$/m.exec(Deno.readTextFileSync(`${ROOT}Dockerfile`))!;
  const [, ...args] = JSON.parse(command!) as string[];
  assertEquals(UNIT.ExecStart, `/usr/local/bin/deno ${args.join(" ")}`);
  assertEquals(UNIT.MemoryDenyWriteExecute, undefined);
  assertEquals([UNIT.DynamicUser, UNIT.ProtectSystem], ["yes", "strict"]);
});

for (const folder of ["vector", "fluent-bit"]) {
  Deno.test(`the agent in deploy/${folder} publishes what natstap subscribes to, and leaves out other names`, () => {
    const { transforms, sinks } = parse(readText(`${folder}/vector.yaml`));
    assertEquals(sinks.natstap.subject.replaceAll("{{ app }}", "{app}"), env("SUBJECT"));
    assertEquals(sinks.natstap.auth.user_password.user, "agent");
    const [, rule] = /match\(\.app, r'(.*)'\)/.exec(transforms.named.source)!;
    const pattern = new RegExp(rule!);
    for (const label of LABELS) {
      assertEquals(pattern.test(label), isName("app", label), label);
    }
  });
}

Deno.test("natstap's NATS user may only read log lines and their stream, and the agent's only publish them", async () => {
  await using nats = await startNats();
  const signIn = (user: string) => connect({ servers: nats.url, user, pass: "secret" });
  const [natstap, agent] = [await signIn("natstap"), await signIn("agent")];
  const refused: string[] = [];
  for (const [user, client] of Object.entries({ natstap, agent })) {
    (async () => {
      for await (const status of client.status()) {
        if (status.type === "error") refused.push(`${user}: ${status.error.message}`);
      }
    })();
  }

  const lines = natstap.subscribe("k8s.panini-786");
  await natstap.flush();
  agent.publish("k8s.panini-786", "hello");
  for await (const line of lines) {
    assertEquals(line.string(), "hello");
    break;
  }
  agent.publish("other", "");
  agent.subscribe("k8s.>", { callback: () => {} });
  natstap.publish("k8s.panini-786", "");
  natstap.subscribe("other", { callback: () => {} });
  natstap.publish("natstap.k8s.panini-786", "");
  agent.publish("natstap.k8s.panini-786", "");
  for (const action of ["CREATE", "DELETE", "PURGE"]) {
    natstap.publish(`$JS.API.STREAM.${action}.logs`);
  }
  await assertEventually(
    () => refused.toSorted().map((text) => text.replaceAll(/^(\w+): .*Violation for /gi, "$1: ")),
    [
      'agent: Publish to "natstap.k8s.panini-786"',
      'agent: Publish to "other"',
      'agent: Subscription to "k8s.>"',
      'natstap: Publish to "$JS.API.STREAM.CREATE.logs"',
      'natstap: Publish to "$JS.API.STREAM.DELETE.logs"',
      'natstap: Publish to "$JS.API.STREAM.PURGE.logs"',
      'natstap: Publish to "k8s.panini-786"',
      'natstap: Publish to "natstap.k8s.panini-786"',
      'natstap: Subscription to "other"',
    ],
  );
  await Promise.all([agent.close(), natstap.close()]);
});

/** Starts nats.conf's server, without its ports and its volume, and with "secret" for each password. */
function startNats(): Promise<NatsServer> {
  const config = readText("kubernetes/nats.conf")
    .replaceAll(/^(port|http): .*$/gm, "")
    .replace(/^jetstream \{[^}]*\}/m, "")
    .replaceAll(/\$\w+_PASSWORD/g, '"secret"');
  return startNatsServer({ config, jetstream: true });
}

/** Creates the stream of history-stream.json as the Job does. */
async function createStream({ url }: NatsServer): Promise<void> {
  const { name, ...config } = JSON.parse(readText("kubernetes/history-stream.json"));
  assertEquals(name, env("HISTORY_STREAM"));
  const admin = await connect({ servers: url, user: "admin", pass: "secret" });
  const subject = `$JS.API.STREAM.CREATE.${name}`;
  const reply = await admin.request(subject, JSON.stringify({ name, ...config }));
  assertEquals(reply.json<{ error?: unknown }>().error, undefined);
  await admin.close();
}

Deno.test("a line that the agent publishes reaches a reader of the Deployment's natstap, live and later", async () => {
  await using nats = await startNats();
  await createStream(nats);
  const plain = CONTAINER.env.filter(({ value }: Yaml) => value !== undefined)
    .map(({ name, value }: Yaml) => [name, value]);
  await using service = await startConnected({
    ...Object.fromEntries(plain),
    NATS_URL: nats.url,
    NATS_PASSWORD: "secret",
  });
  await service.logged(({ msg }) => msg === "history available");
  await using reader = await openStream(service, { app: "panini-786" });
  const agent = await connect({ servers: nats.url, user: "agent", pass: "secret" });
  const line =
    '{"kubernetes":{"container_name":"busybox","pod_name":"panini-786-5d8f9"},"message":"hello"}';
  agent.publish("k8s.panini-786", line);
  await agent.drain();
  assertEquals(await reader.line(), line);
  const { lines } = await fetchHistory(service, { app: "panini-786" }, { tail: "1" });
  assertEquals(lines.map(({ payload }) => payload), [line]);
  assertEquals(service.logs.filter(({ level }) => level === "warn" || level === "error"), []);
});
