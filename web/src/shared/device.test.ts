import { expect, test } from "vitest";
import { deviceOf } from "./device";

test("browsers and systems are named", () => {
  expect(deviceOf("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36")).toEqual({ browser: "Chrome", system: "Android" });
  expect(deviceOf("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Version/17.5 Mobile Safari/604.1")).toEqual({ browser: "Safari", system: "iOS" });
  expect(deviceOf("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0")).toEqual({ browser: "Edge", system: "Windows" });
});

test("a program is no browser", () => {
  expect(deviceOf("curl/8.1")).toBeNull();
});
