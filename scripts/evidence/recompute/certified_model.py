"""
Verifies an exported model by other means than the program's: the Python packages model-signing, safetensors,
cryptography and cbor2, and numpy for its scores. Prints what it found as one JSON object.

  python3 certified_model.py FOLDER ROSTER PLAN CSV PREDICTIONS SEED

FOLDER is what `consilium model export` wrote, ROSTER and PLAN are the consortium's own files, CSV a site's patients and
PREDICTIONS what `consilium predict --model FOLDER` says of them. In copies of the folder single bytes of every file are
changed, and model-signing must refuse each. Exit status 1 where something does not agree.
"""

import base64
import csv
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import cbor2
import numpy
import yaml
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from model_signing import verifying
from safetensors import safe_open

PAYLOAD_TYPE = b"application/vnd.in-toto+json"
DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CHANGES_PER_FILE = 25
# The program computes in f32, numpy here in f64.
MOST_DIFFERENCE = 1e-6


def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def canonical(value):
    return cbor2.dumps(value, canonical=True)


def key_of(peer_id):
    """The Ed25519 key in a libp2p peer id: base58btc of an identity multihash of a protobuf."""
    number = 0
    for digit in peer_id:
        number = number * 58 + DIGITS.index(digit)
    raw = b"\0" + number.to_bytes(37, "big")
    assert raw[:6] == bytes([0x00, 0x24, 0x08, 0x01, 0x12, 0x20])
    return Ed25519PublicKey.from_public_bytes(raw[6:])


def is_signed(peer_id, signature, message):
    try:
        key_of(peer_id).verify(signature, message)
        return True
    except InvalidSignature:
        return False


class Folder:
    def __init__(self, path, roster, plan):
        self.path = Path(path)
        self.roster = yaml.safe_load(Path(roster).read_text())
        self.plan_hash = sha256(Path(plan).read_bytes()).hex()
        self.plan = yaml.safe_load(Path(plan).read_text())
        self.card = json.loads(self.read("model.json"))
        self.certificates = [cbor2.loads(item) for item in cbor2.loads(self.read("certificates.cbor"))]

    def read(self, name):
        return (self.path / name).read_bytes()


def model_signing_accepts(path):
    try:
        key = verifying.Config().use_elliptic_key_verifier(public_key=path / "model-signing.pub")
        key.verify(path, path / "model.sig")
        return True
    # The package promises no type of its own for a refusal.
    except Exception:
        return False


def command_accepts(path):
    words = ["verify", "key", str(path), "--signature", str(path / "model.sig")]
    words += ["--public_key", str(path / "model-signing.pub")]
    done = subprocess.run([sys.executable, "-m", "model_signing", *words], capture_output=True, check=False)
    return done.returncode == 0


def flipped(content, draw):
    changed = bytearray(content)
    changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def changed_file(name, content, draw):
    """The file with one bit changed; of the bundle, one of what is signed or of the signature."""
    if name != "model.sig":
        return flipped(content, draw)
    bundle = json.loads(content)
    envelope = bundle["dsseEnvelope"]
    holder, key = draw.choice([(envelope, "payload"), (envelope["signatures"][0], "sig")])
    holder[key] = base64.b64encode(flipped(base64.b64decode(holder[key]), draw)).decode()
    return json.dumps(bundle).encode()


def changes_refused(path, seed):
    """How many changed folders model-signing was given, and which of them it accepted."""
    draw = random.Random(seed)
    tried, accepted = 0, []
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "model"
        for file in sorted(path.iterdir()):
            original = file.read_bytes()
            for _ in range(CHANGES_PER_FILE):
                shutil.rmtree(copy, ignore_errors=True)
                shutil.copytree(path, copy)
                (copy / file.name).write_bytes(changed_file(file.name, original, draw))
                tried += 1
                if model_signing_accepts(copy):
                    accepted.append(f"{file.name} with a bit changed")
            (copy / file.name).unlink()
            tried += 1
            if model_signing_accepts(copy):
                accepted.append(f"without {file.name}")
        shutil.rmtree(copy)
        shutil.copytree(path, copy)
        (copy / "more.bin").write_bytes(b"")
        tried += 1
        if model_signing_accepts(copy):
            accepted.append("with a file more")
    return tried, accepted


def statement_faults(folder):
    envelope = json.loads(folder.read("statement.json"))
    [signature] = envelope["signatures"]
    payload = base64.b64decode(envelope["payload"])
    head = b"DSSEv1 %d %s %d " % (len(PAYLOAD_TYPE), PAYLOAD_TYPE, len(payload))
    if signature["keyid"] not in [member["peerId"] for member in folder.roster["members"]]:
        yield "the statement's signer is not on the roster"
    if not is_signed(signature["keyid"], base64.b64decode(signature["sig"]), head + payload):
        yield "the statement is not signed"
    statement = json.loads(payload)
    for subject in statement["subject"]:
        if sha256(folder.read(subject["name"])).hex() != subject["digest"]["sha256"]:
            yield f"the statement names another {subject['name']}"
    said = statement["predicate"]
    for name, own in [("plan", folder.plan_hash), ("model", folder.certificates[-1]["body"]["result"])]:
        if said[name] != own:
            yield f"the statement names another {name}"
    for part in said["participation"]:
        rounds = [c for c in folder.certificates if part["peerId"] in c["body"]["contributors"]]
        if part["contributed"] != len(rounds):
            yield f"the statement counts other rounds of {part['name']}"


def chain_faults(folder):
    """Every certificate's votes, by the members' keys, and the chain of parents from the run's beginning."""
    run = sha256(json.dumps(["consilium/run/1", folder.plan_hash, 1], separators=(",", ":")).encode())[:16].hex()
    consortium = sha256(folder.roster["consortium"].encode()).hex()
    trainers = [member["peerId"] for member in folder.roster["members"] if member["role"] == "trainer"]
    rule = folder.plan["quorum"].get("rule", "majority")
    quorum = 2 * len(trainers) // 3 + 1 if rule == "two-thirds" else len(trainers) // 2 + 1
    parent = sha256(canonical(["consilium/genesis/1", run])).hex()
    for index, certificate in enumerate(folder.certificates):
        body, ballot = certificate["body"], certificate["ballot"]
        body_hash = sha256(canonical(body)).hex()
        vote = canonical(["consilium/vote/2", run, index, ballot, "commit", body_hash])
        message = canonical(["consilium/signature/1", "vote", consortium, run, 0, sha256(vote)])
        votes = {vote["member"]: vote["signature"] for vote in certificate["votes"]}
        signed = [member for member in trainers if member in votes and is_signed(member, votes[member], message)]
        if len(signed) < quorum:
            yield f"round {index + 1} has {len(signed)} votes of {quorum}"
        if (body["run"], body["round"], body["parent"]) != (run, index, parent):
            yield f"round {index + 1} does not follow the one before"
        parent = body_hash


def planted_found(folder):
    """By planted fault of the chain, whether it was found."""
    own = folder.certificates
    first = own[0]
    forged = {**first, "votes": [{**vote, "signature": bytes(64)} for vote in first["votes"]]}
    heavier = {**first, "body": {**first["body"], "weight": first["body"]["weight"] + 1}}
    planted = {
        "a round left out": own[1:],
        "two rounds changed places": [own[1], own[0], *own[2:]],
        "votes forged": [forged, *own[1:]],
        "a weight changed": [heavier, *own[1:]],
    }
    found = {}
    for name, folder.certificates in planted.items():
        found[name] = [*chain_faults(folder)] != []
    folder.certificates = own
    return found


def weights_faults(folder):
    with safe_open(folder.path / "model.safetensors", framework="numpy") as file:
        tensors = {tensor["name"]: file.get_tensor(tensor["name"]) for tensor in folder.card["tensors"]}
        if len(list(file.keys())) != len(tensors):
            yield "the weights' file has other tensors than the card"
    contract = sha256(folder.read("contract.json")).hex()
    if contract != folder.plan["task"]["contract"]:
        yield "the contract is not the plan's"
    layout = [[tensor["name"], tensor["shape"]] for tensor in folder.card["tensors"]]
    named = json.dumps(["consilium/layout/1", contract, layout], separators=(",", ":")).encode()
    values = numpy.concatenate([tensors[name].ravel() for name, _ in layout]).astype("<f4").tobytes()
    if sha256(sha256(named), values).hex() != folder.certificates[-1]["body"]["result"]:
        yield "the weights are not those that the last certificate names"


def features_of(contract, row):
    """A row of a table as the contract's features, in f32."""
    for name, kind, *terms in contract[7]:
        if kind == "number":
            yield float(row[name])
        elif kind == "binary":
            yield float(row[name] == terms[0])
        else:
            categories = terms[0] if terms[1] == "one-hot" else terms[0][1:]
            yield from (float(row[name] == category) for category in categories)


def scores_difference(folder, table, predictions):
    """The largest distance between the program's scores and those of numpy, from the exported files alone."""
    contract = json.loads(folder.read("contract.json"))
    scaling = folder.card["normalisation"]
    mean = numpy.array(scaling["mean"])
    scale = numpy.array([numpy.inf if value is None else value for value in scaling["scale"]])
    with safe_open(folder.path / "model.safetensors", framework="numpy") as file:
        weight, bias = file.get_tensor("dense0.weight"), file.get_tensor("dense0.bias")
    with open(table, newline="") as text:
        rows = {row["patient"]: numpy.array([*features_of(contract, row)], "f4") for row in csv.DictReader(text)}
    largest, compared = 0.0, 0
    label = folder.card["predicts"]["label"]
    column = f"{label['column']}_{label['positive'][0]}"
    with open(predictions, newline="") as text:
        for row in csv.DictReader(text):
            scaled = ((rows[row["PATIENT"]].astype("f8") - mean) / scale).astype("f4")
            logit = scaled.astype("f8") @ weight.astype("f8") + bias
            score = 1 / (1 + numpy.exp(-logit[0]))
            largest, compared = max(largest, abs(score - float(row[column]))), compared + 1
    return largest, compared


def main(path, roster, plan, table, predictions, seed):
    folder = Folder(path, roster, plan)
    faults = [*statement_faults(folder), *chain_faults(folder), *weights_faults(folder)]
    if not (model_signing_accepts(folder.path) and command_accepts(folder.path)):
        faults.append("model-signing refuses the folder")
    tried, accepted = changes_refused(folder.path, int(seed))
    largest, compared = scores_difference(folder, table, predictions)
    planted = planted_found(folder)
    found = {
        "rounds": len(folder.certificates),
        "changed_folders": tried,
        "changed_folders_accepted": accepted,
        "patients_scored": compared,
        "largest_difference_of_scores": largest,
        "faults": faults,
        "planted": planted,
    }
    print(json.dumps(found))
    is_wrong = faults or accepted or largest > MOST_DIFFERENCE or compared == 0 or not all(planted.values())
    return 1 if is_wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
