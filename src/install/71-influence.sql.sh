#!/bin/sh
# influence(journeys, ...), for each time type of observed_from and observed_to.
echo '-- the leaderboard'
for time in timestamptz timestamp date; do
	# without a period, it is the first overload that is meant
	model= span= period=
	if [ $time = timestamptz ]; then
		model=" DEFAULT 'time_decay(7 days)'" span=" DEFAULT '365 days'" period=' DEFAULT NULL' 
	fi
	cat <<SQL

CREATE FUNCTION influence(
	journeys journey_set, model attribution_model$model,
	new_customer_span interval$span,
	observed_from $time$period, observed_to $time$period, effects boolean DEFAULT true,
	OUT influencer text, OUT touches bigint, OUT customers bigint, OUT buyers bigint,
	OUT orders double precision, OUT revenue double precision, OUT new_customers double precision,
	OUT conversion_rate double precision, OUT placebo_orders double precision,
	OUT effect double precision, OUT effect_low double precision, OUT effect_high double precision,
	OUT score double precision,
	OUT lift double precision, OUT lift_low double precision, OUT lift_high double precision,
	OUT orders_after bigint, OUT days_after double precision,
	OUT orders_before bigint, OUT days_before double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'influence_$time' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION influence(journey_set, attribution_model, interval, $time, $time, boolean) IS
	'a row an influencer: touches; customers, the different people touched; buyers, those of them with an order credited to the influencer; orders and revenue credited; new_customers, credited orders of people who had bought nothing for new_customer_span before; conversion_rate = orders / customers; placebo_orders, what would be credited if touches after the order counted instead; effect, net orders (orders - placebo_orders) per customer, drawn towards the mean of all by empirical Bayes, with its 5 % and 95 % points; score, 0 to 100: the probability in percent that the effect exceeds that of another influencer drawn at random; lift, orders per customer and day in the lookback window after touches over that in the equal window before, minus 1, with an exact 95 % interval, and the counts and customer-days behind it, observed from observed_from to observed_to (default: the span of the sets); null where nothing can be told; without effects, placebo_orders and all after it are null, in less time; of a null set no rows; a period that is not finite or ends before it begins: error 22023, of another time type than the sets: 42804';
SQL
done
