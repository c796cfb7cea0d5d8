import createClient from "openapi-fetch";
import { announceWait } from "../waiting";
import type { components, paths } from "./schema";

export type Prediction = components["schemas"]["Prediction"];
export type Species = components["schemas"]["Species"];
export type Sample = components["schemas"]["Sample"];
export type ActiveModel = components["schemas"]["ActiveModel"];
export type Me = components["schemas"]["Me"];
export type User = components["schemas"]["User"];
export type Session = components["schemas"]["Session"];
export type ApiKey = components["schemas"]["ApiKey"];
export type CreatedApiKey = components["schemas"]["CreatedApiKey"];
export type AuditEntry = components["schemas"]["AuditEntry"];
export type HistoryFilter = NonNullable<paths["/api/v1/predictions/history.csv"]["get"]["parameters"]["query"]>;
type Envelope = components["schemas"]["Error"];
type Detail = components["schemas"]["ErrorDetail"];

export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: (request) => fetch(request) });

const SIGN_IN = "/api/v1/auth/session";
const WHO = "/api/v1/auth/me";
/** What the server did not take: the session, or only the token that this page sends with its writes. */
export type Refused = "session" | "token";
const SAFE = ["GET", "HEAD"];

let csrfToken: string | null = null;
const onRefused = new Set<(what: Refused) => void>();

/** What every write of this page carries from now on; it belongs to the session of the cookie. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** Calls back when the server no longer takes the session of this page, or its token. */
export function subscribeRefused(callback: (what: Refused) => void): () => void {
  onRefused.add(callback);
  return () => void onRefused.delete(callback);
}

function retryAfter(response: Response): number {
  const seconds = Number(response.headers.get("Retry-After") ?? "");
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : 1;
}

api.use({
  onRequest({ request }) {
    if (csrfToken !== null && !SAFE.includes(request.method)) request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
  onResponse({ schemaPath, response }) {
    if (schemaPath === SIGN_IN) return;
    if (response.status === 401 && schemaPath !== WHO) onRefused.forEach((callback) => callback("session"));
    if (response.status === 429) announceWait(retryAfter(response));
  },
});

/** What went wrong, in words for people; `offline` when the server could not be reached at all. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly offline = false,
    /** Stable word of the server. */
    readonly type = "",
    readonly details: readonly Detail[] = [],
    /** Seconds after which the server would answer; 0: it did not say. */
    readonly waitSeconds = 0,
  ) {
    super(message);
  }
}

type Call<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

async function settle<T>(call: Call<T>): Promise<{ data?: T; response: Response }> {
  let result;
  try {
    result = await call;
  } catch {
    throw new ApiError("The server cannot be reached.", 0, true);
  }
  const { data, response } = result;
  if (response.ok) return { data, response };
  const fault = (result.error as Partial<Envelope> | undefined)?.error;
  if (fault?.type === "csrf_token_missing") onRefused.forEach((callback) => callback("token"));
  const wait = response.status === 429 ? retryAfter(response) : 0;
  throw new ApiError(fault?.message ?? `The server answered ${response.status}.`, response.status, false, fault?.type ?? "", fault?.details ?? [], wait);
}

/** Takes the answer out of a call, or throws an ApiError. */
export async function take<T>(call: Call<T>): Promise<{ data: T; response: Response }> {
  const { data, response } = await settle(call);
  if (data === undefined) throw new ApiError(`The server answered ${response.status} with nothing.`, response.status);
  return { data, response };
}

/** Waits for a call that answers nothing, or throws an ApiError. */
export async function done(call: Call<unknown>): Promise<void> {
  await settle(call);
}
