import { expect, test } from "vitest";
import contract from "../../../../api/openapi.json";
import { roleMay } from "../session/identity";
import { OPERATIONS, ROLES } from "./access";

interface Described {
  operationId: string;
  "x-scope"?: string;
  "x-roles"?: string[];
}

test("roles and scopes are those of the contract", () => {
  const described = Object.values(contract.paths).flatMap((methods) => Object.values(methods) as Described[]);
  const closed = described.filter((one) => one["x-roles"]).map((one) => [one.operationId, { scope: one["x-scope"], roles: one["x-roles"] }] as const);
  expect(OPERATIONS).toEqual(Object.fromEntries(closed));
  expect(ROLES).toEqual(contract.components.schemas.User.properties.role.enum);
});

test("a role may what the contract says, an unknown one nothing", () => {
  expect(roleMay("viewer", "classifyImage")).toBe(false);
  expect(roleMay("operator", "classifyImage")).toBe(true);
  expect(roleMay("service", "labelPrediction")).toBe(false);
  expect(roleMay("owner", "listPredictions")).toBe(false);
});
