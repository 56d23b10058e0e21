# The data-driven models, slow and obvious. Run by ./markov:
#   markov.R make DIR     writes random inputs
#   markov.R check DIR    compares what the server answered, writes TAP
#
# A set of journeys is a list: paths (vectors of influencer numbers, empty: nobody), orders,
# revenue, non_buyers (a number for each path), names (by influencer number).

DAY <- 86400e6
BASE <- 4096
# markets up to this number have no touches of a customer at one instant
DISTINCT <- 75


# Inputs -----------------------------------------------------------------

make_random <- function() {
	n <- sample(8, 1)
	m <- sample(25, 1)
	paths <- lapply(seq_len(m), function(i) sample(n, sample(6, 1), TRUE))
	kind <- sample(20, 1)
	if (kind == 1) paths <- rep(paths[1], m)
	if (kind <= 5) paths[sample(m, 1)] <- list(integer(0))
	orders <- ifelse(runif(m) < 0.4, 0, sample(20, m, TRUE))
	if (kind == 6) orders <- orders * 1e6
	if (kind == 7) orders <- orders * 0
	non_buyers <- ifelse(runif(m) < 0.3, 0, sample(30, m, TRUE))
	if (kind == 8) non_buyers <- non_buyers * 0
	# quarters, so that sums are exact
	revenue <- floor(orders * runif(m) * 400) / 4
	if (kind %in% 9:10) revenue <- revenue * sample(c(1, 1, 1, -1), m, TRUE)
	if (kind == 11) revenue <- revenue * 0
	list(paths = paths, orders = orders, revenue = revenue, non_buyers = non_buyers, names = letters)
}

# rows("ab", 1, 20, 0, ...): path, orders, revenue, non-buyers
rows <- function(...) {
	x <- matrix(list(...), 4)
	list(paths = lapply(x[1, ], function(p) match(strsplit(p, "")[[1]], letters)), orders = unlist(x[2, ]),
		revenue = unlist(x[3, ]), non_buyers = unlist(x[4, ]), names = letters)
}

edge_cases <- function() list(
	two_ways = rows("a", 1, 10, 0, "ab", 1, 30, 0, "b", 0, 0, 1),
	same = rows("aba", 3, 9, 4),
	alone = rows("a", 3, 9, 0),
	alone_never = rows("a", 0, 0, 5),
	alone_loop = rows("aaaa", 2, 5, 3),
	never = rows("ab", 0, 0, 5, "ba", 0, 0, 1),
	always = rows("abc", 2, 10, 0, "cba", 3, 20, 0),
	nothing = rows("ab", 0, 0, 0),
	nobody = rows("", 3, 4, 2),
	cycle = rows("abab", 1, 5, 1, "baba", 2, 7, 0, "abcabc", 1, 1, 1),
	apart = rows("ab", 4, 8, 4, "cd", 1, 2, 9),
	refunds_cancel = rows("a", 1, 10, 0, "b", 1, -10, 0),
	refunds_win = rows("ab", 1, 10, 1, "b", 3, -30, 1),
	no_revenue = rows("ab", 2, 0, 1, "b", 1, 0, 0),
	rare = rows("ab", 1, 3, 2^40, "bc", 1, 5, 2^41, "ca", 0, 0, 2^39),
	frequent = rows("ab", 2^40, 2^41, 1, "bc", 2^40, 2^42, 0, "c", 1, 1, 2),
	long = list(paths = list(rep(1:2, 3000), 1L, c(3L, 2L)), orders = c(1, 0, 1), revenue = c(5, 0, 2), non_buyers = c(0, 1, 1), names = letters)
)

# every path once more with a and b in each other's place
mirror <- function(x) {
	other <- lapply(x$paths, function(p) c(2L, 1L, seq_len(30)[-(1:2)])[p])
	list(paths = c(x$paths, other), orders = rep(x$orders, 2), revenue = rep(x$revenue, 2), non_buyers = rep(x$non_buyers, 2), names = x$names)
}

# z, to whom only people come who buy nothing after
idle <- function(x) {
	last <- x$orders == 0 & lengths(x$paths) > 0
	x$paths[last] <- lapply(x$paths[last], function(p) c(p, 26L))
	x$paths <- c(x$paths, list(26L))
	x$orders <- c(x$orders, 0)
	x$revenue <- c(x$revenue, 0)
	x$non_buyers <- c(x$non_buyers, 3)
	x
}

# d, with whom people buy as often as without, whoever else there is
indifferent <- function() {
	paths <- list(4L)
	orders <- 0
	non_buyers <- 7
	for (mask in 1:7) {
		s <- which(bitwAnd(mask, 2^(0:2)) > 0)
		o <- sample(9, 1)
		n <- sample(9, 1)
		paths <- c(paths, list(s), list(c(4L, s)))
		orders <- c(orders, o, 2 * o)
		non_buyers <- c(non_buyers, n, 2 * n)
	}
	list(paths = paths, orders = orders, revenue = orders * 2, non_buyers = non_buyers, names = letters)
}

# too many states to be solved as a table
make_large <- function(influencers, m) {
	orders <- sample(0:2, m, TRUE)
	list(paths = lapply(seq_len(m), function(i) sample(influencers, sample(6, 1), TRUE)), orders = orders,
		revenue = orders * sample(100, m, TRUE), non_buyers = sample(0:4, m, TRUE), names = sprintf("i%04d", seq_len(influencers)))
}

make_cases <- function() {
	set.seed(20250601)
	cases <- list()
	put <- function(from, x) cases[as.character(from - 1 + seq_along(x))] <<- x
	put(1, lapply(1:500, function(i) make_random()))
	edges <- edge_cases()
	put(501, unname(edges))
	put(601, lapply(1:50, function(i) mirror(make_random())))
	put(701, lapply(1:50, function(i) idle(make_random())))
	put(801, lapply(1:20, function(i) indifferent()))
	put(2001, list(make_large(60, 1500)))
	put(2002, list(make_large(2500, 8000)))
	cases
}

make_market <- function(id, tied) {
	customers <- sample(3:12, 1)
	span <- sample(c(40, 90, 150), 1)
	# half of the markets on a coarse grid, so that both ends of the window are met
	step <- if (tied) DAY else sample(c(DAY / 2, 1e6, 1), 1)
	days <- sample(c(30, 30, 5), 1)
	lookback <- days * DAY
	touches <- orders <- NULL
	for (customer in seq_len(customers)) {
		slots <- span * DAY / step
		at <- step * (sample(slots, min(slots, sample(0:8, 1)), FALSE) - 1)
		if (tied && length(at) > 4) at <- at[1:4]
		if (tied && length(at) > 0) at <- c(at, at[sample(length(at), 1)], if (runif(1) < 0.5) at[1], if (runif(1) < 0.5) at[length(at)])
		if (tied) at <- at[ave(at, at, FUN = seq_along) <= 3]
		bought <- step * (sample(slots, sample(c(0, 0, 1, 2, 3), 1)) - 1)
		# touches at both ends of the window, and just outside
		if (!tied && length(bought) > 0) {
			odd <- c(0, lookback, -1, lookback + 1, lookback - 1, 1)
			at <- unique(c(at, bought[1] - odd[sample(6, sample(0:3, 1))]))
		}
		# two orders at one instant
		if (length(bought) > 0 && runif(1) < 0.2) bought <- c(bought, bought[1])
		if (length(at) > 0) touches <- rbind(touches, data.frame(market = id, customer, influencer = sample(6, length(at), TRUE), at))
		if (length(bought) > 0) orders <- rbind(orders, data.frame(market = id, customer, at = bought, revenue = sample(400, length(bought), TRUE) / 4))
	}
	# neither side empty
	touches <- rbind(touches, data.frame(market = id, customer = 99, influencer = 1, at = 0))
	orders <- rbind(orders, data.frame(market = id, customer = 99, at = DAY, revenue = 1))
	list(touches = touches, orders = orders, lookback = lookback)
}

make_markets <- function() {
	set.seed(20250602)
	lapply(1:100, function(id) make_market(id, id > DISTINCT))
}

write_inputs <- function(dir) {
	put <- function(x, name) write.table(x, file.path(dir, name), sep = ",", quote = FALSE, row.names = FALSE, col.names = FALSE)
	digits <- function(x) sprintf("%.17g", x)
	cases <- make_cases()
	put(do.call(rbind, lapply(names(cases), function(id) {
		x <- cases[[id]]
		path <- vapply(x$paths, function(p) if (length(p) == 0) "" else paste0("\"{", paste(x$names[p], collapse = ","), "}\""), "")
		data.frame(id, seq_along(path), path, digits(x$orders), digits(x$revenue), digits(x$non_buyers))
	})), "paths.csv")
	# names that sort otherwise, and that need care
	odd <- c("zz", "\u00c5sa", "(start)", "a > b", "{}", "NULL", "B", "  ", "\u6771\u4eac", "_", "~", "0", "(null)")
	put(do.call(rbind, lapply(1:200, function(id) data.frame(id, letters[1:8], sample(odd, 8)))), "renamed.csv")
	markets <- make_markets()
	touches <- do.call(rbind, lapply(markets, `[[`, "touches"))
	orders <- do.call(rbind, lapply(markets, `[[`, "orders"))
	put(data.frame(touches$market, touches$customer, letters[touches$influencer], digits(touches$at)), "touches.csv")
	put(data.frame(orders$market, orders$customer, digits(orders$at), orders$revenue), "orders.csv")
	put(data.frame(seq_along(markets), vapply(markets, function(m) m$lookback / DAY, 0)), "markets.csv")
}


# Journeys of touches and orders -----------------------------------------

# All orders in which touches may stand that are tied: each with the same weight.
orderings <- function(at, who) {
	permutations <- function(x) {
		if (length(x) < 2) return(list(x))
		do.call(c, lapply(seq_along(x), function(i) lapply(permutations(x[-i]), function(rest) c(x[i], rest))))
	}
	all <- list(integer(0))
	for (t in sort(unique(at))) {
		group <- permutations(who[at == t])
		all <- do.call(c, lapply(all, function(head) lapply(group, function(tail) c(head, tail))))
	}
	all
}

journeys_of <- function(market) {
	out <- list(paths = list(), orders = c(), revenue = c(), non_buyers = c(), names = letters)
	add <- function(at, who, order, revenue, other) {
		paths <- orderings(at, who)
		w <- 1 / length(paths)
		out$paths <<- c(out$paths, paths)
		out$orders <<- c(out$orders, rep(order * w, length(paths)))
		out$revenue <<- c(out$revenue, rep(revenue * w, length(paths)))
		out$non_buyers <<- c(out$non_buyers, rep(other * w, length(paths)))
	}
	for (customer in unique(c(market$touches$customer, market$orders$customer))) {
		t <- market$touches[market$touches$customer == customer, ]
		o <- market$orders[market$orders$customer == customer, ]
		reached <- rep(FALSE, nrow(t))
		for (i in seq_len(nrow(o))) {
			d <- o$at[i] - t$at
			eligible <- d >= 0 & d <= market$lookback
			reached <- reached | eligible
			add(t$at[eligible], t$influencer[eligible], 1, o$revenue[i], 0)
		}
		rest <- t[!reached, ]
		rest <- rest[order(rest$at), ]
		run <- cumsum(c(TRUE, diff(rest$at) > market$lookback))[seq_len(nrow(rest))]
		for (i in unique(run)) add(rest$at[run == i], rest$influencer[run == i], 0, 0, 1)
	}
	out
}


# Markov -----------------------------------------------------------------

START <- 0
CONVERSION <- -1
NONE <- -2

# The states that a path goes through: k influencers in sequence, written as one number.
states_of <- function(path, k) {
	path <- path[c(TRUE, path[-1] != path[-length(path)])]
	k <- min(k, length(path))
	windows <- length(path) - k + 1
	s <- rep(0, windows)
	for (i in seq_len(k)) s <- s * BASE + path[i - 1 + seq_len(windows)]
	s[c(TRUE, s[-1] != s[-length(s)])]
}

influencers_of <- function(state) {
	out <- c()
	while (state > 0) {
		out <- c(state %% BASE, out)
		state <- state %/% BASE
	}
	out
}

chain_of <- function(x, k) {
	seen <- which(x$orders + x$non_buyers > 0 & lengths(x$paths) > 0)
	steps <- lapply(seen, function(i) {
		s <- states_of(x$paths[[i]], k)
		cbind(c(START, s, s[length(s)]), c(s, CONVERSION, NONE), c(rep(x$orders[i] + x$non_buyers[i], length(s)), x$orders[i], x$non_buyers[i]))
	})
	steps <- if (length(steps) > 0) do.call(rbind, steps) else matrix(0, 0, 3)
	steps <- steps[steps[, 3] > 0, , drop = FALSE]
	states <- sort(unique(c(steps[, 1], steps[, 2])))
	states <- states[states > 0]
	# transitions, each once
	all <- c(NONE, CONVERSION, START, states)
	key <- match(steps[, 1], all) * (length(all) + 1) + match(steps[, 2], all)
	count <- if (nrow(steps) > 0) rowsum(steps[, 3], key)[, 1] else numeric(0)
	first <- match(sort(unique(key)), key)
	from <- steps[first, 1]
	to <- steps[first, 2]
	p <- count / ave(count, from, FUN = sum)
	# the mean value of conversions from their last state
	last <- vapply(seen, function(i) { s <- states_of(x$paths[[i]], k); s[length(s)] }, 0)
	value <- vapply(states, function(s) {
		sold <- sum(x$orders[seen][last == s])
		if (sold > 0) sum(x$revenue[seen][last == s]) / sold else 0
	}, 0)
	list(states = states, from = from, to = to, count = unname(count), p = unname(p), value = value, total = sum(x$orders[seen] + x$non_buyers[seen]),
		orders = sum(x$orders[seen]), revenue = sum(x$revenue[seen]), gross = sum(abs(x$revenue[seen])))
}

as_table <- function(chain) {
	live <- c(START, chain$states)
	q <- matrix(0, length(live), length(live))
	inner <- chain$to > 0
	q[cbind(match(chain$from[inner], live), match(chain$to[inner], live))] <- chain$p[inner]
	b <- numeric(length(live))
	sold <- chain$to == CONVERSION
	b[match(chain$from[sold], live)] <- chain$p[sold]
	list(q = q, b = cbind(b, b * c(0, chain$value)))
}

# Probability of conversion, and its expected value, from each state of those kept; the first is (start).
conversion_from <- function(t, keep) solve(diag(sum(keep)) - t$q[keep, keep, drop = FALSE], t$b[keep, , drop = FALSE])

relative <- function(lost, whole) if (whole == 0) 0 else lost / whole

markov <- function(x, k) {
	chain <- chain_of(x, k)
	who <- sort(unique(unlist(x$paths)))
	has <- lapply(chain$states, influencers_of)
	out <- data.frame(who = who, effect = rep(0, length(who)), revenue_effect = rep(0, length(who)), visit = rep(0, length(who)), convert = rep(0, length(who)))
	p <- c(0, 0)
	if (length(chain$states) > 0) {
		t <- as_table(chain)
		all <- rep(TRUE, length(chain$states) + 1)
		h <- conversion_from(t, all)
		p <- h[1, ]
		for (i in seq_along(who)) {
			gone <- c(FALSE, vapply(has, function(s) who[i] %in% s, NA))
			if (!any(gone)) next
			without <- conversion_from(t, !gone)[1, ]
			out$effect[i] <- relative(p[1] - without[1], p[1])
			# a total of 0 is exact, the sum over the chain may not be
			out$revenue_effect[i] <- if (chain$revenue == 0) 0 else relative(p[2] - without[2], p[2])
			if (k == 1) {
				out$visit[i] <- solve(diag(sum(!gone)) - t$q[!gone, !gone, drop = FALSE], t$q[!gone, gone])[1]
				out$convert[i] <- h[gone, 1]
			}
		}
	}
	out$orders <- chain$orders * out$effect / max(sum(out$effect), 1e-300)
	total <- sum(out$revenue_effect)
	size <- sum(abs(out$revenue_effect))
	# where revenue effects cancel each other, and more, their shares have no meaning
	cancel <- size > 0 && total < 1e-6 * size
	out$revenue <- out$revenue_effect * (if (cancel) NA else if (chain$revenue == 0) 0 else relative(chain$revenue, total))
	# by how much errors of revenue grow
	condition <- if (chain$revenue == 0) 1 else max(1, chain$gross / abs(chain$revenue))
	out$tolerance_effect <- rep(1e-9 * condition * max(1, size), length(who))
	out$tolerance_revenue <- rep(1e-9 * max(1, chain$gross) * condition * (if (size > 0 && !cancel) size / total else 1), length(who))
	list(chain = chain, p = p[1], effects = out)
}

# The same by following the chain step by step, for all removals at once.
effects_by_steps <- function(chain, who) {
	live <- c(START, chain$states)
	inner <- chain$to > 0
	from <- match(chain$from[inner], live)
	to <- match(chain$to[inner], live)
	p <- chain$p[inner]
	sold <- chain$to == CONVERSION
	b <- matrix(0, length(live), length(who) + 1)
	b[match(chain$from[sold], live), ] <- chain$p[sold]
	keep <- matrix(1, length(live), length(who) + 1)
	has <- lapply(live, influencers_of)
	for (i in seq_along(who)) keep[vapply(has, function(s) who[i] %in% s, NA), i + 1] <- 0
	h <- b <- b * keep
	order <- unique(from)
	repeat {
		new <- b
		new[order, ] <- new[order, ] + rowsum(p * h[to, , drop = FALSE], from, reorder = FALSE)
		new <- new * keep
		change <- max(abs(new - h))
		h <- new
		if (change < 1e-15) break
	}
	1 - h[1, -1] / h[1, 1]
}

# Walks at random: the share of buyers who would have met each influencer on their way.
simulate <- function(chain, who, walkers) {
	live <- c(START, chain$states)
	from <- match(chain$from, live)
	o <- order(from)
	to <- chain$to[o]
	# transitions of all states on one line: state s has s .. s + 1
	edge <- from[o] + ave(chain$p[o], from[o], FUN = function(p) c(0, cumsum(p)[-length(p)]))
	met <- matrix(0, length(live), length(who))
	for (s in seq_along(chain$states)) met[s + 1, match(influencers_of(chain$states[s]), who)] <- 1
	at <- rep(1L, walkers)
	seen <- matrix(FALSE, walkers, length(who))
	bought <- rep(FALSE, walkers)
	walking <- seq_len(walkers)
	while (length(walking) > 0) {
		went <- to[findInterval(at[walking] + runif(length(walking)), edge)]
		bought[walking[went == CONVERSION]] <- TRUE
		walking <- walking[went > 0]
		at[walking] <- match(went[went > 0], live)
		seen[walking, ] <- seen[walking, , drop = FALSE] | met[at[walking], , drop = FALSE] > 0
	}
	list(share = colMeans(seen[bought, , drop = FALSE]), buyers = sum(bought))
}


# Shapley ----------------------------------------------------------------

# Credit of each of n players, by all subsets: v[mask + 1] is what the players in the mask earn.
shapley_value <- function(v, n) {
	mask <- 0:(2^n - 1)
	size <- rowSums(outer(mask, 2^(seq_len(n) - 1), function(m, b) bitwAnd(m, b) > 0))
	vapply(seq_len(n), function(i) {
		without <- mask[bitwAnd(mask, 2^(i - 1)) == 0]
		w <- factorial(size[without + 1]) * factorial(n - size[without + 1] - 1) / factorial(n)
		sum(w * (v[without + 2^(i - 1) + 1] - v[without + 1]))
	}, 0)
}

exact_sets <- function(x, who) {
	mask <- vapply(x$paths, function(p) sum(2^(match(unique(p), who) - 1)), 0)
	sum_by <- function(w) { v <- numeric(2^length(who)); a <- rowsum(w, mask); v[as.numeric(rownames(a)) + 1] <- a; v[1] <- 0; v }
	list(orders = sum_by(x$orders), revenue = sum_by(x$revenue), non_buyers = sum_by(x$non_buyers))
}

# v(S): orders whose influencers are all in S
shapley <- function(x) {
	who <- sort(unique(unlist(x$paths)))
	n <- length(who)
	if (n == 0) return(data.frame(who = integer(0), orders = numeric(0), revenue = numeric(0)))
	sets <- exact_sets(x, who)
	mask <- 0:(2^n - 1)
	earned <- function(by_set) {
		v <- vapply(mask, function(s) sum(by_set[bitwAnd(mask, s) == mask]), 0)
		shapley_value(v, n)
	}
	data.frame(who, orders = earned(sets$orders), revenue = earned(sets$revenue))
}

# A game for the orders of each exact set of influencers: v(S) is the share of journeys with the
# exact set S that end in an order, 0 for sets that nobody met and for no influencer at all.
shapley_rate <- function(x) {
	who <- sort(unique(unlist(x$paths)))
	n <- length(who)
	out <- data.frame(who, orders = rep(0, n), revenue = rep(0, n))
	if (n == 0) return(out)
	sets <- exact_sets(x, who)
	journeys <- sets$orders + sets$non_buyers
	rate <- ifelse(journeys > 0, sets$orders / journeys, 0)
	for (set in which(sets$orders > 0) - 1) {
		players <- which(bitwAnd(set, 2^(seq_len(n) - 1)) > 0)
		inner <- 0:(2^length(players) - 1)
		outer_mask <- vapply(inner, function(m) sum(2^(players[bitwAnd(m, 2^(seq_along(players) - 1)) > 0] - 1)), 0)
		share <- shapley_value(rate[outer_mask + 1], length(players)) / rate[set + 1]
		out$orders[players] <- out$orders[players] + share * sets$orders[set + 1]
		out$revenue[players] <- out$revenue[players] + share * sets$revenue[set + 1]
	}
	out
}


# TAP --------------------------------------------------------------------

tests <- 0
failures <- 0
ok <- function(good, text, offenders = NULL) {
	tests <<- tests + 1
	good <- isTRUE(good)
	if (!good) failures <<- failures + 1
	cat(if (good) "ok" else "not ok", tests, "-", text, "\n")
	if (!good && !is.null(offenders) && nrow(offenders) > 0) {
		op <- options(digits = 17, width = 200)
		cat(paste("#  ", capture.output(print(head(offenders, 5), row.names = FALSE))), sep = "\n")
		options(op)
	}
}

# Both have the same rows, and numbers no farther apart than is tolerated.
close <- function(want, got, columns, text) {
	place <- match(want$key, got$key)
	missing <- c(setdiff(want$key, got$key), setdiff(got$key, want$key))
	ok(length(missing) == 0 && !anyDuplicated(got$key) && !anyDuplicated(want$key), paste0(text, ": the same ", nrow(want), " rows"), data.frame(missing = as.character(missing)))
	for (column in names(columns)) {
		a <- want[[column]]
		b <- got[[column]][place]
		d <- abs(a - b)
		judged <- !is.na(a)
		t <- rep_len(columns[[column]], length(a))
		bad <- judged & !(d <= t)
		bad[is.na(bad)] <- TRUE
		worst <- if (any(judged)) max(d[judged] / t[judged], 0, na.rm = TRUE) else 0
		ok(!any(bad) && all(is.finite(b)), sprintf("%s: %s, %d values, largest difference %.1e, of what is tolerated %.0e", text, column, sum(judged), max(d[judged], 0, na.rm = TRUE), worst),
			data.frame(key = want$key, want = a, got = b)[bad | !is.finite(b), ])
	}
}


# Comparisons ------------------------------------------------------------

read_answers <- function(dir) {
	read <- function(name, columns) read.csv(file.path(dir, name), header = FALSE, col.names = columns, na.strings = "NA", stringsAsFactors = FALSE)
	id <- c("kind", "case", "k")
	list(
		checks = read("checks.csv", c("name", "bad", "seen")),
		credits = read("credits.csv", c("kind", "case", "model", "who", "orders", "revenue")),
		effects = read("effects.csv", c(id, "who", "effect", "revenue_effect", "visit", "convert", "orders", "revenue")),
		summary = read("summary.csv", c(id, "states", "transitions", "journeys", "p", "method", "exact", "residual", "error")),
		transitions = read("transitions.csv", c(id, "from", "to", "count", "probability")),
		order = read("order.csv", c(id, "likelihood", "gain", "gain_error", "contexts", "journeys", "recommended")),
		shapley = read("shapley.csv", c(id, "who", "orders", "revenue", "error")))
}

state_name <- function(states, names) vapply(states, function(s)
	if (s == START) "(start)" else if (s == CONVERSION) "(conversion)" else if (s == NONE) "(null)" else paste(names[influencers_of(s)], collapse = " > "), "")

with_key <- function(x, columns) { x$key <- do.call(paste, unname(x[columns])); x }

compare <- function(dir) {
	got <- read_answers(dir)
	cases <- make_cases()
	inputs <- cases[as.numeric(names(cases)) < 2000]
	sets <- c(lapply(names(inputs), function(id) list(kind = "path", case = as.numeric(id), x = inputs[[id]])),
		Map(function(market, id) list(kind = "time", case = id, x = journeys_of(market)), make_markets(), 1:100))

	effects <- summaries <- transitions <- credits <- contexts <- chains <- list()
	for (s in sets) {
		x <- s$x
		tied <- s$kind == "time" && s$case > DISTINCT
		id <- data.frame(kind = s$kind, case = s$case)
		nobody <- lengths(x$paths) == 0
		put <- function(model, e, tolerance) credits[[length(credits) + 1]] <<- data.frame(id, model,
			who = c(x$names[e$who], "(nobody)"), orders = c(e$orders, sum(x$orders[nobody])), revenue = c(e$revenue, sum(x$revenue[nobody])),
			tolerance_orders = 1e-9 * max(1, sum(x$orders)), tolerance_revenue = tolerance)
		for (k in 1:3) {
			m <- markov(x, k)
			chain <- m$chain
			e <- m$effects
			if (nrow(e) > 0) effects[[length(effects) + 1]] <- data.frame(id, k, who = x$names[e$who], e[-1], tolerance_orders = 1e-9 * max(1, chain$orders))
			summaries[[length(summaries) + 1]] <- data.frame(id, k, states = length(chain$states), transitions = length(chain$p), journeys = chain$total, p = m$p)
			if (length(chain$p) > 0) transitions[[length(transitions) + 1]] <- data.frame(id, k, from = state_name(chain$from, x$names), to = state_name(chain$to, x$names),
				count = chain$count, probability = chain$p, tolerance_count = 1e-9 * pmax(1, chain$count))
			full <- sum(chain$states >= BASE^(k - 1))
			# of tied touches, it is not said which memories count; of no journeys, there is nothing to say
			if (chain$total > 0) contexts[[length(contexts) + 1]] <- data.frame(id, k, contexts = if (tied) NA else full, journeys = chain$total)
			chains[[paste(s$kind, s$case, k)]] <- chain
			put(sprintf("markov(%d)", k), e, c(e$tolerance_revenue, 1e-9 * max(1, sum(abs(x$revenue)))))
		}
		put("shapley", shapley(x), 1e-9 * max(1, sum(abs(x$revenue))))
		put("shapley_rate(16)", shapley_rate(x), 1e-9 * max(1, sum(abs(x$revenue))))
	}
	effects <- with_key(do.call(rbind, effects), c("kind", "case", "k", "who"))
	summaries <- with_key(do.call(rbind, summaries), c("kind", "case", "k"))
	transitions <- with_key(do.call(rbind, transitions), c("kind", "case", "k", "from", "to"))
	contexts <- with_key(do.call(rbind, contexts), c("kind", "case", "k"))
	credits <- with_key(do.call(rbind, credits), c("kind", "case", "model", "who"))
	got$effects <- with_key(got$effects, c("kind", "case", "k", "who"))
	got$summary <- with_key(got$summary, c("kind", "case", "k"))
	got$transitions <- with_key(got$transitions, c("kind", "case", "k", "from", "to"))
	got$order <- with_key(got$order, c("kind", "case", "k"))
	got$credits <- with_key(got$credits, c("kind", "case", "model", "who"))
	small <- got$effects$case < 2000

	what <- c(path = "paths", time = "touches and orders", tied = "tied touches")
	group <- function(x) ifelse(x$kind == "time" & x$case > DISTINCT, "tied", x$kind)
	for (kind in names(what)) {
		for (k in 1:3) {
			name <- sprintf("%s, markov(%d)", what[kind], k)
			want <- effects[group(effects) == kind & effects$k == k, ]
			have <- got$effects[small & group(got$effects) == kind & got$effects$k == k, ]
			columns <- list(effect = 1e-9, revenue_effect = want$tolerance_effect, orders = want$tolerance_orders, revenue = want$tolerance_revenue)
			close(want, have, c(columns, if (k == 1) list(visit = 1e-9, convert = 1e-9)), name)
			if (k > 1) ok(all(is.na(have$visit) & is.na(have$convert)), paste0(name, ": no probabilities by influencer"))
			want <- summaries[group(summaries) == kind & summaries$k == k, ]
			have <- got$summary[got$summary$case < 2000 & group(got$summary) == kind & got$summary$k == k, ]
			close(want, have, list(states = 0, transitions = 0, journeys = 1e-9 * pmax(1, want$journeys), p = 1e-9), paste0(name, ", summary"))
			ok(all(is.finite(have$error) & have$error >= 0 & have$error < 1e-9 & is.finite(have$residual)), paste0(name, ": the error is known and small"))
			want <- transitions[group(transitions) == kind & transitions$k == k, ]
			have <- got$transitions[group(got$transitions) == kind & got$transitions$k == k, ]
			close(want, have, list(count = want$tolerance_count, probability = 1e-9), paste0(name, ", transitions"))
		}
		for (model in unique(credits$model)) {
			want <- credits[group(credits) == kind & credits$model == model, ]
			have <- got$credits[group(got$credits) == kind & got$credits$model == model, ]
			close(want, have, list(orders = want$tolerance_orders, revenue = want$tolerance_revenue), sprintf("%s, attribution by %s", what[kind], model))
		}
	}

	# Calculated by hand. two_ways: a leads to an order or to b, b to an order or to nothing, each half of the times.
	by_hand <- function(edge, k, who, effect, orders, revenue = NA) {
		e <- got$effects[got$effects$kind == "path" & got$effects$case == 500 + match(edge, names(edge_cases())) & got$effects$k == k, ]
		e <- e[match(who, e$who), ]
		ok(all(abs(e$effect - effect) < 1e-12 & abs(e$orders - orders) < 1e-12 & (is.na(revenue) | abs(e$revenue - revenue) < 1e-12)), sprintf("by hand: %s, markov(%d)", edge, k), e)
	}
	by_hand("two_ways", 1, c("a", "b"), c(3 / 4, 1 / 2), c(1.2, 0.8), 40 * c(5, 6) / 11)
	by_hand("two_ways", 2, c("a", "b"), c(1, 1 / 2), c(4 / 3, 2 / 3), 40 * c(4, 3) / 7)
	by_hand("same", 1, c("a", "b"), c(1, 1 / 2), c(2, 1), c(6, 3))
	by_hand("same", 2, c("a", "b"), c(1, 1), c(1.5, 1.5), c(4.5, 4.5))
	by_hand("alone", 1, "a", 1, 3, 9)
	by_hand("alone_never", 1, "a", 0, 0, 0)
	by_hand("alone_loop", 3, "a", 1, 2, 5)
	by_hand("never", 1, c("a", "b"), c(0, 0), c(0, 0), c(0, 0))
	by_hand("nothing", 1, c("a", "b"), c(0, 0), c(0, 0), c(0, 0))
	by_hand("apart", 1, c("a", "c"), c(4, 1) / 5, c(2, 0.5), c(4, 1))

	# Walks at random through ten chains, until the error is small beside the effects.
	set.seed(20250603)
	walks <- do.call(rbind, lapply(sample(which(vapply(1:500, function(i) chains[[paste("path", i, 1)]]$orders > 0 && length(chains[[paste("path", i, 1)]]$states) > 3, NA)), 10), function(i)
		do.call(rbind, lapply(1:3, function(k) {
			who <- sort(unique(unlist(cases[[i]]$paths)))
			s <- simulate(chains[[paste("path", i, k)]], who, if (k == 1) 300000 else 100000)
			e <- got$effects[match(paste("path", i, k, letters[who]), got$effects$key), ]
			# no smaller than one walker: effects of exactly 0 and 1 have no error
			data.frame(i, k, who = letters[who], walked = s$share, effect = e$effect, error = sqrt(pmax(e$effect * (1 - e$effect), 1e-9) / s$buyers))
		}))))
	walks$z <- abs(walks$walked - walks$effect) / walks$error
	exact <- walks$effect %in% c(0, 1)
	ok(all(walks$z < 5), sprintf("walks at random: %d effects, largest difference %.1f standard errors (standard error up to %.4f)", nrow(walks), max(walks$z), max(walks$error)), walks[!(walks$z < 5), ])
	ok(mean(walks$z[!exact] < 2) > 0.85, sprintf("walks at random: %.0f %% within two standard errors", 100 * mean(walks$z[!exact] < 2)))

	# Chains too large for a table.
	for (large in list(list(2001, 2, 1:60), list(2002, 1, seq(1, 2500, 50)))) {
		chain <- chain_of(cases[[as.character(large[[1]])]], large[[2]])
		name <- cases[[as.character(large[[1]])]]$names[large[[3]]]
		want <- effects_by_steps(chain, large[[3]])
		e <- got$effects[match(paste("path", large[[1]], large[[2]], name), got$effects$key), ]
		s <- got$summary[match(paste("path", large[[1]], large[[2]]), got$summary$key), ]
		ok(s$method == "sparse" && s$states == length(chain$states) && s$transitions == length(chain$p), sprintf("a chain of %d states is solved as a sparse one", length(chain$states)), s)
		d <- max(abs(want - e$effect))
		ok(d <= s$error + 1e-12 && s$error < 1e-8, sprintf("its removal effects: largest difference %.1e, said to be %.1e at most", d, s$error))
		all <- got$effects[got$effects$case == large[[1]] & got$effects$kind == "path" & got$effects$k == large[[2]], ]
		shares <- chain$orders * all$effect / sum(all$effect)
		ok(max(abs(shares - all$orders)) < 1e-9 * chain$orders, sprintf("its orders are shared by them: largest difference %.1e", max(abs(shares - all$orders))))
	}

	# Axioms.
	for (i in seq_len(nrow(got$checks))) ok(got$checks$bad[i] == 0 && got$checks$seen[i] > 0, sprintf("%s (%d)", got$checks$name[i], got$checks$seen[i]))
	side <- function(who) got$credits[got$credits$kind == "path" & got$credits$case %in% 601:650 & got$credits$who == who, ]
	a <- side("a")
	b <- side("b")
	b <- b[match(paste(a$case, a$model), paste(b$case, b$model)), ]
	scale <- vapply(a$case, function(i) max(1, sum(abs(cases[[as.character(i)]]$revenue)), sum(cases[[as.character(i)]]$orders)), 0)
	d <- pmax(abs(a$orders - b$orders), abs(a$revenue - b$revenue)) / scale
	# effects of revenue that nearly cancel are judged above
	refunds <- vapply(a$case, function(i) any(cases[[as.character(i)]]$revenue < 0), NA)
	ok(nrow(a) >= 200 && all(d[!refunds] < 1e-11) && all(abs(a$orders - b$orders) / scale < 1e-11),
		sprintf("who stands in each other's place earns the same: %d pairs, largest relative difference %.1e", nrow(a), max(d[!refunds])), cbind(a, b)[!(d < 1e-11), ])
	z <- got$credits[got$credits$kind == "path" & got$credits$case %in% 701:750 & got$credits$who == "z", ]
	ok(nrow(z) == 50 * 5 && all(z$orders == 0 & z$revenue == 0), sprintf("who leads to no order earns nothing: %d credits", nrow(z)), z[z$orders != 0 | z$revenue != 0, ])
	z <- got$credits[got$credits$kind == "path" & got$credits$case %in% 801:820 & got$credits$who == "d" & got$credits$model == "shapley_rate(16)", ]
	ok(nrow(z) == 20 && all(abs(z$orders) < 1e-12 & abs(z$revenue) < 1e-12), sprintf("shapley_rate: who changes no rate earns nothing, largest %.1e", max(abs(z$orders))), z)

	# Shapley on rates, told by functions of its own, and by sampling.
	key <- function(x) paste(x$kind, x$case, x$who)
	exact <- got$shapley[got$shapley$k == 16, ]
	c16 <- got$credits[got$credits$model == "shapley_rate(16)", ]
	same <- c16[match(key(exact), key(c16)), ]
	ok(all(exact$orders == same$orders & exact$revenue == same$revenue & exact$error == 0), sprintf("shapley_effects: as attribution(), and no error (%d)", nrow(exact)))
	sampled <- got$shapley[got$shapley$k == 2, ]
	d <- sampled$orders - exact$orders[match(key(sampled), key(exact))]
	spread <- sampled$error > 0
	size <- ave(abs(sampled$orders), sampled$kind, sampled$case, FUN = sum)
	score <- abs(d[spread]) / sampled$error[spread]
	ok(all(is.finite(sampled$error)) && all(abs(d[!spread]) < 1e-9 * pmax(1, size[!spread])), sprintf("shapley_rate, sampled: %d values without error are exact", sum(!spread)), cbind(sampled, d)[!spread & !(abs(d) < 1e-9 * pmax(1, size)), ])
	ok(all(score < 5) && mean(score < 2) > 0.9, sprintf("shapley_rate, sampled: %d values, %.0f %% within two of their standard errors, all within %.1f", sum(spread), 100 * mean(score < 2), max(score)), cbind(sampled, d)[spread, ][score >= 5, ])

	# How far back to look: what follows from the table itself.
	first <- got$order[got$order$k == 1, ]
	second <- got$order[got$order$k == 2, ]
	second <- second[match(paste(first$kind, first$case), paste(second$kind, second$case)), ]
	ok(nrow(first) > 500 && all(is.finite(c(first$likelihood, second$likelihood))) && all(c(first$likelihood, second$likelihood) <= 0), "markov_order: each set has its orders")
	ok(all(is.na(first$gain)) && all(abs(second$likelihood - first$likelihood - second$gain) < 1e-9), "markov_order: gain is the gain in likelihood")
	best <- second$gain > second$gain_error
	ok(all((second$recommended == "t") == best & (first$recommended == "t") == !best), sprintf("markov_order: the second is recommended where it gains more than an error (%d of %d)", sum(best), length(best)), data.frame(first, second)[(second$recommended == "t") != best, ])
	want <- contexts[contexts$k < 3 & contexts$case <= 500, ]
	close(want, got$order, list(contexts = 0, journeys = 1e-9 * pmax(1, want$journeys)), "markov_order")
	cat(sprintf("1..%d\n", tests))
	quit(status = if (failures > 0) 1 else 0)
}

arguments <- commandArgs(TRUE)
if (arguments[1] == "make") write_inputs(arguments[2]) else compare(arguments[2])
