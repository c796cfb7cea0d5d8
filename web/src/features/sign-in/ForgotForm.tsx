import { Alert, Button, Stack, TextField, Typography } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf } from "../../shared/words";
import { useDelay, useResetRequest } from "./queries";

/** Asks for a mail with a link that sets a new password. */
export function ForgotForm() {
  const { t } = useTranslation();
  const request = useResetRequest();
  const [username, setUsername] = useState("");
  const left = useDelay(request.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (username.trim() !== "" && left === 0) request.mutate(username.trim());
  };
  if (request.isSuccess) return <Alert severity="success">{t("signIn.forgotDone")}</Alert>;
  return (
    <Stack component="form" spacing={2} noValidate onSubmit={submit}>
      <Typography>{t("signIn.forgotHint")}</Typography>
      <TextField label={t("signIn.username")} value={username} autoFocus autoComplete="username" onChange={(event) => setUsername(event.target.value)} slotProps={{ htmlInput: { autoCapitalize: "none", spellCheck: false, maxLength: 254 } }} />
      {request.error && <Alert severity="error">{wordsOf(request.error)}</Alert>}
      <Button type="submit" variant="contained" size="large" disabled={request.isPending || username.trim() === "" || left > 0}>
        {t("signIn.forgotSubmit")}
      </Button>
    </Stack>
  );
}
