import { Box, Paper, Typography } from "@mui/material";
import { type ReactNode } from "react";

/** The heading of a view. */
export function Title({ children }: { children: ReactNode }) {
  return (
    <Typography variant="h4" component="h1" sx={{ fontSize: "1.8rem" }}>
      {children}
    </Typography>
  );
}

/** A part of a view under its heading. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper component="section" sx={{ p: 2 }}>
      <Typography variant="h6" component="h2" gutterBottom>
        {title}
      </Typography>
      {children}
    </Paper>
  );
}

/** Names and values. */
export function Facts({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <Box component="dl" sx={{ display: "grid", gridTemplateColumns: { xs: "1fr", sm: "minmax(180px, auto) 1fr" }, columnGap: 2, rowGap: 0.5, m: 0 }}>
      {rows.map(([name, value]) => (
        <Box key={name} sx={{ display: "contents" }}>
          <Typography component="dt" color="text.secondary">
            {name}
          </Typography>
          <Typography component="dd" sx={{ m: 0, overflowWrap: "anywhere", mb: { xs: 1, sm: 0 } }}>
            {value}
          </Typography>
        </Box>
      ))}
    </Box>
  );
}
