import { createTheme } from "@mui/material/styles";

/** Targets are at least 44 px high: the page is used with gloves. */
export const theme = createTheme({
  colorSchemes: {
    light: { palette: { primary: { main: "#0b5d6b" }, background: { default: "#f4f7f8" } } },
    dark: { palette: { primary: { main: "#7fd3e0" }, background: { default: "#0e1719", paper: "#162326" } } },
  },
  cssVariables: { colorSchemeSelector: "class" },
  typography: { fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif', button: { textTransform: "none", fontWeight: 600 } },
  shape: { borderRadius: 12 },
  components: {
    MuiButton: { styleOverrides: { root: { minHeight: 44 } } },
    MuiIconButton: { styleOverrides: { root: { minHeight: 44, minWidth: 44 } } },
    MuiLink: { defaultProps: { underline: "always" } },
  },
});
