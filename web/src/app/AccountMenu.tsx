import { Alert, Box, Divider, IconButton, ListItemText, MenuItem, MenuList, Popover, Snackbar, Typography } from "@mui/material";
import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { type Operation } from "../shared/api/access";
import { ApiError, type Me, api, done } from "../shared/api/client";
import { PersonIcon } from "../shared/icons";
import { AccountsHint } from "../shared/session/NoAccount";
import { useIdentity } from "../shared/session/identity";
import { wordsOf } from "../shared/words";

const ENTRIES: { path: string; name: string; operation: Operation }[] = [
  { path: "/account", name: "session.profile", operation: "getMe" },
  { path: "/account/keys", name: "session.keys", operation: "listKeys" },
  { path: "/users", name: "session.users", operation: "listUsers" },
  { path: "/audit", name: "session.audit", operation: "listAuditEntries" },
];

const BELOW = { anchorOrigin: { vertical: "bottom", horizontal: "right" }, transformOrigin: { vertical: "top", horizontal: "right" } } as const;

function SignedIn({ me }: { me: Me }) {
  const { t } = useTranslation();
  const { may, leave } = useIdentity();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const entries = ENTRIES.filter((entry) => may(entry.operation));
  const close = () => setAnchor(null);
  const signOut = useMutation({
    mutationFn: () => done(api.POST("/api/v1/auth/logout")),
    onSuccess: () => leave("signed-out"),
    // Who is not signed in any more is signed out.
    onError: (error) => (error instanceof ApiError && error.status === 401 ? leave("signed-out") : undefined),
  });
  return (
    <>
      <IconButton color="inherit" aria-label={t("session.account", { name: me.username })} aria-haspopup="menu" aria-expanded={anchor !== null} onClick={(event) => setAnchor(event.currentTarget)}>
        <PersonIcon />
      </IconButton>
      <Popover anchorEl={anchor} open={anchor !== null} onClose={close} {...BELOW} slotProps={{ paper: { sx: { minWidth: 220, maxWidth: 320 } } }}>
        <Box sx={{ px: 2, pt: 1.5, pb: 1 }}>
          <Typography sx={{ fontWeight: 700, overflowWrap: "anywhere" }}>{me.full_name || me.username}</Typography>
          <Typography variant="body2">{t(`roles.${me.role}`)}</Typography>
          <Typography variant="body2" color="text.secondary" title={me.organisation_id}>
            {t("session.organisation", { id: me.organisation_id.slice(-8) })}
          </Typography>
        </Box>
        <Divider />
        <MenuList autoFocusItem aria-label={t("session.account", { name: me.username })}>
          {entries.map((entry, index) => (
            <MenuItem key={entry.path} component={Link} to={entry.path} onClick={close} divider={index === entries.length - 1} sx={{ minHeight: 44 }}>
              <ListItemText>{t(entry.name)}</ListItemText>
            </MenuItem>
          ))}
          <MenuItem sx={{ minHeight: 44 }} disabled={signOut.isPending}
            onClick={() => {
              close();
              signOut.mutate();
            }}
          >
            <ListItemText>{t("session.signOut")}</ListItemText>
          </MenuItem>
        </MenuList>
      </Popover>
      <Snackbar open={signOut.isError} onClose={() => signOut.reset()} autoHideDuration={8000}>
        <Alert severity="error">
          {t("session.signOutFailed")} {signOut.error && wordsOf(signOut.error)}
        </Alert>
      </Snackbar>
    </>
  );
}

function Local() {
  const { t } = useTranslation();
  const title = useId();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <IconButton color="inherit" aria-label={t("session.localAccount")} aria-haspopup="dialog" aria-expanded={anchor !== null} onClick={(event) => setAnchor(event.currentTarget)}>
        <PersonIcon />
      </IconButton>
      <Popover anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)} {...BELOW}
        slotProps={{ paper: { role: "dialog", "aria-labelledby": title, sx: { p: 2, maxWidth: 320 } } }}>
        <Typography id={title} sx={{ fontWeight: 700 }} gutterBottom>
          {t("session.local")}
        </Typography>
        <AccountsHint />
      </Popover>
    </>
  );
}

/** Who uses the page, what he can set, and the way out. */
export function AccountMenu() {
  const { status, me } = useIdentity();
  if (status === "local") return <Local />;
  return me ? <SignedIn me={me} /> : null;
}
