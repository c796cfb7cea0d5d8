import { Alert, Button, Paper, Stack } from "@mui/material";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router-dom";
import { Title } from "../../shared/sections";
import { useIdentity } from "../../shared/session/identity";
import { ForgotForm } from "./ForgotForm";
import { RegisterForm } from "./RegisterForm";
import { SignInForm } from "./SignInForm";

type Step = "signIn" | "forgot" | "register";

/** What somebody sees who is not signed in, wherever he wanted to go: he gets there once he is. */
export default function SignInPage() {
  const { t } = useTranslation();
  const { notice, registrationOpen } = useIdentity();
  const [parameters] = useSearchParams();
  const [step, setStep] = useState<Step>(parameters.get("step") === "forgot" ? "forgot" : "signIn");
  return (
    <Paper sx={{ p: { xs: 2, sm: 4 }, maxWidth: 440, mx: "auto", mt: { sm: 4 } }}>
      <Stack spacing={2}>
        <Title>{t(step === "signIn" ? "signIn.title" : `signIn.${step}Title`)}</Title>
        {step === "signIn" && notice && <Alert severity={notice === "elsewhere" ? "warning" : "success"}>{t(`signIn.${notice}`)}</Alert>}
        {step === "signIn" && <SignInForm />}
        {step === "forgot" && <ForgotForm />}
        {step === "register" && <RegisterForm />}
        <Stack direction="row" flexWrap="wrap" gap={1} justifyContent="space-between">
          {step !== "signIn" && <Button onClick={() => setStep("signIn")}>{t("signIn.back")}</Button>}
          {step === "signIn" && <Button onClick={() => setStep("forgot")}>{t("signIn.forgot")}</Button>}
          {step === "signIn" && registrationOpen && <Button onClick={() => setStep("register")}>{t("signIn.register")}</Button>}
        </Stack>
      </Stack>
    </Paper>
  );
}
