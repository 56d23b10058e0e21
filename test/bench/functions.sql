-- Uniform in [0, 1): row "id" of random stream "stream".
CREATE FUNCTION random_of(id bigint, stream integer) RETURNS double precision
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN ((hashint8extended(id, stream) >> 12) & 4503599627370495) / 4503599627370496.0::double precision;
