import { assertEquals, assertRejects } from "@std/assert";
import { findOrInstall, type Program } from "../../tools/install.ts";

const program: Program = {
  name: "lumberjack",
  apt: "lumberjack-server",
  brew: "lumberjack-formula",
};

/** A machine whose `PATH` is a single folder with the given shell scripts. */
async function machineWith(scripts: Record<string, string>): Promise<
  { env: { PATH: string }; folder: string; ran(): string[] } & AsyncDisposable
> {
  const folder = await Deno.makeTempDir();
  for (const [name, body] of Object.entries(scripts)) {
    const log = `echo "${name} $*" >> ${folder}/ran`;
    await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\n${log}\n${body}\n`, { mode: 0o755 });
  }
  return {
    env: { PATH: folder },
    folder,
    ran: () => Deno.readTextFileSync(`${folder}/ran`).trim().split("\n"),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

const installs = (verb: string) =>
  `[ "$1" = ${verb} ] && /usr/bin/printf '#!/bin/sh\\n' > "$PATH/lumberjack" && ` +
  `/bin/chmod +x "$PATH/lumberjack"; true`;

Deno.test("findOrInstall() installs the package with apt-get as root", async () => {
  await using machine = await machineWith({ "apt-get": installs("install") });
  const path = await findOrInstall(program, { env: machine.env, uid: 0 });
  assertEquals(path, `${machine.folder}/lumberjack`);
  assertEquals(machine.ran(), ["apt-get update", "apt-get install -y lumberjack-server"]);
});

Deno.test("findOrInstall() runs apt-get with sudo if that needs no password", async () => {
  await using machine = await machineWith({
    "apt-get": installs("install"),
    "sudo": `shift; [ "$1" = true ] || "$@"`,
  });
  await findOrInstall(program, { env: machine.env, uid: 1000 });
  assertEquals(machine.ran().filter((line) => line.startsWith("apt-get")), [
    "apt-get update",
    "apt-get install -y lumberjack-server",
  ]);
});

Deno.test("findOrInstall() installs the formula with brew if there is no apt-get", async () => {
  await using machine = await machineWith({ "brew": installs("install") });
  await findOrInstall(program, { env: machine.env, uid: 501 });
  assertEquals(machine.ran(), ["brew install lumberjack-formula"]);
});

Deno.test("findOrInstall() names the command to run if sudo needs a password", async () => {
  await using machine = await machineWith({ "apt-get": "exit 1", "sudo": "exit 1" });
  const error = await assertRejects(() => findOrInstall(program, { env: machine.env, uid: 1000 }));
  assertEquals(
    error.message,
    "Cannot install lumberjack without root privileges: " +
      'run "sudo apt-get update && sudo apt-get install -y lumberjack-server"',
  );
});

Deno.test("findOrInstall() says what to do if there is no package manager", async () => {
  await using machine = await machineWith({});
  const error = await assertRejects(() => findOrInstall(program, { env: machine.env, uid: 0 }));
  assertEquals(
    error.message,
    "Cannot find lumberjack, or apt-get or brew to install it: " +
      "install it, then set LUMBERJACK to its executable",
  );
});

Deno.test("findOrInstall() says why the package manager failed", async () => {
  await using machine = await machineWith({ "brew": "echo 'No such formula' >&2; exit 1" });
  await assertRejects(
    () => findOrInstall(program, { env: machine.env, uid: 501 }),
    Error,
    "No such formula",
  );
});
