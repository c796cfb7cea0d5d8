import { Box, Button, Chip, Paper, Skeleton, Stack, Typography } from "@mui/material";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type User, api, take } from "../../shared/api/client";
import { Title } from "../../shared/sections";
import { useIdentity } from "../../shared/session/identity";
import { Age, Failed } from "../../shared/states";
import { localTime } from "../../shared/Time";
import { ActiveDialog, RoleDialog } from "./ChangeUser";
import { CreateUserDialog } from "./CreateUserDialog";

const PAGE = 50;
type Act = { kind: "role" | "active"; user: User };

function UserRow({ user, own, onAct }: { user: User; own: boolean; onAct: (act: Act) => void }) {
  const { t } = useTranslation();
  const act = user.is_active ? "deactivate" : "activate";
  return (
    <Paper component="li" sx={{ p: 1.5, display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
      <Box sx={{ flexGrow: 1, minWidth: 0, flexBasis: 220 }}>
        <Typography sx={{ fontWeight: 700, overflowWrap: "anywhere" }}>
          {user.username} {own && <Chip size="small" label={t("users.you")} />} {!user.is_active && <Chip size="small" variant="outlined" color="warning" label={t("users.inactive")} />}
        </Typography>
        {user.full_name && <Typography>{user.full_name}</Typography>}
        <Typography variant="body2" sx={{ overflowWrap: "anywhere" }}>
          {user.email}
        </Typography>
        <Typography variant="body2">{t(`roles.${user.role}`)}</Typography>
        <Typography variant="body2" color="text.secondary">
          {user.last_login_at ? t("users.lastLogin", { time: localTime(user.last_login_at) }) : t("users.noLogin")}
        </Typography>
      </Box>
      <Stack direction="row" flexWrap="wrap" gap={1}>
        <Button variant="outlined" onClick={() => onAct({ kind: "role", user })} aria-label={t("users.changeRoleLabel", { name: user.username })}>
          {t("users.changeRole")}
        </Button>
        <Button variant="outlined" color={user.is_active ? "error" : "primary"} onClick={() => onAct({ kind: "active", user })} aria-label={t(`users.${act}Label`, { name: user.username })}>
          {t(`users.${act}`)}
        </Button>
      </Stack>
    </Paper>
  );
}

/** The accounts of the organisation, for administrators. */
export default function UsersPage() {
  const { t } = useTranslation();
  const { me } = useIdentity();
  const [creating, setCreating] = useState(false);
  const [act, setAct] = useState<Act | null>(null);
  const users = useInfiniteQuery({
    queryKey: ["users", "pages"],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam }) => (await take(api.GET("/api/v1/users", { params: { query: { limit: PAGE, after: pageParam } } }))).data,
    getNextPageParam: (page) => (page.length === PAGE ? page.at(-1)?.id : undefined),
  });
  const rows = users.data?.pages.flat() ?? [];
  return (
    <Stack spacing={2}>
      <Stack direction="row" justifyContent="space-between" alignItems="center" flexWrap="wrap" gap={1}>
        <Title>{t("users.title")}</Title>
        <Button variant="contained" onClick={() => setCreating(true)}>
          {t("users.create")}
        </Button>
      </Stack>
      <Age updatedAt={users.dataUpdatedAt} stale={users.isError} />
      {users.isError && <Failed error={users.error} onRetry={() => void users.refetch()} />}
      {users.isPending && !users.isError && [0, 1, 2].map((row) => <Skeleton key={row} variant="rounded" height={104} />)}
      {users.isSuccess && rows.length === 0 && <Typography sx={{ py: 4, textAlign: "center" }}>{t("users.empty")}</Typography>}
      <Stack component="ul" spacing={1} sx={{ listStyle: "none", p: 0, m: 0 }}>
        {rows.map((user) => (
          <UserRow key={user.id} user={user} own={user.id === me?.id} onAct={setAct} />
        ))}
      </Stack>
      {users.hasNextPage && (
        <Button variant="outlined" onClick={() => void users.fetchNextPage()} disabled={users.isFetchingNextPage}>
          {t("app.more")}
        </Button>
      )}
      {creating && <CreateUserDialog onClose={() => setCreating(false)} />}
      {act?.kind === "role" && <RoleDialog user={act.user} onClose={() => setAct(null)} />}
      {act?.kind === "active" && <ActiveDialog user={act.user} onClose={() => setAct(null)} />}
    </Stack>
  );
}
