export type Level = "high" | "medium" | "low";

/** Words for a confidence: from 0.9 (or the server's own limit) very sure, from 0.7 fairly sure. */
export function levelOf(confidence: number, high = 0.9): Level {
  if (confidence >= high) return "high";
  return confidence >= 0.7 ? "medium" : "low";
}

export function percent(confidence: number): string {
  if (confidence > 0 && confidence < 0.005) return "< 1 %";
  return confidence >= 0.995 && confidence < 1 ? "> 99 %" : `${Math.round(confidence * 100)} %`;
}
