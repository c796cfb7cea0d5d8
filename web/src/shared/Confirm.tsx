import { Alert, Button, Dialog, DialogActions, DialogContent, DialogContentText, DialogTitle, Stack } from "@mui/material";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf } from "./words";

interface Props {
  title: string;
  hints: string[];
  action: string;
  dangerous?: boolean;
  disabled?: boolean;
  pending: boolean;
  error: Error | null;
  onConfirm: () => void;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks before something that matters; stays open, with the reason, when it fails. */
export function Confirm({ title, hints, action, dangerous = false, disabled = false, pending, error, onConfirm, onClose, children }: Props) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Dialog open onClose={onClose} aria-labelledby={id} fullWidth maxWidth="xs">
      <DialogTitle id={id} sx={{ overflowWrap: "anywhere" }}>{title}</DialogTitle>
      <DialogContent>
        <Stack spacing={2}>
          {hints.map((hint) => (
            <DialogContentText key={hint}>{hint}</DialogContentText>
          ))}
          {children}
          {error && <Alert severity="error">{wordsOf(error)}</Alert>}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{t("app.cancel")}</Button>
        <Button variant="contained" color={dangerous ? "error" : "primary"} onClick={onConfirm} disabled={pending || disabled}>
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
