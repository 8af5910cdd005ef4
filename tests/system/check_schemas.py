#!/usr/bin/env python3
"""Checks stage files and workflows against the schemas that `epitaxy keys STAGE --json` wrote.

Usage: check_schemas.py FOLDER_OF_SCHEMAS FILE_OR_FOLDER...
"""
import json
import pathlib
import sys

import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    """Reads 1e-3 as a number, as the program does."""


Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    __import__("re").compile(r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"),
    list("-+0123456789."),
)


def main():
    schemas = {path.stem: json.loads(path.read_text()) for path in pathlib.Path(sys.argv[1]).glob("*.json")}
    files = []
    for name in map(pathlib.Path, sys.argv[2:]):
        files += sorted(name.rglob("*.yaml")) if name.is_dir() else [name]
    problems = 0
    for file in files:
        content = yaml.load(file.read_text(), Loader)
        schema = schemas["workflow" if "workflow" in content else content["stage"]]
        for error in jsonschema.Draft202012Validator(schema).iter_errors(content):
            print(f"{file}: {'.'.join(map(str, error.absolute_path))}: {error.message}")
            problems += 1
    print(f"{len(files)} files, {problems} problems")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
