import { expect, test } from "vitest";
import { ApiError } from "./api/client";
import { wordsOf } from "./words";

test("what we have words for is said in them", () => {
  expect(wordsOf(new ApiError("x", 409, false, "last_administrator"))).toBe("This is the last administrator. Make somebody else an administrator first.");
  expect(wordsOf(new ApiError("x", 429, false, "login_delayed", [], 1))).toBe("Too many failed attempts. Wait 1 second before the next.");
  expect(wordsOf(new ApiError("x", 422, false, "validation_error", [{ pointer: "/old_password", message: "is wrong", type: "wrong_password" }]))).toBe("This is not your present password.");
  expect(wordsOf(new ApiError("x", 0, true))).toMatch(/No connection/);
});

test("a sign-in that ended and a refusal are told whatever their reason", () => {
  expect(wordsOf(new ApiError("these credentials are not valid", 401, false, "session_invalid"))).toMatch(/Sign in again/);
  expect(wordsOf(new ApiError("the file is not yours", 403, false, "new_reason"))).toBe("You may not do this: the file is not yours");
});

test("else the words of the server stand, with the field that they are about", () => {
  expect(wordsOf(new ApiError("the request is not valid", 422, false, "validation_error", [{ pointer: "/email", message: "is too long", type: "too_long" }]))).toBe("email is too long");
  expect(wordsOf(new ApiError("the disk is full", 500))).toBe("the disk is full");
});
