import { CssBaseline } from "@mui/material";
import { ThemeProvider } from "@mui/material/styles";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { BrowserRouter, Route, Routes, useLocation } from "react-router-dom";
import { IdentifyPage } from "../features/identify/IdentifyPage";
import { IdentifySession } from "../features/identify/session";
import { ApiError } from "../shared/api/client";
import { Frame } from "./Frame";
import { type LoadView, View, ViewBoundary } from "./View";
import { theme } from "./theme";

const LAZY: Record<string, LoadView> = {
  history: () => import("../features/history/HistoryPage"),
  species: () => import("../features/species/SpeciesPage"),
  model: () => import("../features/model/ModelPage"),
};
const PRELOAD_AFTER_MS = 2000;

/** Retries only what may pass by itself: no connection, or a server that says 503. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 10_000, networkMode: "always", retry: (count, error) => error instanceof ApiError && (error.offline || error.status === 503) && count < 2 },
      mutations: { networkMode: "always" },
    },
  });
}

/** Fetches the other views soon after the first, so that they open when the network is gone. */
function usePreload(client: QueryClient): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const [name, load] of Object.entries(LAZY)) {
        void client.prefetchQuery({ queryKey: ["view", name], queryFn: load, staleTime: Infinity, gcTime: Infinity });
      }
    }, PRELOAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, [client]);
}

function Views() {
  const { pathname } = useLocation();
  return (
    <ViewBoundary key={pathname}>
      <Routes>
        {Object.entries(LAZY).map(([name, load]) => (
          <Route key={name} path={`/${name}`} element={<View name={name} load={load} />} />
        ))}
        <Route path="*" element={<IdentifyPage />} />
      </Routes>
    </ViewBoundary>
  );
}

export function App() {
  const [client] = useState(makeQueryClient);
  usePreload(client);
  return (
    <QueryClientProvider client={client}>
      <ThemeProvider theme={theme}>
        <CssBaseline enableColorScheme />
        <BrowserRouter future={{ v7_startTransition: true, v7_relativeSplatPath: true }}>
          <Frame>
            <IdentifySession>
              <Views />
            </IdentifySession>
          </Frame>
        </BrowserRouter>
      </ThemeProvider>
    </QueryClientProvider>
  );
}
