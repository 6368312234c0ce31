# Two commands do all the set-up: `make run` and `make test`.
PYTHON ?= python3.11
VENV := .venv
PY := $(VENV)/bin/python
# pip would compile what it installs on one core, file after file; afterwards all cores do.
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-compile
COMPILE := $(PY) -m compileall -qq -j 0 $(VENV)/lib || true  # some packages carry files of other Pythons
export DAILIES_CACHE ?= $(CURDIR)/.cache
export NUMBA_CACHE_DIR ?= $(DAILIES_CACHE)/numba
# What one process has compiled need not be compiled by the many others that tests start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-thorough bench bench-thresholds bench-systems bench-clips evaluate lint screenshots demo clean

run: $(VENV)/run.stamp
	$(PY) -m dashboard serve --demo

# A browser test waits for pages now and then: with one process more than cores the others go on. Scopes
# keep their order, so that the browser's, which are longest, begin first. One torch thread to each.
WORKERS ?= 3
# Half the work of Chromium is its window; who has only that one may test with it all the same.
test: $(VENV)/dev.stamp
	sh scripts/system_packages.sh chromium-headless-shell espeak-ng || \
		sh scripts/system_packages.sh chromium espeak-ng
	$(PY) -m engine warm
	OMP_NUM_THREADS=1 $(PY) -m pytest --numprocesses $(WORKERS) --dist loadscope \
		--no-loadscope-reorder $(PYTEST)

# The same tests, with the many repetitions that look for what happens rarely.
test-thorough:
	DAILIES_THOROUGH=1 $(MAKE) test

bench: $(VENV)/dev.stamp
	$(PY) -m engine warm
	$(PY) scripts/bench.py

ROWS ?= 1,2,3,4,5,5b,6
bench-thresholds: $(VENV)/dev.stamp
	$(PY) -m scripts.bench_thresholds --rows $(ROWS)

# What was trained with the same seed is read from the cache, fold by fold.
bench-systems: $(VENV)/dev.stamp
	$(PY) -m scripts.systems_table

# Every system on every clip of CLIPS, warm: median and slowest.
CLIPS ?= ../shared/data/clips
bench-clips: $(VENV)/dev.stamp
	OMP_NUM_THREADS=1 $(PY) -m scripts.bench_systems $(if $(wildcard $(CLIPS)),--clips $(CLIPS))

# EVALUATE=fusion,words-bayes runs the parts whose names begin so; finished folds are kept, Ctrl+C is safe.
EVALUATE ?=
evaluate: $(VENV)/dev.stamp
	OMP_NUM_THREADS=1 $(PY) -m scripts.evaluate --parts "$(EVALUATE)"

lint: $(VENV)/dev.stamp
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m scripts.check_messages

screenshots: $(VENV)/dev.stamp
	sh scripts/system_packages.sh chromium
	$(PY) scripts/screenshots.py

$(PY):
	sh scripts/make_venv.sh "$(PYTHON)" "$(VENV)"

$(VENV)/run.stamp: requirements.txt constraints.txt | $(PY)
	$(PIP) -r requirements.txt -c constraints.txt
	$(COMPILE)
	touch $@

$(VENV)/dev.stamp: requirements.txt requirements-dev.txt requirements-opensmile.txt constraints.txt | $(PY)
	$(PIP) -r requirements-dev.txt -c constraints.txt
	$(COMPILE)
	touch $@ $(VENV)/run.stamp

clean:
	rm -rf $(VENV) .cache
