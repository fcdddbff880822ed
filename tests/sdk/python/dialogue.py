"""The question comes as JSON on standard input, the report leaves as JSON on standard output."""

import json
import sys


def ask():
    return json.load(sys.stdin)


def answer(report):
    json.dump(report, sys.stdout)
