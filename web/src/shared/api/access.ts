// Generated from api/openapi.json by `npm run generate`; not edited by hand.

export const ROLES = ["viewer", "operator", "scientist", "admin", "service"] as const;
export type Role = (typeof ROLES)[number];

/** The operations that are not open to everybody. */
export const OPERATIONS = {
  logout: { scope: "auth:write", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  getMe: { scope: "auth:read", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  changePassword: { scope: "auth:write", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  listSessions: { scope: "auth:read", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  endSession: { scope: "auth:write", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  listKeys: { scope: "keys:read", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  createKey: { scope: "keys:write", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  revokeKey: { scope: "keys:write", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  listUsers: { scope: "users:read", roles: ["admin"] },
  createUser: { scope: "users:write", roles: ["admin"] },
  getUser: { scope: "users:read", roles: ["admin"] },
  changeUser: { scope: "users:write", roles: ["admin"] },
  listAuditEntries: { scope: "audit:read", roles: ["admin"] },
  classifyImage: { scope: "predictions:write", roles: ["operator", "scientist", "admin", "service"] },
  predict: { scope: "predictions:write", roles: ["operator", "scientist", "admin", "service"] },
  listPredictions: { scope: "predictions:read", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  exportPredictions: { scope: "predictions:read", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  predictionStats: { scope: "predictions:read", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  getPrediction: { scope: "predictions:read", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  getThumbnail: { scope: "predictions:read", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  labelPrediction: { scope: "predictions:write", roles: ["operator", "scientist", "admin"] },
  listModels: { scope: "models:read", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  listLoadedModels: { scope: "models:read", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  getLoadedModel: { scope: "models:read", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  getPerformance: { scope: "metrics:read", roles: ["viewer", "operator", "scientist", "admin", "service"] },
  resetPerformance: { scope: "metrics:write", roles: ["admin"] },
} as const satisfies Record<string, { scope: string; roles: readonly Role[] }>;
export type Operation = keyof typeof OPERATIONS;
