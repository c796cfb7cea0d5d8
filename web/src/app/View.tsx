import { Box, CircularProgress } from "@mui/material";
import { useQuery } from "@tanstack/react-query";
import { Component, type ComponentType, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Failed } from "../shared/states";

export type LoadView = () => Promise<{ default: ComponentType }>;

/** What stands where a view is to come. */
export function Waiting() {
  const { t } = useTranslation();
  return (
    <Box sx={{ display: "grid", placeItems: "center", minHeight: 240 }}>
      <CircularProgress aria-label={t("app.loading")} />
    </Box>
  );
}

/** A view whose code is fetched when it is first wanted. A failed fetch is told and can be tried again. */
export function View({ name, load }: { name: string; load: LoadView }) {
  const { t } = useTranslation();
  const view = useQuery({
    queryKey: ["view", name],
    staleTime: Infinity,
    gcTime: Infinity,
    queryFn: () => load().catch(() => Promise.reject(new Error(t("app.chunk")))),
  });
  if (view.data) return <view.data.default />;
  if (view.isError) return <Failed error={view.error} onRetry={() => void view.refetch()} />;
  return <Waiting />;
}

function Crashed({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  return <Failed error={new Error(t("app.crashed"))} onRetry={onRetry} />;
}

/** Keeps a fault of one view from taking the others, and the chosen photo, with it. */
export class ViewBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <Crashed onRetry={() => this.setState({ failed: false })} /> : this.props.children;
  }
}
