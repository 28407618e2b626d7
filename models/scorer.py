"""One item in, one verdict out: the same code offline and online."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from data.overlay import NO_OVERLAY, Overlay
from data.record import Record
from data.registry import EMPTY_REGISTRY, BrandRegistry
from data.verdict import Kind, Suggestion, Verdict
from features.tokenise import ENGINE, engine_version
from models.artifact import (
    ArtifactError,
    Manifest,
    Tokenisation,
    read_files,
    read_manifest,
)
from models.claim import unpack_claims
from models.claim_scorer import ClaimScorer
from models.judgement import NOTHING, Judgement
from models.knowledge import load_knowledge
from models.lexicon_scorer import LexiconScorer
from models.listing import unpack_listings
from models.listing_scorer import ListingScorer
from models.overlaid import OverlaidScorer, Overlayable
from models.policy import PolicyName, policy_version
from models.relisted import KnownCases
from models.trees import TreesError
from models.verdicts import Versions

WORDS: Final = "words.json"
"""The file of an artefact that holds the tokeniser's domain words."""


class Scorer(Protocol):
    """What serving and offline scoring call. Scoring has no state: threads may share one."""

    kind: Kind
    model_version: str | None
    policy_version: str
    lexicon_version: str

    def score(self, item: Record, at: datetime) -> Verdict:
        """The verdict as of the instant; its ``latency_ms`` is left 0 for the caller to fill."""

    def judge(
        self,
        item: Record,
        at: datetime,
        filled: Mapping[str, object] = NOTHING,
        first_submitted: datetime | None = None,
    ) -> Judgement:
        """The same with what it rests on.

        ``filled`` are fields that the item leaves out and the ledger knows: the verdict counts
        them and names them; its identity is that of the item as sent. ``first_submitted`` is
        given for an item that is judged again (重新评估): when it came the first time. It is judged
        as of ``at`` all the same, whatever its ``submitted_at``.
        """

    def warm(self) -> None:
        """Do once whatever the first score would otherwise wait for."""


def load_scorer(
    directory: Path,
    policy: PolicyName = "balanced",
    registry: BrandRegistry = EMPTY_REGISTRY,
    known_bad: KnownCases | None = None,
    overlay: Overlay = NO_OVERLAY,
) -> Scorer:
    """The scorer of an artefact at one of its operating points.

    Listings are held against the brands registered and the known bad ones. Of the urgent entries
    of ``overlay`` those count that are in force at the instant of scoring.

    Raises ArtifactError when the artefact is damaged, was made for other features, or with
    another tokeniser.
    """
    manifest = read_manifest(directory)
    if manifest.kind == "feedback":
        raise ArtifactError(f"{directory}: a feedback model sorts buyers' texts and judges no item")
    files = read_files(directory, manifest)
    try:
        return overlaid(_scorer(directory, manifest, files, policy, registry, known_bad), overlay)
    except (ValueError, KeyError, TreesError) as error:
        raise ArtifactError(f"{directory}: {error}; train the model anew") from error


def _scorer(
    directory: Path,
    manifest: Manifest,
    files: Mapping[str, bytes],
    policy: PolicyName,
    registry: BrandRegistry,
    known_bad: KnownCases | None,
) -> ClaimScorer | ListingScorer:
    knowledge = load_knowledge()
    words = json.loads(files[WORDS])
    _check_tokeniser(directory, manifest.tokeniser, words)
    reader = knowledge.reader(words)
    thresholds = manifest.thresholds[policy]
    versions = Versions(
        model=manifest.model_version,
        policy=policy_version(policy, thresholds, registry.version),
        lexicon=knowledge.version,
        registry=registry.version,
    )
    if manifest.kind == "listings":
        listings = unpack_listings(files, reader, knowledge.references(registry))
        return ListingScorer(listings, thresholds, versions, knowledge.taxonomy, known_bad)
    return ClaimScorer(unpack_claims(files, reader), thresholds, versions, knowledge)


def degraded_scorer(kind: Kind, mildest: Suggestion, overlay: Overlay = NO_OVERLAY) -> Scorer:
    """The scorer of lexicon, with the urgent entries in force when it scores, and rules alone."""
    return overlaid(LexiconScorer(kind, mildest, load_knowledge()), overlay)


def overlaid(scorer: Overlayable, overlay: Overlay) -> Scorer:
    """The scorer with urgent entries beside its lexicon; itself where there are none."""
    return OverlaidScorer(scorer, overlay) if overlay.entries else scorer


def tokenisation(words: Mapping[str, int]) -> Tokenisation:
    """The tokeniser of this machine with these domain words, as a manifest names it."""
    text = json.dumps(sorted(words.items()), ensure_ascii=False)
    return Tokenisation(
        engine=ENGINE,
        version=engine_version(ENGINE),
        words=hashlib.sha256(text.encode()).hexdigest()[:12],
    )


def _check_tokeniser(
    directory: Path, made_with: Tokenisation | None, words: Mapping[str, int]
) -> None:
    here = tokenisation(words)
    if made_with is None:
        raise ArtifactError(f"{directory}: names no tokeniser; train the model anew")
    if here != made_with:
        raise ArtifactError(
            f"{directory}: made with {made_with.engine} {made_with.version}, words "
            f"{made_with.words}; here is {here.engine} {here.version}, words {here.words}. "
            "Train the model anew, or install the versions of requirements.lock"
        )
