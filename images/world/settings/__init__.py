"""Every setting by its name: each file here has a SETTING."""

import importlib
import pkgutil

from images.world.base import Setting

SETTINGS: dict[str, Setting] = {
    setting.name: setting
    for file in sorted(found.name for found in pkgutil.iter_modules(__path__))
    for setting in [importlib.import_module(f"{__name__}.{file}").SETTING]
}
