#!/usr/bin/perl
# Puts the figures of many sample markets into a table: for each model the mean over the markets, the
# worst one, and in how many the goal was met.
use strict;
use warnings;

my @goals = (
	[ 'rank correlation of the score with the truth', 'at least 0.7', sub { $_[0] >= 0.7 }, 1 ],
	[ 'the same of the credited rate', '', undef, 1 ],
	[ 'the same of the lift', '', undef, 1 ],
	[ 'score of the echo', 'below 20', sub { $_[0] < 20 }, -1 ],
	[ 'lower end of its lift', 'not above 0', sub { $_[0] <= 0 }, -1 ],
	[ 'mean score of those who put people off', 'below 30', sub { $_[0] < 30 }, -1 ],
	[ 'their largest lift', 'below 0', sub { $_[0] < 0 }, -1 ],
	[ 'best score of a celebrity', 'below 50', sub { $_[0] < 50 }, -1 ],
	[ 'score above the credited rate by', 'at least -0.05', sub { $_[0] >= -0.05 }, 1 ]);
my (%figures, @models);

while (my $line = <>)
{
	my ($model, @value) = split ' ', $line;
	push @models, $model unless $figures{$model};
	push @{ $figures{$model} }, [ @value, $value[0] - $value[1] ];
}
for my $model (@models)
{
	my @markets = @{ $figures{$model} };
	printf "\n%s, %d markets\n\n| figure | mean | worst | goal | met in |\n|---|---|---|---|---|\n", $model =~ s/_/ /gr, scalar @markets;
	for my $i (0 .. $#goals)
	{
		my ($name, $goal, $met, $better) = @{ $goals[$i] };
		my @values = sort { $better * ($a <=> $b) } map { $_->[$i] } @markets;
		my $mean = 0;
		$mean += $_ / @values for @values;
		printf "| %s | %.3f | %.3f | %s | %s |\n", $name, $mean, $values[0], $goal,
			$met ? scalar(grep { $met->($_) } @values) : '';
	}
}
