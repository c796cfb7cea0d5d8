import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { complaints, renderView } from "../../shared/testing/render";
import { server } from "../../shared/testing/server";
import SpeciesPage from "./SpeciesPage";

const SPECIES = "*/api/v1/predictions/species";
const chub = { id: "b", name: "Chub", scientific_name: "Squalius cephalus", label: "chub", description: "A river fish.", optimal_temperature_range: { min: 12, max: 20 }, source: "a book", picture_url: "/samples/species/chub.jpg", picture_credit: "FishCam, MIT" };

test("shows what is known of a species, and says what is not", async () => {
  const { container } = renderView(<SpeciesPage />);
  expect(await screen.findByRole("heading", { name: "Milkfish" })).toBeVisible();
  expect(screen.getByText("no picture we may show")).toBeVisible();
  expect(screen.getByText("Best temperature: no sourced value")).toBeVisible();
  expect(await complaints(container)).toEqual([]);
});

test("a picture comes with its credit; a broken one gives way to words", async () => {
  server.use(http.get(SPECIES, () => HttpResponse.json([chub])));
  renderView(<SpeciesPage />);
  expect(await screen.findByText("FishCam, MIT")).toBeVisible();
  expect(screen.getByText("Best at 12–20 °C (a book)")).toBeVisible();
  fireEvent.error(screen.getByAltText("Chub"));
  expect(screen.getByText("no picture we may show")).toBeVisible();
});

test("says that there is none, and what failed", async () => {
  const user = userEvent.setup();
  let fail = true;
  server.use(http.get(SPECIES, () => (fail ? HttpResponse.json({ error: { message: "the database is busy" }, detail: "" }, { status: 500 }) : HttpResponse.json([]))));
  renderView(<SpeciesPage />);
  expect(await screen.findByText(/the database is busy/)).toBeVisible();
  fail = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("No species yet: the server has no model.")).toBeVisible();
});
