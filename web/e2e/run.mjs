// Walks through the page of a running server in a real browser: run.mjs, with BASE_URL, SAMPLES (folder of the sample
// photos) and SCREENSHOTS (folder for pictures) in the environment. Prints a line a check; ends with 1 when one fails.
import { readFileSync } from "node:fs";
import { SCREENSHOTS, axe, check, expect, finish, forgive, noSidewaysScroll, open } from "./browser.mjs";

const { SAMPLES } = process.env;
const answer = (page) => page.getByTestId("answer");

await check("a sample photo is answered in words", async () => {
  const { context, page } = await open("/");
  await page.getByRole("button", { name: "Sample photo: Milkfish" }).click();
  await answer(page).getByRole("heading", { name: "Milkfish" }).waitFor();
  expect((await answer(page).innerText()).includes("Very sure (> 99 %)"), await answer(page).innerText());
  await page.screenshot({ path: `${SCREENSHOTS}/answer.png`, fullPage: true });
  await axe(page);
  await context.close();
});

await check("a fish that it was not taught is not named", async () => {
  const { context, page } = await open("/");
  await page.getByRole("button", { name: "Sample photo: a fish it was not taught" }).click();
  await answer(page).getByRole("heading", { name: "Not one of the fish I know" }).waitFor();
  await page.screenshot({ path: `${SCREENSHOTS}/unknown.png`, fullPage: true });
  await axe(page);
  await context.close();
});

await check("a file is uploaded, answered and corrected", async () => {
  const { context, page } = await open("/");
  await page.getByTestId("file-input").setInputFiles(`${SAMPLES}/bream.jpg`);
  await answer(page).getByRole("heading", { name: "Common bream" }).waitFor();
  await answer(page).getByRole("button", { name: "Wrong? Correct it" }).click();
  await page.getByRole("dialog").getByLabel("Species").click();
  await page.getByRole("option", { name: "Chub", exact: true }).click();
  await page.getByRole("listbox").waitFor({ state: "detached" });
  await page.getByRole("dialog").getByLabel("Note (optional)").fill("seen in the net");
  await axe(page);
  await page.screenshot({ path: `${SCREENSHOTS}/correction.png` });
  await page.getByRole("button", { name: "Save" }).click();
  await answer(page).getByText("Corrected: Chub").waitFor();
  await context.close();
});

await check("a pasted image is answered", async () => {
  const { context, page } = await open("/");
  const bytes = [...readFileSync(`${SAMPLES}/chub.jpg`)];
  await page.evaluate((content) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(content)], "x.jpg", { type: "image/jpeg" }));
    window.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
  }, bytes);
  await answer(page).getByRole("heading", { name: "Chub" }).waitFor();
  await context.close();
});

await check("a large photo is scaled down before it is sent", async () => {
  const { context, page } = await open("/");
  const sent = page.waitForRequest("**/api/v1/predictions/classify");
  await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    canvas.width = 4000;
    canvas.height = 3000;
    const paint = canvas.getContext("2d");
    const noise = paint.createImageData(4000, 3000);
    for (let i = 0; i < noise.data.length; i += 1) noise.data[i] = (i * 2654435761) >>> 24;
    paint.putImageData(noise, 0, 0);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
    const data = new DataTransfer();
    data.items.add(new File([blob], "x.jpg", { type: "image/jpeg" }));
    window.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
  });
  await sent;
  await answer(page).waitFor();
  const newest = await page.evaluate(async () => (await (await fetch("/api/v1/predictions/history?limit=1")).json())[0]);
  expect(newest.image.width === 1600 && newest.image.height === 1200, JSON.stringify(newest.image));
  await context.close();
});

await check("the keyboard alone reaches an answer", async () => {
  const { context, page } = await open("/");
  await page.getByRole("button", { name: "Sample photo: Rainbow trout" }).waitFor();
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement?.getAttribute("aria-label") === "Sample photo: Rainbow trout")) break;
  }
  await page.keyboard.press("Enter");
  await answer(page).getByRole("heading", { name: "Rainbow trout" }).waitFor();
  await context.close();
});

await check("what is no photo is refused with words, and the choice stays", async () => {
  const { context, page } = await open("/");
  await page.getByTestId("file-input").setInputFiles({ name: "x.txt", mimeType: "text/plain", buffer: Buffer.from("no photo") });
  await page.getByText("This is not a photo.").waitFor();
  await page.getByTestId("file-input").setInputFiles({ name: "x.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no photo") });
  await page.getByText("The browser cannot read this file").waitFor();
  await context.close();
});

await check("a server that fails is told, and trying again loses nothing", async () => {
  const { context, page } = await open("/");
  let refuse = true;
  await page.route("**/api/v1/predictions/classify", (route) =>
    refuse ? route.fulfill({ status: 503, contentType: "application/json", body: JSON.stringify({ error: { message: "the database cannot be reached" }, detail: "" }) }) : route.continue(),
  );
  await page.getByTestId("file-input").setInputFiles(`${SAMPLES}/bream.jpg`);
  await page.getByText("the database cannot be reached").waitFor();
  await page.screenshot({ path: `${SCREENSHOTS}/error.png` });
  refuse = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await answer(page).getByRole("heading", { name: "Common bream" }).waitFor();
  await context.close();
  forgive("503");
});

await check("offline is said, and the photo stays", async () => {
  const { context, page } = await open("/");
  await page.getByRole("button", { name: "Sample photo: Milkfish" }).waitFor();
  await context.setOffline(true);
  await page.getByTestId("file-input").setInputFiles(`${SAMPLES}/milkfish.jpg`);
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await page.screenshot({ path: `${SCREENSHOTS}/offline.png` });
  await context.setOffline(false);
  await page.getByRole("button", { name: "Try again" }).click();
  await answer(page).getByRole("heading", { name: "Milkfish" }).waitFor();
  await context.close();
  forgive("ERR_INTERNET_DISCONNECTED");
});

await check("offline the other views still open, and the photo waits for the connection", async () => {
  const { context, page } = await open("/");
  await page.getByRole("button", { name: "Sample photo: Milkfish" }).waitFor();
  await page.waitForFunction(() => performance.getEntriesByType("resource").some((entry) => entry.name.includes("/ModelPage-")));
  await context.setOffline(true);
  await page.getByTestId("file-input").setInputFiles(`${SAMPLES}/milkfish.jpg`);
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await page.getByRole("link", { name: "Species" }).click();
  await page.getByRole("heading", { level: 1, name: "The fish it knows" }).waitFor();
  expect((await page.title()).startsWith("Species"), await page.title());
  await page.getByRole("link", { name: "Identify" }).click();
  await page.getByAltText("The photo you chose").waitFor();
  await context.setOffline(false);
  await page.getByRole("button", { name: "Try again" }).first().click();
  await answer(page).getByRole("heading", { name: "Milkfish" }).waitFor();
  await context.close();
  forgive("ERR_INTERNET_DISCONNECTED");
});

await check("a view whose code was lost on the way opens at the next try", async () => {
  const { context, page } = await open("/");
  await page.route("**/assets/HistoryPage-*", (route) => route.abort());
  await page.getByRole("link", { name: "History" }).click();
  await page.getByText("load the page anew").waitFor();
  await page.unroute("**/assets/HistoryPage-*");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { level: 1, name: "What was looked at" }).waitFor();
  await context.close();
  forgive("ERR_FAILED");
});

await check("a tap beside the correction loses nothing", async () => {
  const { context, page } = await open("/history", { width: 360 });
  await page.getByRole("button", { name: "Wrong? Correct it" }).first().click();
  await page.getByLabel("Note (optional)").fill("seen in the net");
  await page.mouse.click(5, 5);
  expect((await page.getByLabel("Note (optional)").inputValue()) === "seen in the net", "the note is gone");
  await context.close();
});

await check("the history shows, filters, corrects and exports", async () => {
  const { context, page } = await open("/history");
  const entries = page.getByRole("main").getByRole("listitem");
  await entries.first().waitFor();
  expect((await entries.count()) >= 6, `${await entries.count()} entries`);
  await page.getByText("Corrected: Chub").waitFor();
  expect(await page.getByAltText("Thumbnail").first().evaluate((image) => image.complete && image.naturalWidth > 0), "a thumbnail is broken");
  await page.screenshot({ path: `${SCREENSHOTS}/history.png` });
  await page.getByLabel("Show").click();
  await page.getByRole("option", { name: "Not known" }).click();
  await page.waitForFunction(() => [...document.querySelectorAll("main li")].every((entry) => entry.textContent.includes("Not one of the fish I know")));
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download CSV" }).click();
  const csv = readFileSync(await (await download).path(), "utf8");
  expect(csv.startsWith("id,created_at,species") && csv.trim().split("\r\n").slice(1).every((line) => line.includes(",unknown,")), csv.slice(0, 300));
  await page.getByLabel("From").fill("2001-01-01");
  await page.getByLabel("To", { exact: true }).fill("2001-01-02");
  await page.getByText("Nothing matches these filters.").waitFor();
  await page.getByLabel("From").fill("");
  await page.getByLabel("From").focus();
  await page.keyboard.type("0101202666");
  await page.getByRole("heading", { level: 1, name: "What was looked at" }).waitFor();
  await context.close();
});

await check("without accounts the page says how to begin them, and asks for no password", async () => {
  const { context, page } = await open("/account/keys", { width: 360 });
  await page.getByText("There are no accounts on this server yet.").waitFor();
  await page.getByRole("button", { name: "Account: no sign-in here" }).click();
  await page.getByRole("dialog").getByText("aqua user create-admin").waitFor();
  await axe(page);
  await page.screenshot({ path: `${SCREENSHOTS}/local-account.png` });
  await context.close();
});

await check("every species has its picture and credit", async () => {
  const { context, page } = await open("/species");
  const cards = page.getByRole("main").getByRole("listitem");
  await page.getByRole("heading", { name: "Milkfish" }).waitFor();
  expect((await cards.count()) === 19, `${await cards.count()} species`);
  expect((await page.getByText(/Fish4Knowledge|FishCam|milkfish-weight/).count()) >= 19, "credits are missing");
  await page.screenshot({ path: `${SCREENSHOTS}/species.png` });
  await context.close();
});

await check("the model shows figures and its card", async () => {
  const { context, page } = await open("/model");
  await page.getByRole("heading", { name: "Model card", exact: true }).waitFor();
  await page.getByText("0.939").first().waitFor();
  await page.getByRole("region", { name: "Model card" }).getByRole("cell", { name: "Chub", exact: true }).waitFor();
  await page.screenshot({ path: `${SCREENSHOTS}/model.png` });
  await context.close();
});

for (const path of ["/docs", "/redoc"]) {
  await check(`${path} shows the contract without internet`, async () => {
    const { context, page } = await open(path);
    await page.getByText("/api/v1/predictions/classify").first().waitFor();
    await context.close();
  });
}

for (const scheme of ["light", "dark"]) {
  for (const width of [360, 1280]) {
    for (const path of ["/", "/history", "/species", "/model"]) {
      await check(`${path} at ${width} px, ${scheme}: nothing to complain of, no sideways scroll`, async () => {
        const { context, page } = await open(path, { width, scheme });
        await page.getByRole("main").locator("img, dl").first().waitFor();
        await axe(page);
        await noSidewaysScroll(page);
        await page.screenshot({ path: `${SCREENSHOTS}/${path.slice(1) || "identify"}-${width}-${scheme}.png` });
        await context.close();
      });
    }
  }
}

await finish();
