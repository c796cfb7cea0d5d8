#!/usr/bin/env python3
"""Refuses changes of api/openapi.json that break clients of the last release.

    check_contract.py            compares with the file of the newest tag v*; says so when there is none yet
    check_contract.py OLD NEW    compares two files

Breaking: an operation, a success status, a response member or an accepted media type that is gone; a request member or
parameter that is new and required; a value that is no longer allowed; a type that changed; a tighter bound of what is sent.
"""
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
METHODS = ("get", "post", "put", "patch", "delete")


class Comparison:
    def __init__(self, old: dict, new: dict):
        self.old, self.new, self.faults = old, new, []

    def run(self) -> list[str]:
        for path, item in self.old["paths"].items():
            for method in METHODS:
                if method not in item:
                    continue
                name = f"{method.upper()} {path}"
                operation = self.new["paths"].get(path, {}).get(method)
                if operation is None:
                    self.faults.append(f"{name} is gone")
                else:
                    self.operation(name, item[method], operation)
        return self.faults

    def operation(self, name: str, old: dict, new: dict) -> None:
        known = {(one["in"], one["name"]): one for one in old.get("parameters", [])}
        present = {(one["in"], one["name"]): one for one in new.get("parameters", [])}
        for key, parameter in present.items():
            if parameter.get("required") and not known.get(key, {}).get("required"):
                self.faults.append(f"{name}: parameter {key[1]} is required now")
        for key, parameter in known.items():
            if key not in present:
                self.faults.append(f"{name}: parameter {key[1]} is gone")
            else:
                self.sent(f"{name}: parameter {key[1]}", parameter["schema"], present[key]["schema"])
        bodies, new_bodies = old.get("requestBody", {}).get("content", {}), new.get("requestBody", {}).get("content", {})
        for media_type, content in bodies.items():
            if media_type not in new_bodies:
                self.faults.append(f"{name}: {media_type} is no longer taken")
            else:
                self.sent(f"{name}: body", content.get("schema", {}), new_bodies[media_type].get("schema", {}))
        for status, answer in old["responses"].items():
            if not status.startswith("2"):
                continue
            if status not in new["responses"]:
                self.faults.append(f"{name}: status {status} is gone")
                continue
            for media_type, content in answer.get("content", {}).items():
                other = new["responses"][status].get("content", {}).get(media_type)
                if other is None:
                    self.faults.append(f"{name}: {status} is no longer {media_type}")
                else:
                    self.received(f"{name}: {status}", content.get("schema", {}), other.get("schema", {}))

    def resolve(self, document: dict, schema: dict) -> dict:
        for option in schema.get("anyOf", []):
            if "$ref" in option:
                schema = option
        if "$ref" in schema:
            return document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def both(self, old: dict, new: dict) -> tuple[dict, dict]:
        return self.resolve(self.old, old), self.resolve(self.new, new)

    def types(self, schema: dict) -> set[str]:
        kind = schema.get("type", [])
        return {kind} if isinstance(kind, str) else set(kind)

    def sent(self, where: str, old: dict, new: dict) -> None:
        """What clients send: what was fine must stay fine."""
        old, new = self.both(old, new)
        if self.types(new) and not self.types(old) <= self.types(new):
            self.faults.append(f"{where}: type {sorted(self.types(old))} became {sorted(self.types(new))}")
        if "enum" in new and not set(map(str, old.get("enum", ["anything"]))) <= set(map(str, new["enum"])):
            self.faults.append(f"{where}: fewer values are allowed")
        for bound, tighter in (("minimum", max), ("minLength", max), ("minItems", max), ("maximum", min), ("maxLength", min), ("maxItems", min)):
            if bound in new and (bound not in old or tighter(old[bound], new[bound]) != old[bound]):
                self.faults.append(f"{where}: {bound} is tighter")
        for member in new.get("required", []):
            if member not in old.get("required", []):
                self.faults.append(f"{where}: {member} is required now")
        for member, schema in old.get("properties", {}).items():
            if member not in new.get("properties", {}):
                self.faults.append(f"{where}: {member} is no longer taken")
            else:
                self.sent(f"{where}.{member}", schema, new["properties"][member])

    def received(self, where: str, old: dict, new: dict) -> None:
        """What clients read: what was there must stay there."""
        old, new = self.both(old, new)
        if not self.types(new) <= self.types(old):
            self.faults.append(f"{where}: type {sorted(self.types(old))} became {sorted(self.types(new))}")
        for member, schema in old.get("properties", {}).items():
            if member not in new.get("properties", {}):
                self.faults.append(f"{where}: {member} is gone")
            else:
                self.received(f"{where}.{member}", schema, new["properties"][member])
        if "items" in old and "items" in new:
            self.received(f"{where}[]", old["items"], new["items"])


def git(*arguments: str) -> str:
    return subprocess.run(["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), *arguments], capture_output=True, text=True).stdout


def main() -> int:
    if len(sys.argv) == 3:
        old, new = (pathlib.Path(name).read_text() for name in sys.argv[1:])
    else:
        tags = git("tag", "--list", "v*", "--sort=-version:refname").split()
        old = git("show", f"{tags[0]}:api/openapi.json") if tags else ""
        new = (ROOT / "api/openapi.json").read_text()
        if not old:
            print("no release holds a contract yet: nothing can be broken")
            return 0
    faults = Comparison(json.loads(old), json.loads(new)).run()
    for fault in faults:
        print(f"breaking: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
