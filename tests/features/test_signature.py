import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from data.known_bad_format import BANDS, SKETCH_BITS, Signature
from features.evasion.sounds import sounds
from features.signature import LEAST_SHINGLES, MOST_SHINGLES, sign

PROJECT = Path(__file__).parents[2]
TITLE = "复古做旧水洗牛仔外套男春秋宽松工装夹克"

# Letters of other scripts: no two sound alike.
letters = [chr(point) for point in range(0x1400, 0x1660)]
words = st.text(alphabet=letters, min_size=30, max_size=120)


def signed(text: str) -> Signature:
    signature = sign(text)
    assert signature is not None
    return signature


def estimate(one: Signature, other: Signature) -> float:
    differing = int.from_bytes(one.sketch) ^ int.from_bytes(other.sketch)
    return 1 - 2 * differing.bit_count() / SKETCH_BITS


def jaccard(one: str, other: str) -> float:
    """Of texts whose characters all sound different."""
    pairs = [{text[n : n + 2] for n in range(len(text) - 1)} for text in (one, other)]
    return len(pairs[0] & pairs[1]) / len(pairs[0] | pairs[1])


def common_bands(one: Signature, other: Signature) -> int:
    keys = (np.frombuffer(each.keys, "<u2") for each in (one, other))
    return int(np.equal(*keys).sum())


@pytest.mark.parametrize(
    "text", ["", " ", "包", "纯棉T恤 男 短袖", "全新正品", "！？…", "哈" * 500]
)
def test_a_text_that_says_too_little_has_no_signature(text: str) -> None:
    assert sign(text) is None


def test_the_least_number_of_shingles_is_enough() -> None:
    text = "一二三四五六七八九十百千万"

    assert len(text) == LEAST_SHINGLES + 1
    assert sign(text) is not None
    assert sign(text[:-1]) is None
    assert sign(text, least=LEAST_SHINGLES + 1) is None


@pytest.mark.parametrize("other", ["复古做旧 水洗牛仔外套男，春秋宽松/工装夹克！", f"【{TITLE}】"])
def test_spaces_and_punctuation_do_not_count(other: str) -> None:
    assert sign(other) == sign(TITLE)


@pytest.mark.parametrize(
    "other",
    [
        TITLE.replace("牛仔", "妞崽"),
        TITLE.replace("牛仔", "niuzai"),
        TITLE.replace("牛仔", "牛zai"),
        TITLE.replace("牛仔", "牛某仔"),
    ],
)
def test_what_sounds_the_same_has_the_same_sketch_and_another_check(other: str) -> None:
    assert signed(other)._replace(check=0) == signed(TITLE)._replace(check=0)
    assert signed(other).check != signed(TITLE).check


@pytest.mark.parametrize("letters", ["thinkpad", "rtx4060ti", "nikeairmax"])
def test_letters_that_spell_no_syllables_stay_letters(letters: str) -> None:
    assert estimate(signed(f"{TITLE} {letters}"), signed(f"{TITLE} {letters[::-1]}")) < 0.9


def test_letters_without_end_are_read_at_once() -> None:
    assert sign("nan" * 6_000 + "q") is None


def test_figures_count() -> None:
    one, other = f"{TITLE} 8g 512g", f"{TITLE} 16g 256g"

    assert signed(one).sketch != signed(other).sketch


def test_a_signature_is_the_same_on_every_machine_and_in_every_version() -> None:
    """A change of these bytes makes files of old signatures useless: ``SCHEME`` must change too."""
    signature = signed(TITLE)

    assert (
        signature.sketch.hex() == "008bcdab48e57839e3db5fd4144804153d9a2a03824b4345e88ef4cccd2f9680"
    )
    assert signature.keys.hex() == "ac5baa8d2da6c6ee3a2d4249016cc2de9c3d45cf331b0dbdcadb3000"
    assert signature.check == 3568318122


def test_what_sounds_alike_is_the_same_in_every_version() -> None:
    """As above: the table of sounds hangs on a library."""
    characters = "".join(map(chr, range(0x4E00, 0x9FA6)))
    heard = sounds().of(characters).encode("utf-32-le")

    assert hashlib.blake2b(heard, digest_size=8).hexdigest() == "6c3cf7ab0506aab9"


@pytest.mark.parametrize("signed_before", ["", "dengla eihng ofuhengpinkuo shuizunlai den ng" * 3])
def test_another_process_makes_the_same_signature(signed_before: str) -> None:
    text = f"{TITLE} eihng dendia zhuangnv 8g"
    imports = "from features.signature import sign"
    program = f"{imports}; sign({signed_before!r}); print(sign({text!r}))"
    made = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": str(len(signed_before))},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert made.stdout.strip() == str(sign(text))


@given(st.text(max_size=300))
def test_any_text_can_be_signed_and_twice_alike(text: str) -> None:
    signature = sign(text)

    assert signature == sign(text)
    if signature is not None:
        assert len(signature.sketch) == SKETCH_BITS // 8
        assert len(signature.keys) == 2 * BANDS


@given(st.text(alphabet=[chr(n) for n in range(0xD7F0, 0xD810)], min_size=50))
def test_half_a_surrogate_is_a_character_like_others(text: str) -> None:
    assert sign(text) == sign(text)


@given(words, st.data())
def test_the_estimate_is_close_to_the_true_similarity(text: str, data: st.DataObject) -> None:
    places = data.draw(st.sets(st.integers(0, len(text) - 1), max_size=len(text)))
    changed = "".join("变" if n in places else char for n, char in enumerate(text))
    assume(sign(text) is not None and sign(changed) is not None)

    # Six standard errors: 0.0625 at most for 256 bits.
    assert abs(estimate(signed(text), signed(changed)) - jaccard(text, changed)) < 6 * 0.0625


def test_the_estimate_has_no_bias_and_the_error_of_256_bits() -> None:
    rng = np.random.default_rng(0)
    errors = []
    for _ in range(400):
        points = rng.integers(0x1400, 0x1660, 60)
        changed = np.where(rng.random(60) < rng.random() / 2, rng.integers(0x1400, 0x1660), points)
        one, other = ("".join(map(chr, each.tolist())) for each in (points, changed))
        errors.append(estimate(signed(one), signed(other)) - jaccard(one, other))

    assert abs(np.mean(errors)) < 0.01
    assert np.std(errors) < 0.065


def test_a_sample_of_a_long_text_estimates_its_similarity() -> None:
    rng = np.random.default_rng(0)
    points = rng.integers(0x1400, 0x1660, 20_000)
    one, other = ("".join(map(chr, each.tolist())) for each in (points[:15_000], points[3_000:]))

    assert len(one) > 20 * MOST_SHINGLES
    assert abs(estimate(signed(one), signed(other)) - jaccard(one, other)) < 0.2


def test_similar_texts_share_a_bucket_and_others_do_not() -> None:
    other = "澳洲进口羊毛被冬季加厚保暖单人双人被芯"

    assert common_bands(signed(TITLE), signed(TITLE[:-2])) > 0
    assert common_bands(signed(TITLE), signed(other)) == 0
