-- attribution_model: what may be written, and what it prints as

SELECT text, text::attribution_model
FROM   unnest(ARRAY['first_touch', 'LAST_touch', ' linear ', 'linear()', 'time_decay',
                    'time_decay(7 days)', 'Time_Decay ( 12:00:00 )', 'time_decay(1 week)', 'time_decay(P1DT12H)',
                    'time_decay(90 minutes)', 'time_decay(1.5 days)', 'time_decay(1 microsecond)',
                    'position_based', 'position_based(0.3,0.1)', 'position_based( 1 , 0 )', 'u_shaped', 'j_shaped', 'inverse_j',
                    'participation', 'shapley', 'shapley_rate', 'shapley_rate(12)', 'markov', 'markov(3)']) AS text;

-- one model, one value: whatever it was written as
SELECT count(DISTINCT m) FROM unnest(ARRAY['u_shaped', 'position_based', 'position_based(0.4, 0.4)']::attribution_model[]) AS m;
SELECT 'time_decay(1 day)'::attribution_model = 'time_decay(24 hours)' AS same,
       'time_decay(1 day)'::attribution_model <> 'time_decay(2 days)' AS other,
       'linear'::attribution_model < 'markov' AS ordered;

-- output is input
SELECT bool_and(m::text::attribution_model = m AND m::text::attribution_model::text = m::text)
FROM   unnest(ARRAY['first_touch', 'time_decay(1 day 00:00:00.000001)', 'position_based(0.1, 0.7000000000000001)', 'markov(5)']::attribution_model[]) AS m;

-- what is refused, and what the user is told
CREATE FUNCTION complaint(text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE state text; message text; detail text; hint text;
BEGIN
	RETURN $1::attribution_model::text;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', state || ' ' || message, nullif('detail: ' || detail, 'detail: '), nullif('hint: ' || left(hint, 60), 'hint: '));
END $$;
\pset format unaligned
\pset tuples_only on
SELECT text || ' -> ' || complaint(text)
FROM   unnest(ARRAY['', ' ', '(', 'linear(', 'linear)', 'linear linear', 'time_decay(7 days', 'position_based(0.4,)', 'position_based(a, b)', 'markov(x)',
                    'time_decay(banana)', 'time_decay(7)', 'lineal', 'last',
                    'linear(1)', 'time_decay(1 day, 2 days)', 'position_based(0.4)', 'position_based(0.4, 0.2, 0.4)', 'u_shaped(0.4, 0.4)',
                    'time_decay(0 days)', 'time_decay(-1 day)', 'time_decay(1 month)', 'time_decay(1 year 1 day)', 'time_decay(2147483647 days)',
                    'position_based(0.7, 0.4)', 'position_based(-0.1, 0.4)', 'position_based(NaN, 0.4)', 'position_based(1.1, 0)', 'position_based(inf, 0)',
                    'markov(0)', 'markov(6)', 'markov(-1)', 'markov(99999999999999999999)', 'shapley_rate(0)', 'shapley_rate(21)']) AS text;
DROP FUNCTION complaint;
