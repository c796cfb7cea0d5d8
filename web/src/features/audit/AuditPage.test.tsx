import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import { type AuditEntry } from "../../shared/api/client";
import { complaints, renderView } from "../../shared/testing/render";
import { server, user } from "../../shared/testing/server";
import AuditPage, { toAuditFilter } from "./AuditPage";
import { rowsOf } from "./details";

const AUDIT = "*/api/v1/audit";
const entry = (changes: Partial<AuditEntry>): AuditEntry => ({
  sequence: 7, created_at: "2026-01-02T03:04:05Z", user_id: user().id, action: "key.create", resource_type: "key", resource_id: "k", outcome: "ok", details: { scopes: ["a", "b"] }, ip_address: "10.0.0.1",
  user_agent: "curl/8.1", request_id: null, hash: "00", ...changes,
});

beforeEach(() => server.use(http.get("*/api/v1/users", () => HttpResponse.json([user()]))));

test("says who did what, with the time here and in UTC, and walks on", async () => {
  const page = Array.from({ length: 50 }, (_, index) => entry({ sequence: 100 - index }));
  server.use(http.get(AUDIT, ({ request }) => HttpResponse.json(new URL(request.url).searchParams.get("before") === "51" ? [entry({ sequence: 50, action: "farm.flooded", outcome: "failed", user_id: null })] : page)));
  renderView(<AuditPage />);
  const first = (await screen.findAllByText("API key made"))[0]?.closest("li") as HTMLElement;
  expect(await within(first).findByText(/anna/)).toBeVisible();
  expect(within(first).getByTitle("2026-01-02 03:04:05 UTC")).toBeVisible();
  await userEvent.setup().click(screen.getByText("Show more"));
  const last = (await screen.findByText("Nobody signed in", { exact: false })).closest("li") as HTMLElement;
  expect(within(last).getAllByText("farm.flooded")[0]).toBeVisible();
  expect(within(last).getByText("failed")).toBeVisible();
  expect(screen.queryByText("Show more")).toBeNull();
});

test("asks the server for what was chosen", async () => {
  const asked: string[] = [];
  server.use(http.get(AUDIT, ({ request }) => (asked.push(new URL(request.url).search), HttpResponse.json([]))));
  renderView(<AuditPage />);
  expect(await screen.findByText("Nothing happened yet.")).toBeVisible();
  await userEvent.setup().type(screen.getByLabelText("Action begins with"), "auth.");
  expect(await screen.findByText("Nothing matches these filters.")).toBeVisible();
  expect(asked.at(-1)).toContain("action=auth.");
  expect(toAuditFilter({ action: " ", userId: "", from: "02026-01-01", to: "" })).toEqual({});
});

test("nothing to complain of", async () => {
  server.use(http.get(AUDIT, () => HttpResponse.json([entry({})])));
  const { container } = renderView(<AuditPage />);
  await screen.findByText("API key made");
  expect(await complaints(container)).toEqual([]);
});

test("a failure is told", async () => {
  server.use(http.get(AUDIT, () => HttpResponse.error()));
  renderView(<AuditPage />);
  expect(await screen.findByText(/No connection to the server/)).toBeVisible();
});

test("details become names and values, whatever they hold", () => {
  expect(rowsOf({ owner: "x", change: { role: "admin", is_active: false }, scopes: ["a", { b: 1 }], none: null, empty: [] })).toEqual([["owner", "x"], ["change.role", "admin"], ["change.is_active", "false"], ["scopes", 'a, {"b":1}']]);
  expect(rowsOf(null)).toEqual([]);
});
