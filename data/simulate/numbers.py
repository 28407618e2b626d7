"""Made-up licence numbers (证照编号): well-formed ones, and ones that no authority gives out."""

from stdnum.iso7064 import mod_11_10

from data.simulate.dice import Dice

_PROVINCES = "粤浙沪京苏鲁豫闽皖湘川鄂"
_DIVISIONS = ("440103", "330106", "310115", "110105", "320505", "370102", "410105", "350203")


def licence_number(key: str, year: int, dice: Dice, sc_class: str = "31") -> str:
    """A number of the right form for a licence key, given out in ``year`` or up to five before.

    Raises ValueError for a key that the simulation has no number for.
    """
    when = dice.number(year - 5, year)
    province = dice.pick(_PROVINCES)
    match key:
        case "food_sc":
            body = f"1{sc_class}{dice.pick(_DIVISIONS)}{dice.number(1, 4999):04d}"
            return f"SC{body}{mod_11_10.calc_check_digit(body)}"
        case "cosmetic_ordinary_domestic":
            return f"{province}G妆网备字{when}{dice.number(1200, 398_000):06d}"
        case "cosmetic_ordinary_import":
            return f"国妆网备进字（{province}）{when}{dice.number(1200, 29_000):06d}"
        case "cosmetic_special_domestic":
            return f"国妆特字{when}{dice.number(101, 4999):04d}"
        case "health_file_domestic":
            return f"食健备G{when}{dice.pick(_DIVISIONS)[:2]}{dice.number(101, 4999):06d}"
        case "health_reg_domestic":
            return f"国食健注G{when}{dice.number(101, 999):04d}"
        case "device_reg":
            product = f"{dice.number(1, 22):02d}{dice.number(101, 1999):04d}"
            if dice.chance(0.5):
                return f"{province}械注准{when}2{product}"
            return f"国械注准{when}3{product}"
        case "ccc":
            return (
                f"{when}01{dice.pick(('0914', '0901', '0907'))}{dice.number(100_100, 998_000):06d}"
            )
    raise ValueError(f"no simulated number for licence {key!r}")


def false_number(key: str, year: int, dice: Dice) -> str:
    """A number that its form, its check digit or its year gives away."""
    genuine = licence_number(key, year, dice)
    match dice.number(0, 3):
        case 0:
            return genuine[:-1] + str((int(genuine[-1]) + dice.number(1, 9)) % 10) + dice.digits(1)
        case 1 if key == "food_sc":
            return genuine[:-1] + str((int(genuine[-1]) + dice.number(1, 9)) % 10)
        case 2:
            return genuine[:-6] + "123456"
        case _:
            return genuine[:-2]
