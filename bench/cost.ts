/**
 * What a process has cost so far, as Linux tells it in /proc.
 *
 * @module
 */

const MICROS_A_TICK = 1e6 / ticksASecond();

/** CPU time of all of a process's threads, user and system, in µs; to within one tick (10 ms). */
export function cpuMicros(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may hold spaces: count from behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MICROS_A_TICK;
}

function ticksASecond(): number {
  const { stdout } = new Deno.Command("getconf", { args: ["CLK_TCK"] }).outputSync();
  return Number(new TextDecoder().decode(stdout));
}
