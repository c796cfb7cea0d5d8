import { TextField } from "@mui/material";
import { useTranslation } from "react-i18next";
import { PasswordField, lengthOf, usePasswordRule } from "./PasswordField";
import { useIdentity } from "./session/identity";

export interface AccountDraft {
  username: string;
  email: string;
  fullName: string;
  password: string;
}

export const EMPTY_ACCOUNT: AccountDraft = { username: "", email: "", fullName: "", password: "" };
const NAME_MIN_LENGTH = 3;

/** What is wrong with a new account, by field. */
export function useAccountFaults(draft: AccountDraft): Partial<Record<keyof AccountDraft, string>> {
  const { t } = useTranslation();
  const rule = usePasswordRule(useIdentity().passwordMinLength);
  const faults: Partial<Record<keyof AccountDraft, string>> = {};
  if (lengthOf(draft.username.trim()) < NAME_MIN_LENGTH) faults.username = t("signIn.nameHint");
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(draft.email.trim())) faults.email = t("signIn.emailWrong");
  const password = rule(draft.password);
  if (password) faults.password = password;
  return faults;
}

interface Props {
  draft: AccountDraft;
  /** Shows what is wrong, once somebody tried to save. */
  tried: boolean;
  passwordLabel: string;
  onChange: (draft: AccountDraft) => void;
}

/** The fields of a new account. */
export function AccountFields({ draft, tried, passwordLabel, onChange }: Props) {
  const { t } = useTranslation();
  const { passwordMinLength } = useIdentity();
  const faults = useAccountFaults(draft);
  const shown = (field: keyof AccountDraft) => (tried ? faults[field] : undefined);
  const plain = (maxLength: number) => ({ inputLabel: { required: false }, htmlInput: { autoCapitalize: "none", spellCheck: false, maxLength } });
  return (
    <>
      <TextField label={t("signIn.name")} value={draft.username} required autoFocus autoComplete="off" error={shown("username") !== undefined} helperText={t("signIn.nameHint")}
        onChange={(event) => onChange({ ...draft, username: event.target.value })} slotProps={plain(100)} />
      <TextField label={t("signIn.email")} type="email" value={draft.email} required autoComplete="off" error={shown("email") !== undefined} helperText={shown("email") ?? t("signIn.emailHint")}
        onChange={(event) => onChange({ ...draft, email: event.target.value })} slotProps={plain(254)} />
      <TextField label={t("signIn.fullName")} value={draft.fullName} autoComplete="off" onChange={(event) => onChange({ ...draft, fullName: event.target.value })} slotProps={{ htmlInput: { maxLength: 200 } }} />
      <PasswordField label={passwordLabel} value={draft.password} autoComplete="new-password" error={shown("password") !== undefined} helperText={shown("password") ?? t("signIn.rule", { count: passwordMinLength })}
        onChange={(event) => onChange({ ...draft, password: event.target.value })} />
    </>
  );
}
