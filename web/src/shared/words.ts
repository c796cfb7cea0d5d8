import { ApiError } from "./api/client";
import i18n from "./i18n";

/** An error in words that say what to do: ours where we have some, else those of the server. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : i18n.t("app.failed");
  if (error.offline) return i18n.t("app.offline");
  const [fault] = error.details;
  const count = error.waitSeconds;
  for (const type of [fault?.type, error.type]) {
    if (type && i18n.exists(`errors.${type}`, { count })) return i18n.t(`errors.${type}`, { count });
  }
  if (error.status === 401) return i18n.t("errors.session_over");
  if (error.status === 403) return i18n.t("errors.forbidden", { message: error.message });
  return fault ? `${fault.pointer.replace(/^\//, "")} ${fault.message}`.trim() : error.message;
}
