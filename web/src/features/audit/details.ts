/** What an entry tells, as names and values: members of members are joined by a dot, all else is text. */
export function rowsOf(details: unknown, name = ""): [string, string][] {
  if (details === null || details === undefined) return [];
  if (Array.isArray(details)) return details.length === 0 ? [] : [[name, details.map((one) => (typeof one === "object" ? JSON.stringify(one) : String(one))).join(", ")]];
  if (typeof details !== "object") return [[name, String(details)]];
  return Object.entries(details).flatMap(([key, value]) => rowsOf(value, name === "" ? key : `${name}.${key}`));
}
