#!/usr/bin/perl
# Measures side by side: the statements of one comparison take turns in one session, several
# rounds, and what counts is the ratio of their medians. Each comparison also checks that its
# statements give the same answer.
use strict;
use warnings;
use IPC::Open2;

my ($psql, $rounds) = @ARGV;
my $pid = open2(my $from, my $to, $psql, '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1')
	or die "cannot start psql: $!";
$to->autoflush(1) if $to->can('autoflush');

sub run_sql
{
	my ($sql) = @_;
	my @rows;
	print $to "\\timing on\n$sql;\n\\timing off\n\\echo end-of-answer\n";
	my $ms;
	while (my $line = <$from>)
	{
		chomp $line;
		last if $line eq 'end-of-answer';
		if ($line =~ /^Time: ([0-9.]+) ms/) { $ms = $1; next; }
		push @rows, $line;
	}
	die "psql stopped" unless defined $ms;
	return ($ms, join("\n", @rows));
}

sub median { my @s = sort { $a <=> $b } @_; return $s[$#s / 2]; }

# compare(title, limit, baseline, [name, statement], ...)
sub compare
{
	my ($title, $limit, $baseline, @statements) = @_;
	my (%times, %answers);
	for my $round (1 .. $rounds)
	{
		for my $statement (@statements)
		{
			my ($ms, $answer) = run_sql($statement->[1]);
			push @{ $times{ $statement->[0] } }, $ms;
			$answers{ $statement->[0] } = $answer;
		}
	}
	print "\n$title\n";
	my $base = median(@{ $times{$baseline} });
	for my $statement (@statements)
	{
		my $name = $statement->[0];
		my $ms = median(@{ $times{$name} });
		printf "  %-44s %9.0f ms   x %.3f%s\n", $name, $ms, $ms / $base,
			$name ne $baseline && defined $limit
			? ($ms / $base <= $limit ? "  (at most $limit: yes)" : "  (at most $limit: NO)")
			: '';
	}
	my %different = map { $_ => 1 } values %answers;
	print "  answers: ", (keys %different == 1 ? "the same" : "DIFFERENT: " . join(' | ', %answers)), "\n";
	my (undef, $plan) = run_sql("EXPLAIN (COSTS OFF) $statements[-1][1]");
	print map { "    $_\n" } split /\n/, $plan;
}

run_sql("SET work_mem = '256MB'");
run_sql("SET jit = off");

for my $workers (0, 2)
{
	run_sql("SET max_parallel_workers_per_gather = $workers");
	compare(
		"The join with the operator, $workers workers", 1.05, 'hand-written comparisons',
		[   'hand-written comparisons',
			"SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id"
			  . " AND t.touched_at <= o.ordered_at AND t.touched_at >= o.ordered_at - interval '720 hours'" ],
		[   'touched_at ~> ordered_at',
			"SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at" ],
		[   'touched_at ~> lookback(ordered_at, ...)',
			"SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, '30 days')" ]);
}

run_sql("SET max_parallel_workers_per_gather = 0");
run_sql("CREATE TEMPORARY TABLE pairs AS SELECT o.order_id, t.influencer_id, t.touched_at, o.ordered_at, o.revenue"
	  . " FROM orders o LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at");
run_sql("ANALYZE pairs");
# The rows of the pairs pass through, as in any ledger, so that both sort the same columns.
sub over_orders
{
	my ($call) = @_;
	return "SELECT count(*), max(x) > 0, max(order_id), max(influencer_id), max(touched_at), max(ordered_at), max(revenue)"
	  . " FROM (SELECT *, $call OVER w AS x FROM pairs WINDOW w AS (PARTITION BY order_id) OFFSET 0) AS s";
}
for my $model ('linear', 'time_decay(7 days)', 'u_shaped')
{
	compare(
		"The ledger's share of each touch: $model", 1.25, 'count(*) OVER',
		[ 'count(*) OVER', over_orders('count(*)') ],
		[ 'attribution_credit', over_orders("attribution_credit('$model', touched_at, ordered_at)") ],
		[ 'attribution_amount', over_orders("attribution_amount('$model', touched_at, ordered_at, revenue)") ]);
}
# Without them the sort carries only the key for count(*), and the instants too for the credit.
sub over_orders_bare
{
	my ($call) = @_;
	return "SELECT count(*), max(x) > 0 FROM (SELECT $call OVER w AS x FROM pairs WINDOW w AS (PARTITION BY order_id) OFFSET 0) AS s";
}
compare(
	"The same with no other column selected", undef, 'count(*) OVER',
	[ 'count(*) OVER', over_orders_bare('count(*)') ],
	[ 'max(ordered_at) OVER', over_orders_bare('extract(epoch FROM max(ordered_at))') =~ s/extract\(epoch FROM max\(ordered_at\)\) OVER w/extract(epoch FROM max(ordered_at) OVER w)/r ],
	[ 'attribution_credit', over_orders_bare("attribution_credit('linear', touched_at, ordered_at)") ]);

close $to;
waitpid $pid, 0;
