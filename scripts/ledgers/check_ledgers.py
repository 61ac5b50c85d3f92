"""Verifies ledgers of Consilium with the PyPI package aics-tlog, and makes others for Consilium to verify.

Usage: check_ledgers.py IN OUT. IN holds one log a line, as scripts/check-ledgers.ts writes it. Each must be sound, and
unsound after one changed byte. OUT gets, for each log, what this package makes of the same leaves with the same key.
"""

import base64
import json
import random
import sys

from aics_tlog import MerkleTree, parse_checkpoint, parse_note, verify_checkpoint, verify_consistency
from aics_tlog import verify_leaf_inclusion, vkey_from_ed25519
from aics_tlog.checkpoint import Checkpoint, sign_checkpoint
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def decoded(texts):
    return [base64.b64decode(text, validate=True) for text in texts]


def encoded(parts):
    return [base64.b64encode(part).decode() for part in parts]


def read_bundle(text):
    """The leaves, and each head with the number of leaves before it."""
    title, *lines = [json.loads(line) for line in text.splitlines()]
    leaves, heads = [], []
    for line in lines:
        if "entry" in line:
            leaves.append(base64.b64decode(line["entry"], validate=True))
        elif "checkpoint" in line:
            heads.append((len(leaves), line["checkpoint"]))
    return leaves, heads, title["head"]


def is_head(note, key, origin, size, root):
    try:
        parsed = parse_note(note)
        result = verify_checkpoint(parsed, key, expected_origin=origin)
        head = parse_checkpoint(parsed.text)
    except ValueError:
        return False
    return result.log_ok and (head.size, head.root) == (size, root)


def check(log, key):
    """Counts what was verified; raises at the first fault."""
    leaves, heads, newest = read_bundle(log["bundle"])
    tree = MerkleTree(leaves)
    size, origin = len(leaves), log["origin"]
    for count, note in [*heads, (size, newest)]:
        if not is_head(note, key, origin, count, tree.root(count)):
            raise SystemExit(f"{origin}: the head over {count} entries is refused")
    for index, proof in enumerate(log["inclusion"]):
        if not verify_leaf_inclusion(leaves[index], index, size, decoded(proof), tree.root()):
            raise SystemExit(f"{origin}: the proof of entry {index} is refused")
    for first, proof in enumerate(log["consistency"]):
        if not verify_consistency(first, size, tree.root(first), tree.root(), decoded(proof)):
            raise SystemExit(f"{origin}: the proof from {first} entries on is refused")
    return leaves, newest, tree


def check_changed(log, key, leaves, newest, tree, chance):
    """A changed byte anywhere must be refused."""
    size, origin = len(leaves), log["origin"]
    place = chance.randrange(len(newest))
    changed = newest[:place] + chance.choice([c for c in "0Az/ \n" if c != newest[place]]) + newest[place + 1 :]
    if is_head(changed, key, origin, size, tree.root()):
        raise SystemExit(f"{origin}: a changed head is accepted")
    index = chance.randrange(size)
    leaf = bytearray(leaves[index])
    leaf[chance.randrange(len(leaf))] ^= 1 << chance.randrange(8)
    other = MerkleTree([*leaves[:index], bytes(leaf), *leaves[index + 1 :]])
    if is_head(newest, key, origin, size, other.root()):
        raise SystemExit(f"{origin}: a changed entry is accepted")
    proof = decoded(log["inclusion"][index])
    if proof:
        part = bytearray(proof[0])
        part[chance.randrange(32)] ^= 1
        if verify_leaf_inclusion(leaves[index], index, size, [bytes(part), *proof[1:]], tree.root()):
            raise SystemExit(f"{origin}: a changed proof is accepted")


def made_here(log, private_key, leaves, tree):
    size, origin = len(leaves), log["origin"]
    head = sign_checkpoint(Checkpoint(origin=origin, size=size, root=tree.root()), private_key, origin)
    return {
        "head": head.serialise(),
        "leaves": encoded(leaves),
        "inclusion": [encoded(tree.inclusion_proof(index, size)) for index in range(size)],
        "consistency": [encoded(tree.consistency_proof(first, size)) for first in range(1, size + 1)],
    }


def main():
    source, target = sys.argv[1:3]
    chance = random.Random(7)
    count = 0
    with open(source, encoding="utf8") as logs, open(target, "w", encoding="utf8") as out:
        for line in logs:
            log = json.loads(line)
            private_key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(log["seed"]))
            key = vkey_from_ed25519(log["origin"], private_key.public_key())
            leaves, newest, tree = check(log, key)
            check_changed(log, key, leaves, newest, tree, chance)
            out.write(json.dumps(made_here(log, private_key, leaves, tree)) + "\n")
            count += 1
    print(f"{count} logs verified, and refused after a changed byte")


main()
