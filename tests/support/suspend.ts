/** Suspends processes; `Deno.kill(pid, "SIGCONT")` lets them continue. */
import { assertEventually } from "./patience.ts";

/**
 * Suspends a process and resolves once it no longer runs: the signal stops each of its threads a moment later.
 * Only Linux shows when; elsewhere, it resolves immediately.
 */
export async function suspend(pid: number): Promise<void> {
  Deno.kill(pid, "SIGSTOP");
  if (Deno.build.os !== "linux") return;
  const running = () => threadStates(pid).filter((state) => state !== "T");
  await assertEventually(running, [], `Process ${pid} has not stopped`);
}

/** The states of a process's threads, as in proc(5). */
function threadStates(pid: number): string[] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name }) => {
    try {
      // The name before the state may contain spaces and parentheses.
      return /.*\) (.)/s.exec(Deno.readTextFileSync(`/proc/${pid}/task/${name}/stat`))![1]!;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return []; // The thread has ended.
      throw error;
    }
  });
}
