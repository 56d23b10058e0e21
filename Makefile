# influence: purchase-based influence for PostgreSQL
#
#   make                build the extension            (PG_CONFIG=... chooses the server)
#   make install        install it there
#   make installcheck   run the regression tests against a running server
#   make demo           everything by itself: see what it does, on a private server
#   make test           everything by itself: run all tests, on a private server
#   make bench          measure it side by side with what else there is
#   make study          does the score find the truth? On fifty sample markets

.DEFAULT_GOAL := all

EXTENSION = influence
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" influence.control)
MODULE_big = influence

OBJS = \
	src/attribution.o \
	src/attribution_model.o \
	src/attribution_window.o \
	src/cap_touches.o \
	src/core/allocate.o \
	src/core/arena.o \
	src/core/attribution.o \
	src/core/beta.o \
	src/core/buffer.o \
	src/core/chain.o \
	src/core/check.o \
	src/core/column.o \
	src/core/credit.o \
	src/core/diagnosis.o \
	src/core/distribution.o \
	src/core/event.o \
	src/core/event_merge.o \
	src/core/event_reader.o \
	src/core/exact_sum.o \
	src/core/gamma.o \
	src/core/gamma_poisson.o \
	src/core/journey.o \
	src/core/journey_builder.o \
	src/core/journey_credit.o \
	src/core/journey_set.o \
	src/core/lift.o \
	src/core/lift_set.o \
	src/core/markov.o \
	src/core/markov_dense.o \
	src/core/markov_flow.o \
	src/core/markov_lanes.o \
	src/core/markov_live.o \
	src/core/markov_norm.o \
	src/core/markov_order.o \
	src/core/markov_push.o \
	src/core/markov_removal.o \
	src/core/markov_returns.o \
	src/core/markov_sparse.o \
	src/core/markov_sweep.o \
	src/core/model.o \
	src/core/names.o \
	src/core/net_effect.o \
	src/core/path_set.o \
	src/core/peer_rank.o \
	src/core/population.o \
	src/core/purchase_builder.o \
	src/core/purchase_cycle.o \
	src/core/purchase_set.o \
	src/core/quantile.o \
	src/core/rate_score.o \
	src/core/reach_scores.o \
	src/core/rows.o \
	src/core/runs.o \
	src/core/scoreboard.o \
	src/core/self_control.o \
	src/core/shapley_rate.o \
	src/core/sort.o \
	src/core/sparse.o \
	src/core/special.o \
	src/core/sweep.o \
	src/core/tally.o \
	src/core/tie_orders.o \
	src/core/touch_builder.o \
	src/core/touch_cap.o \
	src/core/touch_set.o \
	src/core/wide_sum.o \
	src/conversion_lift.o \
	src/duration.o \
	src/host.o \
	src/identity.o \
	src/influence.o \
	src/influence_diagnosis.o \
	src/influence_score.o \
	src/join_batch.o \
	src/join_clause.o \
	src/join_count.o \
	src/join_count_groups.o \
	src/join_count_path.o \
	src/join_exec.o \
	src/join_explain.o \
	src/join_find.o \
	src/join_group.o \
	src/join_init.o \
	src/join_key.o \
	src/join_order.o \
	src/join_page.o \
	src/join_part.o \
	src/join_path.o \
	src/join_plan.o \
	src/join_probe.o \
	src/join_round.o \
	src/join_row.o \
	src/join_sample.o \
	src/join_shared.o \
	src/join_shared_init.o \
	src/join_side.o \
	src/join_sieve.o \
	src/join_table.o \
	src/journey_paths.o \
	src/journey_set.o \
	src/led_to.o \
	src/led_to_call.o \
	src/led_to_sel.o \
	src/led_to_support.o \
	src/ledger.o \
	src/markov.o \
	src/memory_pages.o \
	src/module.o \
	src/numeric_units.o \
	src/page_at_hand.o \
	src/page_scan.o \
	src/purchase_agg.o \
	src/purchase_cycle.o \
	src/purchase_scan.o \
	src/purchase_set.o \
	src/reach_scores.o \
	src/rights.o \
	src/rollup_agg.o \
	src/row_columns.o \
	src/set_scan.o \
	src/set_scan_path.o \
	src/set_state.o \
	src/set_summary.o \
	src/set_value.o \
	src/shapley.o \
	src/table_plan.o \
	src/time_type.o \
	src/touch_agg.o \
	src/touch_scan.o \
	src/touch_set.o \
	src/touch_use.o

DATA_built = influence--$(EXTVERSION).sql
DATA = $(wildcard sql/upgrade/*.sql)
# Fragments in the order of their numbers; those that end in .sh print theirs.
INSTALL_SQL = $(sort $(wildcard src/install/*.sql src/install/*.sql.sh))

REGRESS = $(patsubst sql/%.sql,%,$(filter-out sql/00-%,$(wildcard sql/*.sql)))
REGRESS_OPTS = --load-extension=influence

# Results must be the same on every machine: no contraction of a * b + c into one rounding.
PG_CPPFLAGS = -I$(srcdir)/src -ffp-contract=off
PG_CFLAGS = -std=gnu11 $(if $(WERROR),-Wall -Wextra -Werror $(WERROR_EXCEPT))
WERROR_EXCEPT = -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers \
	-Wno-declaration-after-statement
SHLIB_LINK = -lm

EXTRA_CLEAN = influence--$(EXTVERSION).sql build

PG_CONFIG ?= pg_config
srcdir = .

# What needs no server to be there yet: these install what they need and call make again.
.PHONY: demo demo-stop test bench lint study
demo demo-stop test bench lint study:
	@test/run $@

# Without the server's build files there is nothing else to do. Debian has the makefiles with the
# client, the header files with the development package.
PGXS := $(if $(wildcard $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)/postgres.h),$(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null)))
ifneq ($(PGXS),)
include $(PGXS)
else ifeq ($(filter demo demo-stop test bench lint study,$(MAKECMDGOALS)),)
$(error "$(PG_CONFIG)" knows no PostgreSQL server to build for: install its development package, or name another with PG_CONFIG=)
endif

influence--$(EXTVERSION).sql: $(INSTALL_SQL)
	for f in $^; do case $$f in *.sh) sh $$f ;; *) cat $$f ;; esac || exit 1; done > $@

# Loops over rows of numbers, which are worth the compiler's while. The results are the same.
src/core/markov_dense.o src/core/markov_lanes.o src/core/markov_push.o src/core/markov_sweep.o \
src/core/sparse.o: CFLAGS += -O3

# A header that changes may concern any file.
$(OBJS): $(wildcard src/*.h src/core/*.h)
