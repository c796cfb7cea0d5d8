import { Alert, Box, Button, Chip, Paper, Skeleton, Stack, Typography } from "@mui/material";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Session, api, done, take } from "../../shared/api/client";
import { deviceOf } from "../../shared/device";
import { PasswordField, usePasswordRule } from "../../shared/PasswordField";
import { Facts, Section, Title } from "../../shared/sections";
import { NoAccount } from "../../shared/session/NoAccount";
import { useIdentity } from "../../shared/session/identity";
import { Age, Failed } from "../../shared/states";
import { Time, localTime } from "../../shared/Time";
import { wordsOf } from "../../shared/words";

function PasswordForm() {
  const { t } = useTranslation();
  const { passwordMinLength, leave } = useIdentity();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [tried, setTried] = useState(false);
  const rule = usePasswordRule(passwordMinLength)(fresh);
  const shown = tried ? rule : undefined;
  const missing = tried && old === "";
  const change = useMutation({
    mutationFn: () => done(api.POST("/api/v1/auth/password", { body: { old_password: old, new_password: fresh } })),
    onSuccess: () => leave("password-changed"),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (old !== "" && !rule) change.mutate();
  };
  return (
    <Stack component="form" spacing={2} noValidate onSubmit={submit} sx={{ maxWidth: 440 }}>
      <Typography>{t("account.changeHint")}</Typography>
      <PasswordField label={t("account.oldPassword")} value={old} autoComplete="current-password" error={missing} helperText={missing ? t("signIn.missing") : undefined} onChange={(event) => setOld(event.target.value)} />
      <PasswordField label={t("signIn.newPassword")} value={fresh} autoComplete="new-password" error={shown !== undefined} helperText={shown ?? t("signIn.rule", { count: passwordMinLength })} onChange={(event) => setFresh(event.target.value)} />
      {change.error && <Alert severity="error">{wordsOf(change.error)}</Alert>}
      <Button type="submit" variant="contained" disabled={change.isPending} sx={{ alignSelf: "flex-start" }}>
        {t("account.change")}
      </Button>
    </Stack>
  );
}

function SessionRow({ session, pending, onEnd }: { session: Session; pending: boolean; onEnd: () => void }) {
  const { t } = useTranslation();
  const device = deviceOf(session.user_agent);
  const name = session.kind === "token" ? t("account.token") : device ? t("account.device", device) : t("account.unknownDevice");
  return (
    <Paper component="li" variant="outlined" sx={{ p: 1.5, display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
      <Box sx={{ flexGrow: 1, minWidth: 0, flexBasis: 200 }}>
        <Typography sx={{ fontWeight: 700, overflowWrap: "anywhere" }} title={session.user_agent}>
          {name} {session.is_current && <Chip size="small" variant="outlined" color="primary" label={t("account.current")} />}
        </Typography>
        <Typography variant="body2" color="text.secondary">
          {t("account.from", { address: session.ip_address, time: localTime(session.last_used_at) })}
        </Typography>
        <Typography variant="body2" color="text.secondary">
          {t("account.began", { time: localTime(session.created_at) })}
        </Typography>
      </Box>
      <Button variant="outlined" onClick={onEnd} disabled={pending} aria-label={session.is_current ? undefined : t("account.endLabel", { name: `${name}, ${localTime(session.created_at)}` })}>
        {t(session.is_current ? "account.endCurrent" : "account.end")}
      </Button>
    </Paper>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { leave } = useIdentity();
  const sessions = useQuery({ queryKey: ["sessions"], queryFn: async () => (await take(api.GET("/api/v1/auth/sessions"))).data });
  const end = useMutation({
    mutationFn: (session: Session) => done(api.DELETE("/api/v1/auth/sessions/{id}", { params: { path: { id: session.id } } })),
    onSuccess: (_, session) => (session.is_current ? leave("signed-out") : undefined),
    onSettled: () => client.invalidateQueries({ queryKey: ["sessions"] }),
  });
  return (
    <Stack spacing={1}>
      <Age updatedAt={sessions.dataUpdatedAt} stale={sessions.isError} />
      {sessions.isError && <Failed error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {sessions.isPending && !sessions.isError && <Skeleton variant="rounded" height={96} />}
      {end.error && <Alert severity="error">{wordsOf(end.error)}</Alert>}
      {sessions.data?.length === 0 && <Typography>{t("account.noSessions")}</Typography>}
      <Stack component="ul" spacing={1} sx={{ listStyle: "none", p: 0, m: 0 }}>
        {sessions.data?.map((session) => (
          <SessionRow key={session.id} session={session} pending={end.isPending} onEnd={() => end.mutate(session)} />
        ))}
      </Stack>
    </Stack>
  );
}

/** Who one is here, one's password, and where one is signed in. */
export default function AccountPage() {
  const { t } = useTranslation();
  const { me } = useIdentity();
  if (!me) return <NoAccount title={t("account.title")} />;
  return (
    <Stack spacing={2}>
      <Title>{t("account.title")}</Title>
      <Section title={t("account.who")}>
        <Facts
          rows={[
            [t("account.username"), me.username],
            [t("account.fullName"), me.full_name ?? t("account.none")],
            [t("account.email"), me.email ?? t("account.none")],
            [t("account.role"), `${t(`roles.${me.role}`)} – ${t(`roles.${me.role}May`)}`],
            [t("account.organisation"), me.organisation_id],
            [t("account.since"), me.created_at ? <Time value={me.created_at} /> : t("account.none")],
          ]}
        />
      </Section>
      <Section title={t("account.sessions")}>
        <Sessions />
      </Section>
      <Section title={t("account.password")}>
        <PasswordForm />
      </Section>
    </Stack>
  );
}
