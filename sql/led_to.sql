-- ~>, "led to": the same answer however it is written

SET TimeZone = 'UTC';
SET DateStyle = 'ISO';

-- both ends are closed; the default lookback window is 30 days of 24 hours
SELECT touched_at, touched_at ~> timestamptz '2026-03-31 12:00:00+00' AS led_to
FROM   unnest(ARRAY['2026-03-31 12:00:00.000001+00', '2026-03-31 12:00:00+00', '2026-03-31 11:59:59+00',
                    '2026-03-01 12:00:00+00', '2026-03-01 11:59:59.999999+00']::timestamptz[]) AS touched_at;

-- dates: calendar days
SELECT date '2026-03-31' ~> date '2026-03-31' AS same_day, date '2026-03-01' ~> date '2026-03-31' AS thirty_days,
       date '2026-02-28' ~> date '2026-03-31' AS thirty_one, date '2026-04-01' ~> date '2026-03-31' AS after;

-- with a lookback window of one's own
SELECT span,
       timestamptz '2026-03-24 12:00:00+00' ~> lookback(timestamptz '2026-03-31 12:00:00+00', span) AS led_to,
       timestamp '2026-03-24 12:00:00' ~> lookback(timestamp '2026-03-31 12:00:00', span) AS local,
       date '2026-03-24' ~> lookback(date '2026-03-31', span) AS by_date
FROM   unnest(ARRAY['0', '7 days', '6 days 23:59:59.999999', '168 hours', '7 days 23 hours']::interval[]) AS span;

-- the commutator and the named twin
SELECT timestamptz '2026-03-31' <~ timestamptz '2026-03-01' AS commuted,
       lookback(date '2026-03-31', '7 days') <~ date '2026-03-24' AS commuted_window,
       led_to(date '2026-03-24', date '2026-03-31') AS named,
       led_to(date '2026-03-24', date '2026-03-31', '6 days') AS named_interval,
       led_to(date '2026-03-24', lookback(date '2026-03-31', '6 days')) AS named_window;

-- infinities never qualify, and the ends of the clock do not overflow
SELECT t AS touched_at, o AS ordered_at, t ~> o AS led_to, t ~> lookback(o, '100000000 days') AS ever
FROM   unnest(ARRAY['-infinity', '4713-01-01 00:00:00+00 BC', '2026-01-01 00:00:00+00', '294276-12-31 23:59:59.999999+00', 'infinity']::timestamptz[]) AS t,
       unnest(ARRAY['-infinity', '4713-01-01 00:00:00+00 BC', '294276-12-31 23:59:59.999999+00', 'infinity']::timestamptz[]) AS o;
SELECT t AS touched_on, o AS ordered_on, t ~> o AS led_to, t ~> lookback(o, '106000000 days') AS ever
FROM   unnest(ARRAY['-infinity', '4713-01-01 BC', '2026-01-01', '5874897-12-31', 'infinity']::date[]) AS t,
       unnest(ARRAY['-infinity', '5874897-12-31', 'infinity']::date[]) AS o;

-- NULL in, NULL out
SELECT NULL ~> timestamptz '2026-01-01' AS no_touch, date '2026-01-01' ~> NULL::date AS no_order,
       timestamp '2026-01-01' ~> lookback(NULL::timestamp, '7 days') AS no_window, lookback(date '2026-01-01', NULL) AS no_interval;

-- a window of another time type is an error, never a shift by the time zone
SELECT date '2026-01-01' ~> lookback(timestamp '2026-01-02', '7 days');
SELECT touched_at ~> w FROM (VALUES (timestamp '2026-01-01', lookback(timestamptz '2026-01-02', '7 days'))) AS v(touched_at, w);
SELECT timestamp '2026-01-01' ~> date '2026-01-02';

-- what is no lookback window
SELECT lookback(date '2026-01-01', '1 month');
SELECT lookback(date '2026-01-01', '-1 second');
SELECT timestamptz '2026-01-01' ~> lookback(timestamptz '2026-01-02', '2147483647 days');
SELECT led_to(date '2026-01-01', date '2026-01-02', '1 year');

-- the window is a value of its own, printed the same in every session
SET TimeZone = 'Asia/Kolkata';
SET DateStyle = 'German';
SELECT lookback(timestamptz '2026-01-31 12:00:00.25+00', '7 days'), lookback(timestamp '2026-01-31 12:00:00', '36 hours'), lookback(date '2026-01-31', '0');
SELECT w = w::attribution_window::text AS round_trip
FROM   (SELECT lookback(t, '1 day 00:00:00.000001')::text AS w
        FROM unnest(ARRAY['-infinity', '4713-01-01 00:00:00+00 BC', '2026-06-30 23:59:59.999999+00', 'infinity']::timestamptz[]) AS t
        UNION ALL SELECT lookback(timestamp '0044-03-15 12:00:00 BC', '1 day')::text
        UNION ALL SELECT lookback(d, '1 day')::text FROM unnest(ARRAY['-infinity', '4713-01-01 BC', '5874897-12-31', 'infinity']::date[]) AS d) AS s;
SELECT 'noon'::attribution_window;
SELECT 'date 2026-01-31 lookback -1 day'::attribution_window;
SELECT 'date yesterday-ish lookback 1 day'::attribution_window;
