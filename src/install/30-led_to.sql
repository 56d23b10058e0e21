-- the attribution operator: touched_at ~> ordered_at, "led to"

CREATE FUNCTION led_to_support(internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION led_to_support(internal) IS 'planner support: index conditions and simpler forms of the attribution operator';

CREATE FUNCTION led_to_sel(internal, oid, internal, integer) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION led_to_sel(internal, oid, internal, integer) IS 'restriction selectivity of the attribution operator';

CREATE FUNCTION led_to_joinsel(internal, oid, internal, smallint, internal) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION led_to_joinsel(internal, oid, internal, smallint, internal) IS 'join selectivity of the attribution operator';

-- named twins of the operator; LEAKPROOF where they cannot raise an error, as the comparisons of the time types are

CREATE FUNCTION led_to(touched_at timestamptz, ordered_at timestamptz) RETURNS boolean
	AS 'MODULE_PATHNAME', 'led_to_timestamp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION led_to(timestamptz, timestamptz) IS
	'did the touch lead to the order? It came before or with it, by at most 30 days of 24 hours; never for infinities. The same as touched_at ~> ordered_at';

CREATE FUNCTION led_to(touched_at timestamp, ordered_at timestamp) RETURNS boolean
	AS 'MODULE_PATHNAME', 'led_to_timestamp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION led_to(timestamp, timestamp) IS
	'did the touch lead to the order? It came before or with it, by at most 30 days of 24 hours; never for infinities. The same as touched_at ~> ordered_at';

CREATE FUNCTION led_to(touched_at date, ordered_at date) RETURNS boolean
	AS 'MODULE_PATHNAME', 'led_to_date' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION led_to(date, date) IS
	'did the touch lead to the order? It came before or with it, by at most 30 calendar days; never for infinities. The same as touched_at ~> ordered_at';

CREATE FUNCTION led_to(touched_at timestamptz, ordered_at timestamptz, lookback interval) RETURNS boolean
	AS 'MODULE_PATHNAME', 'led_to_timestamp_within' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION led_to(timestamptz, timestamptz, interval) IS
	'did the touch lead to the order, within the lookback window? The same as touched_at ~> lookback(ordered_at, interval); months or a negative window: error 22023';

CREATE FUNCTION led_to(touched_at timestamp, ordered_at timestamp, lookback interval) RETURNS boolean
	AS 'MODULE_PATHNAME', 'led_to_timestamp_within' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION led_to(timestamp, timestamp, interval) IS
	'did the touch lead to the order, within the lookback window? The same as touched_at ~> lookback(ordered_at, interval); months or a negative window: error 22023';

CREATE FUNCTION led_to(touched_at date, ordered_at date, lookback interval) RETURNS boolean
	AS 'MODULE_PATHNAME', 'led_to_date_within' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION led_to(date, date, interval) IS
	'did the touch lead to the order, within the lookback window? The same as touched_at ~> lookback(ordered_at, interval); months or a negative window: error 22023';

CREATE FUNCTION led_to(touched_at timestamptz, ordered attribution_window) RETURNS boolean
	AS 'MODULE_PATHNAME', 'led_to_timestamptz_window' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION led_to(timestamptz, attribution_window) IS
	'did the touch lead to the order, within the lookback window? The same as touched_at ~> lookback(...); a window made from another time type: error 42804';

CREATE FUNCTION led_to(touched_at timestamp, ordered attribution_window) RETURNS boolean
	AS 'MODULE_PATHNAME', 'led_to_timestamp_window' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION led_to(timestamp, attribution_window) IS
	'did the touch lead to the order, within the lookback window? The same as touched_at ~> lookback(...); a window made from another time type: error 42804';

CREATE FUNCTION led_to(touched_at date, ordered attribution_window) RETURNS boolean
	AS 'MODULE_PATHNAME', 'led_to_date_window' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION led_to(date, attribution_window) IS
	'did the touch lead to the order, within the lookback window? The same as touched_at ~> lookback(...); a window made from another time type: error 42804';

-- the same with the order on the left

CREATE FUNCTION came_from(ordered_at timestamptz, touched_at timestamptz) RETURNS boolean
	AS 'MODULE_PATHNAME', 'came_from_timestamp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION came_from(timestamptz, timestamptz) IS 'implementation of <~ operator';

CREATE FUNCTION came_from(ordered_at timestamp, touched_at timestamp) RETURNS boolean
	AS 'MODULE_PATHNAME', 'came_from_timestamp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION came_from(timestamp, timestamp) IS 'implementation of <~ operator';

CREATE FUNCTION came_from(ordered_at date, touched_at date) RETURNS boolean
	AS 'MODULE_PATHNAME', 'came_from_date' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION came_from(date, date) IS 'implementation of <~ operator';

CREATE FUNCTION came_from(ordered attribution_window, touched_at timestamptz) RETURNS boolean
	AS 'MODULE_PATHNAME', 'came_from_timestamptz_window' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION came_from(attribution_window, timestamptz) IS 'implementation of <~ operator';

CREATE FUNCTION came_from(ordered attribution_window, touched_at timestamp) RETURNS boolean
	AS 'MODULE_PATHNAME', 'came_from_timestamp_window' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION came_from(attribution_window, timestamp) IS 'implementation of <~ operator';

CREATE FUNCTION came_from(ordered attribution_window, touched_at date) RETURNS boolean
	AS 'MODULE_PATHNAME', 'came_from_date_window' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE SUPPORT led_to_support;
COMMENT ON FUNCTION came_from(attribution_window, date) IS 'implementation of <~ operator';

CREATE OPERATOR ~> (
	LEFTARG = timestamptz, RIGHTARG = timestamptz, FUNCTION = led_to,
	COMMUTATOR = <~, RESTRICT = led_to_sel, JOIN = led_to_joinsel
);
COMMENT ON OPERATOR ~> (timestamptz, timestamptz) IS 'led to: the touch came before or with the order, within 30 days';

CREATE OPERATOR <~ (
	LEFTARG = timestamptz, RIGHTARG = timestamptz, FUNCTION = came_from,
	COMMUTATOR = ~>, RESTRICT = led_to_sel, JOIN = led_to_joinsel
);
COMMENT ON OPERATOR <~ (timestamptz, timestamptz) IS 'came from: the order came after or with the touch, within 30 days';

CREATE OPERATOR ~> (
	LEFTARG = timestamptz, RIGHTARG = attribution_window, FUNCTION = led_to,
	COMMUTATOR = <~, RESTRICT = led_to_sel, JOIN = led_to_joinsel
);
COMMENT ON OPERATOR ~> (timestamptz, attribution_window) IS 'led to: the touch came before or with the order, within the lookback window';

CREATE OPERATOR <~ (
	LEFTARG = attribution_window, RIGHTARG = timestamptz, FUNCTION = came_from,
	COMMUTATOR = ~>, RESTRICT = led_to_sel, JOIN = led_to_joinsel
);
COMMENT ON OPERATOR <~ (attribution_window, timestamptz) IS 'came from: the order came after or with the touch, within the lookback window';

CREATE OPERATOR ~> (
	LEFTARG = timestamp, RIGHTARG = timestamp, FUNCTION = led_to,
	COMMUTATOR = <~, RESTRICT = led_to_sel, JOIN = led_to_joinsel
);
COMMENT ON OPERATOR ~> (timestamp, timestamp) IS 'led to: the touch came before or with the order, within 30 days';

CREATE OPERATOR <~ (
	LEFTARG = timestamp, RIGHTARG = timestamp, FUNCTION = came_from,
	COMMUTATOR = ~>, RESTRICT = led_to_sel, JOIN = led_to_joinsel
);
COMMENT ON OPERATOR <~ (timestamp, timestamp) IS 'came from: the order came after or with the touch, within 30 days';

CREATE OPERATOR ~> (
	LEFTARG = timestamp, RIGHTARG = attribution_window, FUNCTION = led_to,
	COMMUTATOR = <~, RESTRICT = led_to_sel, JOIN = led_to_joinsel
);
COMMENT ON OPERATOR ~> (timestamp, attribution_window) IS 'led to: the touch came before or with the order, within the lookback window';

CREATE OPERATOR <~ (
	LEFTARG = attribution_window, RIGHTARG = timestamp, FUNCTION = came_from,
	COMMUTATOR = ~>, RESTRICT = led_to_sel, JOIN = led_to_joinsel
);
COMMENT ON OPERATOR <~ (attribution_window, timestamp) IS 'came from: the order came after or with the touch, within the lookback window';

CREATE OPERATOR ~> (
	LEFTARG = date, RIGHTARG = date, FUNCTION = led_to,
	COMMUTATOR = <~, RESTRICT = led_to_sel, JOIN = led_to_joinsel
);
COMMENT ON OPERATOR ~> (date, date) IS 'led to: the touch came before or with the order, within 30 days';

CREATE OPERATOR <~ (
	LEFTARG = date, RIGHTARG = date, FUNCTION = came_from,
	COMMUTATOR = ~>, RESTRICT = led_to_sel, JOIN = led_to_joinsel
);
COMMENT ON OPERATOR <~ (date, date) IS 'came from: the order came after or with the touch, within 30 days';

CREATE OPERATOR ~> (
	LEFTARG = date, RIGHTARG = attribution_window, FUNCTION = led_to,
	COMMUTATOR = <~, RESTRICT = led_to_sel, JOIN = led_to_joinsel
);
COMMENT ON OPERATOR ~> (date, attribution_window) IS 'led to: the touch came before or with the order, within the lookback window';

CREATE OPERATOR <~ (
	LEFTARG = attribution_window, RIGHTARG = date, FUNCTION = came_from,
	COMMUTATOR = ~>, RESTRICT = led_to_sel, JOIN = led_to_joinsel
);
COMMENT ON OPERATOR <~ (attribution_window, date) IS 'came from: the order came after or with the touch, within the lookback window';

-- bounds of the operator, which the planner puts into index conditions

CREATE FUNCTION lookback_start(ordered_at timestamptz, span interval) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'lookback_start_timestamp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lookback_start(timestamptz, interval) IS
	'earliest instant of a touch that can have led to the order; always finite, NULL for an infinite instant';

CREATE FUNCTION lookback_end(touched_at timestamptz, span interval) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'lookback_end_timestamp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lookback_end(timestamptz, interval) IS
	'latest instant of an order to which the touch can have led; always finite, NULL for an infinite instant';

CREATE FUNCTION lookback_start(ordered_at timestamp, span interval) RETURNS timestamp
	AS 'MODULE_PATHNAME', 'lookback_start_timestamp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lookback_start(timestamp, interval) IS
	'earliest instant of a touch that can have led to the order; always finite, NULL for an infinite instant';

CREATE FUNCTION lookback_end(touched_at timestamp, span interval) RETURNS timestamp
	AS 'MODULE_PATHNAME', 'lookback_end_timestamp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lookback_end(timestamp, interval) IS
	'latest instant of an order to which the touch can have led; always finite, NULL for an infinite instant';

CREATE FUNCTION lookback_start(ordered_at date, span interval) RETURNS date
	AS 'MODULE_PATHNAME', 'lookback_start_date' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lookback_start(date, interval) IS
	'earliest instant of a touch that can have led to the order; always finite, NULL for an infinite instant';

CREATE FUNCTION lookback_end(touched_at date, span interval) RETURNS date
	AS 'MODULE_PATHNAME', 'lookback_end_date' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lookback_end(date, interval) IS
	'latest instant of an order to which the touch can have led; always finite, NULL for an infinite instant';
