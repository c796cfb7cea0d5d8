#!/usr/bin/env python3
"""Checks that every module declares exactly the modules it includes, and that vendor headers stay behind adapters.

Reads the aqua_module() calls of src/**/CMakeLists.txt. Rules:
- a header of ours included in include/ must come from DEPENDS; in src/ from DEPENDS or PRIVATE_DEPENDS;
- a declared module must be included somewhere (no dependency for nothing);
- public headers include only the standard library, fmt, and headers of ours (base/result.hpp may include tl/expected.hpp).
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', re.MULTILINE)
LISTS = ("DEPENDS", "PRIVATE_DEPENDS", "LIBRARIES", "PRIVATE_LIBRARIES", "HEADERS", "SOURCES", "TESTS", "TEST_DEPENDS")


def parse_modules() -> dict[str, dict]:
    modules = {}
    for path in sorted((ROOT / "src").glob("**/CMakeLists.txt")):
        for body in re.findall(r"aqua_module\((.*?)\)", re.sub(r"#.*", "", path.read_text()), re.DOTALL):
            current, module = None, {name: [] for name in LISTS}
            for word in body.split():
                if word == "NAME" or word in LISTS:
                    current = word
                elif current == "NAME":
                    module["name"] = word
                else:
                    module[current].append(word.strip('"'))
            module["folder"] = path.parent
            modules[module["name"]] = module
    return modules


def includes(path: pathlib.Path) -> list[str]:
    return INCLUDE.findall(path.read_text())


def owner_of(header: str) -> str | None:
    """aqua/<module>/x.hpp belongs to <module>; test kits (aqua/<module>/testing/) are linked separately."""
    parts = header.split("/")
    return parts[1] if len(parts) >= 3 and parts[0] == "aqua" and parts[2] != "testing" else None


def check(module: dict) -> list[str]:
    faults, used = [], set()
    public, private = set(module["DEPENDS"]), set(module["DEPENDS"]) | set(module["PRIVATE_DEPENDS"])
    for kind, allowed in (("HEADERS", public), ("SOURCES", private)):
        files = [module["folder"] / name for name in module[kind] if "$" not in name]
        if kind == "SOURCES":
            files += sorted((module["folder"] / "src").glob("*.hpp"))
        for path in files:
            place = path.relative_to(ROOT)
            for header in includes(path):
                owner = owner_of(header)
                if owner and owner != module["name"]:
                    used.add(owner)
                    if owner not in allowed:
                        faults.append(f"{place}: includes {header}, but module {module['name']} does not declare {owner}")
                ours = header.startswith(("aqua/", "fmt/")) or "/" not in header and "." not in header
                kit = module["name"].endswith("_testing")  # test kits stand on the test library
                if kind == "HEADERS" and not kit and not ours and not (header == "tl/expected.hpp" and path.name == "result.hpp"):
                    faults.append(f"{place}: public header includes {header}")
    for name in sorted(private - used):
        if name.endswith("_testing"):
            continue  # headers of kits have no owner here
        faults.append(f"module {module['name']} declares {name} and includes nothing of it")
    return faults


def check_roles() -> list[str]:
    """The binary declares every module that its sources include."""
    text = (ROOT / "src/roles/CMakeLists.txt").read_text()
    declared = set(re.findall(r"aqua::(\w+)", text))
    used = {owner_of(h) for path in sorted((ROOT / "src/roles/src").glob("*.[ch]pp")) for h in includes(path)} - {None}
    return [f"src/roles: includes {name} without declaring it" for name in sorted(used - declared)] + [
        f"src/roles declares {name} and includes nothing of it" for name in sorted(declared - used)
    ]


def main() -> int:
    faults = [fault for module in parse_modules().values() for fault in check(module)] + check_roles()
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
