import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "../../shared/Confirm";
import { type User, api, take } from "../../shared/api/client";
import { useIdentity } from "../../shared/session/identity";
import { RoleField } from "./RoleField";

interface Props {
  user: User;
  onClose: () => void;
}

function useChange(user: User, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { role?: User["role"]; is_active?: boolean }) => take(api.PATCH("/api/v1/users/{id}", { params: { path: { id: user.id } }, body })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["users"] });
      onDone();
    },
  });
}

/** A new role, which ends the sign-ins of the account. */
export function RoleDialog({ user, onClose }: Props) {
  const { t } = useTranslation();
  const { me } = useIdentity();
  const [role, setRole] = useState(user.role);
  const change = useChange(user, onClose);
  const hints = [t("users.changeRoleHint"), ...(me?.id === user.id ? [t("users.changeOwnHint")] : [])];
  return (
    <Confirm title={t("users.changeRoleTitle", { name: user.username })} hints={hints} action={t("users.saveRole")} disabled={role === user.role} pending={change.isPending} error={change.error}
      onConfirm={() => change.mutate({ role })} onClose={onClose}>
      <RoleField role={role} onChange={setRole} />
    </Confirm>
  );
}

/** Switches an account off, or on again. */
export function ActiveDialog({ user, onClose }: Props) {
  const { t } = useTranslation();
  const { me } = useIdentity();
  const change = useChange(user, onClose);
  const act = user.is_active ? "deactivate" : "activate";
  const hints = [t(`users.${act}Hint`), ...(me?.id === user.id && user.is_active ? [t("users.changeOwnHint")] : [])];
  return (
    <Confirm title={t(`users.${act}Title`, { name: user.username })} hints={hints} action={t(`users.${act}`)} dangerous={user.is_active} pending={change.isPending} error={change.error}
      onConfirm={() => change.mutate({ is_active: !user.is_active })} onClose={onClose} />
  );
}
