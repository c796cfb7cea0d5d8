import { Alert, Button, Dialog, DialogActions, DialogContent, DialogContentText, DialogTitle, Stack, TextField } from "@mui/material";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

/** Shows a new key, this one time. Only its button closes it. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation();
  const title = useId();
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<"yes" | "no" | null>(null);
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(secret);
      setCopied("yes");
    } catch {
      setCopied("no"); // without TLS, or forbidden
    }
  };
  return (
    <Dialog open aria-labelledby={title} fullWidth maxWidth="sm">
      <DialogTitle id={title}>{t("keys.secretTitle")}</DialogTitle>
      <DialogContent>
        <Stack spacing={2}>
          <DialogContentText>{t("keys.secretHint")}</DialogContentText>
          <TextField label={t("keys.secret")} value={secret} inputRef={field} multiline onFocus={(event) => event.target.select()} slotProps={{ htmlInput: { readOnly: true, spellCheck: false, style: { fontFamily: "monospace", overflowWrap: "anywhere" } } }} />
          {copied && <Alert severity={copied === "yes" ? "success" : "warning"}>{t(copied === "yes" ? "keys.copied" : "keys.copyFailed")}</Alert>}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button variant="contained" onClick={() => void copy()} autoFocus>
          {t("keys.copy")}
        </Button>
        <Button onClick={onClose}>{t("keys.close")}</Button>
      </DialogActions>
    </Dialog>
  );
}
