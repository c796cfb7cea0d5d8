import { Alert, Button, Typography } from "@mui/material";
import { useTranslation } from "react-i18next";
import { ApiError } from "./api/client";

/** What a view shows when its data could not be loaded. */
export function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation();
  const message = error instanceof ApiError && error.offline ? t("app.offline") : error instanceof Error ? error.message : t("app.failed");
  return (
    <Alert severity="error" action={<Button color="inherit" onClick={onRetry}>{t("app.retry")}</Button>}>
      {t("app.failed")} {message}
    </Alert>
  );
}

/** Says how old data is that could not be refreshed. */
export function Age({ updatedAt, stale }: { updatedAt: number; stale: boolean }) {
  const { t } = useTranslation();
  if (!stale || updatedAt === 0) return null;
  return <Typography color="text.secondary" role="status">{t("app.age", { time: new Date(updatedAt).toLocaleTimeString() })}</Typography>;
}
