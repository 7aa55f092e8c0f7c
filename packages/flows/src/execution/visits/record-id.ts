/** `build` on the first visit, `build#2` on the second. */
export function visitId(id: string, visit: number): string {
  return visit === 1 ? id : `${id}#${visit}`;
}

/** `each[0]`, `each#2[0]`. */
export function itemId(id: string, index: number): string {
  return `${id}[${index}]`;
}

/** What stands before the ids of a container's children: `group.`, `o[1].`. */
export function childPrefix(id: string): string {
  return `${id}.`;
}
