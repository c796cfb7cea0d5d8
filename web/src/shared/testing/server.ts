import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { type ApiKey, type Me, type Prediction, type User } from "../api/client";
import { type Identity, LOCAL, roleMay } from "../session/identity";

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

export function user(changes: Partial<User> = {}): User {
  return { id: "017f22e2-79b0-7000-bfff-fffffffffff1", email: "anna@farm.example", username: "anna", full_name: null, is_active: true, created_at: "2026-01-02T03:04:05Z", role: "admin", roles: ["admin"], last_login_at: null, ...changes };
}

export function me(changes: Partial<Me> = {}): Me {
  return {
    id: user().id, username: "anna", email: "anna@farm.example", is_active: true, role: "admin", roles: ["admin"], organisation_id: "017f22e2-79b0-7000-bfff-fffffffffff2", signed_in_by: "session", csrf_token: "csrf of anna", scopes: [], ...changes,
  };
}

/** Somebody who is signed in. */
export function identity(changes: Partial<Identity> & { me: Me }): Identity {
  return { ...LOCAL, status: "signed-in", may: (operation) => roleMay(changes.me.role, operation), ...changes };
}

export function apiKey(changes: Partial<ApiKey> = {}): ApiKey {
  return { id: "017f22e2-79b0-7000-bfff-fffffffffff3", user_id: user().id, name: "feeding computer", prefix: "abcdefgh", scopes: [], is_active: true, created_at: "2026-01-02T03:04:05Z", expires_at: null, last_used_at: null, revoked_at: null, ...changes };
}

export function refusal(status: number, type: string, details: object[] = [], headers: Record<string, string> = {}) {
  return HttpResponse.json({ error: { type, message: `refused: ${type}`, status_code: status, details }, detail: type }, { status, headers });
}

export const server = setupServer(
  http.get("*/api/v1/predictions/species", () =>
    HttpResponse.json([
      { id: "017f22e2-79b0-7000-bfff-fffffffffff0", name: "Milkfish", scientific_name: "Chanos chanos", label: "milkfish", description: "Silvery.", optimal_temperature_range: { min: null, max: null }, source: null, picture_url: null, picture_credit: null },
    ]),
  ),
  http.get("*/api/v1/models/active", () => new HttpResponse(null, { status: 503 })),
);
