import { MenuItem, TextField } from "@mui/material";
import { useTranslation } from "react-i18next";
import { ROLES, type Role } from "../../shared/api/access";

/** Chooses a role, and says what it may do. */
export function RoleField({ role, onChange }: { role: Role; onChange: (role: Role) => void }) {
  const { t } = useTranslation();
  return (
    <TextField select label={t("users.role")} value={role} onChange={(event) => onChange(event.target.value as Role)} helperText={t(`roles.${role}May`)}>
      {ROLES.map((one) => (
        <MenuItem key={one} value={one}>
          {t(`roles.${one}`)}
        </MenuItem>
      ))}
    </TextField>
  );
}
