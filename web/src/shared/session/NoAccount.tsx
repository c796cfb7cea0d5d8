import { Box, Stack, Typography } from "@mui/material";
import { useTranslation } from "react-i18next";
import { Title } from "../sections";

/** Tells an administrator how accounts begin. */
export function AccountsHint() {
  const { t } = useTranslation();
  return (
    <>
      <Typography variant="body2">{t("session.localHint")}</Typography>
      <Box component="code" sx={{ display: "block", mt: 1, overflowWrap: "anywhere" }}>
        {t("session.localCommand")}
      </Box>
    </>
  );
}

/** A view of accounts where there are none. */
export function NoAccount({ title }: { title: string }) {
  const { t } = useTranslation();
  return (
    <Stack spacing={2}>
      <Title>{title}</Title>
      <Typography>{t("session.noAccount")}</Typography>
      <Box>
        <AccountsHint />
      </Box>
    </Stack>
  );
}
