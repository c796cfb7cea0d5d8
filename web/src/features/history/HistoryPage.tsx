import { Box, Button, Chip, MenuItem, Paper, Skeleton, Stack, TextField, Typography } from "@mui/material";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { CorrectionDialog } from "../../shared/CorrectionDialog";
import { type HistoryFilter, type Prediction, api, take } from "../../shared/api/client";
import { levelOf, percent } from "../../shared/confidence";
import { dayStart } from "../../shared/days";
import { useActiveModel, useSpecies } from "../../shared/queries";
import { Title } from "../../shared/sections";
import { useIdentity } from "../../shared/session/identity";
import { Age, Failed } from "../../shared/states";

const PAGE = 20;
type Show = "everything" | "rejected" | "low" | "uncorrected";

interface Choice {
  speciesId: string;
  show: Show;
  from: string;
  to: string;
}

export function toFilter(choice: Choice): HistoryFilter {
  const filter: HistoryFilter = {};
  if (choice.speciesId) filter.species_id = choice.speciesId;
  if (choice.show === "rejected") filter.rejected = true;
  if (choice.show === "low") filter.low_confidence = true;
  if (choice.show === "uncorrected") filter.corrected = false;
  const from = dayStart(choice.from);
  const to = dayStart(choice.to, 1);
  if (from) filter.from = from;
  if (to) filter.to = to;
  return filter;
}

function csvUrl(filter: HistoryFilter): string {
  const query = new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)]));
  return `/api/v1/predictions/history.csv?${query}`;
}

function Filters({ choice, onChange }: { choice: Choice; onChange: (choice: Choice) => void }) {
  const { t } = useTranslation();
  const species = useSpecies();
  const backwards = choice.from !== "" && choice.to !== "" && choice.from > choice.to;
  const date = { inputLabel: { shrink: true }, htmlInput: { max: "9999-12-31" } };
  return (
    <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: { xs: "1fr 1fr", sm: "2fr 1.5fr 1fr 1fr" } }}>
      <TextField select label={t("history.species")} value={choice.speciesId} onChange={(event) => onChange({ ...choice, speciesId: event.target.value })}
        slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
        <MenuItem value="">{t("history.all")}</MenuItem>
        {species.data?.map((one) => (
          <MenuItem key={one.id} value={one.id}>
            {one.name}
          </MenuItem>
        ))}
      </TextField>
      <TextField select label={t("history.show")} value={choice.show} onChange={(event) => onChange({ ...choice, show: event.target.value as Show })}>
        {(["everything", "rejected", "low", "uncorrected"] as const).map((show) => (
          <MenuItem key={show} value={show}>
            {t(`history.${show}`)}
          </MenuItem>
        ))}
      </TextField>
      <TextField type="date" label={t("history.from")} value={choice.from} slotProps={date} onChange={(event) => onChange({ ...choice, from: event.target.value })} />
      <TextField type="date" label={t("history.to")} value={choice.to} slotProps={date} error={backwards} helperText={backwards ? t("history.backwards") : undefined} onChange={(event) => onChange({ ...choice, to: event.target.value })} />
    </Box>
  );
}

function Entry({ prediction, onCorrect }: { prediction: Prediction; onCorrect?: () => void }) {
  const { t } = useTranslation();
  const title = useId();
  const model = useActiveModel();
  const name = prediction.rejected ? t("answer.unknown") : prediction.species;
  const correction = prediction.correction;
  return (
    <Paper component="li" sx={{ p: 1.5, display: "flex", gap: 2, alignItems: "center", flexWrap: { xs: "wrap", sm: "nowrap" } }}>
      {prediction.thumbnail_url ? (
        <Box component="img" src={prediction.thumbnail_url} alt={t("history.thumbnail")} loading="lazy" sx={{ width: 80, height: 80, objectFit: "cover", borderRadius: 2, flexShrink: 0 }} />
      ) : (
        <Box sx={{ width: 80, height: 80, display: "grid", placeItems: "center", textAlign: "center", bgcolor: "action.hover", borderRadius: 2, fontSize: 12 }}>{t("history.noThumbnail")}</Box>
      )}
      <Box sx={{ flexGrow: 1, minWidth: 0, flexBasis: { xs: "55%", sm: "auto" } }}>
        <Typography id={title} sx={{ fontWeight: 700 }}>
          {name}
        </Typography>
        {!prediction.rejected && (
          <Typography>{t("answer.confidence", { words: t(`answer.${levelOf(prediction.confidence, model.data?.high_confidence_threshold)}`), percent: percent(prediction.confidence) })}</Typography>
        )}
        <Typography variant="body2" color="text.secondary">
          {new Date(prediction.created_at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" })} · {prediction.model_version}
        </Typography>
        {correction && (
          <Chip size="small" variant="outlined" color="primary" label={t("answer.corrected", { name: correction.species_name ?? correction.label ?? t("answer.other") })} sx={{ mt: 0.5 }} />
        )}
      </Box>
      {onCorrect && (
        <Button variant="outlined" onClick={onCorrect} aria-describedby={title} sx={{ flexShrink: 0 }}>
          {t("answer.wrong")}
        </Button>
      )}
    </Paper>
  );
}

/** The recorded answers, newest first, a page at a time. */
export default function HistoryPage() {
  const { t } = useTranslation();
  const [choice, setChoice] = useState<Choice>({ speciesId: "", show: "everything", from: "", to: "" });
  const [correcting, setCorrecting] = useState<Prediction | null>(null);
  const filter = toFilter(choice);
  const history = useInfiniteQuery({
    queryKey: ["history", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam }) => {
      const { data, response } = await take(api.GET("/api/v1/predictions/history", { params: { query: { limit: PAGE, cursor: pageParam, ...filter } } }));
      return { rows: data, next: response.headers.get("X-Next-Cursor") ?? undefined };
    },
    getNextPageParam: (page) => page.next,
  });
  const rows = history.data?.pages.flatMap((page) => page.rows) ?? [];
  const { may } = useIdentity();
  const filtered = Object.keys(filter).length > 0;
  return (
    <Stack spacing={2}>
      <Stack direction="row" justifyContent="space-between" alignItems="center" flexWrap="wrap" gap={1}>
        <Title>{t("history.title")}</Title>
        {may("exportPredictions") && (
          <Button component="a" href={csvUrl(filter)} download="predictions.csv" variant="outlined">
            {t("history.csv")}
          </Button>
        )}
      </Stack>
      <Filters choice={choice} onChange={setChoice} />
      <Age updatedAt={history.dataUpdatedAt} stale={history.isError} />
      {history.isError && <Failed error={history.error} onRetry={() => void history.refetch()} />}
      {history.isPending && !history.isError && [0, 1, 2].map((row) => <Skeleton key={row} variant="rounded" height={104} />)}
      {history.isSuccess && rows.length === 0 && (
        <Stack alignItems="center" spacing={2} sx={{ py: 6 }}>
          <Typography>{t(filtered ? "history.emptyFilter" : "history.empty")}</Typography>
          {!filtered && may("classifyImage") && (
            <Button variant="contained" component={Link} to="/">
              {t("history.identify")}
            </Button>
          )}
        </Stack>
      )}
      {rows.length > 0 && (
        <Stack component="ul" spacing={1} sx={{ p: 0, m: 0, listStyle: "none" }}>
          {rows.map((prediction) => (
            <Entry key={prediction.id} prediction={prediction} onCorrect={may("labelPrediction") ? () => setCorrecting(prediction) : undefined} />
          ))}
        </Stack>
      )}
      {history.hasNextPage && (
        <Button variant="outlined" onClick={() => void history.fetchNextPage()} disabled={history.isFetchingNextPage}>
          {t("history.more")}
        </Button>
      )}
      {correcting && <CorrectionDialog prediction={correcting} onClose={() => setCorrecting(null)} onSaved={() => setCorrecting(null)} />}
    </Stack>
  );
}
