import { CssBaseline } from "@mui/material";
import { ThemeProvider } from "@mui/material/styles";
import { QueryClient, QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { BrowserRouter, Navigate, Route, Routes, useLocation } from "react-router-dom";
import { IdentifyPage } from "../features/identify/IdentifyPage";
import { IdentifySession } from "../features/identify/session";
import { type Operation } from "../shared/api/access";
import { ApiError } from "../shared/api/client";
import { IdentityProvider } from "../shared/session/IdentityProvider";
import { useIdentity } from "../shared/session/identity";
import { Failed } from "../shared/states";
import { Frame } from "./Frame";
import { type LoadView, View, ViewBoundary, Waiting } from "./View";
import { theme } from "./theme";

interface Place {
  path: string;
  load: LoadView;
  /** What one must be allowed to do there; absent: it is open to everybody. */
  operation?: Operation;
}

const LAZY: Record<string, Place> = {
  history: { path: "/history", load: () => import("../features/history/HistoryPage"), operation: "listPredictions" },
  species: { path: "/species", load: () => import("../features/species/SpeciesPage") },
  model: { path: "/model", load: () => import("../features/model/ModelPage") },
  account: { path: "/account", load: () => import("../features/account/AccountPage"), operation: "getMe" },
  keys: { path: "/account/keys", load: () => import("../features/account/KeysPage"), operation: "listKeys" },
  users: { path: "/users", load: () => import("../features/users/UsersPage"), operation: "listUsers" },
  audit: { path: "/audit", load: () => import("../features/audit/AuditPage"), operation: "listAuditEntries" },
};
const SIGN_IN: LoadView = () => import("../features/sign-in/SignInPage");
const EXPIRED: LoadView = () => import("../features/sign-in/ExpiredDialog");
const RESET: LoadView = () => import("../features/sign-in/ResetPage");
const PRELOAD_AFTER_MS = 2000;
const MOST_TRIES = 3;

/** Retries only what may pass by itself: no connection, a server that says 503, or one that asks to wait. */
function mayPass(count: number, error: Error): boolean {
  if (!(error instanceof ApiError)) return false;
  return (error.offline || error.status === 503 || error.status === 429) && count < (error.status === 429 ? MOST_TRIES : MOST_TRIES - 1);
}

function pause(count: number, error: Error): number {
  const asked = error instanceof ApiError ? error.waitSeconds : 0;
  return asked > 0 ? asked * 1000 : Math.min(1000 * 2 ** count, 30_000);
}

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 10_000, networkMode: "always", retry: mayPass, retryDelay: pause },
      // A write that was refused for being one too many did nothing yet.
      mutations: { networkMode: "always", retry: (count, error) => error instanceof ApiError && error.type === "rate_limited" && mayPass(count, error), retryDelay: pause },
    },
  });
}

/** Fetches the other views soon after the first, so that they open when the network is gone. */
function usePreload(): void {
  const client = useQueryClient();
  const { status, may } = useIdentity();
  useEffect(() => {
    if (status !== "local" && status !== "signed-in") return undefined;
    const views = Object.entries(LAZY).filter(([, { operation }]) => !operation || may(operation));
    const loads: [string, LoadView][] = views.map(([name, { load }]) => [name, load]);
    if (status === "signed-in") loads.push(["expired", EXPIRED], ["sign-in", SIGN_IN]);
    const timer = setTimeout(() => {
      for (const [name, load] of loads) void client.prefetchQuery({ queryKey: ["view", name], queryFn: load, staleTime: Infinity, gcTime: Infinity });
    }, PRELOAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, [client, status, may]);
}

function Views() {
  const { pathname } = useLocation();
  const { may } = useIdentity();
  usePreload();
  const home = may("classifyImage") ? <IdentifyPage /> : <Navigate to="/history" replace />;
  return (
    <ViewBoundary key={pathname}>
      <Routes>
        {Object.entries(LAZY)
          .filter(([, { operation }]) => !operation || may(operation))
          .map(([name, { path, load }]) => (
            <Route key={name} path={path} element={<View name={name} load={load} />} />
          ))}
        <Route path="/" element={home} />
        <Route path="*" element={<Navigate to="/" replace />} />
      </Routes>
    </ViewBoundary>
  );
}

/** Shows the views to whom they are for, and the way in to others. What somebody did in a view ends with his session. */
function Gate() {
  const { status, me, expired, error, retry } = useIdentity();
  const { pathname } = useLocation();
  if (status === "loading") return <Waiting />;
  if (status === "failed") return <Failed error={error} onRetry={retry} />;
  if (pathname === "/reset") return <View name="reset" load={RESET} />;
  if (status === "signed-out") return <View name="sign-in" load={SIGN_IN} />;
  return (
    <IdentifySession key={me?.id ?? "local"}>
      <Views />
      {expired && <View name="expired" load={EXPIRED} />}
    </IdentifySession>
  );
}

export function App() {
  const [client] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={client}>
      <ThemeProvider theme={theme}>
        <CssBaseline enableColorScheme />
        <BrowserRouter future={{ v7_startTransition: true, v7_relativeSplatPath: true }}>
          <IdentityProvider>
            <Frame>
              <Gate />
            </Frame>
          </IdentityProvider>
        </BrowserRouter>
      </ThemeProvider>
    </QueryClientProvider>
  );
}
