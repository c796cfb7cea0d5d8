const FIRST_YEAR = 1900;
const LAST_YEAR = 2200;

/** The start of a local day as UTC, `days` later; nothing while the day is being typed (a year of five digits is no date). */
export function dayStart(day: string, days = 0): string | undefined {
  const time = new Date(`${day}T00:00:00`);
  time.setDate(time.getDate() + days);
  // While a year is typed, the field holds years such as 0002.
  const known = time.getFullYear() >= FIRST_YEAR && time.getFullYear() <= LAST_YEAR;
  return known ? time.toISOString() : undefined;
}
