"""Licences: what packages write, as SPDX has it, and the families."""

import pytest

from airflow_k8s.images.manifest import licences

CLASSIFIER = "License :: OSI Approved :: "


@pytest.mark.parametrize(
    ("expression", "field", "classifiers", "said"),
    [
        ("Apache-2.0 OR BSD-3-Clause", "", [], "Apache-2.0 OR BSD-3-Clause"),
        ("mit", "", [], "MIT"),
        ("", "Apache 2.0", [], "Apache-2.0"),
        ("", "2-clause BSD", ["BSD License"], "BSD-2-Clause"),
        ("", "", ["Apache Software License"], "Apache-2.0"),
        ("", "", ["Mozilla Public License 2.0 (MPL 2.0)"], "MPL-2.0"),
        ("", "", ["GNU General Public License v2 or later (GPLv2+)"], "GPL-2.0-or-later"),
        ("", "", ["GNU Library or Lesser General Public License (LGPL)"], "LGPL"),
        ("", "", ["ISC License (ISCL)"], "ISC"),
        ("", "", ["BSD License"], "BSD"),
        ("", "Dual License", ["BSD License", "Apache Software License"], "BSD OR Apache-2.0"),
        ("", "UNKNOWN", ["MIT License"], "MIT"),
        ("", "Copyright (c) 2025 Somebody\n\nPermission is granted …", ["MIT License"], "MIT"),
        ("", "Licence of the house\nand much more text", [], "Licence of the house"),
        ("", "UNKNOWN", [], ""),
        ("", "", [], ""),
    ],
)
def test_the_licence_of_a_python_distribution(expression, field, classifiers, said) -> None:
    metadata = {"license": field, "classifiers": ["Topic :: Office", *(CLASSIFIER + one for one in classifiers)]}
    if expression:
        metadata["license_expression"] = expression
    assert licences.of_python(metadata) == said


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("MIT + file LICENSE", "MIT"),
        ("GPL (>= 2)", "GPL-2.0-or-later"),
        ("GPL(>=2)", "GPL-2.0-or-later"),
        ("GPL-2 | GPL-3", "GPL-2.0-only OR GPL-3.0-only"),
        ("GPL-3 | file LICENSE", "GPL-3.0-only"),
        ("LGPL (>= 2.1)", "LGPL-2.1-or-later"),
        ("GPL", "GPL"),
        ("Apache License (== 2.0) | file LICENSE", "Apache-2.0"),
        ("BSD_3_clause + file LICENCE", "BSD-3-Clause"),
        ("MIT + file LICENSE | Unlimited", "MIT OR Unlimited"),
        ("Part of R 4.5.0", "GPL-2.0-only OR GPL-3.0-only"),
        ("file LICENSE", ""),
        ("", ""),
    ],
)
def test_the_licence_of_an_r_package(field: str, said: str) -> None:
    assert licences.of_r(field) == said


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("Expat", "MIT"),
        ("GPL-2+", "GPL-2.0-or-later"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("LGPL-2+ and LGPL-2.1+", "LGPL-2.0-or-later AND LGPL-2.1-or-later"),
        ("Artistic or GPL-1+", "Artistic OR GPL-1.0-or-later"),
        ("BSD-3-clause, and public-domain", "BSD-3-Clause AND public-domain"),
    ],
)
def test_the_licence_of_a_debian_package(field: str, said: str) -> None:
    text = (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"
        "Files: debian/*\nCopyright: another\nLicense: ISC\n\n"
        f"Files: *\nCopyright: one\n two\nLicense: {field}\n A long text.\n"
    )
    assert licences.of_debian(text) == said


def test_a_copyright_file_without_form_says_nothing() -> None:
    assert licences.of_debian("This package was debianized by somebody. It is free.\n") == ""


@pytest.mark.parametrize(
    ("expression", "family"),
    [
        ("MIT", "permissive"),
        ("BSD", "permissive"),
        ("LGPL", "weak copyleft"),
        ("GPL-2.0-or-later", "copyleft"),
        ("AGPL-3.0-only", "copyleft"),
        ("GPL-2.0-only OR MIT", "permissive"),
        ("(MIT AND GPL-2.0-only) OR GPL-3.0-only", "copyleft"),
        ("BSD-3-Clause AND 0BSD AND MIT", "permissive"),
        ("Hylafax", "other"),
        ("", "not stated"),
    ],
)
def test_the_family_of_a_licence(expression: str, family: str) -> None:
    assert licences.family(expression) == family
