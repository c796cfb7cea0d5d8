import { Alert, Button, Typography } from "@mui/material";
import { useTranslation } from "react-i18next";
import { wordsOf } from "./words";

/** What a view shows when its data could not be loaded. */
export function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert severity="error" action={<Button color="inherit" onClick={onRetry}>{t("app.retry")}</Button>}>
      {t("app.failed")} {wordsOf(error)}
    </Alert>
  );
}

/** Says how old data is that could not be refreshed. */
export function Age({ updatedAt, stale }: { updatedAt: number; stale: boolean }) {
  const { t } = useTranslation();
  if (!stale || updatedAt === 0) return null;
  return <Typography color="text.secondary" role="status">{t("app.age", { time: new Date(updatedAt).toLocaleTimeString() })}</Typography>;
}
