# Every target installs what it needs, says what it does, and may be run again at any time.
.PHONY: run test bench bench-full campaign train package fmt lint help

help:            ## list the targets
	@awk -F'## ' '/^[a-z-]+: .*##/ {split($$1, target, ":"); printf "make %-11s %s\n", target[1], $$2}' Makefile
run:             ## build the program and the page, start the server, send it a photo, serve until Ctrl-C
	@scripts/run.sh
test:            ## build and run the whole test suite
	@scripts/install_dependencies.sh build web test train
	@/usr/bin/python3 scripts/run_tests.py
bench:           ## measure speed and memory as ratios to bare loops (about 3 minutes)
	@scripts/bench.sh
bench-full:      ## the same with enough pairs for the record (about 15 minutes)
	@scripts/bench.sh --full
campaign:        ## what takes too long for the suite: fuzzing, API, kill -9, outages, soak (about 2.5 hours); report in docs/campaigns
	@scripts/campaign.sh
train:           ## train, calibrate and export the species model (35 to 50 minutes; goes on where it stopped)
	@scripts/train.sh
package:         ## make dist/: one folder and a .tar.gz that run on a bare system
	@scripts/package.sh
fmt:             ## format all C++ sources
	@scripts/install_dependencies.sh test
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format-14 -i
lint:            ## formatting, module dependencies and clang-tidy
	@scripts/install_dependencies.sh build test
	@/usr/bin/python3 scripts/run_tests.py --only format,dependencies,tidy
