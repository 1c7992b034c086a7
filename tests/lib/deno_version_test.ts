import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { MINIMUM_DENO, PRODUCTION_DENO } from "../../lib/deno_version.ts";
import { ROOT } from "../support/checkout.ts";
import { outputOf } from "../support/command.ts";

/** The modules that natstap and its tasks start with. */
const ENTRIES = ["main.ts"].concat(
  ["bundle", "create_history_stream", "demo", "program", "print_token"].map((name) =>
    `tools/${name}.ts`
  ),
);

/** Runs a module on a Deno that claims to be another version. */
async function runOn(deno: string, entry: string) {
  const preload = await Deno.makeTempFile({ suffix: ".js" });
  const version = JSON.stringify({ ...Deno.version, deno });
  const script = `Object.defineProperty(Deno, "version", { value: ${version} })`;
  await Deno.writeTextFile(preload, script);
  const output = await outputOf(
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--preload", preload, entry],
      cwd: ROOT,
      // Keeps a module that accepts the version from starting servers.
      env: { JWT_SECRET: "", NATS_SERVER: "/nowhere" },
    }),
  );
  await Deno.remove(preload);
  return output;
}

Deno.test("The service and each tool reject an older Deno and say which version is required", async () => {
  for (const entry of ENTRIES) {
    for (const version of ["2.4.4", "2.8.3", "1.46.3"]) {
      assertEquals(await runOn(version, entry), {
        code: 1,
        stdout: "",
        stderr: `Cannot run on Deno ${version}: natstap requires Deno ${MINIMUM_DENO} or later, ` +
          `such as "npx -y deno@${PRODUCTION_DENO}"\n`,
      }, entry);
    }
  }
});

Deno.test("The minimum version and later versions are accepted", async () => {
  for (const version of [MINIMUM_DENO, PRODUCTION_DENO, "2.10.0", "3.0.0"]) {
    const { stderr } = await runOn(version, "main.ts");
    assert(stderr.includes("JWT_SECRET") && !stderr.includes("requires Deno"), stderr);
  }
});

Deno.test("Each task checks the version before anything else", () => {
  for (const [name, task] of Object.entries(config.tasks)) {
    const first = "dependencies" in task ? task.dependencies[0] : undefined;
    const checks = first === "viewer" ||
      ENTRIES.some((entry) => task.command.includes(` ${entry}`));
    assert(checks, `Expected the task ${name} to depend on "viewer"`);
  }
});
