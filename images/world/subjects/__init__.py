"""Every subject by its name: each file here has a SUBJECT."""

import importlib
import pkgutil

from images.world.base import Subject

SUBJECTS: dict[str, Subject] = {
    subject.name: subject
    for file in sorted(found.name for found in pkgutil.iter_modules(__path__))
    for subject in [importlib.import_module(f"{__name__}.{file}").SUBJECT]
}
