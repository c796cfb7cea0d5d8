import { Alert, Button, Checkbox, Dialog, DialogActions, DialogContent, DialogTitle, FormControl, FormControlLabel, FormGroup, FormHelperText, FormLabel, MenuItem, Stack, TextField } from "@mui/material";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CreatedApiKey, api, take } from "../../shared/api/client";
import { useIdentity } from "../../shared/session/identity";
import { wordsOf } from "../../shared/words";
import { scopesOf } from "./scopes";

const DAYS = [7, 30, 90, 180, 365];
const DAY_MS = 86_400_000;
/** The server takes at most a year by its own clock. */
const MARGIN_MS = 3_600_000;

export function expiryAfter(days: number, now = Date.now()): string {
  return new Date(now + days * DAY_MS - MARGIN_MS).toISOString();
}

/** Asks what a new key is for and what it may do. */
export function CreateKeyDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (key: CreatedApiKey) => void }) {
  const { t } = useTranslation();
  const title = useId();
  const form = useId();
  const hint = useId();
  const client = useQueryClient();
  const { me } = useIdentity();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>([]);
  const [days, setDays] = useState(90);
  const [tried, setTried] = useState(false);
  const missing = tried && name.trim() === "";
  const create = useMutation({
    mutationFn: async () => (await take(api.POST("/api/v1/keys", { body: { name: name.trim(), scopes, expires_at: expiryAfter(days) } }))).data,
    onSuccess: (key) => {
      void client.invalidateQueries({ queryKey: ["keys"] });
      onCreated(key);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== "") create.mutate();
  };
  const toggle = (scope: string) => setScopes(scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope]);
  return (
    <Dialog open onClose={(_, reason) => reason !== "backdropClick" && onClose()} aria-labelledby={title} fullWidth maxWidth="xs">
      <DialogTitle id={title}>{t("keys.create")}</DialogTitle>
      <DialogContent>
        <Stack id={form} component="form" spacing={2} noValidate onSubmit={submit} sx={{ pt: 1 }}>
          <TextField label={t("keys.name")} value={name} required autoFocus autoComplete="off" onChange={(event) => setName(event.target.value)} error={missing} helperText={missing ? t("signIn.missing") : t("keys.nameHint")}
            slotProps={{ inputLabel: { required: false }, htmlInput: { maxLength: 100 } }} />
          <TextField select label={t("keys.expiry")} value={days} onChange={(event) => setDays(Number(event.target.value))}>
            {DAYS.map((one) => (
              <MenuItem key={one} value={one}>
                {t(`keys.days${one}`)}
              </MenuItem>
            ))}
          </TextField>
          <FormControl component="fieldset" aria-describedby={hint}>
            <FormLabel component="legend">{t("keys.scopes")}</FormLabel>
            <FormHelperText id={hint} sx={{ mx: 0 }}>
              {t("keys.scopesHint")}
            </FormHelperText>
            <FormGroup>
              {scopesOf(me?.role ?? "").map((scope) => (
                <FormControlLabel key={scope} sx={{ minHeight: 44 }} control={<Checkbox checked={scopes.includes(scope)} onChange={() => toggle(scope)} />} label={t([`scopes.${scope}`, scope])} />
              ))}
            </FormGroup>
          </FormControl>
          {create.error && <Alert severity="error">{wordsOf(create.error)}</Alert>}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{t("app.cancel")}</Button>
        <Button type="submit" form={form} variant="contained" disabled={create.isPending}>
          {t("keys.create")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
