import type { Json } from "../json.ts";

/** The value with every text in it, keys too, changed. What has nothing to change stays the same object. */
export function mapJson(value: Json, change: (text: string) => Json, number: (value: number) => Json = same): Json {
  if (typeof value === "string") return change(value);
  if (typeof value === "number") return number(value);
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? mapList(value, change, number) : mapObject(value, change, number);
}

function mapList(list: readonly Json[], change: (text: string) => Json, number: (value: number) => Json): Json {
  let isSame = true;
  const mapped = list.map((item) => {
    const changed = mapJson(item, change, number);
    if (changed !== item) isSame = false;
    return changed;
  });
  return isSame ? list : mapped;
}

function mapObject(value: object, change: (text: string) => Json, number: (value: number) => Json): Json {
  let isSame = true;
  const entries = Object.entries(value as Record<string, Json>).map(([key, item]): [string, Json] => {
    const changedKey = String(change(key));
    const changed = mapJson(item, change, number);
    if (changed !== item || changedKey !== key) isSame = false;
    return [changedKey, changed];
  });
  return isSame ? (value as Json) : (Object.fromEntries(entries) as Json);
}

function same(value: number): Json {
  return value;
}
