import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { complaints, renderView } from "../../shared/testing/render";
import { refusal, server, user } from "../../shared/testing/server";
import UsersPage from "./UsersPage";

const USERS = "*/api/v1/users";
const ONE = "*/api/v1/users/:id";

test("walks on after the last account of a full page", async () => {
  const page = Array.from({ length: 50 }, (_, index) => user({ id: `id-${index}`, username: `user ${index}` }));
  server.use(http.get(USERS, ({ request }) => HttpResponse.json(new URL(request.url).searchParams.get("after") === "id-49" ? [user({ id: "z", username: "zoe" })] : page)));
  renderView(<UsersPage />);
  await userEvent.setup().click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByText("zoe")).toBeVisible();
  await waitFor(() => expect(screen.queryByRole("button", { name: "Show more" })).toBeNull());
});

test("the last administrator cannot be switched off, and that is said", async () => {
  const person = userEvent.setup();
  server.use(http.get(USERS, () => HttpResponse.json([user()])), http.patch(ONE, () => refusal(409, "last_administrator")));
  const { container } = renderView(<UsersPage />);
  await person.click(await screen.findByRole("button", { name: "Switch off anna" }));
  await person.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Switch off" }));
  expect(await screen.findByText(/This is the last administrator/)).toBeVisible();
  expect(await complaints(container)).toEqual([]);
});

test("a new account is checked before it is sent; a refusal keeps what was typed", async () => {
  const person = userEvent.setup();
  const sent: unknown[] = [];
  server.use(
    http.get(USERS, () => HttpResponse.json([user()])),
    http.post(USERS, async ({ request }) => (sent.push(await request.json()), refusal(409, "duplicate_user"))),
  );
  renderView(<UsersPage />);
  await person.click(await screen.findByRole("button", { name: "Make an account" }));
  const dialog = within(screen.getByRole("dialog"));
  await person.type(dialog.getByLabelText("User name"), "vera");
  await person.type(dialog.getByLabelText("First password"), "short");
  await person.click(dialog.getByRole("button", { name: "Make the account" }));
  expect(dialog.getByText("This is no e-mail address.")).toBeVisible();
  expect(dialog.getByText("Too short: at least 12 characters.")).toBeVisible();
  expect(sent).toEqual([]);
  await person.type(dialog.getByLabelText("E-mail"), "vera@farm.example");
  await person.type(dialog.getByLabelText("First password"), " and now long");
  await person.click(dialog.getByRole("button", { name: "Make the account" }));
  expect(await dialog.findByText(/There is already an account/)).toBeVisible();
  expect(dialog.getByLabelText("User name")).toHaveValue("vera");
  expect(sent).toEqual([{ username: "vera", email: "vera@farm.example", full_name: null, password: "short and now long", role: "operator" }]);
});
