/**
 * Finds a program that the tests or the demo need, or installs it with apt-get or brew.
 *
 * @module
 */

/** A program that may have to be installed. */
export interface Program {
  /** Its executable. A variable named after it, such as `NATS_SERVER`, may hold the path to use. */
  name: string;
  /** Paths to try after `PATH`, for packages that install outside of it. */
  paths?: string[];
  /** The Debian package. Default: the name. */
  apt?: string;
  /** The Homebrew formula or cask. Default: the name. */
  brew?: string;
}

/** The machine to search; tests pass one with fewer programs. */
export interface Machine {
  /** Environment variables. */
  env: Record<string, string>;
  /** The user ID: 0 may install packages. `null` on systems without user IDs. */
  uid: number | null;
}

/**
 * Resolves to the path of a program's executable, after installing the program if it is missing.
 *
 * @throws {Error} If it is missing and cannot be installed; the message says what to run.
 *
 * @example
 * ```ts
 * const chromium = await findOrInstall({ name: "chromium" });
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
    `Cannot find ${program.name} after installing it: set ${variableOf(program)} to its executable`,
  );
}

function variableOf({ name }: Program): string {
  return name.toUpperCase().replaceAll("-", "_");
}

async function find(program: Program, machine: Machine): Promise<string | undefined> {
  const variable = variableOf(program);
  const path = machine.env[variable];
  if (!path) return await findExecutable(program.name, machine, program.paths);
  if (await isExecutable(path)) return path;
  throw new Error(`Cannot use ${variable} as ${program.name}: "${path}" is not an executable file`);
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
  if (brew !== undefined) {
    return await run(program, machine, [brew, "install", program.brew ?? program.name]);
  }
  throw new Error(
    `Cannot find ${program.name}, or apt-get or brew to install it: ` +
      `install it, then set ${variableOf(program)} to its executable`,
  );
}

async function installWithApt(apt: string, program: Program, machine: Machine): Promise<void> {
  const { name, apt: packageName = name } = program;
  const prefix = await rootPrefix(machine);
  if (prefix === undefined) {
    throw new Error(
      `Cannot install ${name} without root privileges: ` +
        `run "sudo apt-get update && sudo apt-get install -y ${packageName}"`,
    );
  }
  // Through `env`, because sudo does not pass environment variables on.
  const aptGet = [...prefix, "/usr/bin/env", "DEBIAN_FRONTEND=noninteractive", apt];
  await run(program, machine, [...aptGet, "update"]);
  await run(program, machine, [...aptGet, "install", "-y", packageName]);
}

/** The prefix for commands that require root, or `undefined` if the user cannot become root. */
async function rootPrefix(machine: Machine): Promise<string[] | undefined> {
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
