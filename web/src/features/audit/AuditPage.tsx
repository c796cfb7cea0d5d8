import { Box, Button, Chip, MenuItem, Paper, Skeleton, Stack, TextField, Typography } from "@mui/material";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type AuditEntry, api, take } from "../../shared/api/client";
import { dayStart } from "../../shared/days";
import { deviceOf } from "../../shared/device";
import { useNamedUsers, useUserNames } from "../../shared/queries";
import { Facts, Title } from "../../shared/sections";
import { Age, Failed } from "../../shared/states";
import { Time } from "../../shared/Time";
import { rowsOf } from "./details";

const PAGE = 50;
const TYPING_MS = 300;
const PREFIXES = ["auth.", "access.", "user.", "key.", "session.", "predictions.", "organisation.", "token."];
const COLOURS = { ok: "success", failed: "warning", delayed: "warning", refused: "error" } as const;

export interface AuditChoice {
  action: string;
  userId: string;
  from: string;
  to: string;
}

export interface AuditFilter {
  action?: string;
  user_id?: string;
  from?: string;
  to?: string;
}

export function toAuditFilter({ action, userId, from, to }: AuditChoice): AuditFilter {
  const filter: AuditFilter = {};
  const start = dayStart(from);
  const end = dayStart(to, 1);
  if (action.trim() !== "") filter.action = action.trim();
  if (userId !== "") filter.user_id = userId;
  if (start) filter.from = start;
  if (end) filter.to = end;
  return filter;
}

/** A value once nobody changed it for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

function Filters({ choice, onChange }: { choice: AuditChoice; onChange: (choice: AuditChoice) => void }) {
  const { t } = useTranslation();
  const list = useId();
  const users = useNamedUsers(true);
  const date = { inputLabel: { shrink: true }, htmlInput: { max: "9999-12-31" } };
  const backwards = choice.from !== "" && choice.to !== "" && choice.from > choice.to;
  return (
    <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: { xs: "1fr 1fr", sm: "1.5fr 1.5fr 1fr 1fr" } }}>
      <TextField label={t("audit.action")} value={choice.action} helperText={t("audit.actionHint")} onChange={(event) => onChange({ ...choice, action: event.target.value })}
        slotProps={{ htmlInput: { list, autoCapitalize: "none", spellCheck: false, maxLength: 64 }, inputLabel: { shrink: true } }} />
      <datalist id={list}>
        {PREFIXES.map((prefix) => (
          <option key={prefix} value={prefix} />
        ))}
      </datalist>
      <TextField select label={t("audit.user")} value={choice.userId} onChange={(event) => onChange({ ...choice, userId: event.target.value })} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
        <MenuItem value="">{t("audit.everybody")}</MenuItem>
        {users.map((user) => (
          <MenuItem key={user.id} value={user.id}>
            {user.username}
          </MenuItem>
        ))}
      </TextField>
      <TextField type="date" label={t("audit.from")} value={choice.from} slotProps={date} onChange={(event) => onChange({ ...choice, from: event.target.value })} />
      <TextField type="date" label={t("audit.to")} value={choice.to} slotProps={date} error={backwards} helperText={backwards ? t("history.backwards") : undefined} onChange={(event) => onChange({ ...choice, to: event.target.value })} />
    </Box>
  );
}

function Entry({ entry, names }: { entry: AuditEntry; names: Map<string, string> }) {
  const { t } = useTranslation();
  const device = entry.user_agent ? deviceOf(entry.user_agent) : null;
  const who = entry.user_id ? (names.get(entry.user_id) ?? entry.user_id) : t("audit.nobody");
  const resource = entry.resource_id ? `${entry.resource_type} ${names.get(entry.resource_id) ?? entry.resource_id}` : entry.resource_type;
  const known: [string, string | null | undefined][] = [
    [t("audit.resource"), resource],
    ...rowsOf(entry.details),
    [t("audit.address"), entry.ip_address],
    [t("audit.device"), device ? t("account.device", device) : entry.user_agent],
    [t("audit.code"), entry.action],
    [t("audit.utc"), entry.created_at],
    [t("audit.request"), entry.request_id],
    [t("audit.sequence"), String(entry.sequence)],
    [t("audit.hash"), entry.hash],
  ];
  const colour = Object.entries(COLOURS).find(([outcome]) => outcome === entry.outcome)?.[1] ?? "default";
  return (
    <Paper component="li" sx={{ p: 1.5 }}>
      <Stack direction="row" gap={1} alignItems="center" flexWrap="wrap">
        <Typography sx={{ fontWeight: 700 }}>{t([`audit.actions.${entry.action.replaceAll(".", "_")}`, "audit.plain"], { defaultValue: entry.action })}</Typography>
        <Chip size="small" variant="outlined" color={colour} label={t([`audit.${entry.outcome}`, "audit.plain"], { defaultValue: entry.outcome })} sx={{ "& .MuiChip-label": { color: "text.primary" } }} />
      </Stack>
      <Typography variant="body2" sx={{ overflowWrap: "anywhere" }}>
        <Time value={entry.created_at} /> · {who}
      </Typography>
      <Box component="details">
        <Box component="summary" aria-label={t("audit.detailsOf", { sequence: entry.sequence })} sx={{ cursor: "pointer", py: 1.25, width: "fit-content", pr: 2 }}>
          {t("audit.details")}
        </Box>
        <Facts rows={known.filter((row): row is [string, string] => Boolean(row[1]))} />
      </Box>
    </Paper>
  );
}

/** What happened in the organisation, newest first. */
export default function AuditPage() {
  const { t } = useTranslation();
  const [choice, setChoice] = useState<AuditChoice>({ action: "", userId: "", from: "", to: "" });
  const names = useUserNames(true);
  const filter = toAuditFilter(useSettled(choice));
  const audit = useInfiniteQuery({
    queryKey: ["audit", filter],
    initialPageParam: undefined as number | undefined,
    queryFn: async ({ pageParam }) => (await take(api.GET("/api/v1/audit", { params: { query: { limit: PAGE, before: pageParam, ...filter } } }))).data,
    getNextPageParam: (page) => (page.length === PAGE ? page.at(-1)?.sequence : undefined),
  });
  const entries = audit.data?.pages.flat() ?? [];
  return (
    <Stack spacing={2}>
      <Box>
        <Title>{t("audit.title")}</Title>
        <Typography>{t("audit.intro")}</Typography>
      </Box>
      <Filters choice={choice} onChange={setChoice} />
      <Age updatedAt={audit.dataUpdatedAt} stale={audit.isError} />
      {audit.isError && <Failed error={audit.error} onRetry={() => void audit.refetch()} />}
      {audit.isPending && !audit.isError && [0, 1, 2].map((row) => <Skeleton key={row} variant="rounded" height={104} />)}
      {audit.isSuccess && entries.length === 0 && <Typography sx={{ py: 4, textAlign: "center" }}>{t(Object.keys(filter).length > 0 ? "audit.emptyFilter" : "audit.empty")}</Typography>}
      <Stack component="ul" spacing={1} sx={{ listStyle: "none", p: 0, m: 0 }}>
        {entries.map((entry) => (
          <Entry key={entry.sequence} entry={entry} names={names} />
        ))}
      </Stack>
      {audit.hasNextPage && (
        <Button variant="outlined" onClick={() => void audit.fetchNextPage()} disabled={audit.isFetchingNextPage}>
          {t("app.more")}
        </Button>
      )}
    </Stack>
  );
}
