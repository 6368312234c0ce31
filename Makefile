# Two commands do all the set-up: `make run` and `make test`.
PYTHON ?= python3.11
VENV := .venv
PY := $(VENV)/bin/python
# pip would compile every file of every package, where a sixth is ever imported: that is compiled on its first import.
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-compile
export DAILIES_CACHE ?= $(CURDIR)/.cache
export NUMBA_CACHE_DIR ?= $(DAILIES_CACHE)/numba
# What one process has compiled need not be compiled by the many others that tests start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test ready-to-test test-packages test-thorough test-postgres reliability bench bench-thresholds bench-systems bench-clips evaluate lint sbom audit lock install-locked screenshots demo clean

run: $(VENV)/run.stamp
	$(PY) -m dashboard serve --demo

# A browser test waits for pages now and then: with more processes than cores the others go on. Scopes
# keep their order, so that the browser's, which are longest, begin first. One torch thread to each.
WORKERS ?= 4
test:
	$(MAKE) --jobs 2 ready-to-test
	OMP_NUM_THREADS=1 $(PY) -m pytest --numprocesses $(WORKERS) --dist loadscope \
		--no-loadscope-reorder $(PYTEST)

# What tests need of this machine; pip keeps one core busy, so that other things are made beside it.
ready-to-test: test-packages $(VENV)/dev.stamp $(VENV)/warm.stamp

# Half the work of Chromium is its window; who has only that one may test with it all the same.
test-packages:
	sh scripts/system_packages.sh chromium-headless-shell espeak-ng || \
		sh scripts/system_packages.sh chromium espeak-ng
	-sh scripts/system_packages.sh postgresql  # without it, the tests that want one skip

# Numba compiles for all the processes that tests start.
$(VENV)/warm.stamp: $(VENV)/run.stamp
	$(PY) -m engine warm
	touch $@

# The tests of database and services, each on a PostgreSQL database of its own.
test-postgres: $(VENV)/dev.stamp
	sh scripts/system_packages.sh espeak-ng postgresql
	$(PY) -m engine warm
	OMP_NUM_THREADS=1 DAILIES_TEST_DATABASE=postgres $(PY) -m pytest tests/db tests/dashboard \
		--numprocesses $(WORKERS) --dist loadscope $(PYTEST)

# Those that are slow too, with the many repetitions that look for what happens rarely.
test-thorough:
	DAILIES_THOROUGH=1 $(MAKE) test

# Speed and memory beside floors and peers. BENCH=clip,batch measures these parts; Ctrl+C keeps finished rows.
BENCH ?=
bench: $(VENV)/dev.stamp
	sh scripts/system_packages.sh chromium
	$(PY) -m engine warm
	$(PY) -m scripts.bench --parts "$(BENCH)"

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

# What survives: kills, power loss, full disks, hostile files, attacks. RELIABILITY=kill,backup runs these rows.
RELIABILITY ?=
reliability: $(VENV)/dev.stamp
	sh scripts/system_packages.sh chromium
	OMP_NUM_THREADS=1 $(PY) -m scripts.reliability --rows "$(RELIABILITY)"

lint: $(VENV)/dev.stamp
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m scripts.check_messages
	$(PY) -m scripts.licences --check

# Tools that look at the environment from outside; they lie in one of their own.
SUPPLY := .venv-supply
$(SUPPLY)/stamp: requirements-supply.txt
	sh scripts/make_venv.sh "$(PYTHON)" "$(SUPPLY)"
	$(SUPPLY)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-supply.txt
	touch $@

# What Dailies runs with, as CycloneDX.
sbom: $(VENV)/run.stamp $(SUPPLY)/stamp
	$(SUPPLY)/bin/cyclonedx-py environment --output-reproducible --of JSON -o sbom.cdx.json $(PY)
	@echo "sbom.cdx.json lists what lies in $(VENV)."

# Known weaknesses of the pinned versions, asked of PyPI.
audit: $(SUPPLY)/stamp
	$(SUPPLY)/bin/python scripts/audit.py constraints.txt

# Checksums of everything that is pinned, with PostgreSQL's driver; torch's wheels differ by machine and have none,
# but what torch needs has. uv takes them from the index's lists; pip-compile fetched each file and took ten minutes.
TORCH_NEEDS := filelock fsspec jinja2 networkx sympy typing-extensions
lock: $(SUPPLY)/stamp
	echo "torch; sys_platform == 'nowhere'" >$(SUPPLY)/left-out.txt
	printf '%s\n' $(TORCH_NEEDS) >$(SUPPLY)/torch-needs.txt
	$(SUPPLY)/bin/uv pip compile --quiet --generate-hashes --no-annotate --no-header --python-version 3.11 \
		--python-platform x86_64-manylinux_2_28 --override $(SUPPLY)/left-out.txt --constraint constraints.txt \
		--output-file requirements.lock requirements.txt requirements-postgres.txt $(SUPPLY)/torch-needs.txt

# The environment by checksums alone, on Linux: in place of what `make run` would install.
install-locked: | $(PY)
	$(PIP) --require-hashes --only-binary :all: --no-deps -r requirements.lock
	$(PIP) --no-deps $$(grep '^torch==' requirements.txt)
	$(PY) -m compileall -qq -j 0 -x '/(tests?|sympy|jax|networkx|pip)/' $(VENV)/lib \
		|| true  # who serves may not be allowed to write there; some packages carry files of other Pythons
	touch $(VENV)/run.stamp

screenshots: $(VENV)/dev.stamp
	sh scripts/system_packages.sh chromium
	$(PY) scripts/screenshots.py

$(PY):
	sh scripts/make_venv.sh "$(PYTHON)" "$(VENV)"

$(VENV)/run.stamp: requirements.txt constraints.txt | $(PY)
	$(PIP) -r requirements.txt -c constraints.txt
	touch $@

$(VENV)/dev.stamp: requirements.txt requirements-dev.txt requirements-opensmile.txt requirements-postgres.txt requirements-ray.txt constraints.txt | $(VENV)/run.stamp
	$(PIP) -r requirements-dev.txt -c constraints.txt
	touch $@

clean:
	rm -rf $(VENV) .cache
