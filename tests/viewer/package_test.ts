/** The npm package, installed into products. */
import { assertEquals } from "@std/assert";
import { mint } from "../support/service.ts";
import {
  type FrameworkHosts,
  installHosts,
  serveHosts,
} from "../support/viewer/framework_hosts.ts";
import { APP, type Stage, startStage } from "../support/viewer/viewer_stage.ts";

let hosts: FrameworkHosts;
Deno.test.beforeAll(async () => void (hosts = await installHosts()));
Deno.test.afterAll(async () => await hosts[Symbol.asyncDispose]());

Deno.test("The package contains the module, its types, the manifest, a README and the license", () => {
  const types = ["element", "preact", "react", "solid", "svelte", "texts", "viewer", "vue"];
  assertEquals(
    hosts.packed.toSorted(),
    [
      "LICENSE",
      "README.md",
      "custom-elements.json",
      ...types.map((name) => `${name}.d.ts`),
      "package.json",
      "viewer.js",
    ].toSorted(),
  );
});

Deno.test("The package can be imported on a server, and leaves no trace there", async () => {
  const program = `
    const modules = ["", "/react", "/vue"].map((name) => import("@natstap/viewer" + name));
    const [{ NatstapViewer }] = await Promise.all(modules);
    const ours = ["HTMLElement", "document", "customElements"].filter((name) => name in globalThis);
    console.log(typeof NatstapViewer, JSON.stringify(ours));
  `;
  assertEquals(await hosts.run("node", "--input-type=module", "-e", program), "function []\n");
});

Deno.test("TypeScript knows the element, its properties and events in React, Preact, Solid, Vue and Svelte", async () => {
  assertEquals(await hosts.run("npx", "tsc"), "");
});

Deno.test("Pages in React, Vue and Svelte pass a tokenProvider and receive lines", async () => {
  await hosts.run("npx", "vite", "build");
  await using stack = new AsyncDisposableStack();
  let tokens = 0;
  const server = serveHosts(hosts, async () => {
    tokens++;
    return await mint({ app: APP });
  });
  stack.defer(() => server.shutdown());
  const site = `http://127.0.0.1:${server.addr.port}`;
  const stage: Stage = stack.use(await startStage({ CORS_ORIGINS: site }));
  for (const name of ["react", "vue", "svelte"]) {
    const src = encodeURIComponent(`${stage.service.url}/logs`);
    await using visit = await stage.watch(`${site}/${name}.html?src=${src}`);
    await visit.show({ message: `in ${name}` });
    await visit.page.locator("output").getByText("1").waitFor();
    assertEquals(visit.trouble, []);
  }
  assertEquals(tokens, 3);
});
