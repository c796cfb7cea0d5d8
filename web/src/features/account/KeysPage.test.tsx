import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { complaints, renderView } from "../../shared/testing/render";
import { apiKey, identity, me, server } from "../../shared/testing/server";
import { expiryAfter } from "./CreateKeyDialog";
import KeysPage, { stateOf } from "./KeysPage";
import { scopesOf } from "./scopes";

const KEYS = "*/api/v1/keys";

test("a new key is shown one time, and asks for no more than was ticked", async () => {
  const person = userEvent.setup();
  const sent: { name?: string; scopes?: string[] }[] = [];
  server.use(
    http.get(KEYS, () => HttpResponse.json([])),
    http.post(KEYS, async ({ request }) => (sent.push((await request.json()) as object), HttpResponse.json({ key: apiKey(), secret: "aqua_abc_secret" }, { status: 201 }))),
  );
  const { container } = renderView(<KeysPage />, identity({ me: me({ role: "viewer" }) }));
  await person.click(await screen.findByRole("button", { name: "Make a key" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.queryByLabelText("Identify fish and correct answers")).toBeNull();
  await person.type(dialog.getByLabelText("Name"), "feeding computer");
  await person.click(dialog.getByLabelText("See what was recorded"));
  await person.click(dialog.getByRole("button", { name: "Make a key" }));
  expect(await screen.findByDisplayValue("aqua_abc_secret")).toBeVisible();
  await person.keyboard("{Escape}");
  expect(screen.getByDisplayValue("aqua_abc_secret")).toBeVisible();
  await person.click(screen.getByRole("button", { name: "I have copied it" }));
  expect(screen.queryByDisplayValue("aqua_abc_secret")).toBeNull();
  expect(sent[0]).toMatchObject({ name: "feeding computer", scopes: ["predictions:read"] });
  expect(await complaints(container)).toEqual([]);
});

test("a key is revoked only after a question", async () => {
  const person = userEvent.setup();
  let revoked = false;
  server.use(
    http.get(KEYS, () => HttpResponse.json([apiKey(revoked ? { is_active: false, revoked_at: "2026-01-02T03:04:05Z" } : {})])),
    http.delete("*/api/v1/keys/:id", () => ((revoked = true), new HttpResponse(null, { status: 204 }))),
  );
  renderView(<KeysPage />, identity({ me: me() }));
  await person.click(await screen.findByRole("button", { name: "Revoke the key feeding computer" }));
  expect(revoked).toBe(false);
  await person.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Revoke" }));
  expect(await screen.findByText("Revoked")).toBeVisible();
});

test("a key is valid until its end", () => {
  const end = "2026-02-01T00:00:00Z";
  expect(stateOf(apiKey({ expires_at: end }), Date.parse(end) - 1)).toBe("active");
  expect(stateOf(apiKey({ expires_at: end }), Date.parse(end))).toBe("expired");
  expect(stateOf(apiKey({ is_active: false }))).toBe("revoked");
});

test("a year is a little less, so that the server takes it", () => {
  expect(Date.parse(expiryAfter(365, 0))).toBeLessThan(365 * 86_400_000);
});

test("scopes follow the role", () => {
  expect(scopesOf("viewer")).not.toContain("predictions:write");
  expect(scopesOf("admin")).toContain("audit:read");
  expect(scopesOf("nobody")).toEqual([]);
});
