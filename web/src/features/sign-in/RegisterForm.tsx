import { Alert, Button, Stack } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { AccountFields, EMPTY_ACCOUNT, useAccountFaults } from "../../shared/AccountFields";
import { wordsOf } from "../../shared/words";
import { useDelay, useRegister } from "./queries";

/** An account for oneself, where the server allows that. */
export function RegisterForm() {
  const { t } = useTranslation();
  const register = useRegister();
  const [draft, setDraft] = useState(EMPTY_ACCOUNT);
  const [tried, setTried] = useState(false);
  const faults = useAccountFaults(draft);
  const left = useDelay(register.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(faults).length > 0 || left > 0) return;
    register.mutate({ username: draft.username.trim(), email: draft.email.trim(), full_name: draft.fullName.trim() || null, password: draft.password });
  };
  return (
    <Stack component="form" spacing={2} noValidate onSubmit={submit}>
      <AccountFields draft={draft} tried={tried} passwordLabel={t("signIn.newPassword")} onChange={setDraft} />
      {register.error && <Alert severity="error">{wordsOf(register.error)}</Alert>}
      <Button type="submit" variant="contained" size="large" disabled={register.isPending || left > 0}>
        {t("signIn.register")}
      </Button>
    </Stack>
  );
}
