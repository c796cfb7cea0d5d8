import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { renderView } from "../shared/testing/render";
import { View, ViewBoundary } from "./View";

test("a view whose code did not arrive can be asked for again", async () => {
  const user = userEvent.setup();
  const load = vi.fn().mockRejectedValueOnce(new Error("no network")).mockResolvedValue({ default: () => <p>the view</p> });
  renderView(<View name="history" load={load} />);
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  expect(await screen.findByText("the view")).toBeVisible();
});

test("a fault of a view is told in its place", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  let fault = true;
  function Faulty() {
    if (fault) throw new Error("x");
    return <p>well again</p>;
  }
  renderView(
    <ViewBoundary>
      <Faulty />
    </ViewBoundary>,
  );
  fault = false;
  await userEvent.setup().click(screen.getByRole("button", { name: "Try again" }));
  expect(screen.getByText("well again")).toBeVisible();
  log.mockRestore();
});
