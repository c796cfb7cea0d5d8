import { Alert, Button, Stack, TextField } from "@mui/material";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../shared/api/client";
import { PasswordField } from "../../shared/PasswordField";
import { wordsOf } from "../../shared/words";
import { useDelay, useSignIn } from "./queries";

/** User name and password. A refusal keeps the name, and the password field has the focus for the next attempt. */
export function SignInForm({ username: known = "" }: { username?: string }) {
  const { t } = useTranslation();
  const signIn = useSignIn();
  const [username, setUsername] = useState(known);
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const name = useRef<HTMLInputElement>(null);
  const secret = useRef<HTMLInputElement>(null);
  const left = useDelay(signIn.error);
  const delayed = signIn.error instanceof ApiError && signIn.error.waitSeconds > 0;
  useEffect(() => (known ? secret : name).current?.focus(), [known]);
  useEffect(() => {
    if (signIn.error instanceof ApiError && signIn.error.status === 401) secret.current?.select();
  }, [signIn.error]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (username.trim() === "") return name.current?.focus();
    if (password === "") return secret.current?.focus();
    if (left === 0 && !signIn.isPending) signIn.mutate({ username: username.trim(), password });
  };
  const missing = (value: string) => tried && value.trim() === "";
  return (
    <Stack component="form" spacing={2} noValidate onSubmit={submit}>
      <TextField label={t("signIn.username")} value={username} inputRef={name} required autoComplete="username" onChange={(event) => setUsername(event.target.value)} error={missing(username)}
        helperText={missing(username) ? t("signIn.missing") : undefined} slotProps={{ inputLabel: { required: false }, htmlInput: { autoCapitalize: "none", spellCheck: false, maxLength: 254 } }} />
      <PasswordField label={t("signIn.password")} value={password} inputRef={secret} autoComplete="current-password" onChange={(event) => setPassword(event.target.value)} error={missing(password)}
        helperText={missing(password) ? t("signIn.missing") : undefined} />
      {signIn.error && (delayed && left === 0 ? <Alert severity="info">{t("signIn.again")}</Alert> : <Alert severity="error">{wordsOf(signIn.error)}</Alert>)}
      <Button type="submit" variant="contained" size="large" disabled={signIn.isPending || left > 0}>
        {signIn.isPending ? t("signIn.working") : left > 0 ? `${t("signIn.submit")} (${left})` : t("signIn.submit")}
      </Button>
    </Stack>
  );
}
