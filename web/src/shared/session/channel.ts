/** What the tabs of one browser tell each other about the session that they share. */
export type SessionMessage = { kind: "signed-in" } | { kind: "signed-out" };

const NAME = "aqua-session";

/** A line to the other tabs; none of it comes back to the tab that speaks. */
export function openChannel(onMessage: (message: SessionMessage) => void): { tell: (message: SessionMessage) => void; close: () => void } {
  if (typeof BroadcastChannel === "undefined") return { tell: () => undefined, close: () => undefined };
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = (event: MessageEvent<SessionMessage>) => onMessage(event.data);
  return { tell: (message) => channel.postMessage(message), close: () => channel.close() };
}
