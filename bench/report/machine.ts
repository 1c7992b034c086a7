/**
 * Describes the machine that the benchmark runs on.
 *
 * @module
 */

/** The hardware and the versions of the software, on one line. */
export async function describeMachine(natsServer: string): Promise<string> {
  const cpu = /^model name\s*: (.*)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1];
  const nats = await new Deno.Command(natsServer, { args: ["--version"] }).output();
  return [
    `${navigator.hardwareConcurrency} × ${cpu ?? Deno.build.arch}`,
    `${Math.round(Deno.systemMemoryInfo().total / 2 ** 30)} GiB`,
    `Linux ${Deno.osRelease()}`,
    `Deno ${Deno.version.deno}`,
    new TextDecoder().decode(nats.stdout).trim(),
  ].join(", ");
}
