import { act, fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, delay, http } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import { complaints, renderView } from "../../shared/testing/render";
import { prediction, server } from "../../shared/testing/server";
import { IdentifyPage } from "./IdentifyPage";
import { IdentifySession } from "./session";

const CLASSIFY = "*/api/v1/predictions/classify";
const photo = (name = "x.jpg", type = "image/jpeg") => new File(["photo"], name, { type });
const view = (
  <IdentifySession>
    <IdentifyPage />
  </IdentifySession>
);
const choose = (file: File) => fireEvent.change(screen.getByTestId("file-input"), { target: { files: [file] } });

beforeEach(() => {
  vi.stubGlobal("createImageBitmap", () => Promise.resolve({ width: 10, height: 10, close: () => undefined }));
  URL.createObjectURL = () => "blob:photo";
  URL.revokeObjectURL = () => undefined;
  server.use(http.get("*/api/v1/samples", () => HttpResponse.json([{ name: "milkfish", url: "/samples/milkfish.jpg", species: "Milkfish", credit: "someone" }])));
  return () => vi.unstubAllGlobals();
});

test("says that it works, then shows the answer beside the photo", async () => {
  server.use(http.post(CLASSIFY, async () => (await delay(50), HttpResponse.json(prediction(), { status: 201 }))));
  const { container } = renderView(view);
  choose(photo());
  expect(await screen.findByRole("progressbar", { name: "Looking at the photo…" })).toBeVisible();
  expect(await screen.findByRole("heading", { name: "Milkfish" })).toBeVisible();
  expect(screen.getByAltText("The photo you chose")).toBeVisible();
  expect(await complaints(container)).toEqual([]);
});

test("a failure keeps the photo, also when a wrong file is chosen after it", async () => {
  const user = userEvent.setup();
  let fail = true;
  server.use(http.post(CLASSIFY, () => (fail ? HttpResponse.json({ error: { message: "the database is busy" }, detail: "" }, { status: 503 }) : HttpResponse.json(prediction(), { status: 201 }))));
  renderView(view);
  choose(photo());
  expect(await screen.findByText("the database is busy")).toBeVisible();
  choose(photo("x.txt", "text/plain"));
  expect(await screen.findByText(/This is not a photo/)).toBeVisible();
  fail = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("heading", { name: "Milkfish" })).toBeVisible();
});

test("offline it says so, and offers to go on once the connection is back", async () => {
  const user = userEvent.setup();
  const onLine = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  server.use(http.post(CLASSIFY, () => HttpResponse.error()));
  renderView(view);
  choose(photo());
  expect(await screen.findByText(/No connection to the server/)).toBeVisible();
  server.use(http.post(CLASSIFY, () => HttpResponse.json(prediction(), { status: 201 })));
  onLine.mockReturnValue(true);
  act(() => void window.dispatchEvent(new Event("online")));
  expect(await screen.findByText("The connection is back. Your photo is still here.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("heading", { name: "Milkfish" })).toBeVisible();
  onLine.mockRestore();
});

test("of two photos the newer one is answered, however long the first takes to prepare", async () => {
  const sent: number[] = [];
  let finishFirst = () => {};
  const bitmap = { width: 10, height: 10, close: () => undefined };
  const prepared = [new Promise((resolve) => (finishFirst = () => resolve(bitmap))), Promise.resolve(bitmap)];
  vi.stubGlobal("createImageBitmap", () => prepared.shift());
  server.use(
    http.post(CLASSIFY, async ({ request }) => {
      sent.push((await request.arrayBuffer()).byteLength);
      return HttpResponse.json(prediction(), { status: 201 });
    }),
  );
  renderView(view);
  choose(photo());
  choose(photo("y.jpg"));
  expect(await screen.findByRole("heading", { name: "Milkfish" })).toBeVisible();
  await act(async () => finishFirst());
  await delay(50);
  expect(sent).toHaveLength(1);
});

test("a sample that cannot be loaded is told", async () => {
  const user = userEvent.setup();
  server.use(http.get("*/samples/milkfish.jpg", () => new HttpResponse(null, { status: 404 })));
  renderView(view);
  await user.click(await screen.findByRole("button", { name: "Sample photo: Milkfish" }));
  expect(await screen.findByText(/This sample photo could not be loaded/)).toBeVisible();
});
