// Writes src/shared/api/access.ts: which roles may call which operation, and the scopes there are, as the contract says.
import { readFileSync, writeFileSync } from "node:fs";

const contract = JSON.parse(readFileSync("../api/openapi.json", "utf8"));
const list = (values) => `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
const lines = [];
for (const methods of Object.values(contract.paths)) {
  for (const operation of Object.values(methods)) {
    const roles = operation["x-roles"];
    if (roles) lines.push(`  ${operation.operationId}: { scope: ${JSON.stringify(operation["x-scope"])}, roles: ${list(roles)} },`);
  }
}
const roles = contract.components.schemas.User.properties.role.enum;

writeFileSync(
  "src/shared/api/access.ts",
  `// Generated from api/openapi.json by \`npm run generate\`; not edited by hand.

export const ROLES = ${list(roles)} as const;
export type Role = (typeof ROLES)[number];

/** The operations that are not open to everybody. */
export const OPERATIONS = {
${lines.join("\n")}
} as const satisfies Record<string, { scope: string; roles: readonly Role[] }>;
export type Operation = keyof typeof OPERATIONS;
`,
);
