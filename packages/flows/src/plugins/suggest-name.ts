import { didYouMean } from "@pawl/hooks/diagnostics";

/**
 * What is said after a name that nobody knows: the nearest one, or which plugin may bring it. ` Did you mean "x"?`
 * @param broken sources of plugins that are not used, or not in full
 */
export function suggestName(name: string, known: Iterable<string>, broken: readonly string[]): string {
  const namespace = name.split(".")[0]!;
  const likely = broken.filter((source) => source.includes(namespace));
  if (likely.length > 0) return sentenceOf(likely);
  return didYouMean(name, known) || (broken.length === 0 ? "" : sentenceOf(broken));
}

function sentenceOf(broken: readonly string[]): string {
  return ` It may be one of ${broken.join(", ")}, which could not be taken as ${broken.length === 1 ? "it is" : "they are"}: pawl doctor says why.`;
}
