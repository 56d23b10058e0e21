/*
 * join_key.h
 *		Keys of an attribution join: their hash, and which of them are equal.
 */
#ifndef INF_JOIN_KEY_H
#define INF_JOIN_KEY_H

#include "fmgr.h"
#include "nodes/pg_list.h"

#include "core/hash.h"

typedef enum JoinKeyKind
{
	KEY_WORD,  /* a word: equal if the words are */
	KEY_BYTES, /* of variable length: equal if the bytes are */
	KEY_BLOCK, /* of fixed length, likewise */
	KEY_OTHER  /* its type's functions tell */
} JoinKeyKind;

typedef struct JoinKey
{
	JoinKeyKind kind;
	int length; /* KEY_BLOCK */
	FmgrInfo probe_hash;
	FmgrInfo build_hash;
	FmgrInfo equal; /* probe = build */
	FmgrInfo same;  /* build = build */
	Oid collation;
	int column; /* of the built row */
} JoinKey;

typedef struct JoinKeys
{
	int nkeys;
	bool is_word;         /* one key, which is a word: then the rows' keys are these, not hashes */
	bool calls_functions; /* there is a KEY_OTHER: to compare may take memory for a while */
	JoinKey *keys;
} JoinKeys;

/* From the operators, those that compare two built keys, and their collations. */
extern void inf_keys_init(JoinKeys *keys, List *operators, List *same, List *collations);

/* Any bits of the result are as good as any others. */
static inline uint64
inf_join_hash(uint64 key)
{
	return inf_mix64(key);
}

/* A key of a type that is a word, as one of 64 bits: equal ones of different lengths have the same. */
static inline uint64
inf_key_word(Datum value, int length)
{
	switch (length)
	{
		case 1:
			return (uint64) (int64) DatumGetChar(value);
		case 2:
			return (uint64) (int64) DatumGetInt16(value);
		case 4:
			return (uint64) (int64) DatumGetInt32(value);
		default:
			return (uint64) DatumGetInt64(value);
	}
}

/* What is made of one key. A word is given as such, a value of KEY_BYTES plain: not packed, nor elsewhere. */
static inline uint64
inf_key_hash(const JoinKey *key, FmgrInfo *function, Datum value)
{
	const void *bytes = DatumGetPointer(value);

	switch (key->kind)
	{
		case KEY_WORD:
			return (uint64) value;
		case KEY_BYTES:
			return inf_hash_bytes(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
		case KEY_BLOCK:
			return inf_hash_bytes(bytes, (size_t) key->length);
		case KEY_OTHER:
			break;
	}
	return DatumGetUInt32(FunctionCall1Coll(function, key->collation, value));
}

/* What is made of all keys, one after the other, from 0: a single word is what it was. */
static inline uint64
inf_key_combine(uint64 combined, uint64 hash)
{
	return inf_join_hash(combined) ^ hash;
}

/* Are two values of a key equal? They are given as to inf_key_hash. */
static inline bool
inf_keys_are_equal(const JoinKey *key, FmgrInfo *function, Datum a, Datum b)
{
	const void *left = DatumGetPointer(a);
	const void *right = DatumGetPointer(b);

	switch (key->kind)
	{
		case KEY_WORD:
			return a == b;
		case KEY_BYTES:
			return VARSIZE_ANY_EXHDR(left) == VARSIZE_ANY_EXHDR(right) &&
			       memcmp(VARDATA_ANY(left), VARDATA_ANY(right), VARSIZE_ANY_EXHDR(left)) == 0;
		case KEY_BLOCK:
			return memcmp(left, right, (size_t) key->length) == 0;
		case KEY_OTHER:
			break;
	}
	return DatumGetBool(FunctionCall2Coll(function, key->collation, a, b));
}

#endif
