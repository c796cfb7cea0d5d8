"""What stands between the network and the server: TLS, origins, headers, who may read the metrics, secrets of production."""
import http.client
import json
import pathlib
import signal
import socket
import ssl
import subprocess
import unittest

from accounts import (KEYS, LOGIN, ME, PASSWORD, SESSION, USERS, Accounts, AccountsTest, Browser, Caller, expect, sample, with_token)
from aqua_server import CLASSIFY, HISTORY, PAGE, Answer, Client, Server, ServerTest, poll, read_answer

ORIGIN = "https://farm.example"
STATS = "/api/v1/predictions/stats"


class Certificate:
    """A certificate for localhost that vouches for itself."""

    def __init__(self, folder: pathlib.Path, name: str):
        self.certificate, self.key = folder / f"{name}.crt", folder / f"{name}.key"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                   "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.key, "-out", self.certificate]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        self.key.chmod(0o600)

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


class TlsClient(Client):
    def __init__(self, port: int, context: ssl.SSLContext, headers: dict[str, str] | None = None):
        super().__init__(port)
        self.context, self.headers = context, headers or {}

    def request(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=self.timeout_s, context=self.context)
        try:
            connection.request(method, path, body=body, headers=self.headers | (headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def subject(self) -> str:
        with self.connect(self.context) as connection:
            return dict(part[0] for part in connection.getpeercert()["subject"])["commonName"]

    def connect(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=10), server_hostname="localhost")


class TlsTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.own = Certificate(self.folder, "own")

    def start_tls(self, *flags: str, **options) -> tuple[Server, TlsClient]:
        server = self.make("--auth.mode=required", f"--tls.certificate={self.own.certificate}", f"--tls.key={self.own.key}", *flags, **options)
        server.launch()

        def ports():
            self.assertIsNone(server.process.poll(), server.log())
            return server.ports_path.exists() and json.loads(server.ports_path.read_text())

        client = TlsClient(poll(ports, "ports file")["api"], self.own.context())
        poll(lambda: client.get("/ready").status == 200, "ready")
        return server, client

    def test_everything_is_served_over_tls_and_nothing_beside_it(self):
        server, client = self.start_tls()
        accounts = Accounts(server)
        accounts.create_admin()
        answer = client.post_json(SESSION, {"username": "anna", "password": PASSWORD})
        cookie, *flags = [part.strip() for part in answer.header("Set-Cookie").split(";")]
        self.assertTrue(cookie.startswith("__Host-aqua_session="))
        self.assertLessEqual({"Secure", "HttpOnly", "SameSite=Strict", "Path=/"}, set(flags))
        self.assertEqual([flag for flag in flags if flag.startswith("Domain")], [])
        page = TlsClient(client.port, client.context, {"Cookie": cookie})
        self.assertEqual(expect(page.get(ME), 200)["username"], "anna")
        self.assertEqual(page.get(ME, Cookie=cookie.removeprefix("__Host-")).status, 401)
        self.assertEqual(page.request("POST", KEYS, b'{"name":"robot"}', {"Content-Type": "application/json"}).status, 403)
        made = page.request("POST", KEYS, b'{"name":"robot"}', {"Content-Type": "application/json", "X-CSRF-Token": answer.json()["csrf_token"]})
        self.assertEqual(made.status, 201)
        for answer in (client.get("/health"), client.get(HISTORY), client.get("/absent"), made):
            self.assertRegex(answer.header("Strict-Transport-Security"), r"max-age=\d{7,}")
        self.assertNotEqual(Client(client.port).raw(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")[:12], b"HTTP/1.1 200")
        with self.assertRaises(ssl.SSLCertVerificationError):
            TlsClient(client.port, ssl.create_default_context()).get("/health")
        self.assertIn("https://", server.log())
        self.assertEqual(server.stop(), 0)

    def test_old_versions_are_refused(self):
        _, client = self.start_tls()
        for version, accepted in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1, False), (ssl.TLSVersion.TLSv1_2, True),
                                  (ssl.TLSVersion.TLSv1_3, True)):
            with self.subTest(version=version):
                context = self.own.context()
                context.set_ciphers("DEFAULT@SECLEVEL=0")
                context.minimum_version = context.maximum_version = version
                if accepted:
                    with client.connect(context) as connection:
                        self.assertIn(connection.version(), ("TLSv1.2", "TLSv1.3"))
                else:
                    with self.assertRaisesRegex(ssl.SSLError, "(?i)protocol.version"):
                        client.connect(context)

    def test_weak_ciphers_are_refused(self):
        _, client = self.start_tls()
        for cipher in ("AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA", "NULL-SHA256", "aNULL"):
            with self.subTest(cipher=cipher):
                context = self.own.context()
                context.maximum_version = ssl.TLSVersion.TLSv1_2
                context.set_ciphers(f"{cipher}:@SECLEVEL=0")
                with self.assertRaises((ssl.SSLError, ConnectionError)):
                    client.connect(context)

    def test_a_hangup_reads_the_certificate_again(self):
        server, client = self.start_tls()
        other = Certificate(self.folder, "other")
        self.assertEqual(client.subject(), "own")
        with client.connect(client.context) as kept:
            kept.sendall(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertEqual(read_answer(kept).status, 200)
            renewed = TlsClient(client.port, other.context())
            other.certificate.replace(self.own.certificate)
            other.key.replace(self.own.key)
            server.signal(signal.SIGHUP)

            def subject():
                try:
                    return renewed.subject()
                except ssl.SSLError:
                    return None

            poll(lambda: subject() == "other", "the new certificate", 10)
            kept.sendall(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertEqual(read_answer(kept).status, 200, "a connection that was there goes on")
        self.own.certificate.write_text("nonsense")
        server.signal(signal.SIGHUP)
        poll(lambda: "the old one stays" in server.log(), "a word about the bad certificate", 10)
        self.assertEqual(renewed.subject(), "other")

    def test_certificates_that_cannot_serve_are_refused_at_the_start(self):
        other = Certificate(self.folder, "other")
        nonsense = self.folder / "nonsense"
        nonsense.write_text("nonsense")
        for certificate, key, word in ((self.own.certificate, other.key, "does not belong"), (nonsense, self.own.key, "certificate"),
                                       (self.own.certificate, nonsense, "key"),
                                       (self.folder / "absent", self.own.key, "absent")):
            with self.subTest(certificate=certificate.name, key=key.name):
                code, said = self.refuse_start(f"--tls.certificate={certificate}", f"--tls.key={key}")
                self.assertEqual(code, 1, said)
                self.assertIn(word, said)
                self.assertNotIn("PRIVATE", said)
        code, said = self.refuse_start(f"--tls.certificate={self.own.certificate}")
        self.assertEqual(code, 2, said)
        self.assertIn("tls.key", said)

    def test_what_is_no_handshake_harms_no_one(self):
        server, client = self.start_tls()
        for content in (b"", b"\x16\x03\x01", b"\x16\x03\x01\xff\xff" + bytes(5000), b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)) * 20,
                        b"\x80\x2e\x01\x00\x02"):
            with self.subTest(content=content[:8]):
                Client(client.port).raw(content, end=True)
                self.assertEqual(client.get("/live").status, 200)
        self.assertIsNone(server.process.poll())

    def test_behind_a_proxy_that_speaks_tls_the_cookie_is_secure_too(self):
        server = self.start("--auth.mode=required", "--api.trusted_proxies=127.0.0.1")
        Accounts(server).create_admin()
        for scheme, name in (("https", "__Host-aqua_session="), ("http", "aqua_session=")):
            answer = server.client.post_json(SESSION, {"username": "anna", "password": PASSWORD}, **{"X-Forwarded-Proto": scheme})
            self.assertTrue(answer.header("Set-Cookie").startswith(name), answer.header("Set-Cookie"))
            self.assertEqual("Secure" in answer.header("Set-Cookie"), scheme == "https")
            self.assertEqual(answer.header("Strict-Transport-Security") is not None, scheme == "https")
        plain = self.start("--auth.mode=required", state=self.folder / "b")
        Accounts(plain).create_admin()
        answer = plain.client.post_json(SESSION, {"username": "anna", "password": PASSWORD}, **{"X-Forwarded-Proto": "https"})
        self.assertTrue(answer.header("Set-Cookie").startswith("aqua_session="), "only a trusted proxy says so")


class OriginTest(AccountsTest):
    """Pages of origins on the list may call; others may not."""

    flags = AccountsTest.flags + (f"--api.cors_origins={ORIGIN}, http://pond.example:8080",)

    def preflight(self, origin: str, method: str = "POST") -> Answer:
        asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,content-type"}
        return self.client.request("OPTIONS", KEYS, headers={"Origin": origin} | asked)

    def test_a_preflight_of_a_listed_origin_is_answered(self):
        for origin in (ORIGIN, "http://pond.example:8080"):
            answer = self.preflight(origin)
            self.assertEqual((answer.status, answer.body, answer.header("Access-Control-Allow-Origin")), (204, b"", origin))
            self.assertLessEqual({"GET", "POST", "PATCH", "DELETE"}, {word.strip() for word in answer.header("Access-Control-Allow-Methods").split(",")})
            self.assertLessEqual({"authorization", "content-type", "x-api-key"},
                                 {word.strip().lower() for word in answer.header("Access-Control-Allow-Headers").split(",")})
            self.assertGreater(int(answer.header("Access-Control-Max-Age")), 0)
            self.assertIn("Origin", answer.header("Vary"))

    def test_a_preflight_of_another_origin_is_not(self):
        for origin in ("https://evil.example", "http://farm.example", f"{ORIGIN}:444", f"{ORIGIN}.evil.example", ORIGIN.upper(), f"{ORIGIN}/", "null", "*", "",
                       f"{ORIGIN} https://evil.example"):
            with self.subTest(origin=origin):
                answer = self.preflight(origin)
                for name in ("Allow-Origin", "Allow-Methods", "Allow-Headers", "Allow-Credentials"):
                    self.assertIsNone(answer.header(f"Access-Control-{name}"))

    def test_answers_are_readable_for_listed_origins_whatever_they_say(self):
        for caller, path, status in ((self.admin, HISTORY, 200), (self.client, HISTORY, 401), (self.admin, "/absent", 404),
                                     (self.admin, f"{HISTORY}?limit=0", 422), (self.admin, STATS, 200)):
            with self.subTest(status=status):
                answer = caller.get(path, Origin=ORIGIN)
                self.assertEqual((answer.status, answer.header("Access-Control-Allow-Origin")), (status, ORIGIN))
                self.assertIn("X-Request-ID", answer.header("Access-Control-Expose-Headers"))
                self.assertIn("Origin", answer.header("Vary"))
                self.assertIsNone(answer.header("Access-Control-Allow-Credentials"), "cookies are for the own page")
                foreign = caller.get(path, Origin="https://evil.example")
                self.assertIsNone(foreign.header("Access-Control-Allow-Origin"))
                self.assertIn("Origin", foreign.header("Vary"), "a cache must not give one the answer of the other")

    def test_a_write_of_a_listed_origin_with_a_token_is_done(self):
        answer = self.admin.post_json(KEYS, {"name": "robot"}, Origin=ORIGIN)
        self.assertEqual((answer.status, answer.header("Access-Control-Allow-Origin")), (201, ORIGIN))

    def test_a_cookie_from_another_origin_does_nothing_without_its_token(self):
        browser: Browser = self.accounts.browser("anna")
        for origin in (ORIGIN, "https://evil.example"):
            self.assert_error(browser.post(KEYS, {"name": "robot"}, csrf=None, Origin=origin), 403, "csrf_token_missing", "foreign_origin")


class HeaderTest(AccountsTest):
    """Every kind of answer tells browsers what not to do."""

    flags = AccountsTest.flags + ("--auth.registration=on",)

    def assert_safe(self, answer: Answer):
        self.assertEqual(answer.header("X-Content-Type-Options"), "nosniff")
        self.assertEqual(answer.header("X-Frame-Options"), "DENY")
        self.assertIn(answer.header("Referrer-Policy"), ("no-referrer", "same-origin", "strict-origin"))
        policy = answer.header("Content-Security-Policy") or ""
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertIn("default-src", policy)
        scripts = next((part for part in policy.split(";") if part.strip().startswith("script-src")), "")
        self.assertNotIn("unsafe", scripts)
        self.assertIsNone(answer.header("Server"))
        self.assertIsNone(answer.header("X-Powered-By"))
        self.assertIsNone(answer.header("Access-Control-Allow-Origin"))

    def test_answers_of_every_status(self):
        prediction = expect(self.admin.classify(sample()), 201)
        viewer = self.accounts.newcomer("viewer")
        stats = self.admin.get(STATS)
        unchanged = self.admin.get(STATS, If_None_Match=stats.header("ETag"))
        big = b'{"username":"' + b"x" * 20000 + b'"}'
        answers = [(200, stats), (201, self.admin.classify(sample())), (204, self.accounts.sign_in("anna").request("POST", "/api/v1/auth/logout", b"")),
                   (304, unchanged), (400, self.client.request("POST", LOGIN, b"\xff", {"Content-Type": "application/json"})),
                   (401, self.client.get(HISTORY)), (403, viewer.get(USERS)), (404, self.client.get("/absent")), (405, self.client.request("DELETE", CLASSIFY)),
                   (413, self.client.request("POST", LOGIN, big, {"Content-Type": "application/json"})),
                   (415, self.client.request("POST", LOGIN, b"x", {"Content-Type": "text/xml"})),
                   (422, self.client.post_json(LOGIN, {})), (422, self.admin.classify(b"no image")), (200, self.admin.get(prediction["thumbnail_url"])),
                   (200, self.client.get("/metrics")), (200, self.client.get("/health")), (200, self.client.get("/ready")), (200, self.client.get("/docs")),
                   (200, self.client.get("/.well-known/jwks.json")), (200, self.admin.get("/api/v1/predictions/history.csv")),
                   (200, self.client.request("HEAD", "/health"))]
        for status, answer in answers:
            with self.subTest(status=status, type=answer.header("Content-Type")):
                self.assertIn(answer.status, {status, 422} if status == 400 else {status}, answer.body[:200])
                self.assert_safe(answer)

    def test_answers_to_what_is_no_request(self):
        for content in (b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
                        b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(100)) + b"\r\n",
                        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Big: " + b"x" * 20000 + b"\r\n\r\n"):
            with self.subTest(content=content[:30]), self.client.socket() as connection:
                connection.sendall(content)
                answer = read_answer(connection)
                self.assertTrue(400 <= answer.status < 500, answer.status)
                self.assert_safe(answer)

    @unittest.skipUnless(PAGE.exists(), "needs the built page")
    def test_files_of_the_page(self):
        asset = next((PAGE / "assets").glob("*.js")).name
        for path in ("/", f"/assets/{asset}", "/sign-in", "/users"):
            with self.subTest(path=path):
                answer = self.client.get(path, Accept="text/html")
                self.assertEqual(answer.status, 200)
                self.assert_safe(answer)

    def test_answers_about_a_caller_are_not_kept(self):
        for path in (ME, HISTORY, USERS, KEYS, "/api/v1/audit", "/api/v1/auth/sessions"):
            self.assertIn("no-store", self.admin.get(path).header("Cache-Control"), path)


class MetricsTest(ServerTest):
    def test_only_listed_addresses_and_administrators_read_them(self):
        server = self.start("--auth.mode=required", "--metrics.allow=192.0.2.0/24, 2001:db8::/32", "--api.trusted_proxies=127.0.0.1",
                            "--rate_limit.per_minute=0")
        accounts = Accounts(server)
        admin = accounts.begin()
        self.assert_error(server.client.get("/metrics"), 401)
        self.assert_error(with_token(server.client.port, "garbage").get("/metrics"), 401)
        self.assertIn(accounts.newcomer("scientist").get("/metrics").status, (401, 403))
        self.assertEqual(admin.get("/metrics").status, 200)
        for address, status in (("192.0.2.7", 200), ("2001:db8::7", 200), ("192.0.3.7", 401), ("2001:db9::7", 401), ("127.0.0.1", 401),
                                ("::ffff:192.0.2.7", 200)):
            with self.subTest(address=address):
                self.assertEqual(Caller(server.client.port, {"X-Forwarded-For": address}).get("/metrics").status, status)
        self.assertEqual(Caller(server.client.port, {"X-Forwarded-For": "192.0.2.7, 203.0.113.5"}).get("/metrics").status, 401)

    def test_this_machine_reads_them_by_default(self):
        server = self.start("--auth.mode=required")
        self.assertEqual(server.client.get("/metrics").status, 200)
        self.assertEqual(server.client.get("/metrics", X_Forwarded_For="203.0.113.5").status, 200, "nobody is trusted to say so")

    def test_malformed_lists_are_refused(self):
        for flag in ("--metrics.allow=nonsense", "--metrics.allow=192.0.2.0/33", "--api.trusted_proxies=farm.example", "--api.trusted_proxies=::/129"):
            with self.subTest(flag=flag):
                code, said = self.refuse_start(flag)
                self.assertIn(code, (1, 2), said)
                self.assertIn(flag[2:].split("=")[0], said)


class ProductionTest(ServerTest):
    GOOD = {"SECRET_KEY": "5b1c7e2f90a4d8366fe0b9a1c4d27785", "JWT_SECRET": "c0ffee11d2a97b5e4f38806b1a7d9e42"}

    def test_short_and_known_secrets_are_refused_and_not_shown(self):
        for name in self.GOOD:
            for bad in ("short", "x" * 31, "a" * 40, "change-me-in-production-change-me-in-production", "your-secret-key-your-secret-key-your-secret"):
                with self.subTest(name=name, bad=bad):
                    code, said = self.refuse_start(ENVIRONMENT="production", **(self.GOOD | {name: bad}))
                    self.assertEqual(code, 2, said)
                    self.assertIn(name, said)
                    self.assertIn("openssl rand", said)
                    if len(bad) > 10:
                        self.assertNotIn(bad, said)

    def test_debug_and_known_database_passwords_are_refused(self):
        code, said = self.refuse_start(ENVIRONMENT="production", DEBUG="true", **self.GOOD)
        self.assertEqual((code, "debug" in said), (2, True), said)
        code, said = self.refuse_start(ENVIRONMENT="production", DATABASE_URL="postgresql://aqua:postgres@127.0.0.1:1/x", **self.GOOD)
        self.assertEqual((code, "database.url" in said), (2, True), said)

    def test_good_ones_start(self):
        server = self.start(ENVIRONMENT="production", **self.GOOD)
        self.assertEqual(expect(server.client.get("/health"), 200)["environment"], "production")
        for secret in self.GOOD.values():
            self.assertNotIn(secret, server.log())


if __name__ == "__main__":
    unittest.main()
