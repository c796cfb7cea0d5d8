import { expect, test } from "vitest";
import { levelOf, percent } from "./confidence";

test("words follow the limits", () => {
  expect([0.9, 0.89, 0.7, 0.69].map((value) => levelOf(value))).toEqual(["high", "medium", "medium", "low"]);
  expect(levelOf(0.92, 0.95)).toBe("medium");
});

test("a percentage never claims certainty it has not", () => {
  expect([1, 0.9999, 0.994, 0.5, 0.004, 0].map(percent)).toEqual(["100 %", "> 99 %", "99 %", "50 %", "< 1 %", "0 %"]);
});
