"""
Reads the signed membership histories again by other means than the program's: Ed25519, SHA-256 and CBOR of other
libraries, and the rule of two thirds counted from the definition.

  python3 membership.py HISTORIES [--planted]     HISTORIES is test/membership/golden-histories.json

Checks in each history that its bytes are deterministic CBOR; that the records from the genesis to the verdict's head
follow one another by their hashes; that each was decided by enough valid votes of the members before it; that the
members after them are the verdict's; that no first attempt after the head was decided, or two were where the verdict
says fork; and that each liar signed two votes of one attempt, or a vote that its own skip denies. With --planted, one
byte of a signature, one vote, one member and one head are changed, and each change must be found.
"""

import base64
import copy
import hashlib
import json
import sys
from fractions import Fraction
from math import ceil
from pathlib import Path

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
MAGIC = b"consilium/membership/1\n"
ED25519_PEER_ID = bytes.fromhex("002408011220")


def canonical(value):
    return cbor2.dumps(value, canonical=True)


def digest(value):
    return hashlib.sha256(canonical(value)).hexdigest()


def body_hash(body):
    return digest(["consilium/membership/body/1", body])


def record_hash(body):
    parts = [body[key] for key in ("height", "previous", "change", "anchors")]
    return digest(["consilium/membership/decision/1", *parts])


def public_key(peer_id):
    number = 0
    for letter in peer_id:
        number = number * 58 + ALPHABET.index(letter)
    raw = number.to_bytes(38, "big")
    assert raw[:6] == ED25519_PEER_ID
    return Ed25519PublicKey.from_public_bytes(raw[6:])


def is_signed(word, consortium):
    bare = {key: value for key, value in word.items() if key not in ("signature", "accepted")}
    content = hashlib.sha256(canonical(bare)).digest()
    message = cbor2.dumps(["consilium/signature/1", f"membership/{word['kind']}", consortium, "", 0, content])
    signed = [(word["signer"], word["signature"])]
    if word["kind"] == "succession":
        signed.append((word["successor"], word["accepted"]))
    try:
        for key, signature in signed:
            public_key(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


class History:
    def __init__(self, encoded):
        assert encoded.startswith(MAGIC)
        file = cbor2.loads(encoded[len(MAGIC) :])
        self.is_canonical = MAGIC + canonical(file) == encoded
        self.genesis = file["genesis"]
        self.id = digest(["consilium/membership/genesis/1", self.genesis])
        self.bodies = [record for record in file["records"] if record["kind"] == "body"]
        self.words = [record for record in file["records"] if record["kind"] != "body" and self.holds(record)]
        for body in self.bodies:
            reason = body["reason"] or {}
            carried = body["anchors"] + reason.get("skips", []) + reason.get("words", [])
            assert all(self.holds(word) for word in carried)
            self.words += carried

    def holds(self, word):
        return is_signed(word, self.id)

    def base(self, members, body):
        """The members after the body's departures and successions; None if one does not fit or nobody is left."""
        left = set(members)
        for word in body["anchors"]:
            if word["signer"] not in left or word["height"] > body["height"]:
                return None
            left.remove(word["signer"])
            if word["kind"] == "succession":
                left.add(word["successor"])
        return left or None

    def is_voted(self, members, body):
        """Whether enough of those who decide about the body voted for it."""
        base = self.base(members, body)
        if base is None:
            return False
        own = body_hash(body)
        place = (body["height"], body["attempt"], body["previous"], own)
        keys = ("height", "attempt", "previous", "body")
        voted = {w["signer"] for w in self.words if w["kind"] == "vote" and tuple(w[key] for key in keys) == place}
        reason = body["reason"] or {"kind": "none"}
        if reason["kind"] == "recovery":
            recovery = self.genesis["recovery"]
            return len(voted & set(recovery["keys"])) >= recovery["threshold"]
        barred = {body["change"]["organisation"]} if body["change"]["kind"] == "revoke" else set()
        if reason["kind"] == "equivocation":
            barred.add(reason["words"][0]["signer"])
        in_favour = len(voted & (base - barred))
        if not barred & base:
            return Fraction(in_favour) >= Fraction(2 * len(base), 3)
        needed = max(ceil(Fraction(2 * (len(base) - 1), 3)), len(base) // 2 + 1)
        return in_favour >= needed

    def after(self, members, body):
        left, change = self.base(members, body), body["change"]
        if change["kind"] == "admit":
            return left | {member["organisation"] for member in change["members"]}
        return left - {change["organisation"]} if change["kind"] == "revoke" else left

    def path_to(self, head):
        path = []
        while head != self.id:
            same = [body for body in self.bodies if record_hash(body) == head]
            if not same:
                return None
            path.insert(0, same)
            head = same[0]["previous"]
        return path


def contradicts(first, second):
    places = ("height", "previous")
    if first["signer"] != second["signer"] or first["kind"] != "vote" or any(first[p] != second.get(p) for p in places):
        return False
    if second["kind"] == "vote":
        return first["attempt"] == second["attempt"] and first["body"] != second["body"]
    if second["kind"] != "skip" or first["attempt"] > second["attempt"]:
        return False
    latest = second["latest"]
    return latest is None or first["attempt"] > latest["attempt"] or (
        first["attempt"] == latest["attempt"] and first["body"] != latest["body"]
    )


def faults_of(row):
    """What is wrong with one history and its verdict."""
    history, verdict = History(base64.b64decode(row["records"])), row["verdict"]
    faults = [] if history.is_canonical else ["not deterministic CBOR"]
    members = {member["organisation"] for member in history.genesis["members"]}
    founding = {w["signer"] for w in history.words if w["kind"] == "vote" and w["body"] == history.id}
    if not members <= founding:
        faults.append("a founder's signature is missing")
    path = history.path_to(verdict["head"])
    if path is None or len(path) != verdict["height"]:
        return [*faults, "the records do not lead to the head"]
    for bodies in path:
        if not any(history.is_voted(members, body) for body in bodies):
            faults.append(f"height {bodies[0]['height']} lacks votes")
        members = history.after(members, bodies[0])
    if sorted(members) != sorted(verdict["members"].split()):
        faults.append("other members")
    following = [b for b in history.bodies if b["previous"] == verdict["head"] and b["attempt"] == 0]
    gone = {b["change"]["organisation"] for bodies in path for b in bodies if b["change"]["kind"] == "revoke"}
    fitting = [b for b in following if not gone & {m["organisation"] for m in b["change"].get("members", [])}]
    decided = [body for body in fitting if history.is_voted(members, body)]
    if len(decided) != (2 if verdict["isForked"] else 0):
        faults.append(f"{len(decided)} records follow the head")
    liars = {a["signer"] for a in history.words for b in history.words if contradicts(a, b)}
    if liars != set(verdict["liars"].split()):
        faults.append("other liars")
    return faults


def planted(rows):
    """By planted fault, whether it is found."""
    decided = next(row for row in rows if row["verdict"]["height"] == 1)

    def with_file(change):
        row = copy.deepcopy(decided)
        file = cbor2.loads(base64.b64decode(row["records"])[len(MAGIC) :])
        change(file["records"])
        row["records"] = base64.b64encode(MAGIC + canonical(file)).decode()
        return row

    def last_vote(records):
        return max(i for i, record in enumerate(records) if record["kind"] == "vote")

    def flip(records):
        vote = records[last_vote(records)]
        vote["signature"] = bytes([vote["signature"][0] ^ 1]) + vote["signature"][1:]

    other = {"members": decided["verdict"]["members"][:-53], "head": "00" * 32}
    changed = {key: {**decided, "verdict": {**decided["verdict"], key: value}} for key, value in other.items()}
    changed["signature"] = with_file(flip)
    changed["vote"] = with_file(lambda records: records.pop(last_vote(records)))
    return {name: bool(faults_of(row)) for name, row in changed.items()}


def main(file, *flags):
    rows = json.loads(Path(file).read_text())
    faults = [f"{row['name']}: {fault}" for row in rows for fault in faults_of(row)]
    found = planted(rows) if "--planted" in flags else {}
    print(json.dumps({"histories": len(rows), "faults": faults, "planted": found}))
    return 1 if faults or not all(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
