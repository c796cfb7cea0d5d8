import { createContext, useContext } from "react";
import { OPERATIONS, type Operation, type Role } from "../api/access";
import { type Me } from "../api/client";

/** Why the page asks for a password. */
export type Notice = "signed-out" | "elsewhere" | "password-changed" | "password-set" | null;

/** Who uses the page, and what he may. */
export interface Identity {
  status: "loading" | "failed" | "local" | "signed-out" | "signed-in";
  /** null in the local mode, where nobody signs in, and before signing in. */
  me: Me | null;
  /** Whether the server no longer takes the session; the view below stays as it is. */
  expired: boolean;
  notice: Notice;
  error: Error | null;
  registrationOpen: boolean;
  passwordMinLength: number;
  may: (operation: Operation) => boolean;
  retry: () => void;
  /** Begins as somebody; what another person loaded before is forgotten. */
  enter: (me: Me) => void;
  /** Ends here and in the other tabs, and forgets what was loaded. */
  leave: (notice: Notice) => void;
}

export function roleMay(role: string, operation: Operation): boolean {
  return OPERATIONS[operation].roles.some((one: Role) => one === role);
}

/** As in the local mode: whoever sits at the machine may do everything. */
export const LOCAL: Identity = {
  status: "local", me: null, expired: false, notice: null, error: null, registrationOpen: false, passwordMinLength: 12, may: (operation) => roleMay("admin", operation),
  retry: () => undefined, enter: () => undefined, leave: () => undefined,
};

export const IdentityContext = createContext<Identity>(LOCAL);

export function useIdentity(): Identity {
  return useContext(IdentityContext);
}
