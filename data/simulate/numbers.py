"""Made-up licence numbers (证照编号): well-formed ones, and ones that no authority gives out."""

from collections.abc import Callable
from typing import Final

from stdnum.iso7064 import mod_11_10

from data.simulate.dice import Dice

_PROVINCES = "粤浙沪京苏鲁豫闽皖湘川鄂"
_DIVISIONS = ("440103", "330106", "310115", "110105", "320505", "370102", "410105", "350203")
_NO_DIVISIONS = ("160101", "300200", "570103", "660105", "990101")
_SPECIAL_FOODS = ("27", "28", "29")

_LONG: Final = frozenset(
    {"cosmetic_ordinary_domestic", "cosmetic_ordinary_import", "health_file_domestic", "ccc"}
)

LICENCE_KEYS: Final = (
    "food_sc",
    "cosmetic_ordinary_domestic",
    "cosmetic_ordinary_import",
    "cosmetic_special_domestic",
    "health_file_domestic",
    "health_reg_domestic",
    "device_reg",
    "ccc",
)
"""The licences that the simulation has numbers for."""


def licence_number(key: str, year: int, dice: Dice, sc_class: str = "31") -> str:
    """A number of the right form for a licence key, given out in ``year`` or up to five before.

    Raises ValueError for a key that the simulation has no number for.
    """
    if key not in LICENCE_KEYS:
        raise ValueError(f"no simulated number for licence {key!r}")
    return _written(key, dice.number(year - 5, year), dice, sc_class)


def false_number(key: str, year: int, dice: Dice, sc_class: str = "31") -> str:
    """A number that its form, its check digit, its class, its place or its year gives away.

    What is wrong is what merchants get wrong who invent one: digits too few or too many, another
    kind of number, a placeholder, a year to come, a broken check digit. Raises ValueError for a
    key that the simulation has no number for.
    """
    genuine = licence_number(key, year, dice, sc_class)
    faults: list[Callable[[], str]] = [
        lambda: genuine[: -dice.number(2, 4)],
        lambda: genuine + dice.digits(3),
        lambda: _placeholder(genuine, key),
        lambda: licence_number(_other(key, dice), year, dice, sc_class),
    ]
    match key:
        case "food_sc":
            wrong = "31" if sc_class in _SPECIAL_FOODS else dice.pick(_SPECIAL_FOODS)
            faults += [
                lambda: genuine[:-1] + str((int(genuine[-1]) + dice.number(1, 9)) % 10),
                lambda: _food(wrong, dice.pick(_DIVISIONS), dice),
                lambda: _food(sc_class, dice.pick(_NO_DIVISIONS), dice),
            ]
        case "device_reg":
            # A province registers no third class.
            faults += [lambda: f"{dice.pick(_PROVINCES)}械注准{year}3{_device(dice)}"]
        case _:
            faults += [lambda: _written(key, year + dice.number(2, 9), dice, sc_class)]
    return dice.pick(faults)()


def _written(key: str, year: int, dice: Dice, sc_class: str) -> str:
    province = dice.pick(_PROVINCES)
    match key:
        case "food_sc":
            return _food(sc_class, dice.pick(_DIVISIONS), dice)
        case "cosmetic_ordinary_domestic":
            return f"{province}G妆网备字{year}{_serial(1200, 398_000, 6, dice)}"
        case "cosmetic_ordinary_import":
            return f"国妆网备进字（{province}）{year}{_serial(1200, 29_000, 6, dice)}"
        case "cosmetic_special_domestic":
            return f"国妆特字{year}{_serial(101, 4999, 4, dice)}"
        case "health_file_domestic":
            return f"食健备G{year}{dice.pick(_DIVISIONS)[:2]}{_serial(101, 4999, 6, dice)}"
        case "health_reg_domestic":
            return f"国食健注G{year}{_serial(101, 999, 4, dice)}"
        case "device_reg":
            if dice.chance(0.5):
                return f"{province}械注准{year}2{_device(dice)}"
            return f"国械注准{year}3{_device(dice)}"
        case _:
            classes = ("0914", "0901", "0907")
            return f"{year}01{dice.pick(classes)}{_serial(100_100, 998_000, 6, dice)}"


def _food(sc_class: str, division: str, dice: Dice) -> str:
    body = f"1{sc_class}{division}{_serial(1, 4999, 4, dice)}"
    return f"SC{body}{mod_11_10.calc_check_digit(body)}"


def _device(dice: Dice) -> str:
    return f"{dice.number(1, 22):02d}{_serial(101, 1999, 4, dice)}"


def _serial(low: int, high: int, width: int, dice: Dice) -> str:
    """A serial number that does not look like a placeholder."""
    while True:
        serial = f"{dice.number(low, high):0{width}d}"
        if len(set(serial)) > 1 and "123456" not in serial:
            return serial


def _placeholder(genuine: str, key: str) -> str:
    """Zeros where a number should stand."""
    width = 14 if key == "food_sc" else 6 if key in _LONG else 4
    return genuine[:-width] + "0" * width


def _other(key: str, dice: Dice) -> str:
    """A licence whose numbers have another form."""
    return dice.pick([other for other in LICENCE_KEYS if other != key])
