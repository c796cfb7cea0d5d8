import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Prediction = components["schemas"]["Prediction"];
export type Species = components["schemas"]["Species"];
export type Sample = components["schemas"]["Sample"];
export type ActiveModel = components["schemas"]["ActiveModel"];
export type HistoryFilter = NonNullable<paths["/api/v1/predictions/history.csv"]["get"]["parameters"]["query"]>;
type Envelope = components["schemas"]["Error"];

export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: (request) => fetch(request) });

/** What went wrong, in words for people; `offline` when the server could not be reached at all. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly offline = false,
  ) {
    super(message);
  }
}

/** Takes the answer out of a call, or throws an ApiError. */
export async function take<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<{ data: T; response: Response }> {
  let result;
  try {
    result = await call;
  } catch {
    throw new ApiError("The server cannot be reached.", 0, true);
  }
  if (result.data !== undefined) return { data: result.data, response: result.response };
  const envelope = result.error as Partial<Envelope> | undefined;
  throw new ApiError(envelope?.error?.message ?? `The server answered ${result.response.status}.`, result.response.status);
}
