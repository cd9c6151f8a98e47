"""What is taken out of an image's files."""

import io
import tarfile

from airflow_k8s.images.manifest.files import texts


def archive(files: dict[str, bytes], links: dict[str, str]) -> list[bytes]:
    """A tar file in pieces: files, then other names of them."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for name, target in links.items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.LNKTYPE, target
            tar.addfile(member)
    return [buffer.getvalue()[:700], buffer.getvalue()[700:]]


def test_only_what_tells_of_packages_is_taken() -> None:
    files = {"var/lib/dpkg/status": b"Package: a\n", "etc/shadow": b"secret", "app/METADATA": b"Name: b\n"}
    assert texts(archive(files, {})) == {"/var/lib/dpkg/status": "Package: a\n"}


def test_a_file_with_two_names_is_there_twice() -> None:
    metadata = "{}/lib/python3.13/site-packages/a.dist-info/METADATA"
    files, links = {metadata.format("v"): b"Name: a\n"}, {metadata.format("w"): metadata.format("v")}
    assert texts(archive(files, links)) == {f"/{metadata.format(place)}": "Name: a\n" for place in "vw"}


def test_what_is_no_utf_8_does_no_harm() -> None:
    path = "usr/lib/R/library/a/DESCRIPTION"
    assert texts(archive({path: b"Author: Andr\xe9\n"}, {})) == {f"/{path}": "Author: Andr\ufffd\n"}
