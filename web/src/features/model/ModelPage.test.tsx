import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import { complaints, renderView } from "../../shared/testing/render";
import { server } from "../../shared/testing/server";
import ModelPage from "./ModelPage";

const model = {
  id: "m", name: "fish_species", version: "v1.0.0", architecture: "net", is_active: true, created_at: "2026-01-02T03:04:05Z", supported_species: ["milkfish"], total_species: 1,
  confidence_threshold: 0.5, high_confidence_threshold: 0.9, inference_device: "cpu", engine: "engine 1", num_parameters: 1605235, preprocess_id: "p-v1", checksum: "abc", loaded_at: "2026-01-02T03:04:05Z",
  metrics: { test: { accuracy: 0.9393, macro_recall: 0.9006, ece: null } },
  card_markdown: "# Card\n\n**Not for**: other species.\n\n| split | images |\n| --- | --- |\n| test | 1104 |\n\n<script>alert(1)</script>\n\n[file](../x.md) [site](https://example.org)",
};

beforeEach(() =>
  server.use(
    http.get("*/api/v1/models/stats", () => HttpResponse.json({ total_models: 1, active_models: 1, total_predictions: 8, confidence_distribution: { high: 4, medium: 2, low: 2 } })),
    http.get("*/api/v1/metrics/performance", () =>
      HttpResponse.json({ latency_mean_ms: 5.14, latency_p50_ms: 0.33, latency_p95_ms: 32.5, latency_p99_ms: 69.7, throughput_rps: 0.58, error_rate: 0.02, total_requests: 100, total_errors: 2, uptime_seconds: 90061, window_size: 100, client_error_rate: 0.01, metrics_info: "" }),
    ),
  ),
);

test("shows the figures of the model, of its use and of its speed", async () => {
  server.use(http.get("*/api/v1/models/active", () => HttpResponse.json(model)));
  const { container } = renderView(<ModelPage />);
  expect(await screen.findByRole("row", { name: "test 0.939 0.901 –" })).toBeVisible();
  expect(await screen.findByText("4 (50 %)")).toBeVisible();
  expect(await screen.findByText("2.00 % (2)")).toBeVisible();
  expect(screen.getByText("1 d 1 h 1 min")).toBeVisible();
  expect(await complaints(container)).toEqual([]);
});

test("renders the card with its tables, without its markup or links into the repository", async () => {
  server.use(http.get("*/api/v1/models/active", () => HttpResponse.json(model)));
  renderView(<ModelPage />);
  const card = await screen.findByRole("region", { name: "Model card" });
  expect(within(card).getByRole("cell", { name: "1104" })).toBeVisible();
  expect(card.querySelector("script")).toBeNull();
  expect(within(card).getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual(["https://example.org"]);
});

test("without a model it says why, and still shows use and speed", async () => {
  server.use(http.get("*/api/v1/models/active", () => HttpResponse.json({ error: { message: "no model is loaded" }, detail: "" }, { status: 503 })));
  renderView(<ModelPage />);
  expect(await screen.findByText(/no model is loaded/)).toBeVisible();
  expect(await screen.findByText("4 (50 %)")).toBeVisible();
  expect(await screen.findByText("69.7 ms")).toBeVisible();
});
