"""What the bytes of landing files are, and whether they are still those that were read."""

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.errors import LandingError
from orchestration.landing.files import LandingFile, hash_of, state
from orchestration.landing.unreadable import said_of


@dataclass(frozen=True)
class Content:
    """A landing file with the hash of its bytes, and its size and time when that was taken."""

    file: LandingFile
    sha256: str
    bytes: int
    changed_ns: int

    @classmethod
    def of(cls, file: LandingFile) -> "Content":
        with said_of(file.label_of_all, file.path):
            size, changed_ns = state(file.path)
        return cls(file, hash_of(file), size, changed_ns)

    def check_unchanged(self) -> None:
        """Refuse a file that somebody is still writing: its hash is not that of what was read."""
        with said_of(self.file.label_of_all, self.file.path):
            is_changed = state(self.file.path) != (self.bytes, self.changed_ns)
        if is_changed:
            raise LandingError(
                f"{self.file.label}: the file changed while it was read. Write it under a name "
                "that ends in `.part` and rename it when it is whole."
            )


def contents_of(files: Sequence[LandingFile]) -> tuple[list[Content], list[str]]:
    """Return the contents of the files that can be read, and what is wrong with the others."""
    contents, problems = [], []
    for file in files:
        try:
            contents.append(Content.of(file))
        except LandingError as error:
            problems.append(str(error))
    return contents, problems
