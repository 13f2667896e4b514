# SPDX-License-Identifier: GPL-3.0-or-later
# Everything is found by wildcard: a new .c file needs no line here.
CFLAGS  ?= -O3 -g -flto=auto            # yours to set; what follows is not
BUILD   ?= build/release
PROGRAM ?= banyan
PREFIX  ?= /usr/local
PKGS    := glib-2.0 gio-2.0 igraph gsl json-glib-1.0 sqlite3
STRICT  := -std=c11 -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Werror \
           -ffp-contract=off            # the last: same rounding on every machine
FLAGS   := -Isim -D_GNU_SOURCE -MMD -MP $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LDLIBS  := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm
ifeq ($(NATIVE),1)
STRICT  += -march=native
endif

SRC     := $(sort $(wildcard sim/*.c sim/*/*.c))
OBJ     := $(SRC:%.c=$(BUILD)/%.o)
LIB     := $(filter-out $(BUILD)/sim/main.o,$(OBJ))
TESTS   := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/*/test_*.c)))

.PHONY: all test help layers clean
all: $(PROGRAM)

$(PROGRAM): $(OBJ)
	$(CC) $(STRICT) $(CFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS) $(STRICT) $(CFLAGS) -c -o $@ $<

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(LIB)
	$(CC) $(STRICT) $(CFLAGS) -o $@ $^ $(LDLIBS)

clean:
	rm -rf build $(PROGRAM)

-include $(OBJ:.o=.d) $(TESTS:=.d)
