"""Models on disk: written whole or not at all, and read only if nobody has touched them."""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from models.behaviour_model import BehaviourModel
from models.errors import ArtifactError

MODEL_FILE = "model.json"
MANIFEST_FILE = "manifest.json"


def save_model(model: BehaviourModel, root: Path) -> Path:
    """Write a model into `<root>/<model_id>/`, atomically, and return that folder.

    A folder that is already there must hold this very model.
    """
    folder = root / model.model_id
    if folder.exists():
        load_model(root, model.model_id)
        return folder
    return write_content(root, model.model_id, model.to_json())


def load_model(root: Path, model_id: str) -> BehaviourModel:
    """Read a stored model and check it against its sums.

    Raises
    ------
    ArtifactError
        If the folder or a file is missing, or content, sum and id do not belong together.
    """
    folder = root / model_id
    content = read_content(root, model_id, remedy=_remedy(folder))
    try:
        model = BehaviourModel.from_json(content)
    except ValueError as error:
        raise ArtifactError(f"{folder / MODEL_FILE}: {error} {_remedy(folder)}") from None
    if model.model_id != model_id:
        raise ArtifactError(f"{folder} holds the model {model.model_id}; {_remedy(folder)}")
    return model


def write_content(root: Path, model_id: str, content: bytes) -> Path:
    """Write content and its sum into `<root>/<model_id>/`, which is not there yet.

    The files are written and flushed beside it and the folder renamed into place, so a crash
    leaves no half model.
    """
    folder = root / model_id
    root.mkdir(parents=True, exist_ok=True)
    manifest = {"model_id": model_id, "files": {MODEL_FILE: hashlib.sha256(content).hexdigest()}}
    beside = Path(tempfile.mkdtemp(prefix=".writing-", dir=root))
    try:
        _write_flushed(beside / MODEL_FILE, content)
        _write_flushed(beside / MANIFEST_FILE, (json.dumps(manifest, indent=1) + "\n").encode())
        beside.chmod(0o755)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    _flush_folder(root)
    return folder


def read_content(root: Path, model_id: str, *, remedy: str) -> bytes:
    """Return stored content if its sum is the one that was written with it.

    Raises
    ------
    ArtifactError
        If the folder or a file is missing, or content and sum differ; `remedy` says what to do.
    """
    folder = root / model_id
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_bytes())
        content = (folder / MODEL_FILE).read_bytes()
        expected = manifest["files"][MODEL_FILE]
    except FileNotFoundError as error:
        raise ArtifactError(
            f"No model {model_id}: {error.filename} is not there; {remedy}"
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError):
        raise ArtifactError(f"{folder / MANIFEST_FILE} cannot be read; {remedy}") from None
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ArtifactError(
            f"{folder / MODEL_FILE} was changed after it was written (sha256 {found[:12]}…, "
            f"expected {str(expected)[:12]}…); {remedy}"
        )
    return content


def is_given_up(root: Path, model_id: str) -> bool:
    """Return whether a person has said that this model is lost and to be done without."""
    return _given_up_file(root / model_id).exists()


def copy_given_up(root: Path, target: Path, model_id: str) -> None:
    """Say in another root, too, that this model is to be done without."""
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_given_up_file(root / model_id), _given_up_file(target / model_id))


def _given_up_file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.given-up")


def _remedy(folder: Path) -> str:
    return (
        f"restore the folder {folder} from a backup. If there is none, create the empty file "
        f"{_given_up_file(folder)}: the model before it is used again, or a new one learned."
    )


def _write_flushed(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make a rename last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
