import { Box, ButtonBase, Typography } from "@mui/material";
import { useTranslation } from "react-i18next";
import { type Sample } from "../../shared/api/client";

/** The sample photos as buttons. */
export function SampleList({ samples, onPick }: { samples: Sample[]; onPick: (sample: Sample) => void }) {
  const { t } = useTranslation();
  return (
    <Box component="section" aria-label={t("identify.samples")}>
      <Typography variant="h6" component="h2" gutterBottom>
        {t("identify.samples")}
      </Typography>
      <Box sx={{ display: "grid", gap: 1, gridTemplateColumns: "repeat(auto-fill, minmax(96px, 1fr))" }}>
        {samples.map((sample) => (
          <ButtonBase key={sample.name} title={sample.credit} onClick={() => onPick(sample)} focusRipple
            aria-label={t("identify.sampleAlt", { name: sample.species ?? t("identify.unknownSample") })}
            sx={{ borderRadius: 2, overflow: "hidden", aspectRatio: "1", border: 2, borderColor: "divider", "&:focus-visible": { borderColor: "primary.main", outline: "3px solid", outlineColor: "primary.main" } }}>
            <Box component="img" src={sample.url} alt="" loading="lazy" sx={{ width: "100%", height: "100%", objectFit: "cover" }} />
          </ButtonBase>
        ))}
      </Box>
    </Box>
  );
}
