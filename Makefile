# SPDX-License-Identifier: Apache-2.0
# The short list of verbs; the work is done by CMake (CMakePresets.json) and the scripts of tools/.
BUILD  := build/release
PREFIX ?= /usr/local
JOBS   ?= $(shell nproc)

# What is installed, without the tests and benchmarks, which need more packages and most of the time. The preset alone has them.
PROGRAM := cmake --preset release -DDOORCODE_TESTS=OFF -DDOORCODE_BENCH=OFF

.PHONY: all deps demo check test bench site screenshots fuzz sanitize man install deb clean help
.DEFAULT_GOAL := all

all: deps ## build program, client library and manual into build/release
	@$(PROGRAM) >/dev/null
	@cmake --build $(BUILD) -j $(JOBS)

deps: ## install the packages the build needs (apt-get; quick when they are there)
	@tools/install-deps build

demo: deps ## build the program, start a server and sign a user in through the three calls, with a mail in between
	@$(PROGRAM) >/dev/null
	@cmake --build $(BUILD) --target doorcode -j $(JOBS)
	@tools/demo

check: ## everything CI runs: builds, all tests, static checks, sanitizers, fuzzing, end to end
	@tools/install-deps test
	@tools/run-tests

test: ## only the C tests of the release build
	@tools/install-deps test-c
	@cmake --preset release >/dev/null
	@cmake --build $(BUILD) -j $(JOBS)
	@ctest --preset release -j $(JOBS)

bench: deps ## measure sign-ins; results and conditions are in bench/RESULTS.md
	@tools/bench

site: all ## write the documentation as plain HTML into build/site
	@tools/install-deps site
	@site/build.py $(BUILD) build/site

screenshots: ## pictures of the hosted pages into docs/images/pages
	@tools/install-deps test
	@tools/screenshots

fuzz: ## run every fuzz target for a minute: make fuzz, or SECONDS_EACH=600 make fuzz
	@tools/install-deps test-c
	@tools/fuzz $(or $(SECONDS_EACH),60)

sanitize: ## the C tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@tools/install-deps test-c
	@tools/run-tests asan

man: ## check the manual page that the program writes
	@tools/install-deps test-c
	@tools/run-tests man

install: all ## install program, library, manual page and systemd unit below PREFIX (/usr/local)
	@DESTDIR=$(DESTDIR) cmake --install $(BUILD) --prefix $(PREFIX)
	@[ -n "$(DESTDIR)" ] || [ "$$(id -u)" -ne 0 ] || /sbin/ldconfig # or programs do not find the library

deb: ## Debian packages into build/deb: doorcode, libdoorcode1, libdoorcode-dev
	@tools/install-deps package
	@tools/deb

clean: ## remove build/
	@rm -rf build

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18
