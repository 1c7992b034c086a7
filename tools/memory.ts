/**
 * What a process holds, as Linux tells it in /proc.
 *
 * @module
 */

/** Bytes of memory that a process holds now (`VmRSS`) and at most held so far (`VmHWM`). */
export function memory(pid: number): { rss: number; peak: number } {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
  return { rss: bytes("VmRSS"), peak: bytes("VmHWM") };
}
