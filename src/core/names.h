/*
 * names.h
 *		The influencers of a set: their names, each with a code.
 *
 * While a set is being built, names are added to a table and get codes in the order in which they
 * come. Stored, they are a dictionary in ascending order: the code is the place in it.
 */
#ifndef INF_NAMES_H
#define INF_NAMES_H

#include "core/buffer.h"

/* Stored in values: never renumber. */
typedef enum InfIdentity
{
	INF_IDENTITY_NONE = 0, /* of an empty set that was made from nothing */
	INF_IDENTITY_INTEGER = 1,
	INF_IDENTITY_TEXT = 2,
	INF_IDENTITY_UUID = 3
} InfIdentity;

#define INF_UUID_SIZE 16
#define INF_MAX_NAME 65535 /* bytes of a text */
#define INF_MAX_NAMES ((uint32_t) 1 << 31)

/* One name: a number, or bytes. */
typedef struct InfName
{
	int64_t number;
	const uint8_t *bytes;
	size_t length;
} InfName;

/* Names by code, in memory. A text has a zero byte behind it that does not count. */
typedef struct InfNames
{
	InfIdentity identity;
	uint32_t count;
	uint32_t capacity;
	int64_t *numbers; /* INTEGER */
	uint8_t *bytes;   /* TEXT, UUID: one name after the other */
	size_t *offsets;  /* count + 1 of them */
	size_t bytes_capacity;
} InfNames;

extern void inf_names_init(InfNames *names, InfIdentity identity);
extern void inf_names_free(InfNames *names);
extern InfName inf_names_get(const InfNames *names, uint32_t code);

/* Appends a name, whether it is there already or not. */
extern void inf_names_append(InfNames *names, InfName name);

extern int inf_name_compare(InfIdentity identity, InfName a, InfName b);

/* Names with a hash table over them. */
typedef struct InfNameTable
{
	InfNames names;
	struct InfNameSlot *slots;
	uint32_t mask; /* number of slots - 1, or 0 where there are none yet */

	/* small numbers, as keys of a table of influencers are, need no hash: code plus one, or 0 */
	uint32_t *direct;
	uint32_t ndirect;
} InfNameTable;

typedef struct InfNameSlot
{
	uint64_t tag;  /* the number, or the hash of the bytes */
	uint32_t code; /* plus one; 0: free */
} InfNameSlot;

extern void inf_name_table_init(InfNameTable *table, InfIdentity identity);
extern void inf_name_table_free(InfNameTable *table);

/* The code of a name that is no small number, or not known yet: then it is added. */
extern uint32_t inf_name_code_slow(InfNameTable *table, InfName name);

/* The code of a name, which is added if it is new. */
static inline uint32_t
inf_name_code(InfNameTable *table, InfName name)
{
	if (name.bytes == NULL && (uint64_t) name.number < table->ndirect &&
	    table->direct[name.number] != 0)
		return table->direct[name.number] - 1;
	return inf_name_code_slow(table, name);
}

/* Names whose codes are looked up at a time: the processor can fetch what it needs of the next ones. */
#define INF_NAME_BATCH 64

/* The codes of several names, INF_NAME_BATCH at most. */
extern void inf_name_codes(InfNameTable *table, const InfName *names, size_t n, uint32_t *codes);

/* New place of each code, if the names stand in ascending order: rank[code]. */
extern uint32_t *inf_names_ranks(const InfNames *names);

/* The same names in ascending order; *rank tells where each has gone (see inf_names_ranks). */
extern InfNames inf_names_sorted(const InfNames *names, uint32_t **rank);

/* Ascending names without repetition to and from bytes. */
extern void inf_write_names(InfBuffer *buffer, const InfNames *names);

/* Marks the cursor bad if the bytes are no ascending names. */
extern InfNames inf_read_names(InfCursor *cursor, InfIdentity identity);

/*
 * All names of several ascending lists, ascending; map[i][code] is the new code of list i. The
 * lists must be of one identity.
 */
extern InfNames inf_names_union(const InfNames *const *lists, size_t nlists, InfIdentity identity,
                                uint32_t **map);

#endif
