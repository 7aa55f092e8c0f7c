import type { LoadedProject, Mask, Secrets } from "@pawl/flows";

/** The secrets of `pawl.config.*` beside those that flows declare. */
export async function secretsOf({ project, config }: LoadedProject): Promise<Secrets> {
  const { createSecrets } = await import("@pawl/flows");
  return createSecrets({ projectDir: project.dir, ...(config.secrets ? { sources: config.secrets } : {}) });
}

/** Hides them in what is shown outside of runs. */
export async function maskOf(
  { project }: LoadedProject,
  { secrets, env }: { readonly secrets: Secrets; readonly env?: Readonly<Record<string, string | undefined>> },
): Promise<Mask> {
  const { createMask } = await import("@pawl/flows");
  return createMask({ projectDir: project.dir, secrets, ...(env === undefined ? {} : { env }) });
}
