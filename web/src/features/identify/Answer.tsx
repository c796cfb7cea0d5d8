import { Alert, Box, Button, Chip, Paper, Stack, Typography } from "@mui/material";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { CorrectionDialog } from "../../shared/CorrectionDialog";
import { type Prediction } from "../../shared/api/client";
import { levelOf, percent } from "../../shared/confidence";
import { useActiveModel } from "../../shared/queries";
import { useIdentity } from "../../shared/session/identity";

/** What the model says about a photo, in words first. */
export function Answer({ prediction }: { prediction: Prediction }) {
  const { t } = useTranslation();
  const model = useActiveModel();
  const { may } = useIdentity();
  const [correcting, setCorrecting] = useState(false);
  const [correction, setCorrection] = useState(prediction.correction ?? null);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.scrollIntoView?.({ block: "nearest" }), []);
  const level = levelOf(prediction.confidence, model.data?.high_confidence_threshold);
  const others = prediction.rejected ? prediction.candidates : prediction.candidates.slice(1);
  return (
    <Paper ref={place} sx={{ p: 2, scrollMarginBottom: 72 }} data-testid="answer">
      <Stack spacing={2}>
        <Box role="status">
          <Typography variant="h4" component="h2" sx={{ fontSize: "1.8rem", fontWeight: 700 }}>
            {prediction.rejected ? t("answer.unknown") : prediction.species}
          </Typography>
          {prediction.rejected ? (
            <Typography>{t("answer.unknownHint")}</Typography>
          ) : (
            <>
              {prediction.scientific_name && (
                <Typography color="text.secondary" sx={{ fontStyle: "italic" }}>
                  {prediction.scientific_name}
                </Typography>
              )}
              <Typography sx={{ fontSize: "1.2rem", mt: 1 }} data-level={level}>
                {t("answer.confidence", { words: t(`answer.${level}`), percent: percent(prediction.confidence) })}
              </Typography>
            </>
          )}
        </Box>
        {prediction.low_confidence && !prediction.rejected && <Alert severity="warning">{t("answer.lowHint")}</Alert>}
        <Box>
          <Typography variant="subtitle1" component="h3">
            {t("answer.candidates")}
          </Typography>
          <Stack component="ul" spacing={1} sx={{ listStyle: "none", p: 0, m: 0 }}>
            {others.map((candidate) => (
              <Box component="li" key={candidate.label}>
                <Stack direction="row" justifyContent="space-between">
                  <span>{candidate.species}</span>
                  <span>{percent(candidate.confidence)}</span>
                </Stack>
                <Box aria-hidden sx={{ height: 6, borderRadius: 3, bgcolor: "action.hover" }}>
                  <Box sx={{ height: 6, borderRadius: 3, bgcolor: "primary.main", width: `${candidate.confidence * 100}%` }} />
                </Box>
              </Box>
            ))}
          </Stack>
        </Box>
        <Stack direction={{ xs: "column", sm: "row" }} spacing={1} alignItems={{ sm: "center" }} justifyContent="space-between">
          <Typography variant="body2" color="text.secondary">
            {t("answer.by", { model: prediction.model, version: prediction.model_version, time: prediction.inference_time_ms.toFixed(1) })}
          </Typography>
          {correction && <Chip label={t("answer.corrected", { name: correction.species_name ?? correction.label ?? t("answer.other") })} color="primary" variant="outlined" />}
          {may("labelPrediction") && (
            <Button variant="outlined" onClick={() => setCorrecting(true)}>
              {t("answer.wrong")}
            </Button>
          )}
        </Stack>
        {correction && <Typography role="status">{t("correction.saved")}</Typography>}
      </Stack>
      {correcting && (
        <CorrectionDialog
          prediction={{ ...prediction, correction }}
          onClose={() => setCorrecting(false)}
          onSaved={(saved) => {
            setCorrection(saved);
            setCorrecting(false);
          }}
        />
      )}
    </Paper>
  );
}
