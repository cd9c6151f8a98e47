"""Amounts of cpu, memory and disk, from what people write to whole numbers and to what Kubernetes reads."""

import math
import re

from airflow_k8s.tasks.mistakes import RequestError, shown

CORE = 1000
"""Cpu is counted in thousandths of a core, as Kubernetes counts it."""

LEAST_CPU, MOST_CPU = 10, 256 * CORE
LEAST_MEMORY, MOST_MEMORY = 256 * 2**20, 4 * 2**40
LEAST_DISK = 64 * 2**20
MOST_CARDS = 16
"""Bytes, and cards. A trivial task takes 122 MB for Airflow alone (measured); few machines hold more than the most."""

_UNITS: dict[str, int] = {f"{letter}i": 1024**power for power, letter in enumerate("KMGTPE", 1)}
_UNITS |= {letter: 1000**power for power, letter in enumerate("kMGTPE", 1)}
_NUMBER = r"(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))"


def cores(value: object, word: str = "cpu") -> int:
    """Thousandths of a core in an amount of cpu.

    Args:
        value: cores, as a number or a string ("500m" is half a core).
        word: the word it was written for, for the error.

    Raises:
        RequestError: not an amount of cpu, or more or less than any task can use.

    Example:
        >>> cores(2), cores(0.5), cores("500m"), cores("2")
        (2000, 500, 500, 2000)
    """
    amount = _read_cores(_text(value))
    if amount is None:
        raise RequestError(
            f"{word} {shown(value)} is not a number of cores.",
            'Cpu is counted in cores: 2, 0.5, or "500m" for half a core.',
            f"Write {_meant_cores(value)}.",
        )
    if amount < LEAST_CPU:
        raise RequestError(
            f"{word} {shown(value)} is too little.", "A task needs some cpu to start at all.", 'Write at least "10m".'
        )
    if amount > MOST_CPU:
        raise RequestError(
            f"{word} {shown(value)} is too much.",
            "Cpu is counted in cores, and no machine has so many.",
            f'Write at most {MOST_CPU // CORE}; half a core is 0.5 or "500m".',
        )
    return amount


def memory(value: object, word: str = "memory") -> int:
    """Bytes in an amount of memory.

    Args:
        value: a number with a unit of Kubernetes: "4Gi", "512Mi", also "4G" for four times 1000³.
        word: the word it was written for, for the error.

    Raises:
        RequestError: no unit or a wrong one, or more or less than any task can use.

    Example:
        >>> memory("512Mi"), memory("1.5Gi"), memory("4G")
        (536870912, 1610612736, 4000000000)
    """
    amount = _bytes(value, word, "memory")
    if amount < LEAST_MEMORY:
        raise RequestError(
            f"{word} {shown(value)} is too little.",
            f"Airflow alone takes half of {memory_text(LEAST_MEMORY)} before the task's own code begins.",
            f'Write at least "{memory_text(LEAST_MEMORY)}".',
        )
    return amount


def disk(value: object, word: str = "disk") -> int:
    """Bytes in an amount of disk.

    Args:
        value: a number with a unit of Kubernetes: "20Gi".
        word: the word it was written for, for the error.

    Raises:
        RequestError: no unit or a wrong one, or more or less than any task can use.

    Example:
        >>> disk("20Gi") == 20 * 2**30
        True
    """
    amount = _bytes(value, word, "disk")
    if amount < LEAST_DISK:
        raise RequestError(
            f"{word} {shown(value)} is too little.",
            "The task's log is written there, too.",
            f'Write at least "{memory_text(LEAST_DISK)}".',
        )
    return amount


def cards(value: object, word: str = "gpu") -> int:
    """A number of graphics cards.

    Args:
        value: a whole number, 1 or more.
        word: the word it was written for, for the error.

    Raises:
        RequestError: it is none.

    Example:
        >>> cards(1), cards("2")
        (1, 2)
    """
    written = _text(value)
    if not written.isdecimal() or not 0 < int(written) <= MOST_CARDS:
        why = f"Graphics cards are counted in whole ones, 1 to {MOST_CARDS}."
        raise RequestError(f"{word} {shown(value)} is not a number of graphics cards.", why, "Write 1.")
    return int(written)


def cores_text(thousandths: int) -> str:
    """An amount of cpu as Kubernetes writes it.

    Example:
        >>> cores_text(2000), cores_text(1500)
        ('2', '1500m')
    """
    return f"{thousandths}m" if thousandths % CORE else str(thousandths // CORE)


def memory_text(amount: int) -> str:
    """An amount of memory in bytes as Kubernetes reads it, in the unit that makes it shortest.

    Example:
        >>> memory_text(4 * 2**30), memory_text(1610612736), memory_text(4000000000)
        ('4Gi', '1536Mi', '4G')
    """
    texts = [f"{amount // size}{unit}" for unit, size in _UNITS.items() if amount % size == 0]
    return min([*texts, str(amount)], key=len)


def _bytes(value: object, word: str, kind: str) -> int:
    amount = _read_memory(value if isinstance(value, str) else "")
    if amount is None:
        raise RequestError(
            f"{word} {shown(value)} is not an amount of {kind}.",
            f"{kind.capitalize()} is a number and a unit, Mi or Gi, without a space.",
            f'Write "{_meant_memory(value)}".',
        )
    if amount > MOST_MEMORY:
        raise RequestError(
            f"{word} {shown(value)} is too much.",
            f"No machine has so much {kind}.",
            f'Write at most "{memory_text(MOST_MEMORY)}".',
        )
    return amount


def _read_cores(text: str) -> int | None:
    found = re.fullmatch(_NUMBER + "(m?)", text)
    return round(_number(found[1]) * (1 if found[2] else CORE)) if found else None


def _read_memory(text: str) -> int | None:
    found = re.fullmatch(_NUMBER + "([A-Za-z]+)", text)
    return math.ceil(_number(found[1]) * _UNITS[found[2]]) if found and found[2] in _UNITS else None


def _text(value: object) -> str:
    """What is written, "" where it is no number at all (True counts as one for Python, not for a reader)."""
    if isinstance(value, float):
        return f"{value:.6f}"
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""


def _number(digits: str) -> float:
    """Far beyond the bounds, one number is like another; infinity would not become a whole number."""
    return max(-1.0, min(float(digits), 1e18))


def _meant_cores(value: object) -> str:
    """What was probably meant, else an example."""
    found = re.match(rf"\s*{_NUMBER}\s*(m\b)?", str(value).replace(",", "."), re.IGNORECASE)
    if not found:
        return "for example 2"
    return f'"{found[1]}m"' if found[2] else found[1]


def _meant_memory(value: object) -> str:
    """What was probably meant, else an example. A bare number is in gigabytes, megabytes or bytes, by its size."""
    found = re.match(rf"\s*{_NUMBER}\s*([kmgtpe]?)", str(value).replace(",", "."), re.IGNORECASE)
    number = _number(found[1]) if found else 0
    if found and (found[2] or number < 2**20):
        text = f"{found[1]}{found[2].upper() or ('G' if number <= 256 else 'M')}i"
    else:
        text = memory_text(math.ceil(number))
    return text if LEAST_MEMORY <= (_read_memory(text) or 0) <= MOST_MEMORY else "4Gi"
