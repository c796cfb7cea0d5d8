import { Box, Button, Chip, FormControlLabel, Paper, Skeleton, Stack, Switch, Typography } from "@mui/material";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "../../shared/Confirm";
import { type ApiKey, api, done, take } from "../../shared/api/client";
import { useUserNames } from "../../shared/queries";
import { Title } from "../../shared/sections";
import { NoAccount } from "../../shared/session/NoAccount";
import { useIdentity } from "../../shared/session/identity";
import { Age, Failed } from "../../shared/states";
import { localTime } from "../../shared/Time";
import { CreateKeyDialog } from "./CreateKeyDialog";
import { SecretDialog } from "./SecretDialog";

export type KeyState = "active" | "expired" | "revoked";

export function stateOf(key: ApiKey, now = Date.now()): KeyState {
  if (key.revoked_at || !key.is_active) return "revoked";
  return key.expires_at && new Date(key.expires_at).getTime() <= now ? "expired" : "active";
}

function KeyRow({ apiKey, owner, onRevoke }: { apiKey: ApiKey; owner: string | undefined; onRevoke: () => void }) {
  const { t } = useTranslation();
  const state = stateOf(apiKey);
  const facts = [
    t("keys.created", { time: localTime(apiKey.created_at) }),
    apiKey.expires_at ? t("keys.expires", { time: localTime(apiKey.expires_at) }) : t("keys.never"),
    apiKey.last_used_at ? t("keys.lastUsed", { time: localTime(apiKey.last_used_at) }) : t("keys.unused"),
  ];
  return (
    <Paper component="li" sx={{ p: 1.5, display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
      <Box sx={{ flexGrow: 1, minWidth: 0, flexBasis: 220 }}>
        <Typography sx={{ fontWeight: 700, overflowWrap: "anywhere" }}>
          {apiKey.name} <Chip size="small" variant={state === "active" ? "filled" : "outlined"} color={state === "active" ? "primary" : "default"} label={t(`keys.${state}`)} />
        </Typography>
        <Typography variant="body2" sx={{ fontFamily: "monospace" }}>{`aqua_${apiKey.prefix.replace(/^aqua_/, "")}_…`}</Typography>
        {owner && <Typography variant="body2">{t("keys.owner", { name: owner })}</Typography>}
        <Typography variant="body2">{apiKey.scopes.length === 0 ? t("keys.all") : apiKey.scopes.map((scope) => t([`scopes.${scope}`, scope])).join(", ")}</Typography>
        <Typography variant="body2" color="text.secondary">
          {facts.join(" · ")}
        </Typography>
      </Box>
      {state === "active" && (
        <Button variant="outlined" color="error" onClick={onRevoke} aria-label={t("keys.revokeLabel", { name: apiKey.name })}>
          {t("keys.revoke")}
        </Button>
      )}
    </Paper>
  );
}

function Revoke({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/keys/{id}", { params: { path: { id: apiKey.id } } })),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ["keys"] }),
  });
  return (
    <Confirm title={t("keys.revokeTitle", { name: apiKey.name })} hints={[t("keys.revokeHint")]} action={t("keys.revoke")} dangerous pending={revoke.isPending} error={revoke.error} onConfirm={() => revoke.mutate()} onClose={onClose} />
  );
}

/** The keys of one's programs; administrators see those of everybody when they want. */
export default function KeysPage() {
  const { t } = useTranslation();
  const { me, may } = useIdentity();
  const [all, setAll] = useState(false);
  const [creating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const keys = useQuery({ queryKey: ["keys", all], enabled: me !== null, queryFn: async () => (await take(api.GET("/api/v1/keys", { params: { query: { all } } }))).data });
  const names = useUserNames(all);
  if (!me) return <NoAccount title={t("keys.title")} />;
  return (
    <Stack spacing={2}>
      <Stack direction="row" justifyContent="space-between" alignItems="center" flexWrap="wrap" gap={1}>
        <Title>{t("keys.title")}</Title>
        {may("createKey") && (
          <Button variant="contained" onClick={() => setCreating(true)}>
            {t("keys.create")}
          </Button>
        )}
      </Stack>
      <Typography>{t("keys.intro")}</Typography>
      {may("listUsers") && <FormControlLabel sx={{ minHeight: 44 }} control={<Switch checked={all} onChange={(event) => setAll(event.target.checked)} />} label={t("keys.everybody")} />}
      <Age updatedAt={keys.dataUpdatedAt} stale={keys.isError} />
      {keys.isError && <Failed error={keys.error} onRetry={() => void keys.refetch()} />}
      {keys.isPending && !keys.isError && [0, 1].map((row) => <Skeleton key={row} variant="rounded" height={104} />)}
      {keys.data?.length === 0 && <Typography sx={{ py: 4, textAlign: "center" }}>{t("keys.empty")}</Typography>}
      <Stack component="ul" spacing={1} sx={{ listStyle: "none", p: 0, m: 0 }}>
        {keys.data?.map((key) => (
          <KeyRow key={key.id} apiKey={key} owner={all ? (names.get(key.user_id) ?? key.user_id) : undefined} onRevoke={() => setRevoking(key)} />
        ))}
      </Stack>
      {creating && (
        <CreateKeyDialog
          onClose={() => setCreating(false)}
          onCreated={(created) => {
            setCreating(false);
            setSecret(created.secret);
          }}
        />
      )}
      {secret && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
      {revoking && <Revoke apiKey={revoking} onClose={() => setRevoking(null)} />}
    </Stack>
  );
}
