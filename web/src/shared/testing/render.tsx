import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import axe from "axe-core";
import { type ReactElement } from "react";
import { MemoryRouter } from "react-router-dom";
import { type Identity, IdentityContext, LOCAL } from "../session/identity";

/** Renders a view with what the app gives it, without retries; in the local mode unless somebody is given. */
export function renderView(view: ReactElement, identity: Identity = LOCAL) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: "always" }, mutations: { networkMode: "always" } } });
  return render(
    <QueryClientProvider client={client}>
      <IdentityContext.Provider value={identity}>
        <MemoryRouter future={{ v7_startTransition: true, v7_relativeSplatPath: true }}>{view}</MemoryRouter>
      </IdentityContext.Provider>
    </QueryClientProvider>,
  );
}

/** What axe complains of; colours need a real browser. */
export async function complaints(container: Element): Promise<string[]> {
  const found = await axe.run(container, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  return found.violations.map((violation) => violation.id);
}
