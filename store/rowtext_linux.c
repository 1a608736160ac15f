// gen_row and gen_rows (see rowtext.go) in C: a row of a reader costs what SQLite takes for it and a copy of its bytes, where a call of
// Go for each of its values would cost more than all the rest.
//
// The declarations are those of SQLite's interface, https://sqlite.org/c3ref/funclist.html, which is kept stable.
#include <string.h>

typedef long long int i64;
typedef unsigned long long int u64;
typedef struct sqlite3 sqlite3;
typedef struct sqlite3_context sqlite3_context;
typedef struct sqlite3_value sqlite3_value;

extern int sqlite3_auto_extension(void (*)(void));
extern int sqlite3_create_function_v2(sqlite3 *, const char *, int, int, void *, void (*)(sqlite3_context *, int, sqlite3_value **),
	void (*)(sqlite3_context *, int, sqlite3_value **), void (*)(sqlite3_context *), void (*)(void *));
extern sqlite3 *sqlite3_context_db_handle(sqlite3_context *);
extern int sqlite3_limit(sqlite3 *, int, int);
extern void *sqlite3_aggregate_context(sqlite3_context *, int);
extern void *sqlite3_realloc64(void *, u64);
extern void sqlite3_free(void *);
extern int sqlite3_value_type(sqlite3_value *);
extern i64 sqlite3_value_int64(sqlite3_value *);
extern double sqlite3_value_double(sqlite3_value *);
extern const void *sqlite3_value_blob(sqlite3_value *);
extern const unsigned char *sqlite3_value_text(sqlite3_value *);
extern int sqlite3_value_bytes(sqlite3_value *);
extern void sqlite3_result_text64(sqlite3_context *, const char *, u64, void (*)(void *), unsigned char);
extern void sqlite3_result_error_nomem(sqlite3_context *);
extern void sqlite3_result_error_toobig(sqlite3_context *);

enum { INTEGER = 1, FLOAT = 2, TEXT = 3, BLOB = 4, NONE = 5 };
enum { OK = 0, LIMIT_LENGTH = 0, UTF8 = 1, DETERMINISTIC = 0x800, FEWEST = 8192 };

// rows are those of a group so far.
typedef struct rows {
	unsigned char *p;
	u64 n, room;
} rows;

// room_for makes room for n more bytes. It says what went wrong, and returns 0, where there is none.
static int room_for(sqlite3_context *c, rows *r, u64 n) {
	if (r->p && n <= r->room - r->n) return 1;
	u64 most = sqlite3_limit(sqlite3_context_db_handle(c), LIMIT_LENGTH, -1), room = r->room < FEWEST ? FEWEST : r->room * 2;
	if (n > most || r->n > most - n) {
		sqlite3_result_error_toobig(c);
		return 0;
	}
	if (room < r->n + n) room = r->n + n;
	unsigned char *p = sqlite3_realloc64(r->p, room + 1); // SQLite ends a text with a zero, where there is no room for one by a copy
	if (!p) {
		sqlite3_result_error_nomem(c);
		return 0;
	}
	r->p = p, r->room = room;
	return 1;
}

static int add_value(sqlite3_context *c, rows *r, sqlite3_value *v) {
	const void *from = 0;
	int type = sqlite3_value_type(v);
	u64 word = 0, n = 0;
	double real;
	switch (type) {
	case INTEGER:
		word = sqlite3_value_int64(v);
		break;
	case FLOAT:
		real = sqlite3_value_double(v);
		memcpy(&word, &real, sizeof word);
		break;
	case TEXT:
	case BLOB: // the bytes are counted after they were asked for, as they may be converted first
		from = type == TEXT ? (const void *)sqlite3_value_text(v) : sqlite3_value_blob(v);
		word = n = sqlite3_value_bytes(v);
		if (!from && (type == TEXT || n > 0)) { // only an empty blob has none
			sqlite3_result_error_nomem(c);
			return 0;
		}
	}
	if (!room_for(c, r, 1 + 8 + n)) return 0;
	unsigned char *p = r->p + r->n;
	*p++ = type;
	if (type != NONE) {
		p[0] = word, p[1] = word >> 8, p[2] = word >> 16, p[3] = word >> 24; // one store, which compilers do not make of a loop
		p[4] = word >> 32, p[5] = word >> 40, p[6] = word >> 48, p[7] = word >> 56;
		p += 8;
	}
	if (n > 0) memcpy(p, from, n);
	r->n = p + n - r->p;
	return 1;
}

static int add_row(sqlite3_context *c, rows *r, int n, sqlite3_value **vs) {
	for (int i = 0; i < n; i++) {
		if (!add_value(c, r, vs[i])) return 0;
	}
	return 1;
}

// give makes rows the result.
static void give(sqlite3_context *c, rows *r) {
	if (r && r->p) {
		sqlite3_result_text64(c, (char *)r->p, r->n, sqlite3_free, UTF8);
		r->p = 0;
	} else {
		sqlite3_result_text64(c, "", 0, 0, UTF8);
	}
}

static void row(sqlite3_context *c, int n, sqlite3_value **vs) {
	rows r = {0};
	if (add_row(c, &r, n, vs)) {
		give(c, &r);
	} else {
		sqlite3_free(r.p);
	}
}

static void rows_step(sqlite3_context *c, int n, sqlite3_value **vs) {
	rows *r = sqlite3_aggregate_context(c, sizeof *r);
	if (!r) {
		sqlite3_result_error_nomem(c);
	} else if (!add_row(c, r, n, vs)) { // no other step follows, but the end does
		sqlite3_free(r->p);
		memset(r, 0, sizeof *r);
	}
}

static void rows_final(sqlite3_context *c) {
	give(c, sqlite3_aggregate_context(c, 0));
}

static int opened(sqlite3 *db, char **message, const void *api) {
	(void)message, (void)api;
	int rc = sqlite3_create_function_v2(db, "gen_row", -1, UTF8 | DETERMINISTIC, 0, row, 0, 0, 0);
	return rc != OK ? rc : sqlite3_create_function_v2(db, "gen_rows", -1, UTF8 | DETERMINISTIC, 0, 0, rows_step, rows_final, 0);
}

// gen_row_texts makes the functions known to every connection that is opened from now on; 0 if that is so.
int gen_row_texts(void) { return sqlite3_auto_extension((void (*)(void))opened); }
