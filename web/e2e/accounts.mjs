// Walks through what the page has of accounts, on a running server that asks to sign in: accounts.mjs, with BASE_URL,
// SCREENSHOTS (folder for pictures), USERNAME and PASSWORD (of an administrator), SAMPLES (folder of the sample photos) and
// MAILS (folder where the server puts its mails) in the environment. Prints a line a check; ends with 1 when one fails.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { BASE_URL, SCREENSHOTS, axe, check, expect, finish, forgive, newContext, newPage, noSidewaysScroll, open } from "./browser.mjs";

const { USERNAME, PASSWORD, SAMPLES, MAILS } = process.env;
const REFUSED = ["401", "403", "409", "429"];
const OTHER_PASSWORD = "carp in the mill pond";
const shot = (page, name) => page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name });
const login = async (username, password) =>
  (await (await fetch(`${BASE_URL}/api/v1/auth/login`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ username, password }) })).json()).access_token;

async function fill(page, username, password) {
  await page.getByLabel("User name or e-mail").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}
async function signedIn(path, { username = USERNAME, password = PASSWORD, ...options } = {}) {
  const context = await newContext(options);
  const page = await newPage(context, path);
  await fill(page, username, password);
  await page.getByRole("button", { name: `Account: ${username}` }).waitFor();
  return { context, page };
}
async function endSessions(context, page) {
  // As somebody does elsewhere: all sessions of this account, this one last.
  const cookies = (await context.cookies()).map((one) => `${one.name}=${one.value}`).join("; ");
  const me = await (await fetch(`${BASE_URL}/api/v1/auth/me`, { headers: { Cookie: cookies } })).json();
  const ended = await fetch(`${BASE_URL}/api/v1/auth/sessions/${me.session_id}`, { method: "DELETE", headers: { Cookie: cookies, "X-CSRF-Token": me.csrf_token } });
  expect(ended.status === 204, `${ended.status} ${await ended.text()} ${page.url()}`);
}

await check("a wrong password is told in words, the right one leads to where one wanted to go", async () => {
  const { context, page } = await open("/species");
  await fill(page, USERNAME, "not the password");
  await page.getByText("User name or password is wrong.").waitFor();
  expect((await page.getByLabel("User name or e-mail").inputValue()) === USERNAME, "the name is gone");
  await shot(page, "sign-in-wrong");
  await axe(page);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await heading(page, "The fish it knows").waitFor();
  await page.reload();
  await heading(page, "The fish it knows").waitFor();
  const stored = await page.evaluate(() => JSON.stringify([Object.entries(window.localStorage), Object.entries(window.sessionStorage), document.cookie]));
  expect(!stored.includes("session") && !stored.includes("csrf"), stored);
  await context.close();
  forgive(...REFUSED);
});

await check("the keyboard alone signs in and out", async () => {
  const { context, page } = await open("/");
  await page.getByLabel("User name or e-mail").waitFor();
  await page.keyboard.type(USERNAME);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  const account = page.getByRole("button", { name: `Account: ${USERNAME}` });
  await account.waitFor();
  await account.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Profile" }).waitFor();
  await shot(page, "account-menu");
  await axe(page);
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.getByText("You are signed out.").waitFor();
  await context.close();
  forgive(...REFUSED);
});

await check("a delay is told with its seconds, and over", async () => {
  const { context, page } = await open("/");
  await page.route("**/api/v1/auth/session", (route) =>
    route.fulfill({ status: 429, headers: { "Retry-After": "2" }, contentType: "application/json", body: JSON.stringify({ error: { type: "login_delayed", message: "wait", details: [] }, detail: "" }) }),
  );
  await fill(page, USERNAME, "x");
  await page.getByText("Too many failed attempts. Wait 2 seconds before the next.").waitFor();
  expect(await page.getByRole("button", { name: /^Sign in \(/ }).isDisabled(), "it can be tried at once");
  await shot(page, "sign-in-delayed");
  await page.getByText("You can try again now.").waitFor();
  await page.unroute("**/api/v1/auth/session");
  await context.setOffline(true);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("No connection to the server.").first().waitFor();
  await context.setOffline(false);
  await context.close();
  forgive(...REFUSED, "ERR_INTERNET_DISCONNECTED");
});

await check("a key is made, shown once, works, and is revoked", async () => {
  const { context, page } = await signedIn("/account/keys");
  await page.getByText("There are no keys yet.").waitFor();
  await page.getByRole("button", { name: "Make a key" }).click();
  await page.getByLabel("Name", { exact: true }).fill("feeding computer");
  await page.getByLabel("See what was recorded").check();
  await axe(page);
  await shot(page, "key-create");
  await page.getByRole("dialog").getByRole("button", { name: "Make a key" }).click();
  const secret = await page.getByRole("dialog", { name: "Your new key" }).getByLabel("Key", { exact: true }).inputValue();
  expect(/^aqua_/.test(secret), secret.slice(0, 5));
  await page.keyboard.press("Escape");
  await axe(page);
  await shot(page, "key-secret");
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await page.getByRole("dialog").getByRole("alert").waitFor();
  await page.getByRole("button", { name: "I have copied it" }).click();
  const list = async () => (await fetch(`${BASE_URL}/api/v1/predictions/history`, { headers: { "X-API-Key": secret } })).status;
  expect((await list()) === 200, "the key does not work");
  expect(!(await page.content()).includes(secret), "the key is still in the page");
  await page.getByRole("button", { name: "Revoke the key feeding computer" }).click();
  await axe(page);
  await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
  await page.getByText("Revoked", { exact: true }).waitFor();
  await page.waitForTimeout(1000); // the server promises it within a second
  expect((await list()) === 401, "the revoked key works");
  await shot(page, "keys");
  await context.close();
  forgive(...REFUSED);
});

await check("accounts are made, change their role, are switched off and on", async () => {
  const { context, page } = await signedIn("/users");
  for (const [name, role] of [["vera", "Viewer"], ["otto", "Operator"]]) {
    await page.getByRole("button", { name: "Make an account" }).click();
    const dialog = page.getByRole("dialog", { name: "Make an account" });
    await dialog.getByRole("button", { name: "Make the account" }).click();
    await dialog.getByText("Too short: at least").waitFor();
    if (name === "vera") {
      await axe(page);
      await shot(page, "user-create");
    }
    await dialog.getByLabel("User name").fill(name);
    await dialog.getByLabel("E-mail").fill(`${name}@farm.example`);
    await dialog.getByLabel("First password").fill(OTHER_PASSWORD);
    await dialog.getByLabel("Role").click();
    await page.getByRole("option", { name: role }).click();
    await dialog.getByRole("button", { name: "Make the account" }).click();
    await page.getByText(`${name}@farm.example`).waitFor();
  }
  await page.getByRole("button", { name: "Switch off otto" }).click();
  await axe(page);
  await page.getByRole("dialog").getByRole("button", { name: "Switch off" }).click();
  await page.getByRole("button", { name: "Switch on otto" }).waitFor();
  const other = await open("/");
  await fill(other.page, "otto", OTHER_PASSWORD);
  await other.page.getByText("This account is switched off.").waitFor();
  await other.context.close();
  await page.getByRole("button", { name: "Switch on otto" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("button", { name: "Switch off otto" }).waitFor();
  await page.getByRole("button", { name: "Change the role of otto" }).click();
  await page.getByLabel("Role", { exact: true }).click();
  await page.getByRole("option", { name: "Scientist" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("main").getByText("Scientist", { exact: true }).waitFor();
  await page.getByRole("button", { name: `Switch off ${USERNAME}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Switch off" }).click();
  await page.getByText("This is the last administrator.").waitFor();
  await shot(page, "user-last-administrator");
  await axe(page);
  await page.getByRole("button", { name: "Cancel" }).click();
  await shot(page, "users");
  await context.close();
  forgive(...REFUSED, "400");
});

await check("an operator identifies and corrects; a viewer is offered neither", async () => {
  const operator = await signedIn("/", { username: "otto", password: OTHER_PASSWORD });
  await operator.page.getByTestId("file-input").setInputFiles(`${SAMPLES}/bream.jpg`);
  await operator.page.getByTestId("answer").getByRole("button", { name: "Wrong? Correct it" }).waitFor();
  await operator.page.goto(`${BASE_URL}/users`);
  await heading(operator.page, "Which fish is this?").waitFor();
  await operator.context.close();
  const { context, page } = await signedIn("/", { username: "vera", password: OTHER_PASSWORD, width: 360 });
  await heading(page, "What was looked at").waitFor();
  await page.getByText("Common bream").waitFor();
  expect((await page.getByRole("button", { name: "Wrong? Correct it" }).count()) === 0, "a viewer is offered to correct");
  expect((await page.getByRole("link", { name: "Identify", exact: true }).count()) === 0, "a viewer is offered to identify");
  await page.getByRole("button", { name: "Account: vera" }).click();
  expect((await page.getByRole("menuitem").allInnerTexts()).join() === "Profile,API keys,Sign out", (await page.getByRole("menuitem").allInnerTexts()).join());
  await shot(page, "viewer");
  await context.close();
  forgive(...REFUSED);
});

await check("a session that ended asks for the password over the view, and what was typed stays", async () => {
  const { context, page } = await signedIn("/history");
  await page.getByRole("button", { name: "Wrong? Correct it" }).first().click();
  await page.getByLabel("Species", { exact: true }).last().click();
  await page.getByRole("option", { name: "Chub", exact: true }).click();
  await page.getByLabel("Note (optional)").fill("seen in the net");
  await endSessions(context, page);
  await page.getByRole("button", { name: "Save" }).click();
  const dialog = page.getByRole("dialog", { name: "Sign in again" });
  await dialog.waitFor();
  await axe(page);
  await shot(page, "expired");
  await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  expect((await page.getByLabel("Note (optional)").inputValue()) === "seen in the net", "the note is gone");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Corrected: Chub").waitFor();
  await context.close();
  forgive(...REFUSED);
});

await check("signing out in one tab signs the other out, signing in brings it back", async () => {
  const { context, page } = await signedIn("/species");
  const other = await newPage(context, "/users");
  await heading(other, "Users").waitFor();
  await page.getByRole("button", { name: `Account: ${USERNAME}` }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await other.getByText("You signed out in another tab.").waitFor();
  expect(!(await other.content()).includes("vera@farm.example"), "what the account saw is still there");
  await fill(page, USERNAME, PASSWORD);
  await heading(page, "The fish it knows").waitFor();
  await heading(other, "Users").waitFor();
  await other.getByRole("button", { name: "Switch off otto" }).waitFor();
  await context.close();
  forgive(...REFUSED);
});

await check("the audit log tells all that, and filters", async () => {
  const { context, page } = await signedIn("/audit");
  for (const text of ["Sign-in", "API key made", "API key revoked", "Account made", "Account changed"]) await page.getByText(text, { exact: true }).first().waitFor();
  await shot(page, "audit");
  await page.getByLabel("Action begins with").fill("key.");
  await page.waitForFunction(() => [...document.querySelectorAll("main li")].length === 2);
  const entry = page.getByRole("main").getByRole("listitem").first();
  await entry.getByText("Details").click();
  await entry.getByText("key.revoke").waitFor();
  expect(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/.test((await entry.locator("time").getAttribute("title")) ?? ""), "no UTC");
  await axe(page);
  await shot(page, "audit-details");
  await page.getByLabel("Action begins with").fill("nothing.");
  await page.getByText("Nothing matches these filters.").waitFor();
  await page.getByLabel("Action begins with").fill("");
  await page.getByLabel("User", { exact: true }).click();
  await page.getByRole("option", { name: "vera" }).click();
  await page.waitForFunction(() => [...document.querySelectorAll("main li")].length > 0 && [...document.querySelectorAll("main li")].every((one) => one.textContent.includes("vera")));
  await context.close();
  forgive(...REFUSED);
});

await check("sessions are listed and ended; a changed password ends them all", async () => {
  await login("vera", OTHER_PASSWORD);
  const { context, page } = await signedIn("/account", { username: "vera", password: OTHER_PASSWORD, width: 360 });
  await page.getByText("this one", { exact: true }).waitFor();
  await page.getByRole("button", { name: /^End the sign-in: a program/ }).first().click();
  await page.waitForFunction(() => !document.body.textContent.includes("a program"));
  await shot(page, "account");
  await page.getByLabel("Present password").fill("not the password");
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("Too short: at least").waitFor();
  await page.getByLabel("New password").fill("pike in the upper pond");
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("This is not your present password.").waitFor();
  await page.getByLabel("Present password").fill(OTHER_PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("Your password is changed.").waitFor();
  await fill(page, "vera", "pike in the upper pond");
  await heading(page, "Profile").waitFor();
  await context.close();
  forgive(...REFUSED, "422");
});

await check("a forgotten password is set by the link of the mail, one time", async () => {
  const { context, page } = await open("/", { width: 360 });
  await page.getByRole("button", { name: "Forgot the password?" }).click();
  await page.getByLabel("User name or e-mail").fill("otto");
  await shot(page, "forgot");
  await page.getByRole("button", { name: "Send the mail" }).click();
  await page.getByText("a mail is on its way").waitFor();
  await axe(page);
  let token;
  for (let tries = 0; tries < 50 && !token; tries += 1) {
    await page.waitForTimeout(100);
    for (const name of existsSync(MAILS) ? readdirSync(MAILS) : []) {
      const body = readFileSync(`${MAILS}/${name}`, "utf8").split(/\r?\n\r?\n/).slice(1).join("");
      token ??= /token=([\w.-]+)/.exec(Buffer.from(body, "base64").toString())?.[1];
    }
  }
  expect(token, `no mail with a token in ${MAILS}`);
  await page.goto(`${BASE_URL}/reset?token=${token}`);
  await page.getByLabel("New password").fill("tench in the lower pond");
  await page.waitForFunction(() => !window.location.href.includes("token"));
  await shot(page, "reset");
  await axe(page);
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByText("Your password is set.").waitFor();
  await fill(page, "otto", "tench in the lower pond");
  await heading(page, "Which fish is this?").waitFor();
  await page.goto(`${BASE_URL}/reset?token=${token}`);
  await page.getByLabel("New password").fill("tench in the lower pond");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByText("This link was used already or is too old.").waitFor();
  await context.close();
  forgive(...REFUSED, "422");
});

await check("when the server asks to wait, the page says so and goes on by itself", async () => {
  const { context, page } = await signedIn("/species");
  let refuse = true;
  await page.route("**/api/v1/users?*", (route) => {
    if (!refuse) return route.continue();
    refuse = false;
    return route.fulfill({ status: 429, headers: { "Retry-After": "2" }, contentType: "application/json", body: JSON.stringify({ error: { type: "rate_limited", message: "wait", details: [] }, detail: "" }) });
  });
  await page.getByRole("button", { name: `Account: ${USERNAME}` }).click();
  await page.getByRole("menuitem", { name: "Users" }).click();
  await page.getByText("The server asks to wait 2 seconds.").waitFor();
  await shot(page, "waiting");
  await page.getByText("vera@farm.example").waitFor();
  await context.close();
  forgive(...REFUSED);
});

for (const scheme of ["light", "dark"]) {
  for (const width of [360, 1280]) {
    for (const path of ["/sign-in", "/reset"]) {
      await check(`${path} at ${width} px, ${scheme}: nothing to complain of, no sideways scroll`, async () => {
        const { context, page } = await open(path, { width, scheme });
        await page.getByRole("heading", { level: 1 }).waitFor();
        await axe(page);
        await noSidewaysScroll(page);
        await shot(page, `${path.slice(1)}-${width}-${scheme}`);
        await context.close();
        forgive(...REFUSED);
      });
    }
    const { context, page } = await signedIn("/species", { width, scheme });
    for (const path of ["/account", "/account/keys", "/users", "/audit"]) {
      await check(`${path} at ${width} px, ${scheme}: nothing to complain of, no sideways scroll`, async () => {
        await page.goto(BASE_URL + path);
        await page.getByRole("main").locator("li").first().waitFor();
        await page.waitForLoadState("networkidle");
        await axe(page);
        await noSidewaysScroll(page);
        await shot(page, `${path.slice(1).replace("/", "-")}-${width}-${scheme}`);
      });
    }
    await context.close();
    forgive(...REFUSED);
  }
}

await finish();
