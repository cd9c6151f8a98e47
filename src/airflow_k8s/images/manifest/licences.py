"""Licences, which every ecosystem spells in its own way, as SPDX expressions, and the families they fall into."""

import re
import textwrap
from collections.abc import Iterable, Mapping

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.metadata import RawMetadata

UNKNOWN = ""
"""Nothing says it in a form that a program reads."""

SHOWN = 100
"""Characters kept of a licence that has no SPDX name."""

ALIASES = {
    "2-clause-bsd": "BSD-2-Clause",
    "3-clause-bsd": "BSD-3-Clause",
    "apache": "Apache-2.0",
    "apache-2": "Apache-2.0",
    "bsd2": "BSD-2-Clause",
    "bsd3": "BSD-3-Clause",
    "expat": "MIT",
    "iscl": "ISC",
    "mit-x11": "MIT",
    "mozilla-public-2.0": "MPL-2.0",
    "mpl-2": "MPL-2.0",
    "python-foundation": "PSF-2.0",
}
"""Names in use that SPDX does not know, as ``_key`` spells them."""

GNU = re.compile(
    r"(?P<kind>[AL]?GPL) ?-?v?(?P<number>\d(?:\.\d)?)?(?:\.0)?(?P<later>\+|-or-later)?(?:-only)?", re.IGNORECASE
)
R_RANGE = re.compile(r"\s*\(\s*(>=|==|>)\s*([\d.]+)\s*\)")
R_OWN = "GPL-2.0-only OR GPL-3.0-only"
"""What packages that are "Part of R" are under. Source: https://www.r-project.org/COPYING"""

FAMILIES = {
    "permissive": r"MIT|BSD|0BSD|Apache|ISC|PSF|Python|Zlib|Unlicense|CC0|public|PostgreSQL|curl|X11|HPND|Unlimited|"
    r"BSL|libpng|FTL|OpenLDAP|OpenSSL|Artistic|WTFPL|NTP|TCL",
    "weak copyleft": r"LGPL|MPL|EPL|CDDL|Sleepycat",
    "copyleft": r"GPL|AGPL|GFDL",
}
"""Families by what a licence's name begins with, the freest first."""

OTHER, NOT_STATED = "other", "not stated"


def of_python(metadata: RawMetadata) -> str:
    """The licence of a Python distribution: its SPDX expression, else its licence field, else its classifiers.

    Several classifiers are taken for a choice.

    Example:
        >>> of_python({"license": "BSD 3-Clause License"})
        'BSD-3-Clause'
        >>> of_python({"classifiers": ["License :: OSI Approved :: MIT License"], "license": "Copyright (c) 2025 …"})
        'MIT'
    """
    stated = metadata.get("license_expression") or metadata.get("license", "")
    classifiers = [words for words in metadata.get("classifiers", []) if words.startswith("License ::")]
    named = (_named(words.rpartition(" :: ")[2]) for words in classifiers)
    return _expression(stated) or " OR ".join(dict.fromkeys(named)) or _first_line(stated)


def of_r(words: str) -> str:
    """The licence of an R package, from the field ``License`` of its DESCRIPTION.

    Source: https://cran.r-project.org/doc/manuals/r-release/R-exts.html#Licensing

    Example:
        >>> of_r("GPL (>= 2) | file LICENSE"), of_r("MIT + file LICENSE"), of_r("GPL-2 | GPL-3")
        ('GPL-2.0-or-later', 'MIT', 'GPL-2.0-only OR GPL-3.0-only')
    """
    if words.startswith("Part of R "):
        return R_OWN
    plain = R_RANGE.sub(lambda found: f"-{found[2]}{'+' if '>' in found[1] else ''}", words)
    choices = [re.sub(r"\s*\+\s*file LICEN[SC]E", "", choice.strip()) for choice in plain.split("|")]
    return " OR ".join(_named(choice) for choice in choices if not choice.startswith("file ")) or UNKNOWN


def of_debian(copyright_file: str) -> str:
    """The licence of most of a Debian package, from the paragraph ``Files: *`` of its copyright file.

    Files without that form, and so without an answer, are legal: one in four has none.
    Source: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

    Example:
        >>> of_debian("Format: https://…/1.0/\\n\\nFiles: *\\nCopyright: x\\nLicense: LGPL-2.1+ or Expat\\n …")
        'LGPL-2.1-or-later OR MIT'
    """
    found = re.search(r"^Files: *\*\s*\n(?:\S.*\n|[ \t].*\n)*?Licen[sc]e: *(\S.*)$", copyright_file, re.MULTILINE)
    return _choices(found[1]) if found else UNKNOWN


def family(expression: str) -> str:
    """How far a licence reaches: permissive, weak copyleft, copyleft, other, or not stated.

    Of a choice the freest counts, of licences that hold together the strictest.

    Example:
        >>> family("MIT OR GPL-3.0-only"), family("MIT AND MPL-2.0"), family("LGPL-2.1-only"), family("")
        ('permissive', 'weak copyleft', 'weak copyleft', 'not stated')
    """
    ranks = [*FAMILIES, OTHER]
    if not expression:
        return NOT_STATED
    choices = [re.split(r" AND ", choice) for choice in re.split(r" OR ", expression)]
    return ranks[min(max(ranks.index(_family(one)) for one in together) for together in choices)]


def families(licences: Iterable[str]) -> Mapping[str, int]:
    """How many licences fall into each family, the freest first.

    Example:
        >>> families(["MIT", "ISC", ""])
        {'permissive': 2, 'not stated': 1}
    """
    found = [family(licence) for licence in licences]
    return {name: found.count(name) for name in [*FAMILIES, OTHER, NOT_STATED] if name in found}


def _family(licence: str) -> str:
    begins = licence.strip("() ")
    return next((name for name, names in FAMILIES.items() if re.match(names, begins, re.IGNORECASE)), OTHER)


def _choices(words: str) -> str:
    """A Debian expression: ``and`` binds closer than ``or``, a comma before ``and`` makes no difference here."""
    parts = re.split(r",?\s+(and|or)\s+", words.strip(), flags=re.IGNORECASE)
    return " ".join(part.upper() if part.lower() in ("and", "or") else _named(part) for part in parts)


def _named(words: str) -> str:
    return _expression(words) or _gnu(words) or _first_line(words).removesuffix(" License")


def _expression(words: str) -> str:
    """The SPDX expression that the words mean, or nothing."""
    for candidate in (_gnu(words), words, ALIASES.get(_key(words), ""), _key(words)):
        try:
            return str(canonicalize_license_expression(candidate))
        except InvalidLicenseExpression:
            continue
    return UNKNOWN


def _gnu(words: str) -> str:
    """GNU licences as SPDX has them, or without a version where none is said; classifiers have the name in brackets."""
    bracketed = re.search(r"\(([AL]?GPL\S*)\)", words)
    found = GNU.fullmatch(bracketed[1] if bracketed else words.strip())
    if not found or not found["number"]:
        return found["kind"].upper() if found else UNKNOWN
    number = found["number"] if "." in found["number"] else f"{found['number']}.0"
    return f"{found['kind'].upper()}-{number}-{'or-later' if found['later'] else 'only'}"


def _key(words: str) -> str:
    """Names of licences without the words that some write and some do not.

    Example:
        >>> _key("Apache License, Version 2.0"), _key("BSD_3_clause"), _key("Mozilla Public License 2.0 (MPL 2.0)")
        ('apache-2.0', 'bsd-3-clause', 'mozilla-public-2.0')
    """
    plain = re.sub(r"\(.*\)|\b(licen[sc]e|version|software|the)\b|,", " ", words.lower())
    return "-".join(re.split(r"[\s_/-]+", plain.strip()))


def _first_line(words: str) -> str:
    line = next((line.strip() for line in words.splitlines() if line.strip()), "")
    return UNKNOWN if line in ("UNKNOWN", "None") else textwrap.shorten(line, SHOWN, placeholder="…")
