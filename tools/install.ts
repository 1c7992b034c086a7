/**
 * Finds a program that the tests or the demo need, and installs it with the system's package manager
 * where that is allowed.
 *
 * @module
 */

/** A program that may have to be installed. */
export interface Program {
  /** The executable's name on `PATH`. */
  name: string;
  /** The environment variable that holds the executable's path, and wins over every other place. */
  env: string;
  /** Executables to try after `PATH`: where packages put what a user's `PATH` may not hold. */
  paths?: string[];
  /** The Debian package. */
  apt: string;
  /** The Homebrew formula or cask. */
  brew: string;
}

/** The machine to search: a test passes a barer one. */
export interface Machine {
  /** Its environment variables. */
  env: Record<string, string>;
  /** The user's number: 0 may install. `null` where there are no such numbers. */
  uid: number | null;
}

/**
 * Finds a program's executable, and installs it where there is none.
 *
 * @throws {Error} If there is none and it cannot be installed; the message says what to run.
 *
 * @example
 * ```ts
 * const chromium = await findOrInstall({
 *   name: "chromium",
 *   env: "CHROMIUM",
 *   apt: "chromium",
 *   brew: "chromium",
 * });
 * ```
 */
export async function findOrInstall(
  program: Program,
  machine: Machine = { env: Deno.env.toObject(), uid: Deno.uid() },
): Promise<string> {
  const found = await find(program, machine);
  if (found !== undefined) return found;
  await install(program, machine);
  const installed = await find(program, machine);
  if (installed !== undefined) return installed;
  throw new Error(
    `Cannot find ${program.name} after its installation: name its executable in ${program.env}`,
  );
}

async function find(program: Program, machine: Machine): Promise<string | undefined> {
  const named = machine.env[program.env];
  if (!named) return await findExecutable(program.name, machine, program.paths);
  if (await isExecutable(named)) return named;
  throw new Error(
    `Cannot use ${program.env} as ${program.name}: "${named}" is not an executable file`,
  );
}

async function findExecutable(
  name: string,
  machine: Machine,
  paths: string[] = [],
): Promise<string | undefined> {
  const folders = (machine.env.PATH ?? "").split(":").filter((folder) => folder !== "");
  for (const path of [...folders.map((folder) => `${folder}/${name}`), ...paths]) {
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    const { isFile, mode } = await Deno.stat(path);
    return isFile && ((mode ?? 0o111) & 0o111) !== 0;
  } catch {
    return false;
  }
}

async function install(program: Program, machine: Machine): Promise<void> {
  const apt = await findExecutable("apt-get", machine);
  if (apt !== undefined) return await installWithApt(apt, program, machine);
  const brew = await findExecutable("brew", machine);
  if (brew !== undefined) return await run(program, machine, [brew, "install", program.brew]);
  throw new Error(
    `Cannot find ${program.name}, nor apt-get or brew to install it: ` +
      `install it, then name its executable in ${program.env}`,
  );
}

async function installWithApt(apt: string, program: Program, machine: Machine): Promise<void> {
  const sudo = await passwordlessSudo(machine);
  if (sudo === undefined) {
    throw new Error(
      `Cannot install ${program.name} without root's rights: ` +
        `run "sudo apt-get update && sudo apt-get install -y ${program.apt}"`,
    );
  }
  // `env` sets the variable behind sudo, which would not pass it on.
  const aptGet = [...sudo, "/usr/bin/env", "DEBIAN_FRONTEND=noninteractive", apt];
  await run(program, machine, [...aptGet, "update"]);
  await run(program, machine, [...aptGet, "install", "-y", program.apt]);
}

/** What to put before a command that only root may run, or `undefined` where nothing helps. */
async function passwordlessSudo(machine: Machine): Promise<string[] | undefined> {
  if (machine.uid === 0) return [];
  const sudo = await findExecutable("sudo", machine);
  if (sudo === undefined) return undefined;
  const { success } = await output([sudo, "-n", "true"], machine);
  return success ? [sudo, "-n"] : undefined;
}

async function run(program: Program, machine: Machine, command: string[]): Promise<void> {
  console.error(`Installing ${program.name}: ${command.join(" ")}`);
  const { success, stderr } = await output(command, machine);
  if (success) return;
  const reason = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
  throw new Error(
    `Cannot install ${program.name}: "${command.join(" ")}" failed with "${reason}"`,
  );
}

function output([path, ...args]: string[], { env }: Machine): Promise<Deno.CommandOutput> {
  return new Deno.Command(path!, { args, env, clearEnv: true, stdin: "null" }).output();
}
