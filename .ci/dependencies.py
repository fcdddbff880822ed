"""The rules of deny.toml on what is built, and that nothing is named in vain: python3 .ci/dependencies.py METADATA TREE

METADATA is what `cargo metadata --all-features` prints. TREE has a line `name version` for each crate that is built. cargo-deny and
cargo-machete ask the same and more; this asks it where they are not installed.
"""

import collections
import json
import pathlib
import re
import sys
import tomllib

RULES = tomllib.loads(pathlib.Path("deny.toml").read_text())
ALLOWED = set(RULES["licenses"]["allow"])
SKIPPED = {entry["crate"] for entry in RULES["bans"]["skip"]}


def fits(expression):
    """Whether an SPDX expression can be met by allowed licences; `/` is an old way to write OR."""
    tokens = re.findall(r"\(|\)|[^\s()]+(?: WITH [^\s()]+)?", expression.replace("/", " OR "))
    words = {"(": "(", ")": ")", "AND": "and", "OR": "or"}
    return eval(" ".join(words.get(token) or str(token in ALLOWED) for token in tokens))


def licences_and_sources(packages):
    for package in packages:
        name, source = f"{package['name']} {package['version']}", package["source"]
        if source is not None and not source.startswith("registry+"):
            yield f"{name} comes from {source}"
        if source is not None and not (package["license"] and fits(package["license"])):
            yield f"{name} has the licence {package['license']!r}, which deny.toml does not allow"


def twins(built):
    """Crates that are built in two versions, but for those that deny.toml passes over with a reason."""
    versions = collections.defaultdict(set)
    for name, version in built:
        versions[name].add(version)
    met = set()
    for name, found in sorted(versions.items()):
        skipped = {rule for rule in SKIPPED for version in found if matches(rule, name, version)}
        met |= skipped if len(found) > 1 else set()
        if len(found) - len(skipped) > 1:
            yield f"{name} is built as {', '.join(sorted(found))}: give a reason in deny.toml, or let one go"
    for rule in sorted(SKIPPED - met):
        yield f"deny.toml passes over {rule}, and there is no second version any more"


def matches(rule, name, version):
    wanted, _, prefix = rule.partition("@")
    return wanted == name and (version + ".").startswith(prefix + ".")


def unused(packages):
    """Dependencies of our own packages that no source of theirs names, as cargo-machete looks for them."""
    for package in (package for package in packages if package["source"] is None):
        folder = pathlib.Path(package["manifest_path"]).parent
        ignored = ((package["metadata"] or {}).get("cargo-machete") or {}).get("ignored", [])
        folders = ("src", "tests", "benches") if (folder / "tests").is_dir() or (folder / "benches").is_dir() else ("src",)
        sources = "\n".join(file.read_text() for part in folders for file in (folder / part).rglob("*.rs"))
        for dependency in package["dependencies"]:
            name = (dependency["rename"] or dependency["name"]).replace("-", "_")
            used = re.search(rf"\b{name}(::|!)|\b(use|extern crate) {name}\b", sources)
            if not used and dependency["name"] not in ignored:
                yield f"{package['name']} names {dependency['name']} and uses it nowhere"


def main():
    packages = json.loads(pathlib.Path(sys.argv[1]).read_text())["packages"]
    built = [tuple(line.split()[:2]) for line in pathlib.Path(sys.argv[2]).read_text().splitlines() if line.strip()]
    mistakes = [*licences_and_sources(packages), *twins(built), *unused(packages)]
    if min(len(packages), len(built)) < 100:
        mistakes.append(f"only {len(packages)} packages and {len(built)} crates: the lists are not what they should be")
    print("\n".join(mistakes) or f"{len(packages)} packages, from the registry and under allowed licences; "
          f"{len(SKIPPED)} crates twice, for reasons; none in vain")
    sys.exit(bool(mistakes))


main()
