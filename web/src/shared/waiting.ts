import { useSyncExternalStore } from "react";

let seconds = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function set(value: number): void {
  seconds = value;
  listeners.forEach((changed) => changed());
}

/** Tells the page that the server asked it to wait. */
export function announceWait(length: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => set(0), length * 1000);
  set(length);
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  return () => void listeners.delete(changed);
}

/** How many seconds the server asked to wait when it asked last; 0 when that time is over. */
export function useWaiting(): number {
  return useSyncExternalStore(subscribe, () => seconds);
}
