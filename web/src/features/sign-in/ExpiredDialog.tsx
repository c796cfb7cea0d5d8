import { Button, Dialog, DialogActions, DialogContent, DialogContentText, DialogTitle } from "@mui/material";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useIdentity } from "../../shared/session/identity";
import { SignInForm } from "./SignInForm";

/** Asks for the password again over the view, which keeps what was typed in it. */
export default function ExpiredDialog() {
  const { t } = useTranslation();
  const { me, leave } = useIdentity();
  const title = useId();
  return (
    <Dialog open aria-labelledby={title} fullWidth maxWidth="xs">
      <DialogTitle id={title}>{t("session.expired")}</DialogTitle>
      <DialogContent>
        <DialogContentText sx={{ mb: 3 }}>{t("session.expiredHint")}</DialogContentText>
        <SignInForm username={me?.username} />
      </DialogContent>
      <DialogActions>
        <Button onClick={() => leave("signed-out")}>{t("session.signOut")}</Button>
      </DialogActions>
    </Dialog>
  );
}
