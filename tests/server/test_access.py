"""Who may do what: every operation of the served contract with every role, every scope and every organisation."""
import hmac
import json
import unittest
import urllib.parse
import uuid

from accounts import (ABSENT, AUDIT, KEYS, ME, PASSWORD, ROLES, SESSIONS, USERS, AccountsTest, Caller, change_row, decode, encode, expect, sample, with_key,
                      with_token)
from aqua_server import HISTORY, Client

CONTRACT = "/api/v1/openapi.json"
CSV = "/api/v1/predictions/history.csv"
# Of these the contract says in words only that they are for people.
FOR_PEOPLE = {"changePassword", "endSession", "createKey", "revokeKey", "createUser", "changeUser"}
# What ends the session that asks; such a cell needs one of its own.
ENDS_SESSION = {"logout"}


class Operation:
    """One operation of the contract, and how to ask for it without doing anything."""

    def __init__(self, contract: dict, method: str, path: str, content: dict):
        self.method = method.upper()
        self.template = path
        self.id = content["operationId"]
        self.roles = content.get("x-roles", [])
        self.scope = content.get("x-scope")
        self.counted = "x-rate-class" in content
        self.parameters = content.get("parameters", [])
        self.bodies = {kind: self.resolve(contract, media["schema"]) for kind, media in content.get("requestBody", {}).get("content", {}).items()}

    @staticmethod
    def resolve(contract: dict, schema: dict) -> dict:
        return contract["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema

    def path(self, **values: str) -> str:
        return self.template.format(**({"id": ABSENT, "version": "v99.0.0"} | values))

    def ask(self, caller: Client, path: str | None = None, body: bytes | None = None, headers: dict[str, str] | None = None):
        """Asks with a body that no operation takes, so that nothing happens beyond the check of the caller."""
        kind = next(iter(self.bodies), None)
        given = {} if kind is None else {"Content-Type": kind + ("; boundary=b" if kind.startswith("multipart/") else "")}
        content = body if body is not None else (b"{}" if kind else b"" if self.method == "POST" else None)
        return caller.request(self.method, path or self.path(), content, given | (headers or {}))

    def __str__(self):
        return f"{self.method} {self.template}"


def operations(client: Client) -> list[Operation]:
    contract = expect(client.get(CONTRACT), 200)
    return [Operation(contract, method, path, content) for path, methods in contract["paths"].items() for method, content in methods.items()
            if method in ("get", "post", "put", "patch", "delete")]


class ContractTest(AccountsTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operations = operations(cls.client)
        cls.closed = [operation for operation in cls.operations if operation.roles]

    def operation(self, id: str) -> Operation:
        return next(operation for operation in self.operations if operation.id == id)

    def assert_allowed(self, answer, operation: Operation):
        self.assertNotIn(answer.status, (401, 403), (str(operation), answer.body))
        self.assertLess(answer.status, 500, (str(operation), answer.body))

    def assert_forbidden(self, answer, operation: Operation, *types: str):
        self.assertEqual(answer.status, 403, (str(operation), answer.body))
        self.assert_error(answer, 403, *types)


class RoleTest(ContractTest):
    """Every cell of operation and role."""

    def test_the_contract_has_what_these_tests_are_made_of(self):
        self.assertGreaterEqual(len(self.closed), 25)
        self.assertEqual({role for operation in self.closed for role in operation.roles}, set(ROLES))
        self.assertLessEqual(FOR_PEOPLE | ENDS_SESSION, {operation.id for operation in self.closed})
        self.assertEqual([str(operation) for operation in self.closed if not operation.scope], [])
        for operation in self.closed:
            self.assertIn("admin", operation.roles, str(operation))
            if operation.template.startswith((USERS, AUDIT)):
                self.assertEqual(operation.roles, ["admin"], str(operation))
            if operation.method != "GET" and operation.template.startswith("/api/v1/predictions"):
                self.assertNotIn("viewer", operation.roles, str(operation))

    def test_every_role_may_do_what_the_contract_says_and_nothing_else(self):
        for role in ROLES:
            user = self.accounts.create(role)
            token, browser = self.accounts.sign_in(user["username"]), self.accounts.browser(user["username"])
            page = browser.caller.with_headers(X_CSRF_Token=browser.csrf)
            for operation in self.closed:
                for kind, caller in (("token", token), ("browser", page)):
                    with self.subTest(role=role, operation=str(operation), by=kind):
                        if operation.id in ENDS_SESSION and kind == "token":
                            caller = self.accounts.sign_in(user["username"])
                        elif operation.id in ENDS_SESSION:
                            continue
                        answer = operation.ask(caller)
                        if role in operation.roles:
                            self.assert_allowed(answer, operation)
                        else:
                            self.assert_forbidden(answer, operation, "role_not_allowed")

    def test_every_role_may_do_the_same_by_key_but_for_what_is_for_people(self):
        for role in ROLES:
            key, _ = self.accounts.key(self.accounts.newcomer(role))
            for operation in self.closed:
                with self.subTest(role=role, operation=str(operation)):
                    answer = operation.ask(key)
                    if role not in operation.roles:
                        self.assert_forbidden(answer, operation, "role_not_allowed")
                    elif operation.id in FOR_PEOPLE:
                        self.assert_forbidden(answer, operation, "key_not_allowed")
                    else:
                        self.assert_allowed(answer, operation)

    def test_nobody_may_do_what_needs_a_role(self):
        token = self.accounts.tokens("anna")["access_token"]
        head, claims, signature = token.split(".")
        _, key = self.accounts.key(self.admin)
        bad = {"none": self.client, "garbage": with_token(self.client.port, "garbage"), "empty": Caller(self.client.port, {"Authorization": "Bearer "}),
               "no kind": Caller(self.client.port, {"Authorization": token}), "basic": Caller(self.client.port, {"Authorization": "Basic YW5uYTp4"}),
               "unsigned": with_token(self.client.port, f"{head}.{claims}."), "cut": with_token(self.client.port, f"{head}.{claims}.{signature[:-4]}"),
               "key": with_key(self.client.port, f"aqua_{key['prefix']}_{'A' * 43}"),
               "cookie": Caller(self.client.port, {"Cookie": "aqua_session=" + "A" * 43})}
        for name, caller in bad.items():
            for operation in self.closed:
                with self.subTest(credentials=name, operation=str(operation)):
                    answer = operation.ask(caller)
                    self.assert_error(answer, 401)
                    self.assertTrue(answer.header("WWW-Authenticate").startswith("Bearer"))

    def test_what_is_open_is_open_with_bad_credentials_too(self):
        caller = with_token(self.client.port, "garbage")
        for operation in self.operations:
            if not operation.roles and operation.method == "GET":
                with self.subTest(operation=str(operation)):
                    self.assertEqual(operation.ask(caller).status, 200)

    def test_head_is_closed_as_get_is(self):
        self.assertEqual(self.client.request("HEAD", HISTORY).status, 401)
        self.assertEqual(self.admin.request("HEAD", HISTORY).status, 200)
        viewer = self.accounts.newcomer("viewer")
        self.assertEqual(viewer.request("HEAD", USERS).status, 403)

    def test_other_spellings_of_a_path_are_no_way_round(self):
        for path in ("//api/v1/users", "/api/v1/users/", "/api/v1//users", "/api/v1/./users", "/api/v1/keys/../users", "/API/V1/USERS", "/api/v1/%75sers",
                     "/api/v1/users;x=1", "/api/v1/users%2f", "/api/v1/users%00", "/x/../api/v1/users", "/api/v1/keys/%2e%2e/users"):
            with self.subTest(path=path):
                self.assertIn(self.client.get(path).status, (400, 401, 404))


class ExpiredTest(ContractTest):
    """Tokens of the one kind that a test can make itself."""

    SECRET = "0f3c9a17d2b84e6a5c1d7f90b3e2a468"
    flags = ContractTest.flags + (f"--auth.jwt_secret={SECRET}", "--auth.jwt_algorithm=hs256")

    def test_an_expired_token_is_refused_everywhere(self):
        token = self.accounts.tokens("anna")["access_token"]
        claims = json.loads(decode(token.split(".")[1]))
        for age, status in ((0, 200), (1000, 401)):
            text = token.split(".")[0] + "." + encode(claims | {name: claims[name] - age for name in ("iat", "nbf", "exp")})
            caller = with_token(self.client.port, text + "." + encode(hmac.digest(self.SECRET.encode(), text.encode(), "sha256")))
            for operation in self.closed:
                if age > 0 or operation.id == "getMe":
                    with self.subTest(age=age, operation=str(operation)):
                        self.assertEqual(operation.ask(caller).status, status)


class ScopeTest(ContractTest):
    def test_a_key_may_do_what_its_one_scope_names_and_nothing_else(self):
        scopes = sorted({operation.scope for operation in self.closed})
        self.assertGreaterEqual(len(scopes), 9)
        for scope in scopes:
            key, told = self.accounts.key(self.admin, scope)
            self.assertEqual(told["scopes"], [scope])
            for operation in self.closed:
                with self.subTest(scope=scope, operation=str(operation)):
                    answer = operation.ask(key)
                    if operation.scope != scope:
                        self.assert_forbidden(answer, operation, "scope_missing")
                    elif operation.id in FOR_PEOPLE:
                        self.assert_forbidden(answer, operation, "key_not_allowed")
                    else:
                        self.assert_allowed(answer, operation)

    def test_a_scope_gives_nothing_that_the_role_may_not(self):
        key, _ = self.accounts.key(self.accounts.newcomer("viewer"), "users:read", "users:write", "predictions:write", "predictions:read")
        for operation in self.closed:
            if "viewer" not in operation.roles:
                with self.subTest(operation=str(operation)):
                    self.assertEqual(operation.ask(key).status, 403)
        self.assertEqual(key.get(HISTORY).status, 200)

    def test_scopes_must_be_words(self):
        for scope in ("", "Predictions:Read", "a b", "*\n", "x" * 65, "ä", '"', 7, None):
            with self.subTest(scope=scope):
                self.assert_error(self.admin.post_json(KEYS, {"name": "robot", "scopes": [scope]}), 422)
        self.assert_error(self.admin.post_json(KEYS, {"name": "robot", "scopes": ["a:read", "a:read"]}), 422)
        self.assert_error(self.admin.post_json(KEYS, {"name": "robot", "scopes": [f"a{index}:read" for index in range(33)]}), 422)


class TenantTest(ContractTest):
    """Two organisations on one server, each with an administrator, a user, a key, predictions and sessions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts.ask("organisation", "create", "North farm")
        cls.accounts.create_admin("nora", "North farm")
        cls.ours = cls.own(cls.admin, "ours")
        cls.theirs = cls.own(cls.accounts.sign_in("nora"), "theirs")

    @classmethod
    def own(cls, admin: Caller, name: str) -> dict:
        user = cls.accounts.create("operator", f"{name}-olga", by=admin)
        caller = cls.accounts.sign_in(user["username"])
        key_caller, key = cls.accounts.key(caller)
        prediction = expect(caller.classify(sample()), 201)
        session = expect(caller.get(SESSIONS), 200)[0]["id"]
        return {"admin": admin, "user": user, "caller": caller, "key_caller": key_caller, "key": key, "prediction": prediction, "session": session}

    def id_of(self, side: dict, operation: Operation) -> str:
        for start, id in ((KEYS, side["key"]["id"]), (USERS, side["user"]["id"]), (SESSIONS, side["session"]),
                          ("/api/v1/predictions", side["prediction"]["id"])):
            if operation.template.startswith(start):
                return id
        raise AssertionError(f"{operation} takes an id that this test does not know")

    def body_of(self, operation: Operation) -> bytes | None:
        if operation.id == "changeUser":
            return b'{"role":"viewer"}'
        return b'{"label":"bream"}' if operation.template.endswith("/label") else None

    def test_a_foreign_id_is_as_one_that_is_not_there(self):
        taking = [operation for operation in self.closed if "{id}" in operation.template]
        self.assertGreaterEqual(len(taking), 6)
        for operation in taking:
            for side, other in ((self.ours, self.theirs), (self.theirs, self.ours)):
                for kind in ("admin", "caller", "key_caller"):
                    if (kind != "admin" and "operator" not in operation.roles) or (kind == "key_caller" and operation.id in FOR_PEOPLE):
                        continue
                    with self.subTest(operation=str(operation), by=kind):
                        foreign = operation.ask(side[kind], operation.path(id=self.id_of(other, operation)), self.body_of(operation))
                        absent = operation.ask(side[kind], operation.path(id=ABSENT), self.body_of(operation))
                        self.assertEqual((foreign.status, absent.status), (404, 404), (foreign.body, absent.body))
                        self.assertEqual(foreign.reason(), absent.reason())
                        self.assertEqual(foreign.json()["detail"], absent.json()["detail"])
        for side in (self.ours, self.theirs):
            self.assertEqual(expect(side["admin"].get(f"{USERS}/{side['user']['id']}"), 200)["role"], "operator")
            self.assertEqual([key["is_active"] for key in expect(side["caller"].get(KEYS), 200)], [True])
            self.assertEqual([row["id"] for row in expect(side["caller"].get(SESSIONS), 200)], [side["session"]])
            self.assertIsNone(expect(side["caller"].get(f"/api/v1/predictions/{side['prediction']['id']}"), 200)["correction"])
            self.assertEqual(side["key_caller"].me().status, 200)

    def test_the_own_ids_are_found(self):
        for side in (self.ours, self.theirs):
            for path in (f"{USERS}/{side['user']['id']}", f"/api/v1/predictions/{side['prediction']['id']}", side["prediction"]["thumbnail_url"]):
                self.assertEqual(side["admin"].get(path).status, 200, path)

    def test_lists_never_show_rows_of_others(self):
        paths = (USERS, KEYS + "?all=true", SESSIONS, HISTORY, CSV, AUDIT + "?limit=500", "/api/v1/predictions/stats", "/api/v1/models/all", ME,
                 f"{USERS}?after={ABSENT}", f"{HISTORY}?label={self.theirs['prediction']['label']}")
        for side, other in ((self.ours, self.theirs), (self.theirs, self.ours)):
            foreign = [other["user"]["id"], other["user"]["username"], other["key"]["id"], other["prediction"]["id"], other["session"]]
            for path in paths:
                with self.subTest(path=path):
                    text = expect_text(side["admin"].get(path))
                    self.assertEqual([word for word in foreign if word in text], [])
            self.assertIn(side["user"]["id"], expect_text(side["admin"].get(USERS)))
            self.assertIn(side["key"]["id"], expect_text(side["admin"].get(KEYS + "?all=true")))
            self.assertIn(side["prediction"]["id"], expect_text(side["admin"].get(CSV)))
            self.assertEqual(expect(side["admin"].get("/api/v1/predictions/stats"), 200)["total_predictions"], 1)
            self.assertEqual(side["admin"].history_ids(), [side["prediction"]["id"]])

    def test_a_cursor_of_another_organisation_shows_nothing_of_it(self):
        for _ in range(2):
            expect(self.theirs["caller"].classify(sample()), 201)
        self.addCleanup(self.forget_predictions)
        cursor = self.theirs["caller"].get(HISTORY + "?limit=1").header("X-Next-Cursor")
        self.assertTrue(cursor)
        answer = self.ours["caller"].get(f"{HISTORY}?limit=100&cursor={cursor}")
        theirs = set(self.theirs["caller"].history_ids())
        self.assertTrue(answer.status in (400, 422) or not theirs & {row["id"] for row in answer.json()}, answer.body)

    def forget_predictions(self):
        """The other tests count one prediction for each organisation."""
        tenant = expect(self.theirs["caller"].me(), 200)["organisation_id"]
        change_row(self.server.state / "aqua.db", f"DELETE FROM predictions WHERE tenant_id = '{tenant}' AND id <> '{self.theirs['prediction']['id']}'")

    def test_users_see_neither_keys_nor_sessions_of_others(self):
        second = self.accounts.newcomer("operator")
        self.assertEqual(expect(second.get(KEYS), 200), [])
        self.assert_error(second.get(KEYS + "?all=true"), 403, "role_not_allowed")
        self.assert_error(second.delete(f"{KEYS}/{self.ours['key']['id']}"), 404)
        self.assert_error(second.delete(f"{SESSIONS}/{self.ours['session']}"), 404)
        self.assertEqual(len(expect(second.get(SESSIONS), 200)), 1)
        self.assertEqual(self.ours["key_caller"].me().status, 200)

    def test_a_name_is_taken_over_all_organisations(self):
        content = {"username": self.ours["user"]["username"], "email": "x@north.example", "password": PASSWORD}
        self.assert_error(self.theirs["admin"].post_json(USERS, content), 409, "duplicate_user")


def expect_text(answer) -> str:
    if answer.status != 200:
        raise AssertionError((answer.status, answer.body))
    return answer.body.decode()


class MemberTest(ContractTest):
    def test_members_that_are_not_in_the_contract_are_refused_everywhere(self):
        additions = {"tenant_id": ABSENT, "organisation_id": ABSENT, "is_superuser": True, "id": ABSENT, "hashed_password": "x", "user_id": ABSENT,
                     "__proto__": {}}
        tried = 0
        for operation in self.operations:
            schema = operation.bodies.get("application/json")
            if schema is None or operation.id in ENDS_SESSION:
                continue
            self.assertIs(schema.get("additionalProperties"), False, str(operation))
            for name, value in (additions | ({} if "role" in schema["properties"] else {"role": "admin"})).items():
                with self.subTest(operation=str(operation), member=name):
                    content = {key: example(part) for key, part in schema["properties"].items() if key in schema.get("required", [])} | {name: value}
                    answer = operation.ask(self.admin, body=json.dumps(content).encode())
                    self.assert_error(answer, 422, "validation_failed")
                    self.assertIn(f"/{name}", [fault["pointer"] for fault in answer.json()["error"]["details"]])
                    tried += 1
        self.assertGreaterEqual(tried, 70)

    def test_a_member_twice_is_refused(self):
        body = b'{"username":"twice","email":"twice@farm.example","password":"%s","role":"viewer","role":"admin"}' % PASSWORD.encode()
        self.assert_error(self.admin.post_json(USERS, body), 422)

    def test_whoever_changes_himself_gains_nothing(self):
        viewer = self.accounts.newcomer("viewer")
        me = expect(viewer.me(), 200)
        self.assert_error(viewer.send_json("PATCH", f"{USERS}/{me['id']}", {"role": "admin"}), 403, "role_not_allowed")
        self.assertEqual(expect(self.admin.get(f"{USERS}/{me['id']}"), 200)["role"], "viewer")


def example(schema: dict):
    """A value that a schema takes."""
    kind = schema["type"][0] if isinstance(schema.get("type"), list) else schema.get("type")
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "email":
        return f"{uuid.uuid4().hex}@farm.example"
    if kind == "string":
        return "x" * max(schema.get("minLength", 0), 3)
    return {"boolean": True, "integer": 1, "array": []}.get(kind)


PAYLOADS = ("' OR 1=1 --", "'; DROP TABLE users; --", '" OR ""="', "\\'; SELECT 1", "1 UNION SELECT hashed_password FROM users", "%27%20OR%201=1", "$1",
            "${7*7}",
            "x\r\nX-Injected: yes", "x\nSet-Cookie: aqua_session=x", '\n{"level":"info","message":"forged"}\n', "\u001b[31mred", "\u0000", "\u2028line",
            "../../../../etc/passwd", "..\\..\\keys\\secret.key", "%2e%2e%2fkeys%2fsecret.key", "file:///etc/passwd", "<script>alert(1)</script>",
            "=cmd|' /C calc'!A0", "\ud800", "\uffff", "é" * 60, "NaN", "a" * 5000)


def encodable(payload: str) -> str:
    return payload.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


class InjectionTest(ContractTest):
    """Hostile text in every text of every body and in every parameter."""

    flags = ContractTest.flags + ("--log.requests=true", "--auth.registration=on")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prediction = expect(cls.admin.classify(sample()), 201)["id"]
        cls.user = cls.accounts.create()

    def assert_unharmed(self, answer, what):
        self.assertLess(answer.status, 500, (what, answer.body))
        self.assertNotEqual(answer.status, 0)
        self.assertIsNone(answer.header("X-Injected"), what)
        self.assertNotIn("aqua_session=x", answer.header("Set-Cookie") or "", what)
        self.assertNotIn(b"root:", answer.body, what)
        self.assertNotIn(b"$argon2", answer.body, what)

    def own_caller(self, operation: Operation) -> Caller:
        return self.accounts.sign_in("anna") if operation.id in ENDS_SESSION else self.admin

    def test_in_every_text_of_every_body(self):
        tried = 0
        for operation in self.operations:
            schema = operation.bodies.get("application/json")
            texts = [name for name, part in (schema or {"properties": {}})["properties"].items()
                    if "string" in str(part.get("type")) or part.get("type") == "array"]
            for name in texts:
                good = {key: example(part) for key, part in schema["properties"].items() if key in schema.get("required", [])}
                ids = {"id": self.prediction if "predictions" in operation.template else self.user["id"]}
                for payload in PAYLOADS:
                    with self.subTest(operation=str(operation), member=name, payload=payload[:40]):
                        value = [payload] if schema["properties"][name].get("type") == "array" else payload
                        body = json.dumps(good | {name: value}).encode()  # \ud800 stays an escape in the JSON
                        self.assert_unharmed(operation.ask(self.own_caller(operation), operation.path(**ids), body), str(operation))
                        tried += 1
        self.assertGreater(tried, 500)

    def test_in_every_parameter(self):
        for operation in self.operations:
            if operation.method != "GET" and not operation.parameters:
                continue
            for parameter in operation.parameters:
                for payload in PAYLOADS:
                    text = urllib.parse.quote(encodable(payload), safe="")
                    with self.subTest(operation=str(operation), parameter=parameter["name"], payload=payload[:40]):
                        path = operation.path(**{parameter["name"]: text}) if parameter["in"] == "path" else f"{operation.path()}?{parameter['name']}={text}"
                        answer = operation.ask(self.admin, path)
                        self.assert_unharmed(answer, path)
                        if parameter["in"] == "path":
                            self.assertIn(answer.status, (400, 404, 405, 422, 414), path)

    def test_in_unknown_parameters(self):
        for operation in self.operations:
            if operation.method == "GET" and operation.roles:
                with self.subTest(operation=str(operation)):
                    self.assertIn(operation.ask(self.admin, operation.path() + "?tenant_id=" + ABSENT).status, (404, 422))

    def test_in_headers_that_are_kept(self):
        for payload in ("' OR 1=1 --", "\x1b[31m", "<script>", "a" * 4000, '{"level":"info"}', "\u00e9", "$1", "aqua\t\tx"):
            with self.subTest(payload=payload[:20]):
                headers = {"User-Agent": payload, "X-Request-ID": payload, "X-Forwarded-For": payload, "Referer": payload}
                answer = self.client.request("POST", "/api/v1/auth/login", json.dumps({"username": f"x-{payload}", "password": "x"}).encode(),
                                             {"Content-Type": "application/json"} | {name: value.encode("latin-1", "replace") for name,
                                                                                     value in headers.items()})
                self.assertLess(answer.status, 500, answer.body)

    def test_what_was_sent_forged_no_line_of_the_log_and_left_the_tables_whole(self):
        self.client.get("/api/v1/users/" + urllib.parse.quote('\n{"level":"info","message":"forged"}\n', safe=""))
        for text in ("x\n{\"message\":\"forged\"}", "\x1b[2J"):
            self.client.post_json("/api/v1/auth/login", {"username": text, "password": text})
        log = self.server.log()
        self.assertGreater(len(log.splitlines()), 3)
        self.assertNotIn("\x1b", log)
        for line in log.strip().split("\n"):  # not splitlines(), which ends lines at U+2028, too
            content = self.parsed(line)
            self.assertIn("level", content)
            self.assertNotEqual(content["message"], "forged")
        self.assertNotIn(PASSWORD, log)
        self.assertEqual(expect(self.admin.get(f"{USERS}/{self.user['id']}"), 200)["username"], self.user["username"])
        self.assertIn(self.prediction, self.admin.history_ids())
        self.assertEqual(self.accounts.command("audit", "verify").returncode, 0)

    def parsed(self, line: str) -> dict:
        try:
            return json.loads(line)
        except ValueError:
            raise AssertionError(f"not JSON: {line!r}") from None

    def test_names_of_files_are_no_paths(self):
        climbing = ("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "....//", "%252e%252e%252f", "..%c0%af", "/", "%00/")
        for base in ("/", "/assets/", "/api/v1/samples/", "/samples/", "/api/v1/ml/models/", f"/api/v1/predictions/{self.prediction}/"):
            for step in climbing:
                for target in ("etc/passwd", "keys/secret.key", "aqua.db"):
                    path = base + step * 6 + target
                    with self.subTest(path=path):
                        answer = self.admin.get(path)
                        self.assert_unharmed(answer, path)
                        self.assertNotIn(b"SQLite format", answer.body)
                        self.assertNotIn((self.server.state / "keys" / "secret.key").read_bytes(), answer.body)
        for name in ("../../x.jpg", "/etc/passwd", "a\\..\\b", "\x00.jpg", "x" * 3000):
            head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'.encode()
            answer = self.admin.request("POST", "/api/v1/predictions/classify", head + sample() + b"\r\n--b--\r\n",
                                        {"Content-Type": "multipart/form-data; boundary=b"})
            self.assertIn(answer.status, (201, 400, 422), answer.body)


if __name__ == "__main__":
    unittest.main()
