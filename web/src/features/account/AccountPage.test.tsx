import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, test, vi } from "vitest";
import { complaints, renderView } from "../../shared/testing/render";
import { identity, me, refusal, server } from "../../shared/testing/server";
import AccountPage from "./AccountPage";

const SESSIONS = "*/api/v1/auth/sessions";
const PASSWORD = "*/api/v1/auth/password";
const session = (changes: object) => ({
  id: "s1", kind: "browser", created_at: "2026-01-02T03:04:05Z", last_used_at: "2026-01-02T03:04:05Z", expires_at: "2026-02-02T03:04:05Z", user_agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0", ip_address: "10.0.0.1", is_current: true, ...changes,
});

test("shows where one is signed in, and ends another session", async () => {
  const person = userEvent.setup();
  let ended = "";
  server.use(
    http.get(SESSIONS, () => HttpResponse.json(ended === "" ? [session({}), session({ id: "s2", kind: "token", is_current: false })] : [session({})])),
    http.delete(`${SESSIONS}/:id`, ({ params }) => ((ended = String(params["id"])), new HttpResponse(null, { status: 204 }))),
  );
  const leave = vi.fn();
  const { container } = renderView(<AccountPage />, identity({ me: me(), leave }));
  expect(await screen.findByText("Firefox on Linux")).toBeVisible();
  await person.click(screen.getByRole("button", { name: /End the sign-in: a program/ }));
  await vi.waitFor(() => expect(screen.queryByText("a program")).toBeNull());
  expect(ended).toBe("s2");
  expect(leave).not.toHaveBeenCalled();
  await person.click(screen.getByRole("button", { name: "Sign out here" }));
  await vi.waitFor(() => expect(leave).toHaveBeenCalledWith("signed-out"));
  expect(await complaints(container)).toEqual([]);
});

test("a password is changed when both are right, and then one signs in anew", async () => {
  const person = userEvent.setup();
  let wrong = true;
  server.use(
    http.get(SESSIONS, () => HttpResponse.json([session({})])),
    http.post(PASSWORD, () => (wrong ? refusal(422, "validation_error", [{ pointer: "/old_password", message: "x", type: "wrong_password" }]) : new HttpResponse(null, { status: 204 }))),
  );
  const leave = vi.fn();
  renderView(<AccountPage />, identity({ me: me(), leave }));
  await person.type(screen.getByLabelText("Present password"), "old");
  await person.type(screen.getByLabelText("New password"), "pike");
  await person.click(screen.getByRole("button", { name: "Change the password" }));
  expect(screen.getByText("Too short: at least 12 characters.")).toBeVisible();
  await person.type(screen.getByLabelText("New password"), " in the pond");
  await person.click(screen.getByRole("button", { name: "Change the password" }));
  expect(await screen.findByText("This is not your present password.")).toBeVisible();
  expect(leave).not.toHaveBeenCalled();
  wrong = false;
  await person.click(screen.getByRole("button", { name: "Change the password" }));
  await vi.waitFor(() => expect(leave).toHaveBeenCalledWith("password-changed"));
});

test("where there are no accounts it says how they begin", () => {
  renderView(<AccountPage />);
  expect(screen.getByText("aqua user create-admin --username NAME")).toBeVisible();
});
