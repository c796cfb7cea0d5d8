import { OPERATIONS } from "../../shared/api/access";

/** What keys of a role can be limited to: the scopes of what the role may do at all. */
export function scopesOf(role: string): string[] {
  const operations: { scope: string; roles: readonly string[] }[] = Object.values(OPERATIONS);
  return [...new Set(operations.filter((one) => one.roles.includes(role)).map((one) => one.scope))];
}
