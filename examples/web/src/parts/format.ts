// How lengths, times and reasons are written.

/** `2 h 50 min` */
export function length(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return [hours > 0 && `${hours} h`, (minutes % 60 > 0 || hours === 0) && `${minutes % 60} min`]
    .filter(Boolean)
    .join(" ");
}

/** `1:02:03`, as a player shows it. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export function day(date: string): string {
  const isDay = date.length === 10; // a `Date`, which has no time zone, is not to be moved into one
  return new Date(date).toLocaleDateString("en", { dateStyle: "medium", ...(isDay && { timeZone: "UTC" }) });
}

export function moment(time: string): string {
  return new Date(time).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });
}

const languageNames = new Intl.DisplayNames("en", { type: "language" });
const countryNames = new Intl.DisplayNames("en", { type: "region" });

export const language = (code: string) => languageNames.of(code) ?? code;
export const country = (code: string) => countryNames.of(code) ?? code;

/** `BEHIND_THE_SCENES` as `Behind the scenes`. */
export function words(value: string): string {
  const text = value.toLowerCase().replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
