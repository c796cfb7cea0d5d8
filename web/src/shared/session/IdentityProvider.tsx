import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ApiError, type Me, api, setCsrfToken, subscribeRefused, take } from "../api/client";
import { type SessionMessage, openChannel } from "./channel";
import { type Identity, IdentityContext, type Notice, roleMay } from "./identity";

const MODE = ["auth", "mode"];
const ME = ["auth", "me"];
const KEPT = ["view", "auth"];

/** Who the cookie stands for; null: nobody. */
export async function fetchMe(): Promise<Me | null> {
  try {
    const { data } = await take(api.GET("/api/v1/auth/me"));
    setCsrfToken(data.csrf_token ?? null);
    return data;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Drops all that was loaded for one person. */
function forget(client: QueryClient): void {
  client.removeQueries({ predicate: (query) => !KEPT.includes(String(query.queryKey[0])) });
  client.getMutationCache().clear();
}

/** Asks whether callers must sign in and who this one is, and keeps that up to date: when a session ends, here or in another tab. */
export function IdentityProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const mode = useQuery({ queryKey: MODE, staleTime: Infinity, gcTime: Infinity, queryFn: async () => (await take(api.GET("/api/v1/auth/mode"))).data });
  const required = mode.data?.sign_in_required === true;
  const who = useQuery({ queryKey: ME, enabled: required, staleTime: Infinity, gcTime: Infinity, queryFn: fetchMe });
  const [expired, setExpired] = useState(false);
  const [notice, setNotice] = useState<Notice>(null);
  const tell = useRef<(message: SessionMessage) => void>(() => undefined);

  const accept = useCallback(
    (me: Me | null) => {
      const before = client.getQueryData<Me | null>(ME);
      setExpired(false);
      client.setQueryData(ME, me);
      if (before?.id !== me?.id) forget(client);
      else void client.invalidateQueries({ predicate: (query) => !KEPT.includes(String(query.queryKey[0])) });
    },
    [client],
  );
  const enter = useCallback(
    (me: Me) => {
      setNotice(null);
      accept(me);
      tell.current({ kind: "signed-in" });
    },
    [accept],
  );
  const drop = useCallback(
    (why: Notice) => {
      setCsrfToken(null);
      setNotice(why);
      accept(null);
    },
    [accept],
  );
  const leave = useCallback(
    (why: Notice) => {
      drop(why);
      tell.current({ kind: "signed-out" });
    },
    [drop],
  );

  /** Another tab changed whom the cookie stands for. */
  const learn = useCallback(async () => {
    try {
      const me = await fetchMe();
      if (me) accept(me);
    } catch {
      // The next call tells.
    }
  }, [accept]);

  useEffect(() => {
    const channel = openChannel((message) => (message.kind === "signed-out" ? drop("elsewhere") : void learn()));
    tell.current = channel.tell;
    return () => channel.close();
  }, [learn, drop]);

  useEffect(
    () =>
      subscribeRefused((what) => {
        if (what === "token") return void learn();
        // An administrator may have been made while this page was open in the local mode.
        if (client.getQueryData<{ sign_in_required: boolean }>(MODE)?.sign_in_required === false) return void client.invalidateQueries({ queryKey: MODE });
        if (client.getQueryData<Me | null>(ME)) setExpired(true);
      }),
    [client, learn],
  );

  const me = required ? (who.data ?? null) : null;
  const error = mode.error ?? (required ? who.error : null);
  const status = !mode.data ? (mode.isError ? "failed" : "loading") : !required ? "local" : who.data === undefined ? (who.isError ? "failed" : "loading") : me ? "signed-in" : "signed-out";
  const { refetch: askMode } = mode;
  const { refetch: askWho } = who;
  const identity = useMemo<Identity>(
    () => ({
      status, me, error, notice, enter, leave,
      expired: expired && me !== null,
      registrationOpen: mode.data?.registration_open ?? false,
      passwordMinLength: mode.data?.password_min_length ?? 12,
      may: (operation) => (status === "local" ? roleMay("admin", operation) : me !== null && roleMay(me.role, operation)),
      retry: () => void (required ? askWho() : askMode()),
    }),
    [status, me, error, notice, expired, mode.data, required, enter, leave, askMode, askWho],
  );
  return <IdentityContext.Provider value={identity}>{children}</IdentityContext.Provider>;
}
