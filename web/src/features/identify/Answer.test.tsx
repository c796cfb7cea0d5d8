import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { complaints, renderView } from "../../shared/testing/render";
import { prediction, server } from "../../shared/testing/server";
import { Answer } from "./Answer";

test("says the species with its confidence in words, and what else it might be", async () => {
  const { container } = renderView(<Answer prediction={prediction()} />);
  expect(screen.getByRole("heading", { name: "Milkfish" })).toBeVisible();
  expect(screen.getByText("Very sure (93 %)")).toBeVisible();
  expect(screen.getByRole("listitem")).toHaveTextContent("Chub7 %");
  expect(await complaints(container)).toEqual([]);
});

test("names no species when the model does not know the fish", () => {
  renderView(<Answer prediction={prediction({ rejected: true, species: "unknown" })} />);
  expect(screen.getByRole("heading", { name: "Not one of the fish I know" })).toBeVisible();
  expect(screen.queryByText(/sure/)).toBeNull();
  expect(screen.getAllByRole("listitem")).toHaveLength(2);
});

test("marks low confidence and hides nothing", () => {
  renderView(<Answer prediction={prediction({ confidence: 0.4, low_confidence: true })} />);
  expect(screen.getByText(/Not sure – please check/)).toBeVisible();
  expect(screen.getByText(/look for yourself/)).toBeVisible();
});

test("a correction that fails keeps what was typed; the next try is recorded", async () => {
  const user = userEvent.setup();
  let tries = 0;
  server.use(
    http.post("*/api/v1/predictions/:id/label", async ({ request }) => {
      tries += 1;
      if (tries === 1) return HttpResponse.json({ error: { message: "the database cannot be reached" }, detail: "" }, { status: 503 });
      expect(await request.json()).toEqual({ label: "milkfish", note: "big one" });
      return HttpResponse.json({ id: "x", prediction_id: "y", label: "milkfish", species_id: null, species_name: "Milkfish", note: "big one", created_at: "2026-01-02T03:04:05.678901Z" }, { status: 201 });
    }),
  );
  renderView(<Answer prediction={prediction({ rejected: true })} />);
  await user.click(screen.getByRole("button", { name: "Wrong? Correct it" }));
  expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
  await user.click(await screen.findByLabelText("Species"));
  await user.click(await screen.findByRole("option", { name: "Milkfish" }));
  await user.type(screen.getByLabelText("Note (optional)"), "big one");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("the database cannot be reached")).toBeVisible();
  expect(screen.getByLabelText("Note (optional)")).toHaveValue("big one");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Corrected: Milkfish")).toBeVisible();
});
