import { Alert, AppBar, BottomNavigation, BottomNavigationAction, Box, Button, Container, IconButton, Paper, Toolbar, Typography } from "@mui/material";
import { useColorScheme } from "@mui/material/styles";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router-dom";
import { type Operation } from "../shared/api/access";
import { BookIcon, CameraIcon, ChartIcon, FishIcon, ListIcon, MoonIcon, SunIcon } from "../shared/icons";
import { useIdentity } from "../shared/session/identity";
import { useOnline } from "../shared/useOnline";
import { useWaiting } from "../shared/waiting";
import { AccountMenu } from "./AccountMenu";

interface Place {
  path: string;
  name: string;
  icon: ReactNode;
  /** What one must be allowed to do there; absent: it is open to everybody. */
  operation?: Operation;
}

const VIEWS: Place[] = [
  { path: "/", name: "app.identify", icon: <CameraIcon />, operation: "classifyImage" },
  { path: "/history", name: "app.history", icon: <ListIcon />, operation: "listPredictions" },
  { path: "/species", name: "app.species", icon: <BookIcon /> },
  { path: "/model", name: "app.model", icon: <ChartIcon /> },
];

/** The names of views that the bar does not lead to. */
const OTHERS: Record<string, string> = {
  "/reset": "signIn.resetTitle",
  "/account": "account.title",
  "/account/keys": "keys.title",
  "/users": "users.title",
  "/audit": "audit.title",
};

function titleOf(path: string, signedIn: boolean): string {
  if (!signedIn && path !== "/reset") return "signIn.title";
  return OTHERS[path] ?? VIEWS.find((one) => one.path === path)?.name ?? "app.identify";
}

function SchemeSwitch() {
  const { t } = useTranslation();
  const { mode, systemMode, setMode } = useColorScheme();
  const dark = (mode === "system" ? systemMode : mode) === "dark";
  return (
    <IconButton color="inherit" aria-label={t(dark ? "app.light" : "app.dark")} onClick={() => setMode(dark ? "light" : "dark")}>
      {dark ? <SunIcon /> : <MoonIcon />}
    </IconButton>
  );
}

/** App bar, navigation (below on phones), and what every view shares. */
export function Frame({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const online = useOnline();
  const { pathname } = useLocation();
  const { status, may } = useIdentity();
  const waiting = useWaiting();
  const inside = status === "local" || status === "signed-in";
  const views = inside ? VIEWS.filter((view) => !view.operation || may(view.operation)) : [];
  const here = OTHERS[pathname] ? null : (VIEWS.find((one) => one.path === pathname)?.path ?? "/");
  const place = inside ? pathname : "/sign-in";
  const content = useRef<HTMLElement>(null);
  const shown = useRef(place);
  const title = t("app.titleOf", { view: t(titleOf(pathname, status !== "signed-out")) });
  useEffect(() => {
    document.title = title;
    if (shown.current === place) return;
    shown.current = place;
    window.scrollTo(0, 0);
    if (inside) content.current?.focus({ preventScroll: true });
  }, [title, place, inside]);
  return (
    <Box sx={{ minHeight: "100vh", pb: { xs: 9, sm: 3 } }}>
      <Box component="a" href="#content" sx={{ position: "absolute", left: -9999, "&:focus": { left: 8, top: 8, zIndex: 2000, p: 1, bgcolor: "background.paper" } }}>
        {t("app.skip")}
      </Box>
      <AppBar position="static">
        <Toolbar sx={{ gap: { xs: 0.5, sm: 1 } }}>
          <FishIcon />
          <Typography component="span" variant="h6" noWrap sx={{ flexGrow: 1, fontSize: { xs: "0.9rem", sm: "1.25rem" } }}>
            {t("app.name")}
          </Typography>
          <Box component="nav" aria-label={t("app.navigation")} sx={{ display: { xs: "none", sm: inside ? "flex" : "none" } }}>
            {views.map((view) => (
              <Button key={view.path} color="inherit" component={Link} to={view.path} startIcon={view.icon} aria-current={here === view.path ? "page" : undefined}
                sx={{ borderBottom: here === view.path ? 3 : 0, borderRadius: 1 }}>
                {t(view.name)}
              </Button>
            ))}
          </Box>
          <SchemeSwitch />
          <AccountMenu />
        </Toolbar>
      </AppBar>
      {!online && (
        <Alert severity="warning" role="status" sx={{ borderRadius: 0 }}>
          {t("app.offline")}
        </Alert>
      )}
      {waiting > 0 && (
        <Alert severity="info" role="status" sx={{ borderRadius: 0 }}>
          {t("app.waiting", { count: waiting })}
        </Alert>
      )}
      <Container component="main" id="content" ref={content} tabIndex={-1} maxWidth="md" sx={{ pt: 3, outline: "none" }}>
        {children}
      </Container>
      <Paper component="nav" aria-label={t("app.navigation")} elevation={8} square sx={{ display: { xs: inside ? "block" : "none", sm: "none" }, position: "fixed", bottom: 0, left: 0, right: 0, zIndex: 1100 }}>
        <BottomNavigation showLabels value={here}>
          {views.map((view) => (
            <BottomNavigationAction key={view.path} value={view.path} label={t(view.name)} icon={view.icon} component={Link} to={view.path} aria-current={here === view.path ? "page" : undefined}
              sx={{ minWidth: 0, color: "text.primary" }} />
          ))}
        </BottomNavigation>
      </Paper>
    </Box>
  );
}
