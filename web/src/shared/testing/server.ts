import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { type Prediction } from "../api/client";

export function prediction(changes: Partial<Prediction> = {}): Prediction {
  return {
    id: "017f22e2-79b0-7000-bfff-ffffffffffff", species_name: "Milkfish", scientific_name: "Chanos chanos", confidence: 0.93, inference_time_ms: 4.2, model_version: "v1.0.0",
    created_at: "2026-01-02T03:04:05.678901Z", optimal_temp_range: { min: null, max: null }, species: "Milkfish", label: "milkfish", species_id: "017f22e2-79b0-7000-bfff-fffffffffff0",
    rejected: false, low_confidence: false, rejection_score: 0.93, model: "fish_species", preprocess_id: "p-v1",
    candidates: [
      { label: "milkfish", species: "Milkfish", scientific_name: "Chanos chanos", confidence: 0.93 },
      { label: "chub", species: "Chub", scientific_name: "Squalius cephalus", confidence: 0.07 },
    ],
    image: { width: 640, height: 480, format: "JPEG", bytes: 1234 }, thumbnail_url: null, correction: null, ...changes,
  };
}

export const server = setupServer(
  http.get("*/api/v1/predictions/species", () =>
    HttpResponse.json([
      { id: "017f22e2-79b0-7000-bfff-fffffffffff0", name: "Milkfish", scientific_name: "Chanos chanos", label: "milkfish", description: "Silvery.", optimal_temperature_range: { min: null, max: null }, source: null, picture_url: null, picture_credit: null },
    ]),
  ),
  http.get("*/api/v1/models/active", () => new HttpResponse(null, { status: 503 })),
);
