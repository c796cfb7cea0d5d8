import { Alert, Box, Button, LinearProgress, Paper, Stack, Typography } from "@mui/material";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api, take } from "../../shared/api/client";
import { CameraIcon, UploadIcon } from "../../shared/icons";
import { ACCEPTED } from "../../shared/photo";
import { Failed } from "../../shared/states";
import { useOnline } from "../../shared/useOnline";
import { wordsOf } from "../../shared/words";
import { Answer } from "./Answer";
import { SampleList } from "./SampleList";
import { useIdentifySession } from "./session";

/** Makes an address for a photo and frees it with the photo. */
function usePhotoUrl(photo: Blob | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!photo) {
      setUrl(null);
      return undefined;
    }
    const made = URL.createObjectURL(photo);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [photo]);
  return url;
}

function FileButton({ label, capture, icon, onFile }: { label: string; capture: boolean; icon: React.ReactNode; onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button variant={capture ? "outlined" : "contained"} size="large" startIcon={icon} onClick={() => input.current?.click()}>
        {label}
      </Button>
      <input ref={input} type="file" hidden accept={ACCEPTED.join(",")} capture={capture ? "environment" : undefined} data-testid={capture ? "camera-input" : "file-input"}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) onFile(file);
        }}
      />
    </>
  );
}

/** Says why there is no answer, and when the connection is back that now is the time to try again. */
function Failure({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const { t } = useTranslation();
  const online = useOnline();
  const [wasOffline] = useState(!online);
  const lost = error instanceof ApiError && error.offline;
  const back = lost && wasOffline && online;
  return (
    <Alert severity={back ? "info" : "error"} action={<Button color="inherit" variant={back ? "outlined" : "text"} onClick={onRetry}>{t("identify.again")}</Button>}>
      {back ? t("identify.back") : lost ? t("app.offline") : wordsOf(error)}
    </Alert>
  );
}

/** Takes a photo by drop, paste, file, camera or sample, and shows the answer. A photo stays until another one is chosen,
 *  so that a failure loses nothing. */
export function IdentifyPage() {
  const { t } = useTranslation();
  const { photo, problem, pending, error, answer, identify, identifySample, retry } = useIdentifySession();
  const [over, setOver] = useState(false);
  const samples = useQuery({ queryKey: ["samples"], staleTime: 3_600_000, queryFn: async () => (await take(api.GET("/api/v1/samples"))).data });
  const url = usePhotoUrl(photo);

  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = [...(event.clipboardData?.files ?? [])].find((one) => one.type.startsWith("image/"));
      if (file) void identify(file);
    };
    window.addEventListener("paste", onPaste);
    return () => window.removeEventListener("paste", onPaste);
  }, [identify]);

  return (
    <Stack spacing={2}>
      <Typography variant="h4" component="h1" sx={{ fontSize: "1.8rem" }}>
        {t("identify.title")}
      </Typography>
      <Paper
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          const file = event.dataTransfer.files[0];
          if (file) void identify(file);
        }}
        variant="outlined"
        sx={{ p: { xs: 2, sm: 3 }, textAlign: "center", borderStyle: "dashed", borderWidth: 2, borderColor: over ? "primary.main" : "divider" }}
      >
        <Stack spacing={2} alignItems="center">
          {url ? (
            <Box component="img" src={url} alt={t("identify.photoAlt")} sx={{ maxWidth: "100%", minWidth: 160, maxHeight: 320, objectFit: "contain", borderRadius: 2 }} />
          ) : (
            <Typography>{t("identify.intro")}</Typography>
          )}
          <Stack direction={{ xs: "column", sm: "row" }} spacing={1}>
            <FileButton label={t(url ? "identify.another" : "identify.choose")} capture={false} icon={<UploadIcon />} onFile={(file) => void identify(file)} />
            <FileButton label={t("identify.camera")} capture icon={<CameraIcon />} onFile={(file) => void identify(file)} />
          </Stack>
        </Stack>
      </Paper>
      {pending && (
        <Box role="status">
          <Typography>{t("identify.working")}</Typography>
          <LinearProgress aria-label={t("identify.working")} />
        </Box>
      )}
      {problem && <Alert severity="error">{problem}</Alert>}
      {error && <Failure key={error.message} error={error} onRetry={retry} />}
      {answer && <Answer key={answer.id} prediction={answer} />}
      {samples.isError && <Failed error={samples.error} onRetry={() => void samples.refetch()} />}
      {samples.data && samples.data.length > 0 && <SampleList samples={samples.data} onPick={(sample) => void identifySample(sample)} />}
    </Stack>
  );
}
