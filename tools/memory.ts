/**
 * Memory of a process, from Linux's /proc.
 *
 * @module
 */

/** Current (`VmRSS`) and peak (`VmHWM`) resident memory of a process, in bytes. */
export function memory(pid: number): { rss: number; peak: number } {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
  return { rss: bytes("VmRSS"), peak: bytes("VmHWM") };
}
