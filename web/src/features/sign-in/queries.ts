import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiError, type Me, api, done, setCsrfToken, take } from "../../shared/api/client";
import { fetchMe } from "../../shared/session/IdentityProvider";
import { useIdentity } from "../../shared/session/identity";

export interface Credentials {
  username: string;
  password: string;
}

async function signIn(credentials: Credentials): Promise<Me> {
  const { data } = await take(api.POST("/api/v1/auth/session", { body: credentials }));
  setCsrfToken(data.csrf_token);
  const me = await fetchMe();
  if (!me) throw new ApiError("The browser did not keep the cookie of the session; allow cookies for this page.", 401, false, "no_cookie");
  return me;
}

/** Signs in and begins the page as who that is. */
export function useSignIn() {
  const { enter } = useIdentity();
  return useMutation({ retry: false, mutationFn: signIn, onSuccess: enter });
}

export interface Registration extends Credentials {
  email: string;
  full_name: string | null;
}

/** Makes an account and signs in with it. */
export function useRegister() {
  const { enter } = useIdentity();
  return useMutation({
    retry: false,
    mutationFn: async (body: Registration) => {
      await take(api.POST("/api/v1/auth/register", { body }));
      return signIn({ username: body.username, password: body.password });
    },
    onSuccess: enter,
  });
}

export function useResetRequest() {
  return useMutation({ retry: false, mutationFn: (username: string) => done(api.POST("/api/v1/auth/password/reset-request", { body: { username } })) });
}

export function useReset() {
  return useMutation({
    retry: false,
    mutationFn: (body: { token: string; new_password: string }) => done(api.POST("/api/v1/auth/password/reset", { body })),
  });
}

/** Seconds left of what a refusal asked to wait; 0 when there is none or it is over. */
export function useDelay(error: Error | null): number {
  const wait = error instanceof ApiError ? error.waitSeconds : 0;
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const end = Date.now() + wait * 1000;
    const tick = () => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)));
    tick();
    if (wait === 0) return undefined;
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [wait, error]);
  return left;
}
