import { assertEquals, assertRejects } from "@std/assert";
import { findOrInstall, type Program } from "../../tools/install.ts";

const program: Program = {
  name: "lumberjack",
  env: "LUMBERJACK",
  apt: "lumberjack-server",
  brew: "lumberjack-formula",
};

/** A folder to be the whole of `PATH`, with the given shell scripts in it. */
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

Deno.test("findOrInstall() has apt-get install the package for root", async () => {
  await using machine = await machineWith({ "apt-get": installs("install") });
  const path = await findOrInstall(program, { env: machine.env, uid: 0 });
  assertEquals(path, `${machine.folder}/lumberjack`);
  assertEquals(machine.ran(), ["apt-get update", "apt-get install -y lumberjack-server"]);
});

Deno.test("findOrInstall() has sudo run apt-get where it asks for no password", async () => {
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

Deno.test("findOrInstall() has brew install the formula where there is no apt-get", async () => {
  await using machine = await machineWith({ "brew": installs("install") });
  await findOrInstall(program, { env: machine.env, uid: 501 });
  assertEquals(machine.ran(), ["brew install lumberjack-formula"]);
});

Deno.test("findOrInstall() names the command to run where sudo asks for a password", async () => {
  await using machine = await machineWith({ "apt-get": "exit 1", "sudo": "exit 1" });
  const error = await assertRejects(() => findOrInstall(program, { env: machine.env, uid: 1000 }));
  assertEquals(
    error.message,
    "Cannot install lumberjack without root's rights: " +
      'run "sudo apt-get update && sudo apt-get install -y lumberjack-server"',
  );
});

Deno.test("findOrInstall() says what to do where there is no package manager", async () => {
  await using machine = await machineWith({});
  const error = await assertRejects(() => findOrInstall(program, { env: machine.env, uid: 0 }));
  assertEquals(
    error.message,
    "Cannot find lumberjack, nor apt-get or brew to install it: " +
      "install it, then name its executable in LUMBERJACK",
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
