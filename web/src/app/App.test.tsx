import { act, screen, waitFor } from "@testing-library/react";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import { complaints } from "../shared/testing/render";
import { me, prediction, refusal, server, user } from "../shared/testing/server";
import { App } from "./App";

const HISTORY = "*/api/v1/predictions/history";
let signedIn = false;
let wait = 0;

function mode(required: boolean) {
  server.use(http.get("*/api/v1/auth/mode", () => HttpResponse.json({ sign_in_required: required, registration_open: false, password_min_length: 12 })));
}

async function fill(password: string) {
  const person = userEvent.setup();
  const name = await screen.findByLabelText("User name or e-mail");
  await person.clear(name);
  await person.type(name, "anna");
  await person.type(screen.getByLabelText("Password"), password);
  await person.click(screen.getByRole("button", { name: "Sign in" }));
}

beforeEach(() => {
  signedIn = false;
  wait = 0;
  window.matchMedia = vi.fn().mockReturnValue({ matches: false, addListener: vi.fn(), removeListener: vi.fn(), addEventListener: vi.fn(), removeEventListener: vi.fn() });
  window.scrollTo = vi.fn();
  window.history.replaceState(null, "", "/history");
  mode(true);
  server.use(
    http.get("*/api/v1/auth/me", () => (signedIn ? HttpResponse.json(me({ role: "viewer" })) : refusal(401, "credentials_missing"))),
    http.post("*/api/v1/auth/session", async ({ request }) => {
      const { password } = (await request.json()) as { password: string };
      if (wait > 0) return refusal(429, "login_delayed", [], { "Retry-After": String(wait) });
      if (password !== "right") return refusal(401, "wrong_credentials");
      signedIn = true;
      return HttpResponse.json({ user: user(), csrf_token: "t1", expires_at: "2026-02-02T03:04:05Z" }, { status: 201 });
    }),
    http.get(HISTORY, () => (signedIn ? HttpResponse.json([prediction()]) : refusal(401, "session_invalid"))),
    http.get("*/api/v1/samples", () => HttpResponse.json([])),
  );
});

test("in the local mode nobody is asked who he is", async () => {
  mode(false);
  signedIn = true;
  render(<App />);
  expect(await screen.findByRole("heading", { name: "What was looked at" })).toBeVisible();
  expect(await screen.findByRole("button", { name: "Wrong? Correct it" })).toBeVisible();
  await userEvent.setup().click(screen.getByRole("button", { name: "Account: no sign-in here" }));
  expect(screen.getByText("aqua user create-admin --username NAME")).toBeVisible();
});

test("a wrong password is told; the right one leads where one wanted to go, with what the role may", async () => {
  const { container } = render(<App />);
  await fill("wrong");
  expect(await screen.findByText("User name or password is wrong.")).toBeVisible();
  expect(screen.queryByRole("link", { name: "History" })).toBeNull();
  expect(await complaints(container)).toEqual([]);
  await userEvent.setup().clear(screen.getByLabelText("Password"));
  await fill("right");
  expect(await screen.findByText("Milkfish")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Wrong? Correct it" })).toBeNull();
  expect(screen.queryAllByRole("link", { name: "Identify" })).toEqual([]);
});

test("a delay keeps the button until it is over", async () => {
  wait = 1;
  render(<App />);
  await fill("right");
  expect(await screen.findByText("Too many failed attempts. Wait 1 second before the next.")).toBeVisible();
  expect(screen.getByRole("button", { name: /^Sign in/ })).toBeDisabled();
  expect(await screen.findByText("You can try again now.", undefined, { timeout: 3000 })).toBeVisible();
  expect(screen.getByRole("button", { name: "Sign in" })).toBeEnabled();
});

test("a session that ended is told over the view, which stays as it is", async () => {
  const person = userEvent.setup();
  signedIn = true;
  render(<App />);
  expect(await screen.findByText("Milkfish")).toBeVisible();
  const from = screen.getByLabelText("From");
  await person.type(from, "2026-01-01");
  signedIn = false;
  await person.type(screen.getByLabelText("To"), "2026-01-02");
  const dialog = await screen.findByRole("dialog", { name: "Sign in again" });
  expect(dialog).toBeVisible();
  await fill("right");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByLabelText("From")).toBe(from);
  expect(from).toHaveValue("2026-01-01");
});

test("signing out in another tab ends this one, signing in brings it back", async () => {
  signedIn = true;
  render(<App />);
  expect(await screen.findByText("Milkfish")).toBeVisible();
  const other = new BroadcastChannel("aqua-session");
  signedIn = false;
  act(() => other.postMessage({ kind: "signed-out" }));
  expect(await screen.findByText("You signed out in another tab.")).toBeVisible();
  expect(screen.queryByText("Milkfish")).toBeNull();
  signedIn = true;
  act(() => other.postMessage({ kind: "signed-in" }));
  expect(await screen.findByText("Milkfish")).toBeVisible();
  other.close();
});

test("writes carry the token of the session", async () => {
  signedIn = true;
  const tokens: (string | null)[] = [];
  server.use(http.post("*/api/v1/auth/logout", ({ request }) => (tokens.push(request.headers.get("X-CSRF-Token")), new HttpResponse(null, { status: 204 }))));
  render(<App />);
  const person = userEvent.setup();
  await person.click(await screen.findByRole("button", { name: "Account: anna" }));
  await person.click(screen.getByRole("menuitem", { name: "Sign out" }));
  expect(await screen.findByText("You are signed out.")).toBeVisible();
  expect(tokens).toEqual(["csrf of anna"]);
});

test("a server that does not answer is told, and can be asked again", async () => {
  server.use(http.get("*/api/v1/auth/mode", () => refusal(500, "internal")));
  render(<App />);
  await screen.findByRole("button", { name: "Try again" });
  mode(true);
  await userEvent.setup().click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByLabelText("User name or e-mail")).toBeVisible();
});
