import { Box, Card, CardContent, CardMedia, Skeleton, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Species } from "../../shared/api/client";
import { FishIcon } from "../../shared/icons";
import { useSpecies } from "../../shared/queries";
import { Age, Failed } from "../../shared/states";

function Temperature({ species }: { species: Species }) {
  const { t } = useTranslation();
  const { min, max } = species.optimal_temperature_range;
  return <>{min != null && max != null ? t("species.temperature", { min, max, source: species.source ?? "" }) : t("species.noTemperature")}</>;
}

function SpeciesCard({ species }: { species: Species }) {
  const { t } = useTranslation();
  const [broken, setBroken] = useState(false);
  return (
    <Card component="li" sx={{ display: "flex", flexDirection: "column" }}>
      {species.picture_url && !broken ? (
        <CardMedia component="img" image={species.picture_url} alt={t("species.pictureAlt", { name: species.name })} loading="lazy" onError={() => setBroken(true)} sx={{ height: 150, objectFit: "cover" }} />
      ) : (
        <Box sx={{ height: 150, display: "grid", placeItems: "center", alignContent: "center", bgcolor: "action.hover" }}>
          <FishIcon sx={{ fontSize: 56, opacity: 0.4 }} />
          <Typography variant="body2">{t("species.noPicture")}</Typography>
        </Box>
      )}
      <CardContent>
        <Typography variant="h6" component="h2">
          {species.name}
        </Typography>
        <Typography sx={{ fontStyle: "italic" }} color="text.secondary" gutterBottom>
          {species.scientific_name}
        </Typography>
        <Typography variant="body2" gutterBottom>
          {species.description}
        </Typography>
        <Typography variant="body2" gutterBottom>
          <Temperature species={species} />
        </Typography>
        {species.picture_credit && (
          <Typography variant="caption" color="text.secondary">
            {species.picture_credit}
          </Typography>
        )}
      </CardContent>
    </Card>
  );
}

/** Which fish the model knows. */
export default function SpeciesPage() {
  const { t } = useTranslation();
  const species = useSpecies();
  return (
    <Stack spacing={2}>
      <Typography variant="h4" component="h1" sx={{ fontSize: "1.8rem" }}>
        {t("species.title")}
      </Typography>
      <Age updatedAt={species.dataUpdatedAt} stale={species.isError} />
      {species.isError && <Failed error={species.error} onRetry={() => void species.refetch()} />}
      {species.data?.length === 0 && <Typography>{t("species.empty")}</Typography>}
      <Box component="ul" sx={{ display: "grid", gap: 2, p: 0, m: 0, listStyle: "none", gridTemplateColumns: "repeat(auto-fill, minmax(240px, 1fr))" }}>
        {species.isPending && !species.isError && [0, 1, 2, 3, 4, 5].map((card) => <Skeleton key={card} component="li" variant="rounded" height={280} />)}
        {species.data?.map((one) => <SpeciesCard key={one.id} species={one} />)}
      </Box>
    </Stack>
  );
}
