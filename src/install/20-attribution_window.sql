-- attribution_window: a purchase instant with its lookback window

CREATE TYPE attribution_window;

-- STABLE like timestamptz_in, on which it depends
CREATE FUNCTION attribution_window_in(cstring) RETURNS attribution_window
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_window_in(cstring) IS 'text input of attribution_window';

CREATE FUNCTION attribution_window_out(attribution_window) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_window_out(attribution_window) IS 'text output of attribution_window, the same in every session';

CREATE FUNCTION attribution_window_recv(internal) RETURNS attribution_window
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_window_recv(internal) IS 'binary input of attribution_window';

CREATE FUNCTION attribution_window_send(attribution_window) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_window_send(attribution_window) IS 'binary output of attribution_window';

CREATE TYPE attribution_window (
	INPUT = attribution_window_in,
	OUTPUT = attribution_window_out,
	RECEIVE = attribution_window_recv,
	SEND = attribution_window_send,
	INTERNALLENGTH = 24,
	ALIGNMENT = double
);
COMMENT ON TYPE attribution_window IS
	'purchase instant (timestamptz, timestamp or date) with its lookback window; made by lookback(instant, interval)';

CREATE FUNCTION lookback(at timestamptz, span interval) RETURNS attribution_window
	AS 'MODULE_PATHNAME', 'lookback_timestamptz' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lookback(timestamptz, interval) IS
	'purchase instant with its lookback window, for the right side of ~>; a day is 24 hours; months or a negative window: error 22023';

CREATE FUNCTION lookback(at timestamp, span interval) RETURNS attribution_window
	AS 'MODULE_PATHNAME', 'lookback_timestamp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lookback(timestamp, interval) IS
	'purchase instant with its lookback window, for the right side of ~>; a day is 24 hours; months or a negative window: error 22023';

CREATE FUNCTION lookback(at date, span interval) RETURNS attribution_window
	AS 'MODULE_PATHNAME', 'lookback_date' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lookback(date, interval) IS
	'purchase date with its lookback window, for the right side of ~>; in calendar days, part of a day is dropped; months or a negative window: error 22023';
