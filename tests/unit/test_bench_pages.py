"""What was measured goes into its page, and nothing else of the page moves."""

from pathlib import Path

import pytest

from airflow_k8s.bench import pages


def test_the_page_has_the_newest_only(tmp_path: Path) -> None:
    begin, end = pages.marks("roads")
    other = "".join(pages.marks("other"))
    page = tmp_path / "page.md"
    page.write_text(f"before\n{begin}{end}between\n{other}after\n")
    pages.put(page, "roads", "old\n")
    pages.put(page, "roads", "new\n")
    assert page.read_text() == f"before\n{begin}\nnew\n\n{end}between\n{other}after\n"


def test_a_page_without_a_place_for_it_is_refused_and_kept(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n")
    with pytest.raises(ValueError, match=r"page\.md has no"):
        pages.put(page, "roads", "table\n")
    assert page.read_text() == "before\n"
