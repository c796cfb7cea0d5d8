import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import axe from "axe-core";
import { type ReactElement } from "react";
import { MemoryRouter } from "react-router-dom";

/** Renders a view with what the app gives it, without retries. */
export function renderView(view: ReactElement) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: "always" }, mutations: { networkMode: "always" } } });
  return render(
    <QueryClientProvider client={client}>
      <MemoryRouter future={{ v7_startTransition: true, v7_relativeSplatPath: true }}>{view}</MemoryRouter>
    </QueryClientProvider>,
  );
}

/** What axe complains of; colours need a real browser. */
export async function complaints(container: Element): Promise<string[]> {
  const found = await axe.run(container, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  return found.violations.map((violation) => violation.id);
}
