export interface ListedRun {
  readonly id: string;
  readonly flow: string;
  readonly status: string;
  readonly trigger: { readonly eventId: string | null };
}

/** Every run of a flow, newest first, page by page. */
export async function allRuns(url: string, flow: string): Promise<ListedRun[]> {
  const runs: ListedRun[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const response = await fetch(`${url}/api/v1/runs?flow=${flow}&limit=500${cursor && `&cursor=${cursor}`}`);
    const page = (await response.json()) as { runs: ListedRun[]; next_cursor: string | null };
    runs.push(...page.runs);
    cursor = page.next_cursor;
  }
  return runs;
}
