/**
 * CPU time of a process, from Linux's /proc.
 *
 * @module
 */

const MICROS_PER_TICK = 1e6 / ticksPerSecond();

/** User and system CPU time of all threads of a process, in µs; accurate to one tick (10 ms). */
export function cpuMicros(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses, which may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MICROS_PER_TICK;
}

function ticksPerSecond(): number {
  const { stdout } = new Deno.Command("getconf", { args: ["CLK_TCK"] }).outputSync();
  return Number(new TextDecoder().decode(stdout));
}
