// What the walks through the page share: a browser, checks that print a line, axe. BASE_URL and SCREENSHOTS (folder for
// pictures) come from the environment.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
export const { BASE_URL, SCREENSHOTS } = process.env;
mkdirSync(SCREENSHOTS, { recursive: true });

const TIMEOUT_MS = 30_000;
let failed = 0;
export async function check(name, body) {
  try {
    await body();
    console.log(`[page] ok ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`[page] FAILED ${name}: ${String(error.message ?? error).split("\n").slice(0, 6).join(" | ")}`);
  }
}
export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});

/** What the console complained of, and requests to anywhere else. */
const troubles = [];
/** Takes back complaints that a check caused on purpose. */
export function forgive(...texts) {
  troubles.splice(0, troubles.length, ...troubles.filter((trouble) => !texts.some((text) => trouble.includes(text))));
}

export async function newContext({ width = 1280, height = 900, scheme = "light", ...rest } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, acceptDownloads: true, reducedMotion: "reduce", ...rest });
  context.setDefaultTimeout(TIMEOUT_MS);
  return context;
}
export async function newPage(context, path) {
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["blob:", "data:"].includes(url.protocol) && url.origin !== new URL(BASE_URL).origin) troubles.push(`external request: ${url}`);
  });
  await page.goto(BASE_URL + path);
  return page;
}
export async function open(path, options = {}) {
  const context = await newContext(options);
  return { context, page: await newPage(context, path) };
}

export async function axe(page) {
  // Colours are judged once what fades in is there.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity).map((one) => one.finished)));
  // Through the protocol, for the page's own policy allows no scripts but its own.
  const found = await page.evaluate(`${axeSource}; axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })`);
  expect(found.violations.length === 0, found.violations.map((one) => `${one.id}: ${one.nodes[0]?.html} ${one.nodes[0]?.failureSummary}`).join("; "));
}
export async function noSidewaysScroll(page) {
  const [scroll, view] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  expect(scroll <= view, `${scroll} px wide in ${view}`);
}

/** The last check, then the end. */
export async function finish() {
  await check("no console error, no request to anywhere else", async () => expect(troubles.length === 0, [...new Set(troubles)].join("; ")));
  await browser.close();
  process.exit(failed === 0 ? 0 : 1);
}
