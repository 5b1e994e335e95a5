"""The files that lie in the landing folder: which they are, their order, and what they hold."""

import codecs
import difflib
import gzip
import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from orchestration.errors import LandingError
from orchestration.landing.mapping.settings import LandingSettings, Mapping, Reading
from orchestration.landing.unreadable import said_of
from orchestration.landing_schema import LANDING

Format = Literal["parquet", "csv", "jsonl"]

FORMATS: dict[str, Format] = {
    ".csv.gz": "csv",
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".parquet": "parquet",
}
SUFFIXES = "`.parquet`, `.csv`, `.csv.gz` or `.jsonl`"
# Half-written and hidden files belong to whoever is writing them: they are left without a word.
UNFINISHED_SUFFIXES = (".tmp", ".part", ".crdownload", ".swp")

# What a file really is, by its first bytes; the longest beginnings first.
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "Parquet"),
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)
# File systems keep times in steps of up to two seconds.
SETTLED_NS = 3_000_000_000
# Device, inode, size, time of last change and of last change of status, the times in nanoseconds.
Identity = tuple[int, ...]
_hashed: dict[Path, tuple[Identity, str]] = {}


@dataclass(frozen=True)
class LandingFile:
    """One file of one landing table; `label` is how messages name it.

    A file that a mapping reads may be one of several tables, or of one table in several parts: it
    is then as many landing files. Its `name` begins with its folder.
    """

    table: str
    name: str
    path: Path
    reading: Reading | None = None

    @property
    def label(self) -> str:
        return f"{self.name} as {self.table}" if self.reading else f"{self.table}/{self.name}"

    @property
    def label_of_all(self) -> str:
        """How messages name the whole file, of which a mapping may make several."""
        return f"{self.reading.mapping.folder}/{self.path.name}" if self.reading else self.label

    @property
    def part(self) -> str:
        return self.reading.part.part if self.reading else ""

    @property
    def suffix(self) -> str:
        return next(suffix for suffix in FORMATS if self.path.name.lower().endswith(suffix))

    @property
    def format(self) -> Format:
        return FORMATS[self.suffix]

    @property
    def is_gzipped(self) -> bool:
        return self.suffix == ".csv.gz"

    @property
    def encoding(self) -> str:
        """The encoding of its text: that of its mapping, unless it says itself that it is UTF-8."""
        if self.reading is None or self.format != "csv":
            return "utf-8-sig"
        named = self.reading.mapping.encoding
        opener = gzip.open if self.is_gzipped else open
        with opener(self.path, "rb") as stream:
            is_marked = stream.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
        return "utf-8-sig" if is_marked or codecs.lookup(named).name == "utf-8" else named

    @property
    def known_columns(self) -> frozenset[str]:
        """The columns that somebody looks at, in small letters."""
        names = self.reading.columns if self.reading else LANDING[self.table].by_name
        return frozenset(name.lower() for name in names)


@dataclass(frozen=True)
class IgnoredFile:
    """Something in the landing folder that is not read; `path` is relative to that folder."""

    path: str
    reason: str


@dataclass(frozen=True)
class Discovery:
    """What lies in the landing folder, in load order: table of the contract, file name by bytes."""

    files: tuple[LandingFile, ...]
    ignored: tuple[IgnoredFile, ...]


def discover(landing: Path, settings: LandingSettings | None = None) -> Discovery:
    """List the landing files in load order and whatever else lies there.

    The order never depends on the locale or on when a file was written: a rebuild must meet the
    files in the same order. Files that a mapping reads stand in the folder of its pattern.

    Raises
    ------
    LandingError
        If two mappings read one file, or a folder cannot be listed.
    """
    rules = settings or LandingSettings()
    folders = {each.folder for each in rules.mapping}
    files: list[LandingFile] = []
    ignored: list[IgnoredFile] = []
    for entry in _entries(landing):
        if not entry.is_dir():
            ignored.append(_ignored(entry, landing, "lies beside the table folders, not in one"))
        elif entry.name not in LANDING and entry.name not in folders:
            near = difflib.get_close_matches(entry.name, [*LANDING, *folders], n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            reason = f"is no table of the contract{hint} (tables: {', '.join(LANDING)})"
            ignored.append(_ignored(entry, landing, reason))
    for folder in dict.fromkeys([*LANDING, *sorted(folders)]):
        for entry in _entries(landing / folder):
            mapping = _mapping_of(entry, folder, rules.mapping)
            if entry.is_dir():
                ignored.append(_ignored(entry, landing, "is a folder; files go one level up"))
            elif not entry.name.lower().endswith(tuple(FORMATS)):
                ignored.append(_ignored(entry, landing, f"does not end in {SUFFIXES}"))
            elif mapping is not None:
                files.extend(mapped_files(entry, mapping, rules.salt))
            elif folder in LANDING:
                files.append(LandingFile(folder, entry.name, entry))
            else:
                patterns = [each.files for each in rules.mapping if each.folder == folder]
                reason = f"fits no pattern of `landing.mapping` ({', '.join(patterns)})"
                ignored.append(_ignored(entry, landing, reason))
    order = {table: place for place, table in enumerate(LANDING)}
    files.sort(key=lambda each: (order[each.table], os.fsencode(each.name)))
    return Discovery(tuple(files), tuple(ignored))


def mapped_files(path: Path, mapping: Mapping, salt: str) -> Iterator[LandingFile]:
    """List what one file of an export is: a landing file a table and part."""
    for part in mapping.tables:
        suffix = f" ({part.part})" if part.part else ""
        name = f"{mapping.folder}/{path.name}{suffix}"
        yield LandingFile(part.table, name, path, Reading(mapping, part, salt))


def _mapping_of(entry: Path, folder: str, mappings: Sequence[Mapping]) -> Mapping | None:
    """Return the mapping that reads a file, if there is one."""
    found = [each for each in mappings if each.folder == folder and each.matches(entry.name)]
    if len(found) > 1 and not entry.is_dir():
        raise LandingError(
            f"{folder}/{entry.name}: the mappings {' and '.join(each.name for each in found)} both "
            "read it. Make their patterns in `landing.mapping` tell files apart."
        )
    return found[0] if found else None


def hash_of(file: LandingFile) -> str:
    """Return the hash of a landing file's bytes.

    Raises
    ------
    LandingError
        If it cannot be read: naming it, why, and what to do.
    """
    with said_of(file.label_of_all, file.path):
        return content_sha256(file.path)


def content_sha256(path: Path) -> str:
    """Return the hash of a file's bytes: what "the same content" means.

    A night asks several times, and the next one again. The answer is remembered for as long as
    the file's inode, size and both times stay, of which the time of status change cannot be set by
    `touch` or `cp -p`. A file that was changed a moment ago is hashed anew every time: a second
    change within one tick of the file system's clock would leave its times as they are.
    """
    before = _identity(path)
    if _hashed.get(path, (None, ""))[0] == before:
        return _hashed[path][1]
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    is_settled = max(before[-2:]) + SETTLED_NS < time.time_ns()
    if is_settled and _identity(path) == before:
        _hashed[path] = (before, sha256)
    return sha256


def known_hashes() -> dict[Path, tuple[Identity, str]]:
    """Return what is remembered: each file as it was when it was hashed, and its hash."""
    return dict(_hashed)


def add_hashes(hashes: dict[Path, tuple[Identity, str]]) -> None:
    """Remember what an earlier process knew, where this one has not looked itself."""
    for path, hashed in hashes.items():
        _hashed.setdefault(path, hashed)


def _identity(path: Path) -> Identity:
    status = path.stat()
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def state(path: Path) -> tuple[int, int]:
    """Return size and time of last change: tells whether a file was written while it was read."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def check_is_what_its_suffix_says(file: LandingFile) -> None:
    """Refuse a file whose first bytes are not those of its format.

    Raises
    ------
    LandingError
        Naming the file, what it seems to be, and what to do.
    """
    try:
        file.name.encode("utf-8")
    except UnicodeEncodeError:
        raise LandingError(
            f"landing/{file.table}: a file's name is not valid UTF-8; rename it."
        ) from None
    with said_of(file.label_of_all, file.path), file.path.open("rb") as stream:
        beginning = stream.read(8)
    if not beginning:
        raise LandingError(
            f"{file.label}: the file is empty (0 bytes), without even a header. Land it again, "
            "or remove it; a file with a header and no rows is fine."
        )
    found = next((what for start, what in _BEGINNINGS if beginning.startswith(start)), None)
    expected = {"parquet": "Parquet", "csv": None, "jsonl": None}[file.format]
    if file.is_gzipped:
        expected = "compressed with gzip"
    if found != expected:
        seems = found or "something else, perhaps plain text"
        raise LandingError(
            f"{file.label}: the file is not what its suffix says: `{file.suffix}` was expected, "
            f"but it is {seems}. Export it as {file.suffix}, or give it the suffix of its format "
            f"({SUFFIXES}; text in UTF-8)."
        )


def _entries(folder: Path) -> list[Path]:
    """List a folder by the bytes of the names, without hidden and unfinished files."""
    try:
        entries = list(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise LandingError(
            f"{folder}: the folder cannot be listed ({error.strerror}). Allow the user that runs "
            "Strata to read it (`chmod a+rx`)."
        ) from None
    return sorted(
        (
            entry
            for entry in entries
            if not entry.name.startswith((".", "~$"))
            and not entry.name.lower().endswith(UNFINISHED_SUFFIXES)
        ),
        key=lambda entry: os.fsencode(entry.name),
    )


def _ignored(entry: Path, landing: Path, reason: str) -> IgnoredFile:
    return IgnoredFile(str(entry.relative_to(landing)), reason)
