# Each target is self-sufficient on a fresh machine with Python 3.11 or newer: it makes .venv, installs, and runs.
PYTHON ?= python3
VENV := $(CURDIR)/.venv
export PATH := $(VENV)/bin:$(PATH)
export MODEL_NAME := $(CURDIR)/inference/miniature

DEMO := outputs/demo
RESTYLE := --prompt "a lighthouse by the sea, dramatic lighting" --side_by_side

PYTEST := python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: demo test quick
demo: $(DEMO)/report.html $(DEMO)/per_frame.mp4 $(DEMO)/control_a_video.mp4
	@echo "look at $(DEMO)/grid.png, $(DEMO)/report.html, $(DEMO)/per_frame.mp4 and $(DEMO)/control_a_video.mp4"

# What is finished is kept, and what was interrupted goes on: `make demo` again.
$(DEMO)/lora/recipe.json $(DEMO)/textual_inversion/recipe.json $(DEMO)/dreambooth/recipe.json: $(DEMO)/%/recipe.json: | $(VENV)/.installed
	finetune/$*.sh --output_dir $(CURDIR)/$(@D) --resume_from_checkpoint latest

# the page is what a comparison writes last
$(DEMO)/report.html: $(DEMO)/lora/recipe.json $(DEMO)/textual_inversion/recipe.json $(DEMO)/dreambooth/recipe.json
	python inference/compare.py --pretrained_model_name_or_path $(MODEL_NAME) --output_dir $(DEMO) \
		--lora $(DEMO)/lora --textual_inversion $(DEMO)/textual_inversion --dreambooth $(DEMO)/dreambooth

$(DEMO)/per_frame.mp4: | $(VENV)/.installed
	python video/controlnet_per_frame.py --input video/sample.mp4 --output $@ --resume $(RESTYLE) \
		--pretrained_model_name_or_path $(MODEL_NAME)

$(DEMO)/control_a_video.mp4: | $(VENV)/.installed
	python video/control_a_video.py --input_video video/sample.mp4 --output $@ --resume $(RESTYLE) \
		--checkpoint $(MODEL_NAME)/controlavideo-canny --controlnet_conditioning_scale 1.5

test: $(VENV)/.installed
	ruff check .
	ruff format --check .
	$(PYTEST)

quick: $(VENV)/.installed
	$(PYTEST) -m "not slow and not render"

$(VENV)/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..."; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --requirement requirements.txt
	touch $@
