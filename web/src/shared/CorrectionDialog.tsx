import { Alert, Button, Dialog, DialogActions, DialogContent, DialogTitle, MenuItem, Stack, TextField } from "@mui/material";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Prediction } from "./api/client";
import { useCorrection, useSpecies } from "./queries";
import { Failed } from "./states";
import { wordsOf } from "./words";

const NOTHING = "";
const OTHER = "other/";
const MAX_NOTE = 500;

interface Props {
  prediction: Prediction;
  onClose: () => void;
  onSaved: (correction: NonNullable<Prediction["correction"]>) => void;
}

/** Asks what a photo really shows. What was typed stays when saving fails, and when somebody taps beside the dialog. */
export function CorrectionDialog({ prediction, onClose, onSaved }: Props) {
  const { t } = useTranslation();
  const title = useId();
  const species = useSpecies();
  const save = useCorrection();
  const [choice, setChoice] = useState(prediction.correction ? (prediction.correction.label ?? OTHER) : NOTHING);
  const [note, setNote] = useState(prediction.correction?.note ?? "");
  const submit = () => save.mutate({ id: prediction.id, label: choice === OTHER ? null : choice, note: note.trim() === "" ? null : note.trim() }, { onSuccess: onSaved });
  return (
    <Dialog open onClose={(_, reason) => reason !== "backdropClick" && onClose()} aria-labelledby={title} fullWidth maxWidth="xs">
      <DialogTitle id={title}>{t("correction.title")}</DialogTitle>
      <DialogContent>
        <Stack spacing={2} sx={{ pt: 1 }}>
          <TextField select label={t("correction.species")} value={choice === OTHER || species.data?.some((one) => one.label === choice) ? choice : NOTHING} onChange={(event) => setChoice(event.target.value)}
            slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
            <MenuItem value={NOTHING} disabled>
              {t("correction.choose")}
            </MenuItem>
            <MenuItem value={OTHER}>{t("correction.other")}</MenuItem>
            {species.data?.map((one) => (
              <MenuItem key={one.id} value={one.label}>
                {one.name}
              </MenuItem>
            ))}
          </TextField>
          <TextField label={t("correction.note")} value={note} multiline minRows={2} onChange={(event) => setNote(event.target.value)} slotProps={{ htmlInput: { maxLength: MAX_NOTE } }} />
          {species.isError && <Failed error={species.error} onRetry={() => void species.refetch()} />}
          {save.isError && <Alert severity="error">{wordsOf(save.error)}</Alert>}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{t("correction.cancel")}</Button>
        <Button variant="contained" onClick={submit} disabled={save.isPending || choice === NOTHING}>
          {t("correction.save")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
