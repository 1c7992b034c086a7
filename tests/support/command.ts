/** Runs commands to their end. */

/** What a command has printed, and its exit code. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Waits until a command, or a process that is already running, has exited. */
export async function outputOf(
  command: { output(): Promise<Deno.CommandOutput> },
): Promise<Output> {
  const { code, stdout, stderr } = await command.output();
  const [out, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out!, stderr: errors! };
}
