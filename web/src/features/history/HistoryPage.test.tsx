import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { complaints, renderView } from "../../shared/testing/render";
import { prediction, server } from "../../shared/testing/server";
import HistoryPage, { toFilter } from "./HistoryPage";

const HISTORY = "*/api/v1/predictions/history";

test("walks on by cursor", async () => {
  const user = userEvent.setup();
  server.use(
    http.get(HISTORY, ({ request }) => {
      const cursor = new URL(request.url).searchParams.get("cursor");
      return cursor === null
        ? HttpResponse.json([prediction({ id: "a" })], { headers: { "X-Next-Cursor": "c1" } })
        : HttpResponse.json([prediction({ id: "b", rejected: true })]);
    }),
  );
  const { container } = renderView(<HistoryPage />);
  expect(await screen.findByText("Very sure (93 %)")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show more" }));
  expect(await screen.findByText("Not one of the fish I know")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  expect(await complaints(container)).toEqual([]);
});

test("says that nothing is there yet, and where to begin", async () => {
  server.use(http.get(HISTORY, () => HttpResponse.json([])));
  renderView(<HistoryPage />);
  expect(await screen.findByText("Nothing was looked at yet.")).toBeVisible();
  expect(screen.getByRole("link", { name: "Identify a fish" })).toHaveAttribute("href", "/");
});

test("says why it failed and tries again when asked", async () => {
  const user = userEvent.setup();
  let fail = true;
  server.use(http.get(HISTORY, () => (fail ? HttpResponse.json({ error: { message: "the database is busy" }, detail: "" }, { status: 500 }) : HttpResponse.json([prediction()]))));
  renderView(<HistoryPage />);
  expect(await screen.findByText(/the database is busy/)).toBeVisible();
  fail = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Milkfish")).toBeVisible();
});

test("says that there is no connection", async () => {
  server.use(http.get(HISTORY, () => HttpResponse.error()));
  renderView(<HistoryPage />);
  expect(await screen.findByText(/No connection to the server/)).toBeVisible();
});

test("a day that was chosen is the whole local day", () => {
  const filter = toFilter({ speciesId: "", show: "uncorrected", from: "2026-03-01", to: "2026-03-01" });
  expect(filter.corrected).toBe(false);
  expect(new Date(filter.to ?? "").getTime() - new Date(filter.from ?? "").getTime()).toBe(24 * 3600 * 1000);
});

test("a date that is no date yet filters nothing, and breaks nothing", () => {
  expect(toFilter({ speciesId: "", show: "everything", from: "20266-01-01", to: "" })).toEqual({});
});

test("a year that is still being typed does not filter", () => {
  expect(toFilter({ speciesId: "", show: "everything", from: "0202-01-01", to: "20266-01-01" })).toEqual({});
});
