# audiogan_tf: `make run` hears a GAN learn drums, `make test` checks everything, `make lab` opens the course.
# Every target sets up .venv first where it is missing or stale.

PYTHON ?= python3.13 python3.12 python3.11 python3.10 python3
PY := .venv/bin/python
ALL_NB := $(wildcard notebooks/*.ipynb notebooks/primers/*.ipynb notebooks/solutions/*.ipynb)
NB ?= $(ALL_NB)
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout=1800 --nbval-sanitize-with tests/nbval_sanitize.cfg
TWO := --numprocesses=2 --dist=loadfile
SETTINGS ?= numpy onednn one two
threads = TF_NUM_INTRAOP_THREADS=$(1) TF_NUM_INTEROP_THREADS=$(1) OMP_NUM_THREADS=$(1)
UNDER_numpy := NPY_DISABLE_CPU_FEATURES=X86_V4
UNDER_onednn := ONEDNN_MAX_CPU_ISA=AVX2
UNDER_one := $(call threads,1)
UNDER_two := $(call threads,2)
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

export TF_CPP_MIN_LOG_LEVEL := 3
export TF_ENABLE_ONEDNN_OPTS := 1

.PHONY: help run lab play test portability $(SETTINGS:%=portability-%) seeds lint notebooks bench requirements clean

help:
	@echo "make run           train a GAN on drum sounds for two minutes and hear the result"
	@echo "make lab           open the lessons in JupyterLab"
	@echo "make play          build the instrument, a page on which anybody plays the generators"
	@echo "make test          unit tests, then every lesson and solution against its stored output"
	@echo "make portability   the same tests as on other processors and with other thread counts"
	@echo "make seeds         run lessons with other random seeds: what they print must hold (one: NB=...)"
	@echo "make lint          check the style of code and notebooks, and which room imports which"
	@echo "make notebooks     execute all lessons and store their outputs (one: NB=notebooks/00_x.ipynb)"
	@echo "make bench         measure speed and quality; installs PyTorch for the comparison"
	@echo "make requirements  pin pyproject.toml's dependencies again (newest: UPGRADE=1)"
	@echo "make clean         remove .venv and caches; runs/ stays"

# A .venv whose Python is gone, or that was made in another place, is stale as well.
ifneq ($(shell $(PY) -c '' 2>/dev/null && cat .venv/stamp 2>/dev/null),$(shell pwd))
.PHONY: .venv/stamp
endif
.venv/stamp: requirements.txt pyproject.toml
	@sh scripts/setup_venv.sh $(PYTHON)

run: .venv/stamp
	@out=runs/drums; n=2; while [ -e "$$out" ]; do out=runs/drums-$$n; n=$$((n + 1)); done; \
	$(PY) -m audiogan_tf train --corpus drums --seconds 120 --seed 0 --out "$$out"

# What lies in play/ is served at /static/: lesson 17 shows the instrument from there.
lab: .venv/stamp
	$(PY) -m nbformat.sign $(ALL_NB)
	$(PY) -m jupyterlab $(AS_ROOT) --ServerApp.extra_static_paths=play $(firstword $(wildcard notebooks/00_*.ipynb))

# npm fetches what runs the networks in a browser; where there is none, pip brings one.
play: .venv/stamp
	@command -v npm >/dev/null || $(PY) -m pip install --quiet --disable-pip-version-check \
	    --constraint requirements.txt --editable ".[play]"
	$(PY) play/build.py

test: .venv/stamp
	$(PY) -m pytest $(TWO) tests
	$(PY) -m pytest $(TWO) $(NBVAL) notebooks

# numpy as without AVX-512, oneDNN as without it, one thread, two threads.
portability: $(SETTINGS:%=portability-%)

$(SETTINGS:%=portability-%): portability-%: .venv/stamp
	env $(or $(UNDER_$*),$(error SETTINGS=$*: use some of numpy onednn one two)) $(MAKE) test

seeds: .venv/stamp
	$(PY) scripts/other_seeds.py $(NB)

lint: .venv/stamp
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(dir $(PY))lint-imports --no-cache

# PYTEST_CURRENT_TEST keeps ipykernel from storing TensorFlow's C++ log, as it does under nbval.
notebooks: .venv/stamp
	PYTEST_CURRENT_TEST=notebooks $(PY) -m nbconvert --to notebook --execute --inplace \
	    --ExecutePreprocessor.timeout=1800 --ExecutePreprocessor.record_timing=False $(NB)

bench: .venv/stamp
	$(PY) -m pip install --quiet --disable-pip-version-check --constraint requirements.txt --editable ".[bench]"
	@for script in benchmarks/*.py; do echo "== $$script"; $(PY) "$$script" || exit 1; done

requirements: .venv/stamp
	$(PY) scripts/requirements.py $(if $(UPGRADE),--upgrade)

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path "./.git/*" -prune -exec rm -rf {} +
	find . -name .ipynb_checkpoints -prune -exec rm -rf {} +
