import { IconButton, InputAdornment, TextField, type TextFieldProps } from "@mui/material";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EyeIcon } from "./icons";

export const PASSWORD_MAX_LENGTH = 128;

/** Characters as people count them. */
export function lengthOf(text: string): number {
  return [...text].length;
}

/** A password that can be made visible: nobody types well with gloves. */
export function PasswordField({ autoComplete, ...rest }: TextFieldProps & { autoComplete: "current-password" | "new-password" }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <TextField
      {...rest}
      required
      type={shown ? "text" : "password"}
      autoComplete={autoComplete}
      slotProps={{
        inputLabel: { required: false },
        htmlInput: { autoCapitalize: "none", spellCheck: false },
        input: {
          endAdornment: (
            <InputAdornment position="end">
              <IconButton edge="end" aria-label={t(shown ? "signIn.hide" : "signIn.show")} aria-pressed={shown} onClick={() => setShown(!shown)} color={shown ? "primary" : "default"}>
                <EyeIcon />
              </IconButton>
            </InputAdornment>
          ),
        },
      }}
    />
  );
}

/** What is wrong with a new password, in words; nothing when it may be tried. */
export function usePasswordRule(minimum: number): (password: string) => string | undefined {
  const { t } = useTranslation();
  return (password) => {
    if (lengthOf(password) < minimum) return t("signIn.tooShort", { count: minimum });
    return lengthOf(password) > PASSWORD_MAX_LENGTH ? t("signIn.tooLong", { count: PASSWORD_MAX_LENGTH }) : undefined;
  };
}
