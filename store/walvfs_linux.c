// A VFS that writes what a commit appends to the write-ahead log in one piece. SQLite writes a page of it as two, a header of 24 bytes
// and the page, and these calls of the kernel were a quarter of what a commit cost.
//
// Files are the default VFS's own; a few of their methods are ours. What is kept back of a log is written before anything else is done
// with it: before it is synced, read, measured, cut or closed, before what was appended is made known to readers (the barrier between
// the two copies of the index's header), and before the lock of the writer is given back, so that nobody else's frames are overwritten.
//
// The declarations are those of SQLite's interface of virtual file systems, https://sqlite.org/c3ref/vfs.html, which is kept stable.
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef long long int i64;
typedef struct sqlite3_file { const struct methods *pMethods; } sqlite3_file;
typedef struct methods {
	int iVersion;
	int (*xClose)(sqlite3_file *);
	int (*xRead)(sqlite3_file *, void *, int, i64);
	int (*xWrite)(sqlite3_file *, const void *, int, i64);
	int (*xTruncate)(sqlite3_file *, i64);
	int (*xSync)(sqlite3_file *, int);
	int (*xFileSize)(sqlite3_file *, i64 *);
	int (*xLock)(sqlite3_file *, int);
	int (*xUnlock)(sqlite3_file *, int);
	int (*xCheckReservedLock)(sqlite3_file *, int *);
	int (*xFileControl)(sqlite3_file *, int, void *);
	int (*xSectorSize)(sqlite3_file *);
	int (*xDeviceCharacteristics)(sqlite3_file *);
	int (*xShmMap)(sqlite3_file *, int, int, int, void volatile **);
	int (*xShmLock)(sqlite3_file *, int, int, int);
	void (*xShmBarrier)(sqlite3_file *);
	int (*xShmUnmap)(sqlite3_file *, int);
	int (*xFetch)(sqlite3_file *, i64, int, void **);
	int (*xUnfetch)(sqlite3_file *, i64, void *);
} methods; // version 3
typedef struct sqlite3_vfs {
	int iVersion, szOsFile, mxPathname;
	struct sqlite3_vfs *pNext;
	const char *zName;
	void *pAppData;
	int (*xOpen)(struct sqlite3_vfs *, const char *, sqlite3_file *, int, int *);
	void *others[15];
} sqlite3_vfs; // version 3

extern sqlite3_vfs *sqlite3_vfs_find(const char *);
extern int sqlite3_vfs_register(sqlite3_vfs *, int);
extern sqlite3_file *sqlite3_database_file_object(const char *);

enum { OK = 0, NOMEM = 7, OPEN_MAIN_DB = 0x100, OPEN_WAL = 0x80000, SHM_UNLOCK = 1, WRITE_LOCK = 0 };
enum { ROOM = 120 << 10 }; // bytes that are kept back at most; the default VFS writes less than 128 KB at a time

// ours stands behind the default VFS's own part of a database's or log's file.
typedef struct ours {
	const methods *real;
	methods mine;
	sqlite3_file *other; // of a database: its log, or 0; of a log: its database
	char *kept;          // of a log: ROOM bytes
	int n;               // of them are to be written
	i64 at;              // and there
} ours;

static sqlite3_vfs *real, vfs;

static int own_size(void) { return (real->szOsFile + 7) / 8 * 8; }
static ours *of(sqlite3_file *f) { return (ours *)((char *)f + own_size()); }

// flush writes what is kept back. What could not be written is SQLite's to undo: its transaction fails, and the next one writes there.
static int flush(sqlite3_file *f) {
	ours *o = of(f);
	int n = o->n;
	o->n = 0;
	return n == 0 ? OK : o->real->xWrite(f, o->kept, n, o->at);
}

static int log_write(sqlite3_file *f, const void *what, int n, i64 at) {
	ours *o = of(f);
	if (o->n > 0 && (at != o->at + o->n || n > ROOM - o->n)) {
		int rc = flush(f);
		if (rc != OK) return rc;
	}
	if (n > ROOM) return o->real->xWrite(f, what, n, at);
	if (o->n == 0) o->at = at;
	memcpy(o->kept + o->n, what, n);
	o->n += n;
	return OK;
}

#define AFTER_FLUSH(call)   \
	int rc = flush(f);      \
	return rc != OK ? rc : of(f)->real->call

static int log_read(sqlite3_file *f, void *to, int n, i64 at) { AFTER_FLUSH(xRead(f, to, n, at)); }
static int log_truncate(sqlite3_file *f, i64 size) { AFTER_FLUSH(xTruncate(f, size)); }
static int log_sync(sqlite3_file *f, int flags) { AFTER_FLUSH(xSync(f, flags)); }
static int log_size(sqlite3_file *f, i64 *size) { AFTER_FLUSH(xFileSize(f, size)); }

static int log_close(sqlite3_file *f) {
	ours *o = of(f);
	int rc = flush(f);
	of(o->other)->other = 0;
	free(o->kept);
	int closed = o->real->xClose(f);
	return rc != OK ? rc : closed;
}

static int db_shm_lock(sqlite3_file *f, int first, int n, int flags) {
	ours *o = of(f);
	if (o->other && first == WRITE_LOCK && flags & SHM_UNLOCK) flush(o->other); // of what was rolled back, else there is nothing
	return o->real->xShmLock(f, first, n, flags);
}

static void db_shm_barrier(sqlite3_file *f) {
	ours *o = of(f);
	if (o->other) flush(o->other); // was synced before, unless the database is set to sync less, which the writer rules out
	o->real->xShmBarrier(f);
}

// take puts our methods in the place of a file's own.
static ours *take(sqlite3_file *f) {
	ours *o = of(f);
	memset(o, 0, sizeof *o);
	o->real = f->pMethods;
	memcpy(&o->mine, o->real, o->real->iVersion >= 3 ? sizeof o->mine : o->real->iVersion == 2 ? offsetof(methods, xFetch) : offsetof(methods, xShmMap));
	return o;
}

static int take_log(sqlite3_file *f, const char *name) {
	ours *o = take(f);
	if (!(o->kept = malloc(ROOM))) {
		o->real->xClose(f);
		f->pMethods = 0;
		return NOMEM;
	}
	o->other = sqlite3_database_file_object(name);
	of(o->other)->other = f;
	o->mine.xClose = log_close, o->mine.xRead = log_read, o->mine.xWrite = log_write;
	o->mine.xTruncate = log_truncate, o->mine.xSync = log_sync, o->mine.xFileSize = log_size;
	f->pMethods = &o->mine;
	return OK;
}

static int vfs_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out) {
	(void)v;
	int rc = real->xOpen(real, name, f, flags, out);
	if (rc != OK) return rc;
	if (flags & OPEN_WAL) return take_log(f, name);
	if (flags & OPEN_MAIN_DB && f->pMethods->iVersion >= 2) {
		ours *o = take(f);
		o->mine.xShmLock = db_shm_lock, o->mine.xShmBarrier = db_shm_barrier;
		f->pMethods = &o->mine;
	}
	return OK;
}

// gen_wal_vfs registers the VFS under a name, which must stay; 0 if it is there.
int gen_wal_vfs(const char *name) {
	if (!(real = sqlite3_vfs_find(0)) || real->iVersion > 3) return 1;
	vfs = *real; // opening a file is ours, all else the default's, which reads of this struct what is copied
	vfs.zName = name, vfs.pNext = 0, vfs.xOpen = vfs_open;
	vfs.szOsFile = own_size() + (int)sizeof(ours);
	return sqlite3_vfs_register(&vfs, 0);
}
