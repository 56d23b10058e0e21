#!/usr/bin/perl
# Measures side by side: the statements of one comparison take turns, several rounds, and what
# counts is the ratio of their medians. Each comparison also checks that its statements give the
# same answer. Sessions: "pg" (this server) and, if it could be installed, "duck" (DuckDB).
use strict;
use warnings;
use IPC::Open2;
use List::Util qw(min max sum);
use POSIX ();

$| = 1;

my ($psql, $rounds, $scale, $duck, $only) = @ARGV;
my @wanted = split /\s*,\s*/, $only;
my %session;
my @table;    # what was measured: title, order of the statements, medians

sub start_session
{
	my ($name, @command) = @_;
	my $pid = open2(my $from, my $to, @command) or die "cannot start $name: $!";
	$session{$name} = { from => $from, to => $to, pid => $pid };
}

sub start_psql { start_session($_[0], $psql, '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1'); }

sub end_session
{
	my $s = delete $session{ $_[0] };
	close $s->{to};
	waitpid $s->{pid}, 0;
}

sub run_on
{
	my ($name, $sql) = @_;
	my $s = $session{$name};
	my $to = $s->{to};
	if ($name ne 'duck') { print $to "\\timing on\n$sql;\n\\timing off\n\\echo end-of-answer\n"; }
	else { print $to "$sql;\n"; }
	my ($ms, @rows);
	while (my $line = readline $s->{from})
	{
		chomp $line;
		last if $line eq 'end-of-answer';
		if ($line =~ /^Time: ([0-9.]+) ms/) { $ms = $1; next; }
		push @rows, $line;
	}
	die "$name stopped at: $sql\n" unless defined $ms;
	die "$name: $rows[0]\nat: $sql\n" if @rows && $rows[0] =~ /^ERROR/;
	return ($ms, join("\n", @rows));
}

sub pg { return run_on('pg', $_[0]); }
sub median { my @s = sort { $a <=> $b } @_; return $s[$#s / 2]; }

# Sections can be asked for by parts of their names: make bench ONLY="ledger, sizes of the join"
sub section
{
	my ($name, $code) = @_;
	return if @wanted && !grep { index($name, $_) >= 0 } @wanted;
	print "\n# $name\n";
	$code->();
}

# compare(title, limit, baseline, [name, session, statement, rounds], ...): the limit is on the
# ratio of the last statement to the baseline. Returns medians by name.
sub compare
{
	my ($title, $limit, $baseline, @statements) = @_;
	my (%times, %answers);
	@statements = grep { exists $session{ $_->[1] } } @statements;
	for my $round (1 .. $rounds)
	{
		for my $statement (@statements)
		{
			my ($name, $where, $sql, $most) = @$statement;
			next if defined $most && $round > $most;
			my ($ms, $answer) = run_on($where, $sql);
			push @{ $times{$name} }, $ms;
			$answers{$name} = $answer;
		}
	}
	@statements = grep { exists $times{ $_->[0] } } @statements;
	print "\n$title\n";
	return {} unless exists $times{$baseline};
	my $base = median(@{ $times{$baseline} });
	my %result;
	for my $statement (@statements)
	{
		my $name = $statement->[0];
		my $ms = $result{$name} = median(@{ $times{$name} });
		my $judged = defined $limit && $statement == $statements[-1];
		printf "  %-46s %9.0f ms   x %.3f%s\n", $name, $ms, $ms / $base,
			$judged ? sprintf("  (at most %g: %s)", $limit, $ms / $base <= $limit ? 'yes' : 'NO') : '';
	}
	my %different = map { $_ => 1 } values %answers;
	print "  answers: ",
		keys %different == 1 ? "the same: $answers{$baseline}"
		: "DIFFERENT: " . join(' and ', map { "$_: $answers{$_}" } sort keys %answers), "\n";
	push @table, [ $title, [ map { $_->[0] } @statements ], \%result, $base ];
	return \%result;
}

# The most private memory that a statement's processes have while it runs, in MB: the leader's and
# the largest of its workers'. Looked at every few milliseconds, in a session of its own. Then the
# time and the answer.
sub private_peaks
{
	my ($settings, $sql) = @_;
	start_psql('fresh');
	my (undef, $leader) = run_on('fresh', "$settings; SELECT pg_backend_pid()");
	my ($server) = map { /^PPid:\s+(\d+)/ ? $1 : () } split /\n/, contents("/proc/$leader/status");
	pipe(my $answer, my $say) or die "no pipe: $!";
	pipe(my $stop, my $stopping) or die "no pipe: $!";
	my $watcher = fork // die "no fork: $!";
	if ($watcher == 0)
	{
		my ($most, $worker) = (0, 0);
		close $stopping;
		my $bits = '';
		vec($bits, fileno($stop), 1) = 1;
		until (select(my $ready = $bits, undef, undef, 0.003))
		{
			for my $pid (split ' ', contents("/proc/$server/task/$server/children"))
			{
				my ($kb) = map { /^RssAnon:\s+(\d+)/ ? $1 : () } split /\n/, contents("/proc/$pid/status");
				next unless defined $kb;
				if ($pid == $leader) { $most = $kb if $kb > $most; }
				elsif ($kb > $worker && contents("/proc/$pid/cmdline") =~ /parallel worker/) { $worker = $kb; }
			}
		}
		print $say "$most $worker\n";
		close $say;
		POSIX::_exit(0);
	}
	my ($ms, $rows) = run_on('fresh', $sql);
	close $stopping;
	close $say;
	my ($most, $worker) = split ' ', readline $answer;
	waitpid $watcher, 0;
	end_session('fresh');
	return ($most / 1024, $worker / 1024, $ms, $rows);
}

# A statement's time in a session of its own, after another one there.
sub fresh_time
{
	my ($settings, $before, $sql) = @_;
	start_psql('fresh');
	run_on('fresh', "$settings; $before");
	my ($ms) = run_on('fresh', $sql);
	end_session('fresh');
	return $ms;
}

sub contents
{
	open(my $in, '<', $_[0]) or return '';
	local $/;
	return scalar(<$in>) // '';
}

sub plan
{
	my (undef, $plan) = pg("EXPLAIN (COSTS OFF) $_[0]");
	print map { "    $_\n" } split /\n/, $plan;
}

# With and without one of ours: both in the same session, as the setting goes with the statement.
sub compare_join
{
	my ($title, $sql, $duck_sql) = @_;
	my @ways = map { [ $_->[0], 'pg', "SET influence.enable_attribution_join = $_->[1];\n$sql", $_->[2] ] } ([ 'the plain join', 'off', 2 ], [ 'the attribution join', 'on', $rounds ]);
	splice @ways, 1, 0, [ 'DuckDB', 'duck', $duck_sql ] if $duck_sql;
	compare("The attribution join: $title", 0.5, 'the plain join', @ways);
	plan($sql);
}

sub compare_set
{
	my ($title, $sql) = @_;
	compare("A set of $title", undef, "the server's aggregate",
		map { [ $_->[0], 'pg', "SET influence.enable_set_scan = $_->[1];\n$sql" ] } ([ "the server's aggregate", 'off' ], [ 'the set scan', 'on' ]));
	plan($sql);
}

start_psql('pg');
start_session('duck', 'node', split / /, $duck) if $duck;
printf "PostgreSQL %s\n", (pg("SHOW server_version"))[1];
printf "DuckDB %s\n", (run_on('duck', "SELECT version()"))[1] if exists $session{duck};
my $usual = "SET work_mem = '256MB'; SET jit = off";
pg($usual);
pg("SET client_min_messages = warning");

my $window = "t.touched_at <= o.ordered_at AND t.touched_at >= o.ordered_at - interval '720 hours'";

section 'the operator in a join', sub {
	for my $workers (0, 2)
	{
		pg("SET max_parallel_workers_per_gather = $workers");
		my @statements = (
			[   'hand-written comparisons', 'pg',
				"SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND $window" ],
			[   'touched_at ~> lookback(ordered_at, ...)', 'pg',
				"SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, '30 days')" ],
			[   'touched_at ~> ordered_at', 'pg',
				"SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at" ]);
		compare("The join with the operator, $workers workers", 1.05, 'hand-written comparisons', @statements);
		plan($_->[2]) for @statements[ 0, 2 ];
	}
};

section 'the attribution join', sub {
	my %queries = (
		'pairs' => "SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at",
		'every order with its touches' => "SELECT count(*), count(influencer_id), sum(revenue) FROM orders o LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at",
		'orders without a touch' => "SELECT count(*) FROM orders o WHERE NOT EXISTS (SELECT FROM touches t WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at)");
	for my $workers (0, 1)
	{
		pg("SET max_parallel_workers_per_gather = $workers");
		for my $name (sort keys %queries)
		{
			compare_join("$name, $workers workers", $queries{$name});
		}
		# as much memory as a server allows unless it is told otherwise: the table goes to files
		pg("SET work_mem = '4MB'");
		compare_join("pairs, $workers workers, work_mem = 4MB", $queries{pairs});
		pg($usual);
	}
};

# Where every customer has thousands of touches and a hundred orders, a plain join tries all of their pairs.
# The attribution join counts rows itself; for a count of values it hands each pair on to the server.
section 'heavy accounts', sub {
	my $touches = 'heavy_touches t JOIN heavy_orders o ON t.customer_id = o.customer_id AND';
	for my $workers (0, 1)
	{
		pg("SET max_parallel_workers_per_gather = $workers");
		my $result = compare("Heavy accounts: pairs, $workers workers", undef, 'influence',
			[ 'plain SQL', 'pg', "SELECT count(*) FROM $touches $window", $workers ? 1 : 0 ],
			[ 'DuckDB', 'duck', "SELECT count(*) FROM $touches $window" ],
			[ 'influence, each pair handed on', 'pg', "SELECT count(t.touched_at) FROM $touches t.touched_at ~> o.ordered_at" ],
			[ 'influence', 'pg', "SELECT count(*) FROM $touches t.touched_at ~> o.ordered_at" ]);
		printf "  DuckDB takes %.2f times as long\n", $result->{DuckDB} / $result->{influence} if exists $result->{DuckDB};
		plan("SELECT count(*) FROM $touches t.touched_at ~> o.ordered_at") if $workers;
		my $per_influencer = "SELECT sum(n), max(n), count(*) FROM (SELECT influencer_id, count(*) AS n FROM $touches % GROUP BY 1) AS s";
		$result = compare("Heavy accounts: pairs per influencer, $workers workers", undef, 'influence',
			[ 'DuckDB', 'duck', $per_influencer =~ s/%/$window/r ],
			[ 'influence', 'pg', $per_influencer =~ s/%/t.touched_at ~> o.ordered_at/r ]);
		printf "  DuckDB takes %.2f times as long\n", $result->{DuckDB} / $result->{influence} if exists $result->{DuckDB};
		plan($per_influencer =~ s/%/t.touched_at ~> o.ordered_at/r);
		$result = compare("Heavy accounts: linear credit per influencer, $workers workers", undef, 'influence',
			[ 'DuckDB', 'duck', "WITH c AS (SELECT influencer_id, 1.0::double / count(*) OVER (PARTITION BY order_id) AS credit FROM $touches $window)"
				. " SELECT count(*), round(CAST(sum(orders) AS decimal(18,3)), 3) FROM (SELECT influencer_id, sum(credit) AS orders FROM c GROUP BY 1) AS s", 2 ],
			[ 'influence', 'pg', "SELECT count(*) FILTER (WHERE influencer IS NOT NULL), round(sum(orders) FILTER (WHERE influencer IS NOT NULL)::numeric, 3) FROM"
				. " (SELECT touch_agg(customer_id, influencer_id, touched_at) AS touches FROM heavy_touches) t,"
				. " (SELECT purchase_agg(customer_id, ordered_at, revenue) AS purchases FROM heavy_orders) o, attribution(t.touches ~> o.purchases, 'linear')" ]);
		printf "  DuckDB takes %.2f times as long\n", $result->{DuckDB} / $result->{influence} if exists $result->{DuckDB};
	}
	# The ledger of them: with memory for all touches the orders look them up in order, else the pairs are sorted.
	pg("SET max_parallel_workers_per_gather = 0");
	my $ledger = "SELECT count(*), round(sum(orders)::numeric, 3) FROM (SELECT influencer_id, sum(credit) AS orders FROM"
	  . " (SELECT influencer_id, attribution_credit('linear', t.touched_at, o.ordered_at) OVER (PARTITION BY order_id) AS credit FROM $touches t.touched_at ~> o.ordered_at) AS c GROUP BY 1) AS s";
	compare("Heavy accounts: linear credit per influencer, form B, 0 workers", undef, 'work_mem = 256MB',
		map { [ $_->[0], 'pg', "SET work_mem = '$_->[1]';\n$ledger", 2 ] } ([ 'work_mem = 256MB', '256MB' ], [ 'work_mem = 512MB', '512MB' ]));
	plan($ledger);
	pg("SET work_mem = '256MB'");
	# the same touches and orders, more and more of them in the window
	print "\nTime follows the matches, not touches times orders\n";
	for my $window ('6 hours', '1 day', '3 days', '10 days', '30 days', '90 days')
	{
		my $sql = "SELECT count(*) FROM $touches t.touched_at ~> lookback(o.ordered_at, '$window')";
		my $pairs = (pg($sql))[1];
		my $ms = median(map { (pg($sql))[0] } 1 .. $rounds);
		printf "  lookback window of %-8s %10d pairs %8.0f ms\n", $window, $pairs, $ms;
	}
};

section 'the set scan', sub {
	my %queries = (
		'all touches' => "SELECT touch_count(touch_agg(customer_id, influencer_id, touched_at)) FROM touches",
		'touches of nine months' => "SELECT touch_count(touch_agg(customer_id, influencer_id, touched_at)) FROM touches WHERE touched_at >= '2025-04-01'",
		'all orders' => "SELECT order_count(purchase_agg(customer_id, ordered_at, revenue)) FROM orders");
	for my $workers (0, 1)
	{
		pg("SET max_parallel_workers_per_gather = $workers");
		for my $name (sort keys %queries)
		{
			compare_set("$name, $workers workers", $queries{$name});
		}
	}
};

# Where influencers are names, and customers, too; or these are UUIDs, or those of a region. In rows with a name,
# the instant stands behind it.
section 'names', sub {
	my @named = (
		"CREATE TABLE named_touches AS SELECT customer_id, 'creator_' || influencer_id AS influencer, 'user-' || customer_id AS customer, touched_at FROM touches",
		"CREATE TABLE named_orders AS SELECT 'user-' || customer_id AS customer, order_id, ordered_at, revenue FROM orders");
	my @keyed = map { "CREATE TABLE keyed_$_->[0] AS SELECT customer_id % 50 AS region, customer_id, md5(customer_id::text)::uuid AS customer, $_->[1] FROM $_->[0]" }
	  ([ 'touches', 'touched_at' ], [ 'orders', 'ordered_at' ]);
	my @tables = qw(named_touches named_orders keyed_touches keyed_orders);
	pg($_) for @named, @keyed;
	pg("VACUUM ANALYZE $_") for @tables;
	pg("SELECT count(*) FROM $_") for @tables;
	if (exists $session{duck}) { run_on('duck', $_) for @named; }
	my %sets = (
		'touches by names' => "SELECT touch_count(touch_agg(customer_id, influencer, touched_at)) FROM named_touches",
		'touches of named customers by names' => "SELECT touch_count(touch_agg(customer, influencer, touched_at)) FROM named_touches",
		'orders of named customers' => "SELECT order_count(purchase_agg(customer, ordered_at, revenue)) FROM named_orders");
	my %pairs = (
		'an instant behind names' => "SELECT count(*) FROM named_touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at",
		'customers that are names' => "SELECT count(*) FROM named_touches t JOIN named_orders o ON t.customer = o.customer AND t.touched_at ~> o.ordered_at",
		'names of influencers handed on' => "SELECT count(*) FROM (SELECT influencer, count(t.touched_at) FROM named_touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at GROUP BY influencer) AS counted",
		'customers that are UUIDs' => "SELECT count(*) FROM keyed_touches t JOIN keyed_orders o ON t.customer = o.customer AND t.touched_at ~> o.ordered_at",
		'customers of a region' => "SELECT count(*) FROM keyed_touches t JOIN keyed_orders o ON t.region = o.region AND t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at");
	my %duck_pairs = ('customers that are names' => "SELECT count(*) FROM named_touches t JOIN named_orders o ON t.customer = o.customer AND $window");
	for my $workers (0, 1)
	{
		pg("SET max_parallel_workers_per_gather = $workers");
		for my $name (sort keys %sets)
		{
			compare_set("$name, $workers workers", $sets{$name});
		}
		for my $name (sort keys %pairs)
		{
			compare_join("$name, $workers workers", $pairs{$name}, $workers == 1 ? $duck_pairs{$name} : undef);
		}
	}
	pg("DROP TABLE $_") for @tables;
	if (exists $session{duck}) { run_on('duck', "DROP TABLE $_") for qw(named_touches named_orders); }
};

section 'the ledger', sub {
	pg("SET max_parallel_workers_per_gather = 0");
	pg("CREATE TEMPORARY TABLE pairs AS SELECT o.order_id, t.influencer_id, t.touched_at, o.ordered_at, o.revenue"
		  . " FROM orders o LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at");
	pg("ANALYZE pairs");

	# The rows of the pairs pass through, as in any ledger, so that both sort the same columns.
	my $over = sub {
		return "SELECT count(*), max(x) > 0, max(order_id), max(influencer_id), max(touched_at), max(ordered_at), max(revenue)"
		  . " FROM (SELECT *, $_[0] OVER w AS x FROM pairs WINDOW w AS (PARTITION BY order_id) OFFSET 0) AS s";
	};
	for my $model ('linear', 'time_decay(7 days)', 'u_shaped')
	{
		compare("The ledger's share of each touch: $model", 1.25, 'count(*) OVER',
			[ 'count(*) OVER', 'pg', $over->('count(*)') ],
			[ 'attribution_amount', 'pg', $over->("attribution_amount('$model', touched_at, ordered_at, revenue)") ],
			[ 'attribution_credit', 'pg', $over->("attribution_credit('$model', touched_at, ordered_at)") ]);
	}
	plan($over->("attribution_credit('linear', touched_at, ordered_at)"));

	# Without them the sort carries only the key for count(*), and the instants too for the credit.
	my $bare = sub {
		return "SELECT count(*), max(x) IS NOT NULL FROM (SELECT $_[0] OVER w AS x FROM pairs WINDOW w AS (PARTITION BY order_id) OFFSET 0) AS s";
	};
	compare('The same with no other column selected', undef, 'count(*) OVER',
		[ 'count(*) OVER', 'pg', $bare->('count(*)') ],
		[ 'max(ordered_at) OVER', 'pg', $bare->('max(ordered_at)') ],
		[ 'attribution_credit', 'pg', $bare->("attribution_credit('linear', touched_at, ordered_at)") ]);
};

# The scoreboard: what an analyst would write in plain SQL, here and for DuckDB.
sub credits_sql
{
	my ($where) = @_;
	my $micro = $where eq 'pg' ? 'extract(epoch FROM o.ordered_at - t.touched_at)::double precision * 1e6' : 'CAST(epoch_us(o.ordered_at) - epoch_us(t.touched_at) AS double)';
	return "SELECT influencer_id, customer_id, revenue, base / sum(base) OVER (PARTITION BY order_id) AS credit"
	  . " FROM (SELECT o.order_id, o.revenue, t.influencer_id, t.customer_id, power(2::double precision, -$micro / (7 * 86400e6)) AS base"
	  . " FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND $window) AS p";
}
sub form_a
{
	my ($touches, $orders) = @_;
	return "(SELECT touch_agg(customer_id, influencer_id, touched_at) AS touches FROM $touches) t,"
	  . " (SELECT purchase_agg(customer_id, ordered_at, revenue) AS purchases FROM $orders) o,"
	  . " influence(t.touches ~> o.purchases, 'time_decay(7 days)', effects => false) AS i";
}

sub scoreboard
{
	return "SELECT count(*), round(sum(orders)::numeric, 3), round(sum(revenue)::numeric, 0), sum(touches), sum(customers), sum(buyers) FROM (SELECT i.* FROM "
	  . form_a(@_) . ") AS s";
}

# Touches that led to no order are not needed where only credit is asked for.
sub credit_alone
{
	my ($touches, $orders) = @_;
	return "SELECT count(*), round(sum(orders)::numeric, 3), round(sum(revenue)::numeric, 0) FROM"
	  . " (SELECT touch_agg(customer_id, influencer_id, touched_at) AS touches FROM $touches AS t"
	  . "  WHERE EXISTS (SELECT FROM $orders AS o WHERE o.customer_id = t.customer_id AND t.touched_at ~> o.ordered_at)) t,"
	  . " (SELECT purchase_agg(customer_id, ordered_at, revenue) AS purchases FROM $orders) o,"
	  . " attribution(t.touches ~> o.purchases, 'time_decay(7 days)') AS a WHERE influencer IS NOT NULL";
}

section 'the scoreboard', sub {
	my ($form_a, $credit_alone) = (form_a('touches', 'orders'), credit_alone('touches', 'orders'));
	for my $workers (1, 2)
	{
		pg("SET max_parallel_workers_per_gather = $workers");
		compare("Pairs of touch and order, $workers workers", undef, 'plain SQL',
			[ 'plain SQL', 'pg', "SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND $window" ],
			[ 'DuckDB', 'duck', "SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND $window" ],
			[ 'influence', 'pg', "SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at" ]);
		my $credited = sub {
			my ($where) = @_;
			return "WITH c AS (" . credits_sql($where) . ") SELECT count(*), round(CAST(sum(orders) AS numeric), 3), round(CAST(sum(revenue) AS numeric), 0)"
			  . " FROM (SELECT influencer_id, sum(credit) AS orders, sum(credit * CAST(revenue AS double precision)) AS revenue FROM c GROUP BY 1) AS s";
		};
		compare("Credited orders and revenue per influencer, $workers workers", undef, 'plain SQL',
			[ 'plain SQL', 'pg', $credited->('pg') ],
			[ 'DuckDB', 'duck', $credited->('duck') =~ s/numeric\)/decimal(18,3))/gr ],
			[ 'form B', 'pg', $credited->('pg') =~ s/WITH c AS \(.*?\) AS p\)/WITH c AS (SELECT influencer_id, revenue, attribution_credit('time_decay(7 days)', touched_at, ordered_at) OVER (PARTITION BY order_id) AS credit FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at)/r ],
			[ 'form A', 'pg', "SELECT count(*) FILTER (WHERE orders > 0), round(sum(orders)::numeric, 3), round(sum(revenue)::numeric, 0) FROM (SELECT i.* FROM $form_a) AS s" ],
			[ 'form A, of the touches that led to an order', 'pg', $credit_alone ]);
		my $board = sub {
			my ($where) = @_;
			return "WITH c AS (" . credits_sql($where) . "), k AS (SELECT influencer_id, sum(credit) AS orders, sum(credit * CAST(revenue AS double precision)) AS revenue, count(DISTINCT customer_id) AS buyers FROM c GROUP BY 1),"
			  . " r AS (SELECT influencer_id, count(*) AS touches, count(DISTINCT customer_id) AS customers FROM touches GROUP BY 1)"
			  . " SELECT count(*), round(CAST(sum(orders) AS numeric), 3), round(CAST(sum(revenue) AS numeric), 0), sum(touches), sum(customers), sum(buyers) FROM r LEFT JOIN k USING (influencer_id)";
		};
		my $ours = scoreboard('touches', 'orders');
		my $result = compare("The full scoreboard, $workers workers", undef, 'plain SQL',
			[ 'plain SQL', 'pg', $board->('pg') ],
			[ 'DuckDB', 'duck', $board->('duck') =~ s/numeric\)/decimal(18,3))/gr ],
			[ 'influence, with score and lift', 'pg', $ours =~ s/, effects => false//r ],
			[ 'influence', 'pg', $ours ]);
		printf "  plain SQL takes %.1f times as long%s\n", $result->{'plain SQL'} / $result->{influence},
			exists $result->{DuckDB} ? sprintf(', DuckDB %.2f times', $result->{DuckDB} / $result->{influence}) : '';
		plan("SELECT i.* FROM $form_a");
		plan($credit_alone);
	}
};

# Journeys of mean length 4 by influencers whose popularity follows a power law.
sub power_law
{
	my ($journeys, $influencers) = @_;
	return "SELECT touches ~> purchases AS journeys FROM"
	  . " (SELECT touch_agg(n / 4, (1 + floor(exp(ln($influencers) * power(random_of(n, 12), 0.9))))::integer, timestamptz '2026-01-01' + n % 4 * interval '1 day') AS touches FROM generate_series(0, 4 * ${journeys}::bigint - 1) AS n) t,"
	  . " (SELECT purchase_agg(n, timestamptz '2026-01-05', 1) AS purchases FROM generate_series(0, ${journeys}::bigint - 1) AS n WHERE random_of(n, 13) < 0.05) o";
}

# 10,000 different paths over 12 channels, then people in numbers, and sequences of them.
section 'the learned models', sub {
	pg("SET max_parallel_workers_per_gather = 0");
	pg("CREATE TEMPORARY TABLE channels AS SELECT journey_agg(path, n % 7, n % 7 * 20.0, 1 + n % 40) AS journeys FROM"
	  . " (SELECT n, array_agg(1 + floor(12 * power(random_of(n * 64 + k, 11), 1.4)))::text[] AS path"
	  . "  FROM generate_series(1, 12400) AS n, generate_series(1, 4 + (n % 7)) AS k GROUP BY n) AS s");
	my (undef, $size) = pg("SELECT count(*), sum(length(path) - length(replace(path, '>', '')) + 1) FROM channels, journey_paths(journeys, '>')");
	print "\nDifferent paths and their steps, over 12 channels: $size\n";
	for my $step (['markov(1)', 10], ['markov(2)', 50], ['markov(3)', undef], ['shapley', 10], ['shapley_rate', undef])
	{
		my ($model, $limit) = @$step;
		my $ms = median(map { (pg("SELECT count(*) FROM channels, attribution(journeys, '$model')"))[0] } 1 .. $rounds);
		printf "  %-46s %9.1f ms%s\n", $model, $ms, defined $limit ? sprintf('  (at most %d: %s)', $limit, $ms <= $limit ? 'yes' : 'NO') : '';
	}
	for my $influencers (1000, 10000, 100000)
	{
		my $journeys = int(5000000 * $scale);
		pg("DROP TABLE IF EXISTS many");
		pg("CREATE UNLOGGED TABLE many AS " . power_law($journeys, $influencers));
		my ($memory, undef, $ms, $answer) = private_peaks("SET max_parallel_workers_per_gather = 0", "SELECT states, transitions, method, exact, error FROM many, markov_summary(journeys)");
		printf "\nmarkov(1), %d journeys, %d influencers: %.1f s, private memory %.0f MB\n  states, transitions, method, exact, error: %s\n",
			$journeys, $influencers, $ms / 1000, $memory, $answer;
	}
	for my $step ([2, 100], [3, 100], [2, 1000], [3, 1000], [2, 10000])
	{
		my ($k, $influencers) = @$step;
		my $journeys = int(200000 * $scale);
		pg("DROP TABLE IF EXISTS many");
		pg("CREATE TEMPORARY TABLE many AS " . power_law($journeys, $influencers));
		my ($ms, $answer) = pg("SELECT states, transitions, method, exact, error FROM many, markov_summary(journeys, $k)");
		printf "\nmarkov(%d), %d journeys, %d influencers: %.1f s\n  states, transitions, method, exact, error: %s\n",
			$k, $journeys, $influencers, $ms / 1000, $answer;
	}
};

# Touches and orders of three sizes, and before them a few: names of the tables, and how many touches there are.
sub sizes
{
	my @sizes;
	for my $size (0.001, 0.1, 1, 3)
	{
		my %size = map { $_ => $size == 1 ? $_ : qq("${_}_$size") } 'touches', 'orders';
		$size{n} = (pg("SELECT count(*) FROM $size{touches}"))[1];
		push @sizes, \%size;
	}
	return @sizes;
}

section 'steps and sizes of form A', sub {
	pg("CREATE FUNCTION aggregate_memory(regprocedure, text) RETURNS bigint AS '\$libdir/influence_test' LANGUAGE C");
	my @sizes = sizes();
	for my $size (@sizes)
	{
		my ($touches, $orders, $n) = @$size{'touches', 'orders', 'n'};
		my (undef, $memory) = pg("SELECT aggregate_memory('touch_agg(bigint, integer, timestamptz)', 'SELECT customer_id, influencer_id, touched_at FROM $touches')");
		$size->{step} = "step_$n";
		pg("CREATE UNLOGGED TABLE $size->{step} AS SELECT touches, purchases, touches ~> purchases AS journeys FROM"
			  . " (SELECT touch_agg(customer_id, influencer_id, touched_at) AS touches FROM $touches) t, (SELECT purchase_agg(customer_id, ordered_at, revenue) AS purchases FROM $orders) o");
		my (undef, $stored) = pg("SELECT pg_column_size(touches) FROM $size->{step}");
		$size->{title} = sprintf '%d touches: %.2f bytes a touch while aggregating (at most 24), %.2f stored (at most 10)', $n, $memory / $n, $stored / $n;
	}
	time_steps(\@sizes, {
		'1 scan (three columns)' => sub { "SELECT max(customer_id), max(influencer_id), max(touched_at) FROM $_->{touches}" },
		"1 the server's array_agg (one column)" => sub { "SELECT cardinality(array_agg(customer_id)) FROM $_->{touches}" },
		'2 touch_agg' => sub { "SELECT touch_count(touch_agg(customer_id, influencer_id, touched_at)) FROM $_->{touches}" },
		'3 purchase_agg' => sub { "SELECT order_count(purchase_agg(customer_id, ordered_at, revenue)) FROM $_->{orders}" },
		'4 touches ~> purchases' => sub { "SELECT order_count(touches ~> purchases) FROM $_->{step}" },
		'5 influence(), with score and lift' => sub { "SELECT count(*) FROM $_->{step}, influence(journeys)" },
		'5 influence(), without' => sub { "SELECT count(*) FROM $_->{step}, influence(journeys, effects => false)" },
		'6 attribution(), five models' => sub { "SELECT count(*) FROM $_->{step}, attribution(journeys, 'linear', 'first_touch', 'last_touch', 'time_decay', 'u_shaped')" },
	});
	pg("DROP TABLE $_->{step}") for @sizes;
};

# The same time for each touch at every size, and no more memory than allowed.
section 'steps and sizes of the join', sub {
	my @sizes = sizes();
	$_->{title} = "$_->{n} touches" for @sizes;
	my %steps = (
		'1 scan (two columns)' => sub { "SELECT max(customer_id), max(touched_at) FROM $_->{touches}" },
		'2 pairs' => sub { "SELECT count(*) FROM $_->{touches} t JOIN $_->{orders} o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at" },
		'2 pairs, each handed on' => sub { "SELECT count(t.touched_at) FROM $_->{touches} t JOIN $_->{orders} o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at" },
		'2 pairs, touches through a filter' => sub { "SELECT count(*) FROM $_->{touches} t JOIN $_->{orders} o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at WHERE t.influencer_id <> 0" },
		'3 touches that led to an order' => sub { "SELECT count(*) FROM $_->{touches} t WHERE EXISTS (SELECT FROM $_->{orders} o WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at)" },
		'4 orders without a touch' => sub { "SELECT count(*) FROM $_->{orders} o WHERE NOT EXISTS (SELECT FROM $_->{touches} t WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at)" });
	time_steps(\@sizes, \%steps);
	time_steps(\@sizes, \%steps, 'again');
	my $multiplier = (pg("SHOW hash_mem_multiplier"))[1];
	print "\nMemory, with the table of all orders (hash_mem_multiplier = $multiplier)\n";
	for my $memory ('4MB', '64MB', '1GB')
	{
		for my $workers (0, 1)
		{
			my $settings = "SET jit = off; SET work_mem = '$memory'; SET max_parallel_workers_per_gather = $workers";
			pg($settings);
			my $sql = 'SELECT count(*), sum(revenue) FROM "orders_3" o LEFT JOIN "touches_3" t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at';
			my ($leader, $worker) = private_peaks($settings, $sql);
			my ($ms) = pg($sql);
			my (undef, $plan) = pg("EXPLAIN (ANALYZE, TIMING OFF) $sql");
			my ($batches, $kb) = $plan =~ /Batches: (\d+).*Memory Usage: (\d+) kB/s;
			printf "  work_mem %-5s %d workers: %6.0f ms, %3d batches, %6.1f MB of tables, private memory of the leader %.1f MB, of a worker %.1f MB\n",
				$memory, $workers, $ms, $batches // 0, ($kb // 0) / 1024, $leader, $worker;
		}
	}
	pg("SET work_mem = '256MB'");
};

section 'steps and sizes of whole queries', sub {
	my @sizes = sizes();
	$_->{title} = "$_->{n} touches" for @sizes;
	time_steps(\@sizes, {
		'1 credit per influencer' => sub { credit_alone($_->{touches}, $_->{orders}) },
		'2 scoreboard' => sub { scoreboard($_->{touches}, $_->{orders}) },
		'3 scoreboard, with score and lift' => sub { scoreboard($_->{touches}, $_->{orders}) =~ s/, effects => false//r },
	});
};

# Times each of the steps, the sizes but the first taking turns, and prints it for each touch beside what it was
# at the size before. A step is told its size in $_. In each turn it runs as often as makes all sizes read as many
# touches: a single short run would find a quiet moment more easily than a long one. Each run has a session of
# its own, or all of a step have one: "again". That has the memory of small tables still, and that of large ones
# not, which takes long where a virtual machine gives free memory back to its owner. Before it, a session of its
# own runs the step on a few touches, and another on all of them, so that what it does only once is not counted.
# Told are the medians of all turns, and the median of the ratios of each turn, whose runs are neighbours in
# time: that hides how the machine's speed changes over minutes.
sub time_steps
{
	my ($few, @sizes) = @{ $_[0] };
	my ($steps, $again) = @_[ 1, 2 ];
	my %ms;
	my $most = max(map { $_->{n} } @sizes);
	print "\nAgain and again in one session\n" if $again;
	for my $workers (0, 1)
	{
		my $settings = "$usual; SET max_parallel_workers_per_gather = $workers";
		for my $step (sort keys %$steps)
		{
			my ($on_few, @on_all) = map { $steps->{$step}->() } $few, @sizes;
			if ($again)
			{
				start_psql('again');
				run_on('again', "$settings; $_") for @on_all;
			}
			for (1 .. 2 * $rounds - 1)
			{
				for my $i (0 .. $#sizes)
				{
					my $n = $sizes[$i]->{n};
					my $runs = int($most / $n);
					my @times = map { $again ? (run_on('again', $on_all[$i]))[0] : fresh_time($settings, $on_few, $on_all[$i]) } 1 .. $runs;
					push @{ $ms{"$workers workers $step"}{$n} }, sum(@times) / $runs;
				}
			}
			end_session('again') if $again;
		}
	}
	my %before;
	for my $size (@sizes)
	{
		print "\n$size->{title}\n";
		for my $step (sort keys %ms)
		{
			my @ns = map { $_ * 1e6 / $size->{n} } @{ $ms{$step}{ $size->{n} } };
			my $before = $before{$step};
			printf "  %-48s %8.0f ms  %6.1f ns a touch (at best %.1f)%s\n", $step, median(@ns) * $size->{n} / 1e6, median(@ns), min(@ns),
				defined $before ? sprintf('  x %.2f of the size before, by turns x %.2f', median(@ns) / median(@$before), median(map { $ns[$_] / $before->[$_] } 0 .. $#ns)) : '';
			$before{$step} = \@ns;
		}
	}
}

# The lines of a table, by the titles of its groups, in their order.
sub groups_of
{
	my @groups;
	for my $line (split /\n/, $_[0])
	{
		my ($named) = $line =~ /^\| ?(.*?) \|/ or next;
		next if $named eq 'work' || $named =~ /^---/;
		push @groups, [ $named, '' ] if $named ne '';
		$groups[-1][1] .= "$line\n";
	}
	return @groups;
}

# The table, on standard output and for the documentation: BENCH_UPDATE=1 puts it into docs/speed.md, where
# groups that were not measured this time stay as they are.
sub write_table
{
	my $cores = `nproc` + 0;
	my $head = "PostgreSQL " . (pg("SHOW server_version"))[1] . (exists $session{duck} ? ", DuckDB " . (run_on('duck', "SELECT version()"))[1] : '')
	  . ", $cores cores, scale $scale, medians of $rounds rounds.\n\n| work | way | time | ratio |\n|---|---|---|---|\n";
	my $text = '';
	for my $row (@table)
	{
		my ($title, $order, $result, $base) = @$row;
		for my $name (@$order)
		{
			$text .= sprintf "| %s | %s | %.2f s | %.3f |\n", $name eq $order->[0] ? $title : '', $name, $result->{$name} / 1000, $result->{$name} / $base;
		}
	}
	print "\n$head$text";
	return unless $ENV{BENCH_UPDATE};
	my $file = "$ENV{TOP}/docs/speed.md";
	open(my $in, '<', $file) or die "$file: $!";
	my $page = do { local $/; <$in> };
	close $in;
	my ($old) = $page =~ /<!-- measured -->\n(.*?)<!-- end -->/s or die "$file has no place for the table";
	return print "\n$file is of another scale: left as it is\n" if @wanted && index($old, ", scale $scale,") < 0;
	my @groups = @wanted ? groups_of($old) : ();
	my $after = $#groups;
	for my $group (groups_of($text))
	{
		my ($place) = grep { $groups[$_][0] eq $group->[0] } 0 .. $#groups;
		# a new one comes behind the one before it
		$after = $place // $after + 1;
		splice @groups, $after, defined $place ? 1 : 0, $group;
	}
	$text = $head . join('', map { $_->[1] } @groups);
	$page =~ s/(<!-- measured -->\n).*?(<!-- end -->)/$1\n$text\n$2/s;
	open(my $out, '>', $file) or die "$file: $!";
	print $out $page;
	close $out;
}
write_table() if @table;

end_session($_) for keys %session;
