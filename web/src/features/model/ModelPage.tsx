import { Box, Link, Skeleton, Stack, Table, TableBody, TableCell, TableHead, TableRow, Typography } from "@mui/material";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import Markdown from "react-markdown";
import remarkGfm from "remark-gfm";
import { type ActiveModel, api, take } from "../../shared/api/client";
import { percent } from "../../shared/confidence";
import { useActiveModel } from "../../shared/queries";
import { Facts, Section, Title } from "../../shared/sections";
import { Age, Failed } from "../../shared/states";

function Figures({ model }: { model: ActiveModel }) {
  const { t } = useTranslation();
  return (
    <Box sx={{ overflowX: "auto" }} tabIndex={0} role="region" aria-label={t("model.measured")}>
      <Table size="small">
        <TableHead>
          <TableRow>
            {(["split", "accuracy", "recall", "ece"] as const).map((name) => (
              <TableCell key={name} component="th" scope="col">
                {t(`model.${name}`)}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {Object.entries(model.metrics).map(([split, figures]) => (
            <TableRow key={split}>
              <TableCell component="th" scope="row">
                {split}
              </TableCell>
              <TableCell>{figures.accuracy.toFixed(3)}</TableCell>
              <TableCell>{figures.macro_recall.toFixed(3)}</TableCell>
              <TableCell>{figures.ece?.toFixed(3) ?? "–"}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Box>
  );
}

/** Markdown without its links to files of the repository, which this page does not have. */
function Card({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <Box sx={{ "& pre": { whiteSpace: "pre-wrap" }, "& table": { borderCollapse: "collapse" }, "& th, & td": { p: "4px 12px 4px 0", textAlign: "left", borderBottom: 1, borderColor: "divider", overflowWrap: "normal" }, "& img": { maxWidth: "100%" }, overflowWrap: "anywhere" }} role="region" aria-label={t("model.card")}>
      <Markdown
        remarkPlugins={[remarkGfm]}
        components={{
          h1: ({ children }) => <Typography variant="h6" component="h3">{children}</Typography>,
          h2: ({ children }) => <Typography variant="subtitle1" component="h4" sx={{ fontWeight: 700, mt: 2 }}>{children}</Typography>,
          h3: ({ children }) => <Typography component="h5" sx={{ fontWeight: 700 }}>{children}</Typography>,
          a: ({ href, children }) => (href?.startsWith("https://") ? <Link href={href}>{children}</Link> : <>{children}</>),
          img: () => null,
          table: ({ children }) => (
            <Box sx={{ overflowX: "auto", my: 2 }} tabIndex={0} role="group" aria-label={t("model.table")}>
              <table>{children}</table>
            </Box>
          ),
        }}
      >
        {text}
      </Markdown>
    </Box>
  );
}

/** How sure the answers were: bars, with the figures as text. */
function Distribution({ counts }: { counts: { high: number; medium: number; low: number } }) {
  const { t } = useTranslation();
  const total = counts.high + counts.medium + counts.low;
  const rows = [
    [t("model.high"), counts.high],
    [t("model.medium"), counts.medium],
    [t("model.lowCount"), counts.low],
  ] as const;
  return (
    <Stack component="ul" spacing={1} sx={{ listStyle: "none", p: 0, m: 0, mt: 1 }}>
      {rows.map(([name, count]) => (
        <Box component="li" key={name}>
          <Stack direction="row" justifyContent="space-between">
            <span>{name}</span>
            <span>{total > 0 ? `${count.toLocaleString()} (${percent(count / total)})` : count}</span>
          </Stack>
          <Box aria-hidden sx={{ height: 6, borderRadius: 3, bgcolor: "action.hover" }}>
            <Box sx={{ height: 6, borderRadius: 3, bgcolor: "primary.main", width: `${total > 0 ? (count / total) * 100 : 0}%` }} />
          </Box>
        </Box>
      ))}
    </Stack>
  );
}

function Use() {
  const { t } = useTranslation();
  const stats = useQuery({ queryKey: ["model-stats"], refetchInterval: 30_000, queryFn: async () => (await take(api.GET("/api/v1/models/stats"))).data });
  const speed = useQuery({ queryKey: ["performance"], refetchInterval: 10_000, queryFn: async () => (await take(api.GET("/api/v1/metrics/performance"))).data });
  const share = (value: number) => `${(value * 100).toFixed(2)} %`;
  const uptime = (seconds: number) => {
    const minutes = Math.floor(seconds / 60);
    return t("model.uptimeValue", { days: Math.floor(minutes / 1440), hours: Math.floor(minutes / 60) % 24, minutes: minutes % 60 });
  };
  const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
  return (
    <>
      <Section title={t("model.use")}>
        <Age updatedAt={stats.dataUpdatedAt} stale={stats.isError} />
        {stats.isError && <Failed error={stats.error} onRetry={() => void stats.refetch()} />}
        {stats.isPending && !stats.isError && <Skeleton variant="rounded" height={140} />}
        {stats.data && (
          <>
            <Facts rows={[[t("model.predictions"), stats.data.total_predictions.toLocaleString()]]} />
            <Distribution counts={stats.data.confidence_distribution} />
          </>
        )}
      </Section>
      <Section title={t("model.performance")}>
        <Age updatedAt={speed.dataUpdatedAt} stale={speed.isError} />
        {speed.isError && <Failed error={speed.error} onRetry={() => void speed.refetch()} />}
        {speed.isPending && !speed.isError && <Skeleton variant="rounded" height={220} />}
        {speed.data && (
          <Facts
            rows={[
              [t("model.requests"), speed.data.total_requests.toLocaleString()],
              [t("model.mean"), milliseconds(speed.data.latency_mean_ms)],
              [t("model.p50"), milliseconds(speed.data.latency_p50_ms)],
              [t("model.p95"), milliseconds(speed.data.latency_p95_ms)],
              [t("model.p99"), milliseconds(speed.data.latency_p99_ms)],
              [t("model.rate"), speed.data.throughput_rps.toFixed(2)],
              [t("model.errors"), `${share(speed.data.error_rate)} (${speed.data.total_errors.toLocaleString()})`],
              [t("model.clientErrors"), share(speed.data.client_error_rate)],
              [t("model.uptime"), uptime(speed.data.uptime_seconds)],
              [t("model.window"), t("model.windowSize", { count: speed.data.window_size })],
            ]}
          />
        )}
      </Section>
    </>
  );
}

/** What answers: its figures, its limits, and how it does on this server. */
export default function ModelPage() {
  const { t } = useTranslation();
  const model = useActiveModel();
  return (
    <Stack spacing={2}>
      <Title>{t("model.title")}</Title>
      <Age updatedAt={model.dataUpdatedAt} stale={model.isError} />
      {model.isError && <Failed error={model.error} onRetry={() => void model.refetch()} />}
      {model.isPending && !model.isError && <Skeleton variant="rounded" height={300} />}
      {model.data && (
        <>
          <Section title={model.data.name}>
            <Facts
              rows={[
                [t("model.version"), model.data.version],
                [t("model.architecture"), model.data.architecture],
                [t("model.parameters"), model.data.num_parameters.toLocaleString()],
                [t("model.species"), model.data.total_species],
                [t("model.threshold"), percent(model.data.confidence_threshold)],
                [t("model.preprocess"), model.data.preprocess_id],
                [t("model.engine"), model.data.engine],
                [t("model.loaded"), new Date(model.data.loaded_at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" })],
                [t("model.checksum"), model.data.checksum],
              ]}
            />
          </Section>
          <Section title={t("model.measured")}>
            <Figures model={model.data} />
          </Section>
        </>
      )}
      <Use />
      {model.data && (
        <Section title={t("model.card")}>
          <Card text={model.data.card_markdown} />
        </Section>
      )}
    </Stack>
  );
}
