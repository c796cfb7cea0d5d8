import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Prediction, type User, api, take } from "./api/client";

const NAMED_USERS = 500;

export function useSpecies() {
  return useQuery({ queryKey: ["species"], staleTime: 3_600_000, queryFn: async () => (await take(api.GET("/api/v1/predictions/species"))).data });
}

export function useActiveModel() {
  return useQuery({ queryKey: ["model"], staleTime: 60_000, queryFn: async () => (await take(api.GET("/api/v1/models/active"))).data });
}

export interface CorrectionInput {
  id: string;
  label: string | null;
  note: string | null;
}

export function useCorrection() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, label, note }: CorrectionInput) =>
      (await take(api.POST("/api/v1/predictions/{id}/label", { params: { path: { id } }, body: { label, note } }))).data,
    onSuccess: () => client.invalidateQueries({ queryKey: ["history"] }),
  });
}

export function useClassify() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (photo: Blob): Promise<Prediction> => {
      const form = new FormData();
      form.append("file", photo, "photo");
      const call = api.POST("/api/v1/predictions/classify", { body: form as never, bodySerializer: () => form });
      return (await take(call)).data;
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["history"] }),
  });
}

const NO_USERS: User[] = [];

/** The accounts that other lists name; the first 500 of a large organisation. */
export function useNamedUsers(enabled: boolean): User[] {
  const users = useQuery({ queryKey: ["users", "named"], enabled, staleTime: 60_000, queryFn: async () => (await take(api.GET("/api/v1/users", { params: { query: { limit: NAMED_USERS } } }))).data });
  return users.data ?? NO_USERS;
}

/** User names by id. */
export function useUserNames(enabled: boolean): Map<string, string> {
  return new Map(useNamedUsers(enabled).map((user) => [user.id, user.username]));
}
