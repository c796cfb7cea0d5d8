"""API keys and access tokens: what is forged, old, or taken back is refused."""
import base64
import datetime
import hmac
import json
import pathlib
import string
import subprocess
import time
import unittest

from accounts import KEYS, ME, PASSWORD, SLACK_S, SOON_S, USERS, Accounts, AccountsTest, decode, encode, expect, login, with_key, with_token
from aqua_server import HISTORY, ServerTest, poll

JWKS = "/.well-known/jwks.json"
# The order of the group of Ed25519: S and S + ORDER sign the same text for verifiers that do not look.
ORDER = 2**252 + 27742317777372353535851937790883648493
PUBLIC_KEY_HEAD = bytes.fromhex("302a300506032b6570032100")
SECRET = "9d1f60c3a5e84b27b0c6d2f81e7a4953"


def openssl(*arguments, **options) -> subprocess.CompletedProcess:
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, timeout=60, **options)


def pem(public: bytes) -> str:
    return f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(PUBLIC_KEY_HEAD + public).decode()}\n-----END PUBLIC KEY-----\n"


class OwnKey:
    """An Ed25519 key that the server does not know."""

    def __init__(self, folder: pathlib.Path):
        self._path, self._text = folder / "own.pem", folder / "own.txt"
        openssl("genpkey", "-algorithm", "ed25519", "-out", self._path, check=True)
        self.public = openssl("pkey", "-in", self._path, "-pubout", "-outform", "DER", check=True).stdout[-32:]

    def sign(self, text: str) -> bytes:
        self._text.write_text(text)
        return openssl("pkeyutl", "-sign", "-inkey", self._path, "-rawin", "-in", self._text, check=True).stdout

    def token(self, header, claims) -> str:
        text = f"{encode(header)}.{encode(claims)}"
        return f"{text}.{encode(self.sign(text))}"


class ForgedTokenTest(AccountsTest):
    def setUp(self):
        super().setUp()
        self.token = self.accounts.tokens("anna")["access_token"]
        self.head, self.body, self.signature = self.token.split(".")
        self.header, self.claims = json.loads(decode(self.head)), json.loads(decode(self.body))

    def assert_refused(self, tokens: dict[str, str], *types: str):
        for name, token in tokens.items():
            with self.subTest(token=name):
                answer = with_token(self.client.port, token).get(HISTORY)
                self.assert_error(answer, 401, *types)
                self.assertIn('error="invalid_token"', answer.header("WWW-Authenticate"))
        self.assertEqual(with_token(self.client.port, self.token).get(HISTORY).status, 200, "the true one is still taken")

    def test_a_token_says_what_it_must(self):
        self.assertEqual((self.header["alg"], self.header["typ"], set(self.header)), ("EdDSA", "at+jwt", {"alg", "typ", "kid"}))
        self.assertEqual((self.claims["iss"], self.claims["aud"], self.claims["role"]), ("aqua", ["aqua-api"], "admin"))
        self.assertLessEqual({"sub", "tenant", "sid", "jti", "iat", "nbf", "exp", "scope"}, set(self.claims))
        self.assertEqual(self.claims["exp"] - self.claims["iat"], 900)

    def test_the_published_keys_check_it_and_hold_nothing_private(self):
        answer = self.client.get(JWKS)
        keys = {key["kid"]: key for key in expect(answer, 200)["keys"]}
        self.assertGreaterEqual(len(keys), 2, "the next one is published ahead")
        for key in keys.values():
            self.assertEqual(set(key), {"kty", "crv", "alg", "use", "kid", "x"})
            self.assertEqual((key["kty"], key["crv"], key["alg"], key["use"]), ("OKP", "Ed25519", "EdDSA", "sig"))
        public, text, signature = self.folder / "public.pem", self.folder / "text", self.folder / "signature"
        public.write_text(pem(decode(keys[self.header["kid"]]["x"])))
        text.write_text(f"{self.head}.{self.body}")
        for content, code in ((decode(self.signature), 0), (bytes(64), 1)):
            signature.write_bytes(content)
            self.assertEqual(openssl("pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", text, "-sigfile", signature).returncode, code)

    def test_tokens_without_a_signature(self):
        forged = {"no signature": f"{self.head}.{self.body}.", "zeros": f"{self.head}.{self.body}.{encode(bytes(64))}"}
        for name in ("none", "None", "NONE", "nOnE", "", None, 0, ["none"], "null"):
            head = encode(self.header | {"alg": name})
            forged |= {f"{name} empty": f"{head}.{self.body}.", f"{name} signed": f"{head}.{self.body}.{self.signature}"}
        self.assert_refused(forged)

    def test_tokens_signed_by_what_everybody_knows(self):
        public = decode(next(key for key in expect(self.client.get(JWKS), 200)["keys"] if key["kid"] == self.header["kid"])["x"])
        jwks = self.client.get(JWKS).body
        forged = {}
        for name, secret in {"public key": public, "as text": encode(public).encode(), "PEM": pem(public).encode(), "JWKS": jwks, "empty": b"",
                             "known": b"secret",
                             "kid": self.header["kid"].encode()}.items():
            for header in ({"alg": "HS256", "typ": "at+jwt"}, {"alg": "HS256", "typ": "at+jwt", "kid": self.header["kid"]}, self.header):
                text = f"{encode(header)}.{self.body}"
                forged[f"{name} {sorted(header)} {header['alg']}"] = f"{text}.{encode(hmac.digest(secret or b'0', text.encode(), 'sha256'))}"
        self.assert_refused(forged)

    def test_tokens_signed_by_another_key(self):
        own = OwnKey(self.folder)
        jwk = {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "own", "x": encode(own.public)}
        headers = {"true kid": {}, "own kid": {"kid": "own"}, "thumbprint": {"kid": "A" * 43}, "jwk": {"jwk": jwk}, "jwk, own kid": {"jwk": jwk, "kid": "own"},
                   "jku": {"jku": f"http://127.0.0.1:{self.client.port}/keys"}, "x5u": {"x5u": "http://127.0.0.1:1/"}, "x5c": {"x5c": [encode(own.public)]},
                   "crit": {"crit": ["exp"]}, "b64": {"b64": False, "crit": ["b64"]}, "ES256": {"alg": "ES256"}, "Ed25519": {"alg": "Ed25519"},
                   "zip": {"zip": "DEF"}}
        for kid in ("../../../dev/null", "/dev/null", "' UNION SELECT x --", "", "x" * 65, "x\u0000", "*", None, 7, ["own"], {"a": 1}, "..", "%2e", "$1"):
            headers[f"kid {kid!r}"] = {"kid": kid}
        forged = {name: own.token(self.header | change, self.claims) for name, change in headers.items()}
        forged["no kid"] = own.token({"alg": "EdDSA", "typ": "at+jwt"}, self.claims)
        self.assert_refused(forged)

    def test_tokens_that_were_altered(self):
        raw = decode(self.signature)
        twin = raw[:32] + (int.from_bytes(raw[32:], "little") + ORDER).to_bytes(32, "little")
        forged = {name: f"{self.head}.{encode(self.claims | change)}.{self.signature}" for name, change in
                  {"role": {"role": "service"}, "longer": {"exp": self.claims["exp"] + 1}, "tenant": {"tenant": self.claims["sub"]},
                   "user": {"sub": self.claims["sid"]},
                   "scope": {"scope": "x"}, "same, spelled otherwise": {}}.items()}
        spelled = json.dumps(self.claims).encode()  # with blanks
        forged |= {"same, spelled otherwise": f"{self.head}.{encode(spelled)}.{self.signature}", "twin signature": f"{self.head}.{self.body}.{encode(twin)}",
                   "shorter": f"{self.head}.{self.body}.{encode(raw[:-1])}", "longer signature": f"{self.head}.{self.body}.{encode(raw + bytes(1))}",
                   "one bit": f"{self.head}.{self.body}.{encode(bytes([raw[0] ^ 1]) + raw[1:])}",
                   "typ": f"{encode(self.header | {'typ': 'JWT'})}.{self.body}.{self.signature}"}
        own = OwnKey(self.folder)
        for name, header in (("typ JWT", self.header | {"typ": "JWT"}), ("no typ", {"alg": "EdDSA", "kid": self.header["kid"]}),
                             ("typ 7", self.header | {"typ": 7})):
            forged[name] = own.token(header, self.claims)
        self.assert_refused(forged)

    def test_tokens_that_are_written_badly(self):
        text = f"{self.head}.{self.body}"
        last = self.signature[-1]
        other = next(c for c in string.ascii_letters if c != last and decode(self.signature[:-1] + c) == decode(self.signature))
        double = json.dumps(self.claims)[:-1].encode() + b',"role":"admin"}'
        twice = json.dumps(self.header)[:-1].encode() + b',"alg":"EdDSA"}'
        forged = {"padding": f"{self.head}=.{self.body}.{self.signature}", "padded signature": f"{self.token}==",
                  "bits behind the end": f"{text}.{self.signature[:-1]}{other}",
                  "other alphabet": f"{text}.{self.signature[:10]}+/{self.signature[12:]}", "four parts": f"{self.token}.x", "two parts": text,
                  "one part": self.head,
                  "dots": "..", "blank": f"{self.head} .{self.body}.{self.signature}", "escape": self.token.replace(".", "%2e"),
                  "null": f"{encode(b'null')}.{self.body}.{self.signature}",
                  "list": f"{encode([])}.{self.body}.{self.signature}", "role twice": f"{self.head}.{encode(double)}.{self.signature}",
                  "alg twice": f"{encode(twice)}.{self.body}.{self.signature}", "not JSON": f"{self.head}.{encode(b'{')}.{self.signature}",
                  "not UTF-8": f"{self.head}.{encode(bytes([255, 254]))}.{self.signature}",
                  "deep": f"{self.head}.{encode(b'[' * 900 + b']' * 900)}.{self.signature}",
                  "long": f"{self.head}.{'A' * 4096}.{self.signature}", "refresh token": self.accounts.tokens("anna")["refresh_token"],
                  "quotes": f'"{self.token}"'}
        self.assert_refused(forged)

    def test_the_token_is_taken_in_the_header_only(self):
        for path in (f"{HISTORY}?access_token={self.token}", f"{HISTORY}?token={self.token}"):
            self.assertIn(self.client.get(path).status, (401, 422))
        self.assertEqual(self.client.get(HISTORY, Cookie=f"access_token={self.token}; aqua_session={self.token}").status, 401)
        self.assertEqual(self.client.get(HISTORY, X_API_Key=self.token).status, 401)
        self.assertEqual(self.client.get(HISTORY, Authorization=f"bearer {self.token}").status, 200)
        head = f"GET {HISTORY} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".encode()
        twice = head + b"Authorization: Bearer x\r\nAuthorization: Bearer %s\r\n\r\n" % self.token.encode()
        self.assertIn(self.client.raw_status(twice), (400, 401))


class ClaimTest(AccountsTest):
    """Claims under a signature that is right: HS256, whose secret a test may know."""

    flags = AccountsTest.flags + ("--auth.jwt_algorithm=hs256", f"--auth.jwt_secret={SECRET}", "--auth.issuer=pond")

    def setUp(self):
        super().setUp()
        self.claims = json.loads(decode(self.accounts.tokens("anna")["access_token"].split(".")[1]))

    def token(self, claims, header=None, secret: str = SECRET) -> str:
        text = f"{encode(header or {'alg': 'HS256', 'typ': 'at+jwt'})}.{encode(claims)}"
        return f"{text}.{encode(hmac.digest(secret.encode(), text.encode(), 'sha256'))}"

    def status(self, token: str) -> int:
        return with_token(self.client.port, token).get(HISTORY).status

    def test_this_mode_takes_its_own_and_says_that_it_is_weak(self):
        self.assertEqual(self.status(self.token(self.claims)), 200)
        self.assertIn("whoever can check one can forge one", self.server.log())

    def test_times(self):
        now = int(time.time())
        for name, change, status in (("just expired", {"iat": now - 900, "nbf": now - 900, "exp": now - 20}, 200),
                                     ("expired", {"iat": now - 900, "nbf": now - 900, "exp": now - 32}, 401),
                                     ("a clock ahead", {"iat": now + 20, "nbf": now + 20, "exp": now + 900}, 200),
                                     ("not yet", {"iat": now, "nbf": now + 40, "exp": now + 800}, 401),
                                     ("from the future", {"iat": now + 40, "nbf": now, "exp": now + 900}, 401),
                                     ("too long", {"iat": now, "nbf": now, "exp": now + 1000}, 401),
                                     ("for ever", {"exp": 2**62}, 401), ("negative", {"exp": -1}, 401), ("backwards", {"exp": now - 1, "iat": now}, 401),
                                     ("fraction", {"exp": now + 100.5}, 401), ("text", {"exp": str(now + 100)}, 401), ("null", {"exp": None}, 401),
                                     ("true", {"exp": True}, 401)):
            with self.subTest(times=name):
                self.assertEqual(self.status(self.token(self.claims | change)), status)

    def test_names(self):
        for change in ({"iss": "aqua"}, {"iss": "Pond"}, {"iss": ""}, {"iss": ["pond"]}, {"iss": "pond "}, {"aud": "aqua-api"}, {"aud": []}, {"aud": [7]},
                       {"aud": {}}, {"role": "king"},
                       {"role": "Admin"}, {"role": ["admin"]}, {"role": None}, {"sub": ""}, {"sub": 7}, {"tenant": ""}, {"sid": None}, {"jti": ""},
                       {"scope": 7},
                       {"sub": "x" * 300}, {"sub": "a\nb"}):
            with self.subTest(claim=change):
                self.assertEqual(self.status(self.token(self.claims | change)), 401)
        for name in self.claims:
            with self.subTest(without=name):
                self.assertEqual(self.status(self.token({key: value for key, value in self.claims.items() if key != name})), 401)
        self.assertEqual(self.status(self.token(self.claims | {"aud": ["other", "pond-api"]})), 200)
        self.assertEqual(self.status(self.token(self.claims | {"aud": "pond-api"})), 200)
        self.assertEqual(self.status(self.token(self.claims | {"more": 1})), 200)

    def test_members_twice(self):
        text = json.dumps(self.claims)[:-1]
        for double in (',"role":"admin"}', ',"exp":%d}' % (self.claims["exp"]), ',"sub":"x"}'):
            with self.subTest(double=double):
                self.assertEqual(self.status(self.token((text + double).encode())), 401)

    def test_scopes_of_a_token_bind_it(self):
        limited = with_token(self.client.port, self.token(self.claims | {"scope": "keys:read"}))
        self.assertEqual((limited.get(KEYS).status, limited.get(USERS).status), (200, 403))

    def test_other_secrets_and_algorithms(self):
        self.assertEqual(self.status(self.token(self.claims, secret=SECRET[:-1])), 401)
        for header in ({"alg": "HS384", "typ": "at+jwt"}, {"alg": "EdDSA", "typ": "at+jwt"}, {"alg": "none", "typ": "at+jwt"},
                       {"alg": "HS256", "typ": "at+jwt", "kid": "x"},
                       {"alg": "HS256", "typ": "JWT"}, {"alg": "HS256"}):
            with self.subTest(header=header):
                self.assertEqual(self.status(self.token(self.claims, header)), 401)


class ModeTest(ServerTest):
    def test_a_secret_alone_does_not_switch_hs256_on(self):
        server = self.start("--auth.mode=required", JWT_SECRET=SECRET)
        accounts = Accounts(server)
        accounts.begin()
        head, body, _ = accounts.tokens("anna")["access_token"].split(".")
        self.assertEqual(json.loads(decode(head))["alg"], "EdDSA")
        text = f"{encode({'alg': 'HS256', 'typ': 'at+jwt'})}.{body}"
        self.assert_error(with_token(server.client.port, f"{text}.{encode(hmac.digest(SECRET.encode(), text.encode(), 'sha256'))}").get(ME), 401,
                          "token_algorithm")

    def test_hs256_without_a_good_secret_does_not_start(self):
        for settings in ({}, {"JWT_SECRET": "short"}):
            with self.subTest(settings=settings):
                code, said = self.refuse_start("--auth.jwt_algorithm=hs256", **settings)
                self.assertIn(code, (1, 2), said)
                self.assertIn("HS256", said.upper())
                self.assertNotIn("internal error", said)

    def test_the_key_of_another_instance_is_told_clearly(self):
        server = self.start(SECRET_KEY="the key of the first instance, long enough")
        self.assertEqual(server.stop(), 0)
        code, said = self.refuse_start(SECRET_KEY="the key of another instance, long enough")
        self.assertEqual(code, 1, said)
        self.assertIn("SECRET_KEY", said)
        self.assertIn("need the same", said)
        self.assertNotIn("the key of", said)
        server = self.start(SECRET_KEY="the key of the first instance, long enough")
        self.assertEqual(server.client.get(ME).status, 200)
        run = Accounts(server).command("audit", "verify", "--json")
        self.assertEqual(run.returncode, 0, "the refused start left something in the audit log: " + run.stdout.decode())

    def test_the_key_in_the_state_folder_is_for_the_owner_only(self):
        server = self.start()
        for path in (server.state / "keys").iterdir():
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)
        self.assertEqual((server.state / "keys").stat().st_mode & 0o077, 0)

    def test_a_signing_key_that_is_removed_takes_its_tokens_with_it(self):
        server = self.start("--auth.mode=required")
        accounts = Accounts(server)
        admin = accounts.begin()
        current = next(key["id"] for key in accounts.ask("token", "keys") if key["is_current"])
        self.assertEqual(accounts.command("token", "remove-key", current).returncode, 0)
        poll(lambda: admin.get(ME).status == 401, "tokens of the removed key are refused", 10)
        self.assertNotIn(current, [key["kid"] for key in expect(server.client.get(JWKS), 200)["keys"]])
        new = accounts.tokens("anna")["access_token"]
        self.assertNotEqual(json.loads(decode(new.split(".")[0]))["kid"], current)
        self.assertEqual(with_token(server.client.port, new).me().status, 200)

    def test_tokens_of_another_server_are_refused(self):
        one = self.start("--auth.mode=required", state=self.folder / "a")
        other = self.start("--auth.mode=required", state=self.folder / "b")
        token = Accounts(one).begin().headers["Authorization"]
        self.assert_error(other.client.get(ME, Authorization=token), 401, "token_key_unknown")


class ApiKeyTest(AccountsTest):
    def test_a_key_is_told_once_and_kept_as_a_hash(self):
        made = expect(self.admin.post_json(KEYS, {"name": "feeder 🐟", "scopes": ["predictions:read"]}), 201)
        secret, key = made["secret"], made["key"]
        self.assertRegex(secret, r"^aqua_[A-Za-z0-9_-]{8}_[A-Za-z0-9_-]{43}$")
        self.assertEqual((key["name"], key["is_active"], key["prefix"], key["revoked_at"]), ("feeder 🐟", True, secret[5:13], None))
        self.assertEqual(with_key(self.client.port, secret).get(HISTORY).status, 200)
        listed = self.admin.get(KEYS)
        self.assertIn(key["id"], [row["id"] for row in expect(listed, 200)])
        content = b"".join(path.read_bytes() for path in self.server.state.glob("aqua.db*")) + self.server.log().encode() + listed.body
        self.assertNotIn(secret[14:].encode(), content)

    def test_it_is_taken_in_both_headers(self):
        key, _ = self.accounts.key(self.admin)
        secret = key.headers["X-API-Key"]
        self.assertEqual(expect(self.client.get(ME, X_API_Key=secret), 200)["signed_in_by"], "api_key")
        self.assertEqual(expect(self.client.get(ME, Authorization=f"Bearer {secret}"), 200)["signed_in_by"], "api_key")

    def test_what_is_like_a_key_is_none(self):
        key, _ = self.accounts.key(self.admin)
        secret = key.headers["X-API-Key"]
        for bad in (secret[:-1], secret + "A", secret[:-1] + ("A" if secret[-1] != "A" else "B"), secret.swapcase(), secret[5:], secret.upper(),
                    secret.replace("_", "-", 1), "aqua_", " " * 60,
                    "' OR 1=1 --", "aqua_" + "A" * 8 + "_" + "A" * 43, secret + " ,x"):
            with self.subTest(key=bad):
                self.assert_error(self.client.get(ME, X_API_Key=bad), 401)
        self.assertEqual(key.me().status, 200)

    def test_a_key_that_was_taken_back_is_refused_within_a_second(self):
        key, told = self.accounts.key(self.admin)
        self.assertEqual(key.me().status, 200)
        self.assertEqual(self.admin.delete(f"{KEYS}/{told['id']}").status, 204)
        self.assert_refused_soon(key, "api_key_invalid")
        row = next(row for row in expect(self.admin.get(KEYS), 200) if row["id"] == told["id"])
        self.assertEqual((row["is_active"], row["revoked_at"] is None), (False, False))
        self.assertEqual(self.admin.delete(f"{KEYS}/{told['id']}").status, 204, "again is no fault")

    def test_a_key_ends_by_itself(self):
        def at(seconds: float) -> str:
            return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")

        key, _ = self.accounts.key(self.admin, expires_at=at(1.5))
        self.assertEqual(key.me().status, 200)
        answer = poll(lambda: (answer := key.me()).status == 401 and answer, "the key ends", 1.5 + SLACK_S)
        self.assert_error(answer, 401, "api_key_expired")
        for seconds in (-1, -86400, 367 * 86400):
            with self.subTest(seconds=seconds):
                self.assert_error(self.admin.post_json(KEYS, {"name": "robot", "expires_at": at(seconds)}), 422)
        for bad in ("tomorrow", "2026-13-01T00:00:00Z", "9999-01-01T00:00:00Z", "0001-01-01T00:00:00Z", 7):
            with self.subTest(expires_at=bad):
                self.assert_error(self.admin.post_json(KEYS, {"name": "robot", "expires_at": bad}), 422)
        default = datetime.datetime.fromisoformat(self.accounts.key(self.admin)[1]["expires_at"])
        self.assertAlmostEqual((default - datetime.datetime.now(datetime.timezone.utc)).total_seconds(), 90 * 86400, delta=60)

    def test_keys_of_an_account_that_is_off_are_refused_and_come_back_with_it(self):
        user = self.accounts.create()
        key, _ = self.accounts.key(self.accounts.sign_in(user["username"]))
        self.assertEqual(key.me().status, 200)
        expect(self.admin.send_json("PATCH", f"{USERS}/{user['id']}", {"is_active": False}), 200)
        self.assert_refused_soon(key)
        self.assert_error(login(self.client, user["username"]), 400, "user_inactive")
        expect(self.admin.send_json("PATCH", f"{USERS}/{user['id']}", {"is_active": True}), 200)
        poll(lambda: key.me().status == 200, "the key is good again", SOON_S + SLACK_S)

    def test_an_account_has_not_any_number_of_keys(self):
        caller = self.accounts.newcomer()
        for _ in range(200):
            answer = caller.post_json(KEYS, {"name": "robot"})
            if answer.status != 201:
                break
        self.assert_error(answer, 409, "too_many_keys")
        rows = expect(caller.get(KEYS), 200)
        self.assertEqual(caller.delete(f"{KEYS}/{rows[0]['id']}").status, 204)
        self.assertEqual(caller.post_json(KEYS, {"name": "robot"}).status, 201)

    def test_when_it_was_used_is_told(self):
        key, told = self.accounts.key(self.admin)
        self.assertIsNone(told["last_used_at"])
        self.assertEqual(key.me().status, 200)

        def used():
            return next(row for row in expect(self.admin.get(KEYS), 200) if row["id"] == told["id"])["last_used_at"]

        self.assertTrue(poll(used, "the time of the use", 5))

    def test_names_have_rules(self):
        for bad in ("", "x" * 101, "a\nb", "\u0000", None, 7):
            with self.subTest(name=bad):
                self.assert_error(self.admin.post_json(KEYS, {"name": bad}), 422)
        self.assertNotIn(PASSWORD, self.server.log())


if __name__ == "__main__":
    unittest.main()
