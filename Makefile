# SPDX-License-Identifier: GPL-3.0-or-later
# Everything is found by wildcard: a new .c file needs no line here.
MAKEFLAGS += --no-print-directory
CLANG   := $(findstring clang,$(CC))
CFLAGS  ?= -O3 -g $(if $(CLANG),,-flto=auto)    # yours to set; what follows is not
BUILD   ?= build/release
PROGRAM ?= banyan
PREFIX  ?= /usr/local
PKGS    := glib-2.0 gio-2.0 igraph gsl json-glib-1.0 sqlite3
STRICT  := -std=c11 -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Werror \
           -ffp-contract=off            # the last: same rounding on every machine
STRICT  += $(if $(CLANG),-Wno-unused-variable)  # which it takes a variable for that frees itself
FLAGS   := -Isim -Itests -D_GNU_SOURCE -MMD -MP $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LDLIBS  := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm
# Runs on many machines, where mpicc is there; `make MPI=` leaves it out.
MPI     := $(wordlist 2,99,$(shell mpicc -show 2>/dev/null))
LDLIBS  += $(filter -L% -l% -Wl%,$(MPI))
AR      := $(if $(CLANG),ar,gcc-ar)
ifeq ($(NATIVE),1)
STRICT  += -march=native
endif
# Across files gcc takes for unset what a failed call leaves alone.
LINK    := $(STRICT) $(if $(CLANG),,-Wno-maybe-uninitialized)

SRC     := $(sort $(wildcard sim/*.c sim/*/*.c))
PLOTS   := $(sort $(wildcard plots/*.gp sim/report/*.css sim/report/*.js))
OBJ     := $(SRC:%.c=$(BUILD)/%.o) $(BUILD)/plots.o
LIB     := $(BUILD)/libsim.a
TESTS   := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/*/test_*.c)))
BENCHES := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/bench/bench_*.c)))
SCRIPTS := $(sort $(wildcard tests/*/*.sh))

# On all cores, unless make was told how many.
ALL_CORES = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))

# The kinds of build beside the release; each has a directory of its own.
TEST_BUILD     := BUILD=build/test PROGRAM=build/test/banyan CFLAGS="-O1 -g"
ASAN_BUILD     := BUILD=build/asan PROGRAM=build/asan/banyan \
                  CFLAGS="-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all"
PGO_BUILD      := BUILD=build/pgo PROGRAM=build/pgo/banyan
VALIDATE_BUILD := BUILD=build/validate PROGRAM=build/validate/banyan CFLAGS="-O3 -g"

.PHONY: all deps demo test test-real asan validate bench bench-peers run-tests run-real layers pgo install uninstall help clean FORCE
.SECONDARY:

all:                            ## build the optimised program ./banyan (the default)
	@$(MAKE) $(ALL_CORES) $(PROGRAM)

deps:                           ## install the compiler, libraries and programs that are missing
	@CC="$(CC)" .ci/deps $(PKGS)

demo: deps                      ## build, run scenarios/tree-vs-mesh.ini and plot it
	@$(MAKE) $(ALL_CORES) $(PROGRAM)
	./$(PROGRAM) run scenarios/tree-vs-mesh.ini -o results/tree-vs-mesh
	./$(PROGRAM) plot results/tree-vs-mesh
	@echo; echo "The plots are in results/tree-vs-mesh/plots:"; ls results/tree-vs-mesh/plots/*.svg

test: deps                      ## run every test that is not slow
	@$(MAKE) $(ALL_CORES) $(TEST_BUILD) run-tests

asan: deps                      ## the same under the address and undefined-behaviour sanitizers
	@$(MAKE) $(ALL_CORES) $(ASAN_BUILD) run-tests

validate: deps                  ## run the slow tests too, and the validation scenarios
	@$(MAKE) $(ALL_CORES) $(VALIDATE_BUILD) MODE=slow run-tests

test-real: deps                 ## compare the communication models with real ones, where installed
	@$(MAKE) $(ALL_CORES) $(TEST_BUILD) run-real

bench: $(BENCHES) $(PROGRAM)    ## measure the engine alone, and the program on the standard workloads
	@for bench in $(BENCHES); do ./$$bench || exit 1; done
	@"$(abspath $(PROGRAM))" bench -o $(BUILD)/bench.json
	@echo "The figures are in $(BUILD)/bench.json too."

bench-peers: $(PROGRAM)         ## the same flood on the other simulators that are installed
	@BANYAN="$(abspath $(PROGRAM))" tests/bench/peers/run

run-tests: $(if $(wildcard sim/main.c),$(PROGRAM)) $(TESTS)
	@BANYAN="$(abspath $(PROGRAM))" MODE="$(MODE)" tests/run $(TESTS) $(SCRIPTS)

run-real: $(LIB)
	@mkdir -p $(BUILD)/real
	@CC="$(CC)" REAL_BUILD="$(abspath $(BUILD))/real" SIM_LIB="$(abspath $(LIB))" SIM_LIBS="$(LDLIBS)" \
	SIM_FLAGS="$(patsubst -I%,-I$(CURDIR)/%,$(filter -Isim -Itests,$(FLAGS))) $(filter-out -Isim -Itests -MMD -MP,$(FLAGS)) $(STRICT) $(CFLAGS)" \
	tests/real/run

layers:                         ## check who may include whom
	@tests/layers sim

# gcc alone; what is not trained is optimised as ever.  The training differs in how a bench ends.
pgo: deps                       ## build/pgo/banyan, optimised by what `banyan bench` has it do
	@$(MAKE) $(ALL_CORES) $(PGO_BUILD) CFLAGS="$(CFLAGS) -fprofile-generate -DTRAINING" build/pgo/banyan
	@find build/pgo -name '*.gcda' -delete
	build/pgo/banyan bench flood gossip tree timers storm rough -n 10000 -n 100000 -r 1 --format none
	@$(MAKE) $(ALL_CORES) $(PGO_BUILD) CFLAGS="$(CFLAGS) -fprofile-use -fprofile-partial-training -Wno-coverage-mismatch" build/pgo/banyan

install: $(PROGRAM)             ## install into PREFIX (/usr/local), below DESTDIR
	.ci/install "$(PROGRAM)" "$(DESTDIR)" "$(PREFIX)"

uninstall:                      ## remove what install put there
	.ci/install --remove "$(DESTDIR)" "$(PREFIX)"

help:                           ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 |\2/p' Makefile | awk -F '|' '{ printf "%-20s%s\n", $$1, $$2 }'

clean:                          ## remove everything that was built
	rm -rf build $(PROGRAM)

$(PROGRAM): $(OBJ)
	$(CC) $(LINK) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $(OBJ) $(LDLIBS)

$(LIB): $(filter-out $(BUILD)/sim/main.o,$(OBJ))
	@rm -f $@
	@$(AR) rcsT $@ $^

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(FLAGS) $(STRICT) $(CFLAGS) -c -o $@ $<

# The scripts of plots/ and those of the report as C strings, so that the program finds them wherever it stands.
$(BUILD)/plots.c: $(PLOTS) Makefile
	@mkdir -p $(@D)
	@{ echo '#include "report/plot_sheet.h"'; echo 'const PlotScript plot_scripts[] = {'; \
	for f in $(PLOTS); do echo "{ \"$${f##*/}\","; sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $$f; echo '},'; done; \
	echo '{ NULL, NULL } };'; } > $@

$(BUILD)/plots.o: $(BUILD)/plots.c $(BUILD)/flags
	$(CC) $(FLAGS) $(STRICT) $(CFLAGS) -c -o $@ $<

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(LIB)
	$(CC) $(LINK) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/sim/experiment/ranks.o: FLAGS += $(if $(MPI),-DHAVE_MPI $(patsubst -I%,-isystem %,$(filter -I% -D%,$(MPI))))
$(BUILD)/sim/experiment/ranks.o: $(BUILD)/mpi

$(BUILD)/mpi: FORCE
	@mkdir -p $(@D)
	@echo '$(MPI)' | cmp -s - $@ || echo '$(MPI)' > $@

# Another compiler or other flags build everything again.
$(BUILD)/flags: FORCE
	@pkg-config --exists $(PKGS) || { echo "libraries are missing; 'make deps' installs them" >&2; exit 1; }
	@mkdir -p $(@D)
	@echo '$(CC) $(STRICT) $(CFLAGS)' | cmp -s - $@ || echo '$(CC) $(STRICT) $(CFLAGS)' > $@

-include $(OBJ:.o=.d) $(TESTS:=.d) $(BENCHES:=.d)
