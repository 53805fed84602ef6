# Each target is self-sufficient on a fresh machine with Python 3.11 or newer: it makes .venv, installs, and runs.
PYTHON ?= python3
VENV := $(CURDIR)/.venv
export PATH := $(VENV)/bin:$(PATH)
export MODEL_NAME := $(CURDIR)/inference/miniature

.PHONY: demo test
demo: $(VENV)/.installed
	finetune/lora.sh --output_dir $(CURDIR)/outputs/lora
	python inference/inference_lora.py --pretrained_model_name_or_path $(MODEL_NAME) --adapter outputs/lora --output_dir outputs/demo

test: $(VENV)/.installed
	ruff check .
	python -m pytest

$(VENV)/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..."; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --requirement requirements.txt
	touch $@
