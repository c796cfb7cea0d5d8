import { Alert, AppBar, BottomNavigation, BottomNavigationAction, Box, Button, Container, IconButton, Paper, Toolbar, Typography } from "@mui/material";
import { useColorScheme } from "@mui/material/styles";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router-dom";
import { BookIcon, CameraIcon, ChartIcon, FishIcon, ListIcon, MoonIcon, SunIcon } from "../shared/icons";
import { useOnline } from "../shared/useOnline";

const VIEWS = [
  { path: "/", name: "app.identify", icon: <CameraIcon /> },
  { path: "/history", name: "app.history", icon: <ListIcon /> },
  { path: "/species", name: "app.species", icon: <BookIcon /> },
  { path: "/model", name: "app.model", icon: <ChartIcon /> },
] as const;

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
  const view = VIEWS.find((one) => one.path === pathname) ?? VIEWS[0];
  const here = view.path;
  const content = useRef<HTMLElement>(null);
  const shown = useRef(here);
  const title = t("app.titleOf", { view: t(view.name) });
  useEffect(() => {
    document.title = title;
    if (shown.current === here) return;
    shown.current = here;
    window.scrollTo(0, 0);
    content.current?.focus({ preventScroll: true });
  }, [title, here]);
  return (
    <Box sx={{ minHeight: "100vh", pb: { xs: 9, sm: 3 } }}>
      <Box component="a" href="#content" sx={{ position: "absolute", left: -9999, "&:focus": { left: 8, top: 8, zIndex: 2000, p: 1, bgcolor: "background.paper" } }}>
        {t("app.skip")}
      </Box>
      <AppBar position="static">
        <Toolbar sx={{ gap: 1 }}>
          <FishIcon />
          <Typography component="span" variant="h6" noWrap sx={{ flexGrow: 1, fontSize: { xs: "1rem", sm: "1.25rem" } }}>
            {t("app.name")}
          </Typography>
          <Box component="nav" aria-label={t("app.navigation")} sx={{ display: { xs: "none", sm: "flex" } }}>
            {VIEWS.map((view) => (
              <Button key={view.path} color="inherit" component={Link} to={view.path} startIcon={view.icon} aria-current={here === view.path ? "page" : undefined}
                sx={{ borderBottom: here === view.path ? 3 : 0, borderRadius: 1 }}>
                {t(view.name)}
              </Button>
            ))}
          </Box>
          <SchemeSwitch />
        </Toolbar>
      </AppBar>
      {!online && (
        <Alert severity="warning" role="status" sx={{ borderRadius: 0 }}>
          {t("app.offline")}
        </Alert>
      )}
      <Container component="main" id="content" ref={content} tabIndex={-1} maxWidth="md" sx={{ pt: 3, outline: "none" }}>
        {children}
      </Container>
      <Paper component="nav" aria-label={t("app.navigation")} elevation={8} square sx={{ display: { xs: "block", sm: "none" }, position: "fixed", bottom: 0, left: 0, right: 0, zIndex: 1100 }}>
        <BottomNavigation showLabels value={here}>
          {VIEWS.map((view) => (
            <BottomNavigationAction key={view.path} value={view.path} label={t(view.name)} icon={view.icon} component={Link} to={view.path} aria-current={here === view.path ? "page" : undefined}
              sx={{ minWidth: 0, color: "text.primary" }} />
          ))}
        </BottomNavigation>
      </Paper>
    </Box>
  );
}
