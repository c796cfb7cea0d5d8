"""Accounts: made, signed in, changed and ended, by the old names, by the API and by the command line."""
import email
import email.policy
import json
import time
import unittest
import urllib.parse
import uuid

from accounts import (LOGIN, ME, MODE, OWN_PASSWORD, PASSWORD, REGISTER, RESET, RESET_REQUEST, SESSIONS, SLACK_S, SOON_S, USERS, Accounts, AccountsTest,
                      Caller, expect, login, with_key, with_token)
from aqua_server import CLASSIFY, HISTORY, ServerTest, poll

REGISTERED = {"id", "email", "username", "full_name", "is_active", "created_at"}


def newcomer(**changes) -> dict:
    name = f"user-{uuid.uuid4().hex[:8]}"
    return {"email": f"{name}@farm.example", "username": name, "password": PASSWORD} | changes


def login_by_form(client, **fields: str):
    body = urllib.parse.urlencode(fields).encode()
    return client.request("POST", LOGIN, body, {"Content-Type": "application/x-www-form-urlencoded"})


class RegistrationTest(AccountsTest):
    """The names and the forms that clients of the old system use."""

    flags = AccountsTest.flags + ("--auth.registration=on",)

    def register(self, **changes):
        return self.client.post_json(REGISTER, newcomer(**changes))

    def test_an_account_is_made_signed_in_and_shown(self):
        user = newcomer(full_name="Anna Üblich")
        made = expect(self.client.post_json(REGISTER, user), 201)
        self.assertLessEqual(REGISTERED, set(made))
        self.assertEqual([made[name] for name in ("email", "username", "full_name", "is_active")], [user["email"], user["username"], "Anna Üblich", True])
        self.assertNotIn(PASSWORD, json.dumps(made))
        tokens = expect(login_by_form(self.client, username=user["username"], password=PASSWORD), 200)
        self.assertEqual((tokens["token_type"], tokens["expires_in"]), ("bearer", 900))
        self.assertTrue(tokens["refresh_token"])
        me = expect(with_token(self.client.port, tokens["access_token"]).me(), 200)
        self.assertEqual((me["id"], me["username"], me["role"], me["roles"], me["signed_in_by"]),
                         (made["id"], user["username"], "operator", ["operator"], "session"))

    def test_a_form_may_have_the_other_fields_of_oauth_clients(self):
        answer = login_by_form(self.client, grant_type="password", scope="", client_id="old client", username="anna", password=PASSWORD)
        self.assertEqual(answer.status, 200, answer.body)

    def test_json_and_the_address_sign_in_as_well(self):
        user = newcomer()
        expect(self.client.post_json(REGISTER, user), 201)
        for name in (user["username"], user["username"].upper(), user["email"], user["email"].upper()):
            with self.subTest(name=name):
                self.assertEqual(login(self.client, name).status, 200)

    def test_answers_with_tokens_are_not_kept(self):
        answer = login(self.client, "anna")
        self.assertEqual((answer.status, answer.header("Cache-Control")), (200, "no-store"))

    def test_a_taken_name_or_address_is_400_as_it_was(self):
        user = newcomer()
        expect(self.client.post_json(REGISTER, user), 201)
        self.assert_error(self.client.post_json(REGISTER, user), 400, "duplicate_user")
        self.assert_error(self.register(username=user["username"].upper()), 400, "duplicate_user")
        self.assert_error(self.register(email=user["email"].upper()), 400, "duplicate_user")
        self.assertEqual(login(self.client, user["username"]).status, 200)

    def test_an_inactive_account_is_400_and_only_with_its_password(self):
        user = self.accounts.create()
        expect(self.admin.send_json("PATCH", f"{USERS}/{user['id']}", {"is_active": False}), 200)
        self.assert_error(login(self.client, user["username"]), 400, "user_inactive")
        self.assert_error(login(self.client, user["username"], "wrong password here"), 401, "wrong_credentials")

    def test_wrong_credentials_are_401_and_say_how_to_do_it(self):
        for name in ("anna", "nobody-of-this-name"):
            answer = login(self.client, name, "wrong password here")
            self.assert_error(answer, 401, "wrong_credentials")
            self.assertTrue(answer.header("WWW-Authenticate").startswith("Bearer"))

    def test_passwords_have_rules(self):
        self.assertEqual(expect(self.client.get(MODE), 200), {"sign_in_required": True, "registration_open": True, "password_min_length": 12})
        for bad in ("", "short", "eleven char", "x" * 129, "with a \0 in the middle", None, 12):
            with self.subTest(password=bad):
                self.assert_error(self.register(password=bad), 422)
        for good in ("twelve chars", "x" * 128, "döner mit ähre 🐟", " spaces at both ends ", "中文密码也可以用来登录的吧"):
            with self.subTest(password=good):
                user = newcomer(password=good)
                expect(self.client.post_json(REGISTER, user), 201)
                self.assertEqual(login(self.client, user["username"], good).status, 200)
                self.assertEqual(login(self.client, user["username"], good[:-1] + "?").status, 401)

    def test_names_and_addresses_have_rules(self):
        for bad in ("ab", "x" * 101, "a\nb c", "tab\tbed", "\u202eright to left", "  ", None):
            with self.subTest(username=bad):
                self.assert_error(self.register(username=bad), 422)
        for bad in ("nobody", "a@b@c.example", "a@farm.example\r\nBcc: x@y.example", "@farm.example", "a b@farm.example", ""):
            with self.subTest(email=bad):
                self.assert_error(self.register(email=bad), 422)

    def test_who_registers_chooses_neither_role_nor_organisation(self):
        for member in ({"role": "admin"}, {"tenant_id": str(uuid.uuid4())}, {"is_superuser": True}, {"is_active": True}, {"id": str(uuid.uuid4())}):
            with self.subTest(member=member):
                user = newcomer(**member)
                self.assert_error(self.client.post_json(REGISTER, user), 422, "validation_failed")
                self.assertEqual(login(self.client, user["username"]).status, 401)

    def test_malformed_forms_are_refused(self):
        for body in (b"username=anna", b"password=x", b"", b"username=%zz&password=x", b"username=a%00&password=x", b"username=%ff&password=x",
                     b"username=a&username=b&password=c", b"&".join(b"a%d=1" % i for i in range(100))):
            with self.subTest(body=body):
                answer = self.client.request("POST", LOGIN, body, {"Content-Type": "application/x-www-form-urlencoded"})
                self.assertIn(answer.status, (400, 422), answer.body)
        self.assert_error(self.client.request("POST", LOGIN, b"<a/>", {"Content-Type": "text/xml"}), 415)


class RegistrationRuleTest(ServerTest):
    def test_it_is_open_until_an_administrator_exists(self):
        server = self.start()
        self.assertTrue(expect(server.client.get(MODE), 200)["registration_open"])
        user = newcomer()
        expect(server.client.post_json(REGISTER, user), 201)
        Accounts(server).begin()
        self.assertFalse(expect(server.client.get(MODE), 200)["registration_open"])
        self.assert_error(server.client.post_json(REGISTER, newcomer()), 403, "registration_closed")
        self.assertEqual(login(server.client, user["username"]).status, 200)

    def test_a_setting_closes_it_from_the_start(self):
        server = self.start("--auth.registration=off")
        self.assert_error(server.client.post_json(REGISTER, newcomer()), 403, "registration_closed")

    def test_role_length_and_refused_passwords_are_settings(self):
        refused = self.folder / "refused.txt"
        refused.write_text("sunshine1\nfishfishfish\n")
        server = self.start("--auth.registration_role=viewer", "--auth.password_min_length=8", f"--auth.breached_passwords={refused}")
        self.assertEqual(expect(server.client.get(MODE), 200)["password_min_length"], 8)
        self.assertEqual(expect(server.client.post_json(REGISTER, newcomer(password="8 letter")), 201)["role"], "viewer")
        self.assert_error(server.client.post_json(REGISTER, newcomer(password="7 lette")), 422)
        self.assert_error(server.client.post_json(REGISTER, newcomer(password="fishfishfish")), 422)


class ModeTest(ServerTest):
    def test_the_first_administrator_ends_the_local_mode_at_once(self):
        server = self.start()
        accounts = Accounts(server)
        local = expect(server.client.get(ME), 200)
        self.assertEqual((local["id"], local["username"], local["role"], local["signed_in_by"]), (None, "local", "admin", "local"))
        before = server.client.classify(b"not an image")
        self.assertEqual(before.status, 422)
        accounts.create_admin()
        began = time.monotonic()
        poll(lambda: server.client.get(HISTORY).status == 401, "sign-in required", 2)
        self.assertLess(time.monotonic() - began, 2)
        for method, path in (("GET", HISTORY), ("GET", ME), ("POST", CLASSIFY), ("GET", USERS), ("POST", USERS)):
            with self.subTest(path=path):
                self.assert_error(server.client.request(method, path, b"" if method == "POST" else None), 401, "credentials_missing")
        self.assertEqual(expect(accounts.sign_in("anna").me(), 200)["role"], "admin")

    def test_an_account_without_rights_does_not_end_it(self):
        server = self.start()
        Accounts(server).ask("user", "create", "--username", "olga", "--role", "operator", password=PASSWORD)
        time.sleep(1.3)  # longer than the server takes to look
        self.assertEqual(server.client.get(HISTORY).status, 200)

    def test_an_administrator_made_by_the_local_user_ends_it_with_that_answer(self):
        server = self.start()
        expect(server.client.post_json(USERS, newcomer(username="berta", role="admin")), 201)
        self.assert_error(server.client.get(HISTORY), 401, "credentials_missing")
        self.assertEqual(expect(Accounts(server).sign_in("berta").me(), 200)["role"], "admin")

    def test_it_is_remembered_over_a_restart(self):
        server = self.start()
        Accounts(server).begin()
        self.assertEqual(server.stop(), 0)
        server.start()
        self.assert_error(server.client.get(HISTORY), 401, "credentials_missing")

    def test_the_setting_asks_from_the_start(self):
        server = self.start("--auth.mode=required")
        self.assertTrue(expect(server.client.get(MODE), 200)["sign_in_required"])
        self.assert_error(server.client.get(HISTORY), 401, "credentials_missing")
        self.assertTrue(server.client.get(HISTORY).header("WWW-Authenticate").startswith("Bearer"))

    def test_beyond_loopback_callers_always_sign_in(self):
        server = self.start(API_HOST="0.0.0.0")
        self.assert_error(server.client.get(HISTORY), 401, "credentials_missing")
        self.assert_error(server.client.post_json(USERS, newcomer(role="admin")), 401, "credentials_missing")
        self.assert_error(server.client.post_json(REGISTER, newcomer()), 403, "registration_closed")
        self.assertIn("in the clear", server.log())
        self.assertEqual(expect(Accounts(server).begin().get(HISTORY), 200), [])

    def test_what_needs_an_account_is_said_to_the_local_user(self):
        server = self.start()
        self.assert_error(server.client.post_json("/api/v1/keys", {"name": "robot"}), 409, "no_account")
        self.assert_error(server.client.post_json(OWN_PASSWORD, {"old_password": PASSWORD, "new_password": PASSWORD + "!"}), 409, "no_account")


class ChangeTest(AccountsTest):
    def change(self, user: dict, **changes):
        return self.admin.send_json("PATCH", f"{USERS}/{user['id']}", changes)

    def everywhere(self, user: dict) -> tuple[Caller, Caller, Caller]:
        """The same account by a token, by a cookie and by a key."""
        token = self.accounts.sign_in(user["username"])
        return token, self.accounts.browser(user["username"]).caller, self.accounts.key(token)[0]

    def test_a_changed_role_ends_the_sessions_and_holds_for_keys(self):
        user = self.accounts.create("scientist")
        token, browser, key = self.everywhere(user)
        began = time.monotonic()
        self.assertEqual(expect(self.change(user, role="viewer"), 200)["role"], "viewer")
        self.assert_refused_soon(token)
        self.assert_refused_soon(browser)
        poll(lambda: key.post_json("/api/v1/ml/predict", {}).status == 403, "the key has the new role", SOON_S + SLACK_S)
        self.assertLess(time.monotonic() - began, SOON_S + SLACK_S)
        self.assertEqual(key.get(HISTORY).status, 200)
        self.assertEqual(expect(self.accounts.sign_in(user["username"]).me(), 200)["role"], "viewer")

    def test_switching_an_account_off_ends_all_of_it_and_on_again_lets_it_sign_in(self):
        user = self.accounts.create()
        callers = self.everywhere(user)
        self.assertFalse(expect(self.change(user, is_active=False), 200)["is_active"])
        for caller in callers:
            self.assert_refused_soon(caller)
        self.assert_error(login(self.client, user["username"]), 400, "user_inactive")
        self.assertTrue(expect(self.change(user, is_active=True), 200)["is_active"])
        for caller in callers[:2]:
            self.assert_error(caller.me(), 401)
        self.assertEqual(login(self.client, user["username"]).status, 200)

    def test_the_last_administrator_stays_one(self):
        me = expect(self.admin.me(), 200)
        self.assert_error(self.change(me, role="viewer"), 409)
        self.assert_error(self.change(me, is_active=False), 409)
        self.assertEqual(self.admin.get(USERS).status, 200)

    def test_a_password_is_changed_by_whoever_knows_it(self):
        user = self.accounts.create()
        token, other = self.accounts.sign_in(user["username"]), self.accounts.sign_in(user["username"])
        new = "another pond of carp"
        self.assert_error(token.post_json(OWN_PASSWORD, {"old_password": "not the old one", "new_password": new}), 422)
        self.assert_error(token.post_json(OWN_PASSWORD, {"old_password": PASSWORD, "new_password": "short"}), 422)
        self.assertEqual(token.me().status, 200)
        self.assertEqual(token.post_json(OWN_PASSWORD, {"old_password": PASSWORD, "new_password": new}).status, 204)
        for caller in (token, other):
            self.assert_refused_soon(caller)
        self.assert_error(login(self.client, user["username"]), 401, "wrong_credentials")
        self.assertEqual(login(self.client, user["username"], new).status, 200)

    def mails(self) -> list[email.message.EmailMessage]:
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in sorted((self.server.state / "mail").glob("*.eml"))]

    def test_a_forgotten_password_is_set_by_the_token_of_a_mail(self):
        user = self.accounts.create()
        token = self.accounts.sign_in(user["username"])
        known = expect(self.client.post_json(RESET_REQUEST, {"username": user["email"]}), 202)["message"]
        mail = poll(lambda: [mail for mail in self.mails() if user["email"] in mail["To"]], "a mail", 5)[0]
        secret = next(line for line in mail.get_content().splitlines() if len(line) == 43 and " " not in line)
        self.assertEqual((self.server.state / "mail").stat().st_mode & 0o077, 0)
        new = "one more pond of tench"
        self.assert_error(self.client.post_json(RESET, {"token": secret, "new_password": "short"}), 422)
        self.assert_error(self.client.post_json(RESET, {"token": secret[:-1] + "A", "new_password": new}), 422)
        self.assertEqual(self.client.post_json(RESET, {"token": secret, "new_password": new}).status, 204)
        self.assert_error(self.client.post_json(RESET, {"token": secret, "new_password": new + "!"}), 422)
        self.assert_refused_soon(token)
        self.assertEqual(login(self.client, user["username"], new).status, 200)
        self.assertNotIn(secret, self.server.log())
        before = len(self.mails())
        self.assertEqual(expect(self.client.post_json(RESET_REQUEST, {"username": "nobody-of-this-name"}), 202)["message"], known)
        expect(self.client.post_json(RESET_REQUEST, {"username": "anna"}), 202)
        poll(lambda: len(self.mails()) > before, "the mail of the request behind it")
        self.assertEqual(len(self.mails()), before + 1)


class CommandTest(AccountsTest):
    """The command line beside a server that runs."""

    def run_json(self, *arguments: str, password: str | None = None) -> dict:
        rows = self.accounts.ask(*arguments, password=password)
        self.assertEqual(len(rows), 1)
        return rows[0]

    def assert_fails(self, code: int, word: str, *arguments: str, password: str | None = None):
        run = self.accounts.command(*arguments, password=password)
        self.assertEqual((run.returncode, run.stdout), (code, b""), run.stderr)
        self.assertIn(word, run.stderr.decode())
        self.assertNotIn("internal error", run.stderr.decode())

    def test_users_are_made_listed_and_changed(self):
        made = self.run_json("user", "create", "--username", "olga", "--role", "operator", "--email", "olga@farm.example", "--full-name", "Olga",
                             password=PASSWORD)
        self.assertEqual((made["role"], made["is_active"], made["full_name"]), ("operator", True, "Olga"))
        self.assertIn(made, self.accounts.ask("user", "list"))
        caller = self.accounts.sign_in("olga")
        self.assertEqual(self.run_json("user", "change", "--username", "OLGA", "--role", "viewer")["role"], "viewer")
        self.assert_refused_soon(caller)
        caller = self.accounts.sign_in("olga")
        self.assertFalse(self.run_json("user", "change", "--username", "olga", "--deactivate")["is_active"])
        self.assert_refused_soon(caller)
        self.assert_error(login(self.client, "olga"), 400, "user_inactive")
        self.run_json("user", "change", "--username", "olga", "--activate")
        self.run_json("user", "set-password", "--username", "olga", password="a stream full of trout")
        self.assertEqual(login(self.client, "olga", "a stream full of trout").status, 200)

    def test_wrong_use_and_failure_have_codes_of_their_own(self):
        self.assert_fails(2, "password", "user", "create", "--username", "paul")
        self.assert_fails(2, "12", "user", "create", "--username", "paul", password="short")
        self.assert_fails(2, "no role", "user", "create", "--username", "paul", "--role", "king", password=PASSWORD)
        self.assert_fails(2, "nothing", "user", "change", "--username", "anna")
        self.assert_fails(2, "--help", "user", "marry", "--username", "anna")
        self.assert_fails(1, "exists", "user", "create", "--username", "anna", password=PASSWORD)
        self.assert_fails(1, "no account", "user", "change", "--username", "nobody-here", "--role", "viewer")
        self.assert_fails(1, "organisation", "user", "create", "--username", "paul", "--organisation", "No farm", password=PASSWORD)
        self.assert_fails(1, "admin", "user", "change", "--username", "anna", "--role", "viewer")
        self.assert_fails(1, "no such", "key", "revoke", str(uuid.uuid4()))
        self.assert_fails(1, "no such", "token", "remove-key", "nonsense")
        self.assert_fails(1, "no account", "token", "create", "--username", "nobody-here")

    def test_keys_are_made_listed_and_ended(self):
        made = self.run_json("key", "create", "--username", "anna", "--name", "robot", "--scope", "predictions:read", "--expires-in-days", "7")
        caller = with_key(self.client.port, made["secret"])
        self.assertEqual(caller.get(HISTORY).status, 200)
        self.assertEqual(caller.get(USERS).status, 403)
        listed = [key for key in self.accounts.ask("key", "list", "--username", "anna") if key["id"] == made["id"]]
        self.assertEqual([(key["scopes"], key["is_active"], "secret" in key) for key in listed], [(["predictions:read"], True, False)])
        self.assertEqual(self.accounts.command("key", "revoke", made["id"]).returncode, 0)
        self.assert_refused_soon(caller, path=HISTORY)
        plain = self.accounts.command("key", "create", "--username", "anna", "--name", "robot")
        self.assertEqual(with_key(self.client.port, plain.stdout.decode().strip()).me().status, 200)

    def test_tokens_and_what_signs_them(self):
        made = self.run_json("token", "create", "--username", "anna")
        self.assertEqual((made["token_type"], made["expires_in"]), ("bearer", 900))
        self.assertEqual(expect(with_token(self.client.port, made["access_token"]).me(), 200)["username"], "anna")
        keys = self.accounts.ask("token", "keys")
        self.assertEqual([key["is_current"] for key in keys].count(True), 1)
        published = expect(self.client.get("/.well-known/jwks.json"), 200)["keys"]
        self.assertEqual({key["id"] for key in keys}, {key["kid"] for key in published})

    def test_organisations_are_made_and_listed(self):
        made = self.run_json("organisation", "create", "Nordhof 🐟")
        self.assertIn(made, self.accounts.ask("organisation", "list"))
        self.assert_fails(1, "exists", "organisation", "create", "NORDHOF 🐟")
        self.accounts.create_admin("nora", "Nordhof 🐟")
        self.assertEqual(expect(self.accounts.sign_in("nora").me(), 200)["organisation_id"], made["id"])
        self.assertEqual([row["username"] for row in self.accounts.ask("user", "list", "--organisation", "Nordhof 🐟")], ["nora"])

    def test_the_audit_log_is_checked_and_exported(self):
        report = self.run_json("audit", "verify")
        self.assertIsNone(report["first_bad"])
        run = self.accounts.command("audit", "export")
        lines = [json.loads(line) for line in run.stdout.splitlines()]
        self.assertGreaterEqual(len(lines), report["entries"])
        self.assertEqual([line["sequence"] for line in lines], list(range(1, len(lines) + 1)))
        self.assert_fails(2, "time", "audit", "export", "--from", "yesterday")

    def test_sessions_are_listed_with_what_made_them(self):
        user = self.accounts.create()
        caller = self.accounts.sign_in(user["username"])
        self.accounts.browser(user["username"])
        rows = expect(caller.get(SESSIONS), 200)
        self.assertEqual(sorted((row["kind"], row["is_current"]) for row in rows), [("browser", False), ("token", True)])


if __name__ == "__main__":
    unittest.main()
