import { type ReactNode, createContext, useCallback, useContext, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Prediction, type Sample } from "../../shared/api/client";
import { ACCEPTED, preparePhoto } from "../../shared/photo";
import { useClassify } from "../../shared/queries";

interface Session {
  photo: Blob | null;
  /** What is wrong with the file chosen last; the photo before it stays. */
  problem: string | null;
  pending: boolean;
  error: Error | null;
  answer: Prediction | undefined;
  identify: (file: Blob) => Promise<void>;
  identifySample: (sample: Sample) => Promise<void>;
  retry: () => void;
}

const SessionContext = createContext<Session | null>(null);

/** Keeps the chosen photo and its answer while the user looks at other views: on a bad network a photo must not get lost. */
export function IdentifySession({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { mutate, isPending, error, data } = useClassify();
  const [photo, setPhoto] = useState<Blob | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const newest = useRef(0);

  const identify = useCallback(
    async (file: Blob) => {
      const turn = ++newest.current;
      setProblem(null);
      if (file.type !== "" && !file.type.startsWith("image/")) {
        setProblem(t("identify.notAnImage"));
        return;
      }
      try {
        const ready = await preparePhoto(file);
        if (turn !== newest.current) return;
        setPhoto(ready);
        mutate(ready);
      } catch {
        if (turn === newest.current) setProblem(t(ACCEPTED.includes(file.type) ? "identify.unreadable" : "identify.notAnImage"));
      }
    },
    [mutate, t],
  );

  const identifySample = useCallback(
    async (sample: Sample) => {
      setProblem(null);
      try {
        const response = await fetch(sample.url);
        if (!response.ok) throw new Error(response.statusText);
        await identify(await response.blob());
      } catch {
        setProblem(t("identify.noSample"));
      }
    },
    [identify, t],
  );

  const retry = useCallback(() => {
    if (photo) mutate(photo);
  }, [photo, mutate]);

  const session = useMemo(
    () => ({ photo, problem, pending: isPending, error, answer: data, identify, identifySample, retry }),
    [photo, problem, isPending, error, data, identify, identifySample, retry],
  );
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

export function useIdentifySession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useIdentifySession needs an IdentifySession around it");
  return session;
}
