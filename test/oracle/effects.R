# Called by test/oracle/effects: "make DIR" writes random markets, "compare DIR" works out what the
# extension should have said of them, from the definitions alone, and compares.
arguments <- commandArgs(TRUE)
dir <- arguments[2]
file_in <- function(name) file.path(dir, name)
options(digits = 17, warn = 1, scipen = 100)
z95 <- 1.6448536269514722

# --- random markets -------------------------------------------------------
# Instants are whole units: microseconds, or days for dates. All are below 2^53, thus exact.

day_of <- function(type) if (type == "date") 1 else 86400e6

text_of <- function(at, type, base) {
	if (type == "date") return(format(as.Date(base) + at))
	day <- floor(at / 86400e6)
	us <- at - day * 86400e6
	second <- floor(us / 1e6)
	sprintf("%s %02d:%02d:%02d.%06d%s", format(as.Date(base) + day), second %/% 3600, second %/% 60 %% 60,
		second %% 60, as.integer(us - second * 1e6), if (type == "timestamptz") "+00" else "")
}

spans <- list(
	date = c("30 days" = 30, "7 days" = 7, "1 day" = 1, "0 days" = 0, "36 hours" = 1, "400 days" = 400),
	other = c("30 days" = 30, "7 days" = 7, "1 day" = 1, "0 seconds" = 0, "12 hours" = 0.5, "400 days" = 400,
		"2 days 01:02:03.000004" = 2 + 3723000004 / 86400e6))
models <- c("linear", "last_touch", "time_decay(7 days)", "shapley", "u_shaped", "participation",
	"first_touch", "time_decay(36 hours)", "j_shaped", "position_based(0.3, 0.1)")

one_of <- function(x, n = 1, ...) x[sample.int(length(x), n, TRUE, ...)]

make_market <- function(no) {
	type <- one_of(c("timestamptz", "timestamptz", "date", "timestamp"))
	day <- day_of(type)
	if (type == "date") span <- one_of(spans$date) else span <- one_of(spans$other, prob = c(4, 4, 1, 1, 2, 1, 2))
	w <- round(span * day)
	large <- runif(1) < 0.3
	influencers <- if (large) sample(10:30, 1) else sample(1:8, 1)
	customers <- if (large) sample(30:80, 1) else sample(1:15, 1)
	size_t <- if (large) sample(100:400, 1) else sample(1:60, 1)
	size_o <- if (large) sample(40:200, 1) else sample(0:40, 1)
	length_ <- one_of(c(3, 20, 90, 200))
	# a coarse grid makes ties
	step <- if (type == "date") 1 else one_of(c(1, 3600e6, 43200e6, 86400e6))
	instant <- function(n) floor(runif(n, 0, length_) * day / step) * step
	who <- function(n, of, skew) sample.int(of, n, TRUE, prob = (1:of)^-skew)
	touches <- data.frame(customer = who(size_t, customers, 0.3), influencer = who(size_t, influencers, 0.7), at = instant(size_t))
	orders <- data.frame(customer = who(size_o, customers + 2, 0.3), at = instant(size_o))
	# orders at touches, at the ends of their windows, and just beyond
	near <- which(runif(size_o) < 0.5)
	if (length(near)) {
		from <- sample.int(size_t, length(near), TRUE)
		orders$customer[near] <- touches$customer[from]
		orders$at[near] <- touches$at[from] + one_of(c(0, w, w + 1, w - 1, -w, -w - 1, 1, -1, round(w / 3), -round(w / 3)), length(near))
	}
	# some are loved and some are late: so that effects differ
	star <- large && runif(1) < 0.2
	if (star) {
		touches$customer <- touches$customer + 1000 * touches$influencer
		k <- which(touches$influencer == influencers)
		if (length(k)) orders <- data.frame(customer = touches$customer[one_of(k, size_o)], at = instant(size_o))
	} else if (runif(1) < 0.6 && size_o > 0 && w > 0) {
		quality <- rgamma(influencers, 0.7)
		late <- runif(influencers) < 0.3
		k <- which(runif(size_t) < pmin(1, 0.3 * quality[touches$influencer]))
		if (length(k)) {
			sign <- ifelse(late[touches$influencer[k]], -1, 1)
			orders <- rbind(orders, data.frame(customer = touches$customer[k], at = touches$at[k] + sign * floor(runif(length(k), 0, w / step)) * step))
		}
	}
	again <- which(runif(size_t) < 0.1)
	touches <- touches[c(seq_len(size_t), again), ]
	again <- which(runif(nrow(orders)) < 0.05)
	orders <- orders[c(seq_len(nrow(orders)), again), ]
	n <- nrow(touches)
	touches$weight <- if (runif(1) < 0.4) one_of(c(NA, 0, 0.5, 1, 2, 10), n) else rep(NA_real_, n)
	touches$priority <- if (runif(1) < 0.3) one_of(c(NA, 0, 0, 1, 2, -1), n) else rep(NA_real_, n)
	orders$revenue <- round(rnorm(nrow(orders), 30, 30), 2)
	use <- one_of(c("every_order", "next_order", "first_order"), prob = c(3, 2, 1))
	# a period that is not empty, often one that ends at a touch
	all <- c(touches$at, orders$at)
	from <- if (runif(1) < 0.35) min(one_of(touches$at) + one_of(c(0, 1, -day * 50, day)), max(all)) else NA
	to <- if (runif(1) < 0.35) max(one_of(touches$at) + one_of(c(0, -1, day * 50, day)), min(all), from, na.rm = TRUE) else NA
	list(no = no, type = type, base = one_of(c("2026-03-01", "1999-12-20", "1969-12-28")), w = w, span = names(span), use = use,
		from = from, to = to, models = sample(models, 2), touches = touches, orders = orders)
}

make_scores <- function() {
	# groups of (orders, customers) for influence_score()
	group <- 0
	out <- list()
	add <- function(y, n) {
		group <<- group + 1
		out[[group]] <<- data.frame(part = group, id = seq_along(y), orders = y, customers = n)
	}
	add(5, 10); add(0, 10); add(c(0, 0, 0), c(5, 7, 9)); add(c(10, 10, 10), c(100, 100, 100)); add(c(3, NA), c(10, 10))
	add(c(3, 50), c(100, 100)); add(c(NA, NA), c(1, NA)); add(c(-3, 5, 9), c(50, 60, 10)); add(c(1, 2), c(0, 5))
	add(c(1e6, 1.2e6, 9e5), c(1e8, 1e8, 1e8)); add(c(0.001, 0.5, 40), c(10.5, 3.25, 1e4))
	add(c(500, rep(0, 20)), rep(50, 21)); add(c(1, rep(0, 20)), rep(50, 21)); add(c(1e-9, 1, 1), c(1e-3, 1, 1e3))
	# some hundreds, from tiny to large
	n <- round(exp(runif(600, 0, 12)))
	add(rpois(600, n * rgamma(600, 0.8, 40)), n)
	for (i in 1:150) {
		size <- sample(2:30, 1)
		n <- round(exp(rnorm(size, 5, one_of(c(0.2, 2))))) + 1
		shape <- one_of(c(0.2, 1, 5, 50, 1e4))
		y <- rpois(size, n * rgamma(size, shape, shape) * one_of(c(0.002, 0.05, 1)))
		if (runif(1) < 0.4) y <- y * runif(size)
		if (runif(1) < 0.2) n <- n + runif(size)
		if (runif(1) < 0.3) y[sample(size, 1)] <- NA
		if (runif(1) < 0.2) n[sample(size, 1)] <- 0
		if (runif(1) < 0.2) y[sample(size, 1)] <- -2
		add(y, n)
	}
	do.call(rbind, out)
}

# One at the thresholds of each flag, on either side of them
make_edges <- function(no, type) {
	day <- day_of(type)
	touches <- orders <- NULL
	# a customer of i with that many touches on one day, and orders that many days after them
	put <- function(i, customers, each = 1, after = NULL) for (k in seq_len(customers)) {
		id <- (if (is.null(touches)) 0 else max(touches$customer)) + 1
		touches <<- rbind(touches, data.frame(customer = id, influencer = i, at = 5 * day + (seq_len(each) - 1) * (type != "date") * 1e6))
		if (length(after)) orders <<- rbind(orders, data.frame(customer = id, at = max(touches$at[touches$customer == id]) + after * day))
	}
	put(1, 75); put(1, 25, 1); put(2, 1, 99, 1); put(3, 75); put(3, 1, 25, 1); put(4, 76); put(4, 1, 24)
	put(5, 50, 2, 1)
	put(6, 9, 1, 2); put(6, 1, 1, 0); put(7, 10, 1, 2); put(7, 1, 1, 0)
	put(8, 3, 1, 2); put(8, 9, 1, -2); put(9, 3, 1, 2); put(9, 8, 1, -2); put(10, 2, 1, 2); put(10, 7, 1, -2)
	put(11, 20, 1, 2); put(12, 21, 1, 2); put(13, 1, 1, rep(2, 19)); put(14, 1, 1, rep(2, 20)); put(15, 99); put(15, 1, 1, 1); put(16, 98); put(16, 1, 1, 1)
	list(no = no, type = type, base = "2026-03-01", w = 30 * day, span = "30 days", use = "every_order", from = NA, to = NA, models = "last_touch",
		injection = c("0 seconds", 0), touches = cbind(touches, weight = NA_real_, priority = NA_real_), orders = cbind(orders, revenue = 10))
}

make_floods <- function() {
	# larger ones with bots, for cap_touches() and influence_diagnosis(); instants are all different
	lapply(1:12, function(no) {
		type <- c("timestamptz", "timestamp", "timestamptz", "date")[no %% 4 + 1]
		day <- day_of(type)
		influencers <- 8
		n <- 1200
		influencer <- sample.int(influencers, n, TRUE)
		customer <- ifelse(influencer == 1, sample.int(4, n, TRUE), sample.int(60, n, TRUE))
		# the late one and the idle one have customers of their own
		alone <- influencer %in% c(4, 8)
		customer[alone] <- customer[alone] + 100 * influencer[alone]
		at <- if (type == "date") sample.int(40, n, TRUE) - 20 else
			sample.int(60 * 86400, n) * 1e6 - 30 * 86400e6 + sample.int(999999, n)
		if (no %% 3 == 0) at[influencer == 2] <- floor(at[influencer == 2] / 5 / day) * day + (if (type == "date") 0 else seq_len(sum(influencer == 2)) * 1e6)
		k <- sample.int(n, 250, TRUE, prob = c(1, 3, 2, 2, 2, 1, 1, 0.01)[influencer])
		ordered <- at[k] + ifelse(influencer[k] == 3, one_of(c(0, 1, 9999999, 10e6, 10000001), 250) * (type != "date"), floor(runif(250, -10, 20) * day))
		if (no %% 2) ordered[influencer[k] == 4] <- at[k][influencer[k] == 4] - 2 * day
		list(no = 1000 + no, type = type, base = c("2026-03-01", "1999-12-20")[no %% 2 + 1], w = 30 * day, span = "30 days", use = one_of(c("every_order", "next_order")),
			from = NA, to = NA, models = sample(models, 1),
			injection = one_of(list(c("10 seconds", 10e6), c("1 hour", 3600e6), c("0 seconds", 0)))[[1]],
			touches = data.frame(customer, influencer, at, weight = if (no %% 4 == 1) one_of(c(0, 1, 2), n) else NA_real_, priority = if (no %% 5 == 1) one_of(0:1, n) else NA_real_),
			orders = data.frame(customer = customer[k], at = ordered, revenue = 10))
	})
}

csv <- function(x, name) write.table(x, file_in(name), sep = ",", quote = FALSE, na = "", row.names = FALSE, col.names = FALSE)

if (arguments[1] == "make") {
	set.seed(20260301)
	markets <- lapply(1:360, make_market)
	scores <- make_scores()
	floods <- c(make_floods(), list(make_edges(1013, "timestamptz"), make_edges(1014, "date")))
	saveRDS(list(markets = markets, scores = scores, floods = floods), file_in("data.rds"))
	all <- c(markets, floods)
	csv(do.call(rbind, lapply(all, function(m)
		cbind(m$no, m$touches$customer, paste0("i", m$touches$influencer), text_of(m$touches$at, m$type, m$base), m$touches$weight, m$touches$priority))), "touches.csv")
	csv(do.call(rbind, lapply(all, function(m) if (nrow(m$orders))
		cbind(m$no, m$orders$customer, text_of(m$orders$at, m$type, m$base), m$orders$revenue))), "orders.csv")
	period <- function(at, m) if (is.na(at)) "" else text_of(at, m$type, m$base)
	csv(do.call(rbind, lapply(all, function(m)
		cbind(m$no, paste0('"', m$models, '"'), m$type, m$span, m$use, period(m$from, m), period(m$to, m), if (is.null(m$injection)) "" else m$injection[1]))), "cases.csv")
	csv(scores, "scores.csv")
	quit("no")
}

# --- what should be -------------------------------------------------------

# The credit of each touch of a journey. d: distance to the order, w: weights.
position_credit <- function(d, w, f, l) {
	n <- length(d)
	if (n == 1) return(1)
	pairs <- expand.grid(i = which(d == max(d)), j = which(d == min(d)))
	pairs <- pairs[pairs$i != pairs$j, ]
	total <- numeric(n)
	for (k in seq_len(nrow(pairs))) {
		b <- rep(if (n > 2) (1 - f - l) / (n - 2) else NA, n)
		b[pairs$i[k]] <- if (n == 2) f / (f + l) else f
		b[pairs$j[k]] <- if (n == 2) l / (f + l) else l
		total <- total + b * w / sum(b * w)
	}
	total / nrow(pairs)
}

touch_credit <- function(model, d, w, day) switch(model,
	first_touch = (d == max(d)) / sum(d == max(d)),
	last_touch = (d == min(d)) / sum(d == min(d)),
	linear = w / sum(w),
	"time_decay(7 days)" = { b <- w * 2^(-(d - min(d)) / (7 * day)); b / sum(b) },
	"time_decay(36 hours)" = { b <- w * 2^(-(d - min(d)) / (1.5 * day)); b / sum(b) },
	u_shaped = position_credit(d, w, 0.4, 0.4),
	j_shaped = position_credit(d, w, 0.2, 0.6),
	"position_based(0.3, 0.1)" = position_credit(d, w, 0.3, 0.1))

# Total credit of each influencer of a journey, by their numbers.
journey_credit <- function(model, journey, day) {
	i <- sort(unique(journey$influencer))
	credit <- switch(model,
		participation = rep(1, length(i)),
		shapley = rep(1 / length(i), length(i)),
		{ credit <- touch_credit(model, journey$d, journey$w, day); vapply(i, function(one) sum(credit[journey$influencer == one]), 0) })
	list(influencer = i, credit = credit)
}

# All journeys of a market: a list of touches with their distance d >= 0 for each order. placebo: those after the order.
journeys_of <- function(m, placebo) {
	by_customer <- split(m$touches, m$touches$customer)
	instants <- split(m$orders$at, m$orders$customer)
	out <- list()
	for (o in seq_len(nrow(m$orders))) {
		customer <- as.character(m$orders$customer[o])
		at <- m$orders$at[o]
		t <- by_customer[[customer]]
		if (is.null(t)) next
		ordered <- instants[[customer]]
		d <- if (placebo) t$at - at else at - t$at
		keep <- d >= 0 & d <= m$w & !(placebo & d == 0) & !(t$weight %in% 0)
		if (m$use == "first_order" && at != min(ordered)) next
		if (m$use == "next_order")
			keep <- keep & vapply(t$at, function(x) {
				others <- if (placebo) ordered[ordered < x] else ordered[ordered >= x]
				length(others) > 0 && at == (if (placebo) max(others) else min(others))
			}, NA)
		if (!any(keep)) next
		t <- t[keep, ]
		d <- d[keep]
		priority <- ifelse(is.na(t$priority), 0, t$priority)
		top <- priority == max(priority)
		out[[length(out) + 1]] <- list(customer = customer, influencer = t$influencer[top], d = d[top],
			w = ifelse(is.na(t$weight), 1, t$weight)[top])
	}
	out
}

# Credit F, sum of squares Q, and rows (influencer, customer, credit, nearest touch) by journey
credits_of <- function(journeys, model, ids, day) {
	sums <- squares <- setNames(numeric(length(ids)), ids)
	rows <- list()
	for (j in journeys) {
		c <- journey_credit(model, j, day)
		k <- as.character(c$influencer)
		sums[k] <- sums[k] + c$credit
		squares[k] <- squares[k] + c$credit^2
		rows[[length(rows) + 1]] <- list(influencer = c$influencer, customer = rep(j$customer, length(c$influencer)), credit = c$credit,
			nearest = vapply(c$influencer, function(i) min(j$d[j$influencer == i]), 0))
	}
	list(sum = unname(sums), square = unname(squares),
		rows = sapply(c("influencer", "customer", "credit", "nearest"), function(x) unlist(lapply(rows, `[[`, x)), simplify = FALSE))
}

# The gamma prior: logarithm of the marginal likelihood, and its maximum
likelihood <- function(a, b, y, n) {
	p <- y > 0
	sum(-lbeta(a, y[p]) - log(y[p]) + y[p] * log(n[p] / (b + n[p]))) - a * sum(log1p(n / b))
}
best_rate <- function(a, y, n) {
	h <- function(log_b) { b <- exp(log_b); sum((a * n - y * b) / (b + n)) }
	middle <- log(a) + log(sum(n) / sum(y))
	exp(uniroot(h, middle + c(-1, 1), extendInt = "downX", tol = 1e-13)$root)
}
poisson_limit <- function(y, n) {
	r <- sum(y) / sum(n)
	p <- y > 0
	sum(y[p] * log(r * n[p]) - lgamma(y[p] + 1)) - r * sum(n)
}
# The best shape, its rate, and how much likelier that is than one rate for all
fit_prior <- function(y, n) {
	if (length(y) < 2 || sum(y) <= 0) return(list(flat = TRUE, gain = 0))
	profile <- function(log_a) { a <- exp(log_a); likelihood(a, best_rate(a, y, n), y, n) }
	slope <- function(log_a) {
		a <- exp(log_a)
		b <- best_rate(a, y, n)
		sum(digamma(a + y) - digamma(a) - log1p(n / b))
	}
	grid <- seq(log(0.1), log(1e6), length.out = 36)
	value <- vapply(grid, profile, 0)
	best <- which.max(value)
	limit <- poisson_limit(y, n)
	log_a <- grid[best]
	if (best > 1 || value[1] < value[2]) {
		low <- grid[max(1, best - 1)]
		high <- grid[min(length(grid), best + 1)]
		s <- c(slope(low), slope(high))
		log_a <- if (s[1] > 0 && s[2] < 0) uniroot(slope, c(low, high), f.lower = s[1], f.upper = s[2], tol = 1e-12)$root
			else optimize(profile, c(low, high), maximum = TRUE, tol = 1e-12)$maximum
		if (profile(log_a) < value[best]) log_a <- grid[best]
	} else {
		s <- slope(grid[1])
		if (s > 0) log_a <- uniroot(slope, grid[1:2], tol = 1e-12)$root
	}
	a <- exp(log_a)
	b <- best_rate(a, y, n)
	top <- likelihood(a, b, y, n)
	list(flat = a > 0.99e6, a = a, b = b, value = top, gain = top - limit)
}

effects_given <- function(b, F, P, n, k) {
	f <- sum(F / (n + b)) / sum(n / (n + b))
	p <- sum(P / (n + b)) / sum(n / (n + b))
	mean <- (F - P + b * (f - p)) / (n + b)
	sd <- sqrt(k * (F + P + b * (f + p))) / (n + b)
	score <- vapply(seq_along(n), function(i) 100 * mean(pnorm((mean[i] - mean[-i]) / sqrt(sd[i]^2 + sd[-i]^2))), 0)
	data.frame(effect = mean, effect_low = mean - z95 * sd, effect_high = mean + z95 * sd, score)
}
effects_flat <- function(F, P, n, Q) {
	mean <- sum(F - P) / sum(n)
	half <- z95 * sqrt(sum(Q)) / sum(n)
	data.frame(effect = mean, effect_low = mean - half, effect_high = mean + half, score = 50)[rep(1, length(n)), ]
}

# Time and orders after and before the touches of an influencer at its customers, segment by segment
lift_of <- function(m, id) {
	unit_day <- day_of(m$type)
	every <- c(m$touches$at, m$orders$at)
	from <- if (is.na(m$from)) min(every) else m$from
	to <- (if (is.na(m$to)) max(every) else m$to) + 1
	oa <- ob <- da <- db <- 0
	mine <- m$touches[m$touches$influencer == id & !(m$touches$weight %in% 0), ]
	for (customer in unique(mine$customer)) {
		t <- unique(mine$at[mine$customer == customer])
		o <- m$orders$at[m$orders$customer == customer]
		edge <- sort(unique(c(from, to, t - m$w, t, t + m$w + 1)))
		for (s in seq_len(length(edge) - 1)) {
			x <- edge[s]
			if (x < from || x >= to) next
			inside <- sum(o >= x & o < edge[s + 1])
			if (any(t <= x & x < t + m$w + 1)) {
				da <- da + edge[s + 1] - x
				oa <- oa + inside
			} else if (any(t - m$w <= x & x < t)) {
				db <- db + edge[s + 1] - x
				ob <- ob + inside
			}
		}
	}
	r <- c(lift = NA, lift_low = NA, lift_high = NA)
	if (da > 0 && db > 0 && oa + ob > 0) {
		odds <- function(p) p / (1 - p) * db / da - 1
		r["lift_low"] <- if (oa == 0) -1 else odds(qbeta(0.025, oa, ob + 1))
		if (ob > 0) {
			r["lift"] <- (oa / da) / (ob / db) - 1
			r["lift_high"] <- odds(qbeta(0.975, oa + 1, ob))
		}
	}
	c(r, orders_after = oa, days_after = da / unit_day, orders_before = ob, days_before = db / unit_day)
}

# --- the comparison -------------------------------------------------------
test <- 0
failed <- 0
ok <- function(good, what, notes = character()) {
	test <<- test + 1
	if (!good) failed <<- failed + 1
	cat(if (good) "ok " else "not ok ", test, " - ", what, "\n", sep = "")
	for (n in utils::head(notes, 8)) cat("# ", n, "\n", sep = "")
}
worst <- list()
notes <- list()
# Differences relative to scale; NULLs must be the same
differ <- function(column, expected, actual, scale, limit, where) {
	e <- ifelse(is.na(expected) | is.na(actual), ifelse(is.na(expected) & is.na(actual), 0, Inf), abs(expected - actual) / scale)
	worst[[column]] <<- max(c(worst[[column]], e))
	bad <- which(e > limit)
	if (length(bad)) notes[[column]] <<- c(notes[[column]], sprintf("%s: expected %.17g, is %.17g", where, expected, actual)[bad])
	invisible(!length(bad))
}

data <- readRDS(file_in("data.rds"))
read_results <- function(name) read.csv(file_in(name), stringsAsFactors = FALSE, na.strings = "", check.names = FALSE)
got <- read_results("influence.csv")
got$key <- paste(got$market, got$model)
got <- split(got, got$key)
exact <- c("touches", "customers", "buyers")
cases <- interior <- flat <- close <- boundary <- rows <- 0
likelihood_short <- 0

for (m in data$markets) {
	day <- day_of(m$type)
	ids <- sort(unique(m$touches$influencer))
	forward <- journeys_of(m, FALSE)
	backward <- journeys_of(m, TRUE)
	n <- vapply(ids, function(i) length(unique(m$touches$customer[m$touches$influencer == i])), 0)
	lift <- t(vapply(ids, function(i) lift_of(m, i), numeric(7)))
	for (model in m$models) {
		cases <- cases + 1
		g <- got[[paste(m$no, model)]]
		where <- paste0("market ", m$no, " ", model, " i", ids)
		g <- g[match(paste0("i", ids), g$influencer), ]
		if (anyNA(g$influencer) || is.null(g)) {
			notes$rows <- c(notes$rows, paste("market", m$no, model, "lacks rows"))
			next
		}
		rows <- rows + nrow(g)
		F <- credits_of(forward, model, ids, day)
		P <- credits_of(backward, model, ids, day)
		Q <- F$square + P$square
		buyers <- vapply(ids, function(i) length(unique(F$rows$customer[F$rows$influencer == i & F$rows$credit > 0])), 0)
		differ("touches", vapply(ids, function(i) sum(m$touches$influencer == i), 0), g$touches, 1, 0, where)
		differ("customers", n, g$customers, 1, 0, where)
		differ("buyers", buyers, g$buyers, 1, 0, where)
		differ("orders", F$sum, g$orders, pmax(F$sum, 1), 1e-12, where)
		differ("placebo_orders", P$sum, g$placebo_orders, pmax(P$sum, 1), 1e-12, where)
		# told apart: windows of dates that are no whole days, of which the part is dropped
		kind <- if (m$type == "date" && m$span == "36 hours") " of part days" else ""
		for (column in colnames(lift)) {
			scale <- if (grepl("lift", column)) pmax(1, abs(lift[, column])) else if (grepl("days", column)) pmax(lift[, column], 1e-6) else 1
			limit <- if (grepl("lift", column)) 1e-9 else if (grepl("days", column)) 1e-13 else 0
			differ(paste0(column, kind), lift[, column], g[[column]], scale, limit, where)
		}

		# effects
		F <- F$sum
		P <- P$sum
		k <- sum(Q) / sum(F + P)
		y <- (F + P) / k
		prior <- if (sum(F + P) > 0) fit_prior(y, n) else list(flat = TRUE, gain = 0)
		expected <- if (prior$flat) effects_flat(F, P, n, Q) else effects_given(prior$b, F, P, n, k)
		scale <- pmax(abs(expected$effect), (expected$effect_high - expected$effect_low) / 2, 1e-300)
		e <- max(abs(expected$effect - g$effect) / scale, abs(expected$effect_low - g$effect_low) / scale,
			abs(expected$effect_high - g$effect_high) / scale, abs(expected$score - g$score) / 100)
		if (prior$flat) flat <- flat + 1 else interior <- interior + 1
		if (!prior$flat && prior$a < 0.1001) boundary <- boundary + 1
		if ((is.na(e) || e > 1e-5) && length(ids) > 1 && sum(y) > 0) {
			# The likelihood may be too flat to say where its top is. Then the prior meant is read from the width
			# of an interval; it must be as likely, and everything else must follow from it.
			half <- (g$effect_high[1] - g$effect_low[1]) / 2
			misfit <- function(log_b) { r <- effects_given(exp(log_b), F, P, n, k); log((r$effect_high[1] - r$effect_low[1]) / 2 / half) }
			steps <- seq(-12, log(1e12), length.out = 400)
			v <- vapply(steps, misfit, 0)
			turn <- which(v[-1] * v[-length(v)] <= 0)
			tried <- c(lapply(turn, function(s) {
				b <- exp(uniroot(misfit, steps[s + 0:1], tol = 1e-14)$root)
				top <- optimize(function(log_a) likelihood(exp(log_a), b, y, n), c(log(0.1), log(1e6)), maximum = TRUE, tol = 1e-10)$objective
				list(effects = effects_given(b, F, P, n, k), value = top)
			}), list(list(effects = effects_flat(F, P, n, Q), value = poisson_limit(y, n))))
			err <- vapply(tried, function(t) max(abs(as.matrix(t$effects) - as.matrix(g[names(t$effects)])) / rep(c(scale, scale, scale, rep(100, length(n))))), 0)
			chosen <- tried[[which.min(err)]]
			if (min(err) < 1e-5 && !is.null(prior$value)) {
				short <- prior$value - chosen$value
				if (short < 1e-8) {
					close <- close + 1
					expected <- chosen$effects
					likelihood_short <- max(likelihood_short, short)
				} else
					notes$prior <- c(notes$prior, sprintf("market %d %s: log likelihood %.3g below that of shape %.6g, rate %.6g", m$no, model, short, prior$a, prior$b))
			}
		}
		for (column in c("effect", "effect_low", "effect_high")) differ(column, expected[[column]], g[[column]], scale, 1e-5, where)
		differ("score", expected$score, g$score, 1, 1e-4, where)
		# from the effects and widths shown, whatever the prior; equal rows have equal scores
		if (!prior$flat) {
			sd <- (g$effect_high - g$effect_low) / 2 / z95
			shown <- vapply(seq_along(ids), function(i) 100 * mean(pnorm((g$effect[i] - g$effect[-i]) / sqrt(sd[i]^2 + sd[-i]^2))), 0)
			differ("score shown", shown, g$score, 1, 1e-4, where)
		}
		alike <- match(paste(g$effect, g$effect_low), paste(g$effect, g$effect_low))
		differ("score of ties", g$score[alike], g$score, 1, 0, where)
	}
}
report <- function(columns, what) {
	found <- unlist(notes[columns])
	ok(is.null(found), paste0(what, ": largest difference ", paste(columns, vapply(columns, function(c) sprintf("%.1e", c(worst[[c]], NaN)[1]), ""), collapse = ", ")), found)
}
ok(is.null(notes$rows) && rows > 1000, sprintf("%d cases of %d markets, %d rows", cases, length(data$markets), rows), notes$rows)
report(c("touches", "customers", "buyers", "orders"), "counts and credit")
report("placebo_orders", "placebo credit")
report(c("effect", "effect_low", "effect_high"), "effects")
report(c("score", "score shown", "score of ties"), "scores")
ok(is.null(notes$prior) && close < cases / 20 && interior > 100 && flat > 100,
	sprintf("priors: %d within, %d of them at the lower end, %d flat; %d where likelihoods are alike (%.1e)", interior, boundary, flat, close, likelihood_short), notes$prior)
many <- read_results("many.csv")
sd <- (many$effect_high - many$effect_low) / 2 / z95
shown <- vapply(seq_along(sd), function(i) 100 * mean(pnorm((many$effect[i] - many$effect[-i]) / sqrt(sd[i]^2 + sd[-i]^2))), 0)
differ("score among many", shown, many$score, 1, 1e-4, many$influencer)
ok(nrow(many) > 1000 && max(sd) > 2 * min(sd), sprintf("%d influencers of a large market, widths from %.2g to %.2g", nrow(many), min(sd), max(sd)))
report("score among many", "their scores")
report(c("orders_after", "days_after", "orders_before", "days_before"), "orders and days around touches")
report(c("lift", "lift_low", "lift_high"), "lift and its interval")
report(paste(c("orders_after", "days_after", "orders_before", "days_before", "lift", "lift_low", "lift_high"), "of part days"), "lift where windows of dates are no whole days")

# influence_score()
got <- read_results("scores_out.csv")
groups <- flat <- close <- score_short <- 0
for (part in unique(data$scores$part)) {
	s <- data$scores[data$scores$part == part, ]
	g <- got[got$part == part, ]
	g <- g[match(s$id, g$id), ]
	groups <- groups + 1
	use <- which(!is.na(s$orders) & !is.na(s$customers) & s$customers > 0)
	expected <- rep(NA_real_, nrow(s))
	y <- pmax(s$orders[use], 0)
	n <- s$customers[use]
	prior <- fit_prior(y, n)
	given <- function(a, b) vapply(seq_along(y), function(i) 100 * mean(pbeta((b + n[-i]) / (2 * b + n[i] + n[-i]), a + y[-i], a + y[i])), 0)
	expected[use] <- if (prior$flat) 50 else given(prior$a, prior$b)
	if (prior$flat) flat <- flat + 1
	if (!prior$flat && isTRUE(max(abs(expected - g$score)[use]) > 1e-4)) {
		# Where the likelihood is too flat to say where its top is, another shape will do that is as likely.
		misfit <- function(log_a) { a <- exp(log_a); sum((given(a, best_rate(a, y, n)) - g$score[use])^2) }
		a <- exp(optimize(misfit, log(prior$a) + c(-1, 1), tol = 1e-12)$minimum)
		b <- best_rate(a, y, n)
		short <- prior$value - likelihood(a, b, y, n)
		if (short < 1e-8) {
			close <- close + 1
			score_short <- max(score_short, short)
			expected[use] <- given(a, b)
		}
	}
	differ("influence_score", expected, g$score, 1, 1e-4, paste("part", part, "row", s$id))
}
report("influence_score", sprintf("influence_score of %d groups, %d flat, %d with a prior as likely (%.1e)", groups, flat, close, score_short))
ok(close < groups / 20, "few priors are in doubt")

# influence_diagnosis()
got <- read_results("diagnosis.csv")
seen <- character()
idle <- 0
for (m in data$floods) {
	day <- day_of(m$type)
	ids <- sort(unique(m$touches$influencer))
	g <- got[got$market == m$no, ]
	g <- g[match(paste0("i", ids), g$influencer), ]
	where <- paste0("market ", m$no, " ", m$models, " i", ids)
	forward <- credits_of(journeys_of(m, FALSE), m$models, ids, day)
	P <- credits_of(journeys_of(m, TRUE), m$models, ids, day)$sum
	F <- forward$sum
	per <- function(what) vapply(ids, what, 0)
	touches <- per(function(i) sum(m$touches$influencer == i))
	r <- forward$rows
	buyers <- per(function(i) length(unique(r$customer[r$influencer == i & r$credit > 0])))
	divide <- function(a, b) ifelse(b > 0, a / b, NA)
	tpb <- divide(touches, buyers)
	repeats <- per(function(i) { t <- m$touches[m$touches$influencer == i, ]; sum(duplicated(paste(t$customer, floor(t$at / day)))) }) / touches
	# with dates, part of a day is dropped
	reach <- as.numeric(m$injection[2])
	if (m$type == "date") reach <- 0
	injected <- divide(per(function(i) sum(r$credit[r$influencer == i & r$nearest <= reach])), F)
	placebo <- divide(P, F + P)
	top <- divide(per(function(i) sum(utils::head(sort(tapply(r$credit[r$influencer == i], r$customer[r$influencer == i], sum), decreasing = TRUE), 10))), F)
	alone <- tapply(m$touches$influencer, m$touches$customer, function(x) length(unique(x)) == 1)
	sole <- divide(per(function(i) { k <- r$influencer == i; sum(r$credit[k][alone[as.character(r$customer[k])]]) }), F)
	middle <- stats::median(tpb, na.rm = TRUE)
	# where nobody buys, the touches of one buyer
	effort <- ifelse(is.na(tpb), touches, tpb)
	flags <- vapply(seq_along(ids), function(i) paste(c(
		if (touches[i] >= 100 && (repeats[i] >= 0.25 || !is.na(middle) && effort[i] >= 10 * middle)) "flooding",
		if (F[i] > 0 && injected[i] * F[i] >= 1 && injected[i] >= 0.1) "injection",
		if (F[i] + P[i] >= 10 && placebo[i] >= 0.75) "placebo",
		if (F[i] >= 20 && top[i] >= 0.5) "concentration",
		if (F[i] >= 10 && sole[i] >= 0.5 && sole[i] >= 3 * stats::median(sole[buyers > 0])) "puppets"), collapse = ", "), "")
	differ("d.touches", touches, g$touches, 1, 0, where)
	differ("d.buyers", buyers, g$buyers, 1, 0, where)
	differ("d.orders", F, g$orders, 1, 1e-10, where)
	differ("touches_per_buyer", tpb, g$touches_per_buyer, 1, 1e-10, where)
	differ("repeat_share", repeats, g$repeat_share, 1, 1e-12, where)
	differ("injected_share", injected, g$injected_share, 1, 1e-10, where)
	differ("placebo_share", placebo, g$placebo_share, 1, 1e-10, where)
	differ("top_customers_share", top, g$top_customers_share, 1, 1e-10, where)
	differ("sole_share", sole, g$sole_share, 1, 1e-10, where)
	is_flags <- ifelse(is.na(g$flags), "", g$flags)
	bad <- is_flags != flags
	for (kind in c("flags", "idle flags")) {
		k <- bad & is.na(tpb) == (kind == "idle flags")
		if (any(k)) notes[[kind]] <- c(notes[[kind]], sprintf("%s: expected '%s', is '%s'", where, flags, is_flags)[k])
	}
	idle <- idle + sum(is.na(tpb))
	seen <- c(seen, unlist(strsplit(flags, ", ")))
}
report(c("d.touches", "d.buyers", "d.orders", "touches_per_buyer"), "diagnosis, counts")
report(c("repeat_share", "injected_share", "placebo_share", "top_customers_share", "sole_share"), "diagnosis, shares")
ok(is.null(notes[["flags"]]) && length(unique(seen)) >= 4, paste("diagnosis, flags:", paste(names(table(seen)), table(seen), collapse = ", ")), notes[["flags"]])
ok(is.null(notes[["idle flags"]]), sprintf("diagnosis, flags of %d influencers without buyers", idle), notes[["idle flags"]])

# what the server compared by itself: a line each of a count that must be 0, and how many were compared
same <- read_results("same.csv")
for (i in seq_len(nrow(same))) ok(same$different[i] == 0 && same$compared[i] > 0, sprintf("%s: %d compared, %d differ", same$what[i], same$compared[i], same$different[i]))
cat(sprintf("1..%d\n", test))
quit("no", status = if (failed) 1 else 0)
