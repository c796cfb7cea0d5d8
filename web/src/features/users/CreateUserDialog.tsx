import { Alert, Button, Dialog, DialogActions, DialogContent, DialogTitle, Stack } from "@mui/material";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { AccountFields, EMPTY_ACCOUNT, useAccountFaults } from "../../shared/AccountFields";
import { type Role } from "../../shared/api/access";
import { api, take } from "../../shared/api/client";
import { wordsOf } from "../../shared/words";
import { RoleField } from "./RoleField";

/** An account for somebody. What was typed stays when saving fails. */
export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const title = useId();
  const form = useId();
  const client = useQueryClient();
  const [draft, setDraft] = useState(EMPTY_ACCOUNT);
  const [role, setRole] = useState<Role>("operator");
  const [tried, setTried] = useState(false);
  const faults = useAccountFaults(draft);
  const create = useMutation({
    mutationFn: () =>
      take(api.POST("/api/v1/users", { body: { username: draft.username.trim(), email: draft.email.trim(), full_name: draft.fullName.trim() || null, password: draft.password, role } })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["users"] });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(faults).length === 0) create.mutate();
  };
  return (
    <Dialog open onClose={(_, reason) => reason !== "backdropClick" && onClose()} aria-labelledby={title} fullWidth maxWidth="xs">
      <DialogTitle id={title}>{t("users.createTitle")}</DialogTitle>
      <DialogContent>
        <Stack id={form} component="form" spacing={2} noValidate onSubmit={submit} sx={{ pt: 1 }}>
          <AccountFields draft={draft} tried={tried} passwordLabel={t("users.password")} onChange={setDraft} />
          <RoleField role={role} onChange={setRole} />
          {create.error && <Alert severity="error">{wordsOf(create.error)}</Alert>}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{t("app.cancel")}</Button>
        <Button type="submit" form={form} variant="contained" disabled={create.isPending}>
          {t("users.save")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
