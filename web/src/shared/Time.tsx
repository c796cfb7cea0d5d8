/** A time as the clock on the wall here shows it; UTC in the title. */
export function Time({ value }: { value: string }) {
  const time = new Date(value);
  return (
    <time dateTime={value} title={`${time.toISOString().replace("T", " ").slice(0, 19)} UTC`}>
      {localTime(value)}
    </time>
  );
}

export function localTime(value: string): string {
  return new Date(value).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
