import { Alert, Button, Paper, Stack } from "@mui/material";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router-dom";
import { PasswordField, usePasswordRule } from "../../shared/PasswordField";
import { Title } from "../../shared/sections";
import { useIdentity } from "../../shared/session/identity";
import { wordsOf } from "../../shared/words";
import { useDelay, useReset } from "./queries";

/** Where the link of a mail leads: sets a new password. The token leaves the address bar at once. */
export default function ResetPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { passwordMinLength, leave } = useIdentity();
  const [parameters, setParameters] = useSearchParams();
  const [token] = useState(parameters.get("token") ?? "");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const reset = useReset();
  const left = useDelay(reset.error);
  const fault = usePasswordRule(passwordMinLength)(password);
  const shown = tried ? fault : undefined;
  useEffect(() => {
    if (parameters.has("token")) setParameters({}, { replace: true });
  }, [parameters, setParameters]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fault || left > 0) return;
    const onSuccess = () => {
      leave("password-set");
      navigate("/", { replace: true });
    };
    reset.mutate({ token, new_password: password }, { onSuccess });
  };
  const askAgain = (
    <Button component={Link} to="/sign-in?step=forgot">
      {t("signIn.askAgain")}
    </Button>
  );
  return (
    <Paper sx={{ p: { xs: 2, sm: 4 }, maxWidth: 440, mx: "auto", mt: { sm: 4 } }}>
      <Stack spacing={2}>
        <Title>{t("signIn.resetTitle")}</Title>
        {token === "" ? (
          <>
            <Alert severity="warning">{t("signIn.noToken")}</Alert>
            {askAgain}
          </>
        ) : (
          <Stack component="form" spacing={2} noValidate onSubmit={submit}>
            <PasswordField label={t("signIn.newPassword")} value={password} autoFocus autoComplete="new-password" error={shown !== undefined} helperText={shown ?? t("signIn.rule", { count: passwordMinLength })}
              onChange={(event) => setPassword(event.target.value)} />
            {reset.error && <Alert severity="error">{wordsOf(reset.error)}</Alert>}
            <Button type="submit" variant="contained" size="large" disabled={reset.isPending || left > 0}>
              {t("signIn.resetSubmit")}
            </Button>
            {reset.error && askAgain}
          </Stack>
        )}
      </Stack>
    </Paper>
  );
}
