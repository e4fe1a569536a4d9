package ledger

import (
	"encoding/binary"
	"hash/crc32"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// A disk stands between SQLite and the system's files, for two things that
// neither of them does:
//
//   - Every page of the database carries a checksum of its content and number.
//     It is written when a checkpoint moves the page out of the write-ahead log
//     (whose frames have checksums of their own) and verified on every read, so
//     that a changed byte anywhere is an error and never another answer.
//   - The first write, sync or truncation that fails is the last one tried.
//     After a failed fsync nobody knows what the disk holds, and a second one
//     that succeeds would only hide it. The commit that failed is crossed out
//     as far as that is possible, so that it does not come back with the next
//     Open: its callers were told that nothing is recorded.
//
// It is a shim over SQLite's own file layer, which does the work. Every ledger
// has its own.
type disk struct {
	path    string
	vfs     uintptr // our sqlite3_vfs
	vfsName uintptr
	below   uintptr                     // the system's sqlite3_vfs
	failed  atomic.Pointer[diskFailure] // the first failure to write
	walEnd  atomic.Int64                // where the last write to the write-ahead log ended
	walRoom atomic.Int64                // how far the write-ahead log is known to be laid out
	dirty   atomic.Int64                // 1 + where its first write since the last sync began; 0 = none
	verdict atomic.Int32                // on the first page that had a wrong checksum; 0 = none had
	hook    func(diskOp) int32          // a test's word before each operation: a result code to fail with, or 0
}

// diskFailure is the first failure to write.
type diskFailure struct {
	rc   int32
	what string // "write", "sync" …
}

// diskOp is what a disk is about to do.
type diskOp struct {
	what string // "write", "sync", "truncate" or "delete"
	wal  bool   // on the write-ahead log, not on the database
	off  int64
	data []byte // of a write; valid until the hook returns
}

const (
	pageSize = 4096
	sumSize  = 8 // at the end of each page, told to SQLite in the file's header
)

// pageSum is the checksum of a page: two CRCs of different polynomials over its
// number and content.
func pageSum(number int64, content []byte) uint64 {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(number))
	a := crc32.Update(crc32.Update(0, castagnoli, n[:]), castagnoli, content)
	b := crc32.Update(crc32.Update(0, crc32.IEEETable, n[:]), crc32.IEEETable, content)
	return uint64(a)<<32 | uint64(b)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sealPage writes the page's checksum into its last bytes. Pages count from 1.
func sealPage(number int64, page []byte) {
	binary.BigEndian.PutUint64(page[pageSize-sumSize:], pageSum(number, page[:pageSize-sumSize]))
}

func pageSealed(number int64, page []byte) bool {
	return binary.BigEndian.Uint64(page[pageSize-sumSize:]) == pageSum(number, page[:pageSize-sumSize])
}

// SQLite knows the disk by an address only, so there must be a way back. This
// is the one place that needs it: the disks that are open, by the address of
// their sqlite3_vfs.
var disks sync.Map // uintptr → *disk

var diskNames atomic.Int64

// vfsList guards the list that SQLite links all its file layers into: the
// system's own, which newDisk copies, is one of them.
var vfsList sync.Mutex

// diskFile is the head of each open file; SQLite's own file structure follows.
type diskFile struct {
	methods uintptr // must come first: the head is a sqlite3_file
	disk    uintptr
	kind    int32
	named   int32 // 1 once SQLite has synced the file, and with it its name in the folder
}

const (
	otherFile = iota
	databaseFile
	walFile
)

const diskFileSize = (unsafe.Sizeof(diskFile{}) + 15) &^ 15

// newDisk registers a file layer for the database at path.
func newDisk(path string, hook func(diskOp) int32) *disk {
	tls := libc.NewTLS()
	defer tls.Close()
	sqlite3.Xsqlite3_initialize(tls)
	below := sqlite3.Xsqlite3_vfs_find(tls, 0)
	d := &disk{path: path, below: below, hook: hook}

	name := "vitec-ledger-" + strconv.FormatInt(diskNames.Add(1), 10)
	d.vfsName = sqlite3.Xsqlite3_malloc(tls, int32(len(name)+1))
	d.vfs = sqlite3.Xsqlite3_malloc(tls, int32(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
	if d.vfsName == 0 || d.vfs == 0 {
		panic("ledger: out of memory")
	}
	copy(bytesAt(d.vfsName, len(name)+1), name+"\x00")

	// Everything but opening and deleting is the system's, and does not look at
	// the vfs that it is called through.
	vfsList.Lock()
	defer vfsList.Unlock()
	v := (*sqlite3.Tsqlite3_vfs)(pointer(d.vfs))
	*v = *(*sqlite3.Tsqlite3_vfs)(pointer(below))
	v.FpNext = 0
	v.FzName = d.vfsName
	v.FszOsFile += int32(diskFileSize)
	v.FxOpen = funcAddr(diskOpen)
	v.FxDelete = funcAddr(diskDelete)
	disks.Store(d.vfs, d)
	sqlite3.Xsqlite3_vfs_register(tls, d.vfs, 0)
	return d
}

// close forgets the disk. No connection may be open.
func (d *disk) close() {
	tls := libc.NewTLS()
	defer tls.Close()
	vfsList.Lock()
	sqlite3.Xsqlite3_vfs_unregister(tls, d.vfs)
	vfsList.Unlock()
	disks.Delete(d.vfs)
	sqlite3.Xsqlite3_free(tls, d.vfs)
	sqlite3.Xsqlite3_free(tls, d.vfsName)
}

// fail makes rc the disk's fate, if it is the first failure.
func (d *disk) fail(what string, rc int32) {
	d.failed.CompareAndSwap(nil, &diskFailure{rc: rc, what: what})
}

// err is the failure after which nothing can be written any more, or nil.
func (d *disk) err() error {
	f := d.failed.Load()
	if f == nil {
		return nil
	}
	return d.error(f.rc, 0, "")
}

// change runs one changing operation, unless an earlier one has failed.
func (d *disk) change(op diskOp, do func() int32) int32 {
	if d.failed.Load() != nil {
		return sqlite3.SQLITE_IOERR
	}
	rc := int32(sqlite3.SQLITE_OK)
	if d.hook != nil {
		rc = d.hook(op)
	}
	if rc == sqlite3.SQLITE_OK {
		rc = do()
	}
	if rc != sqlite3.SQLITE_OK {
		d.fail(op.what, rc)
	}
	return rc
}

func funcAddr[F any](f F) uintptr {
	// A function of the package is a pointer to a word that never moves; the
	// transpiled C calls it through that pointer.
	return *(*uintptr)(unsafe.Pointer(&struct{ f F }{f}))
}

func fn[F any](addr uintptr) F { return *(*F)(unsafe.Pointer(&struct{ p uintptr }{addr})) }

func diskOf(vfs uintptr) *disk {
	d, _ := disks.Load(vfs)
	return d.(*disk)
}

func diskOpen(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32 {
	d := diskOf(vfs)
	f := (*diskFile)(pointer(file))
	*f = diskFile{disk: vfs}
	switch {
	case flags&sqlite3.SQLITE_OPEN_MAIN_DB != 0:
		f.kind = databaseFile
	case flags&sqlite3.SQLITE_OPEN_WAL != 0:
		f.kind = walFile
	}
	real := file + diskFileSize
	(*sqlite3.Tsqlite3_file)(pointer(real)).FpMethods = 0
	open := fn[func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32](
		(*sqlite3.Tsqlite3_vfs)(pointer(d.below)).FxOpen)
	rc := open(tls, d.below, name, real, flags, outFlags)
	if (*sqlite3.Tsqlite3_file)(pointer(real)).FpMethods != 0 {
		f.methods = methodTable()
	}
	return rc
}

func diskDelete(tls *libc.TLS, vfs, name uintptr, syncDir int32) int32 {
	d := diskOf(vfs)
	return d.change(diskOp{what: "delete", wal: true}, func() int32 {
		rc := fn[func(*libc.TLS, uintptr, uintptr, int32) int32](
			(*sqlite3.Tsqlite3_vfs)(pointer(d.below)).FxDelete)(tls, d.below, name, syncDir)
		if rc == sqlite3.SQLITE_IOERR_DELETE_NOENT {
			return sqlite3.SQLITE_OK // gone is gone
		}
		return rc
	})
}

// methodTable is the sqlite3_io_methods of every diskFile, made once.
var methodTable = sync.OnceValue(func() uintptr {
	tls := libc.NewTLS()
	defer tls.Close()
	p := sqlite3.Xsqlite3_malloc(tls, int32(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
	if p == 0 {
		panic("ledger: out of memory")
	}
	*(*sqlite3.Tsqlite3_io_methods)(pointer(p)) = sqlite3.Tsqlite3_io_methods{
		FiVersion:               2, // with shared memory, without mapped pages: those would be read unverified
		FxClose:                 funcAddr(fileClose),
		FxRead:                  funcAddr(fileRead),
		FxWrite:                 funcAddr(fileWrite),
		FxTruncate:              funcAddr(fileTruncate),
		FxSync:                  funcAddr(fileSync),
		FxFileSize:              funcAddr(fileSizeOf),
		FxLock:                  funcAddr(fileLock),
		FxUnlock:                funcAddr(fileUnlock),
		FxCheckReservedLock:     funcAddr(fileCheckReservedLock),
		FxFileControl:           funcAddr(fileControl),
		FxSectorSize:            funcAddr(fileSectorSize),
		FxDeviceCharacteristics: funcAddr(fileCharacteristics),
		FxShmMap:                funcAddr(fileShmMap),
		FxShmLock:               funcAddr(fileShmLock),
		FxShmBarrier:            funcAddr(fileShmBarrier),
		FxShmUnmap:              funcAddr(fileShmUnmap),
	}
	return p
})

// realFile returns SQLite's own file under ours, and its methods.
func realFile(file uintptr) (uintptr, *sqlite3.Tsqlite3_io_methods) {
	real := file + diskFileSize
	return real, (*sqlite3.Tsqlite3_io_methods)(pointer((*sqlite3.Tsqlite3_file)(pointer(real)).FpMethods))
}

func (f *diskFile) owner() *disk { return diskOf(f.disk) }

func fileRead(tls *libc.TLS, file, buf uintptr, n int32, off int64) int32 {
	real, m := realFile(file)
	read := fn[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](m.FxRead)
	if (*diskFile)(pointer(file)).kind != databaseFile {
		return read(tls, real, buf, n, off)
	}
	if n == pageSize && off%pageSize == 0 {
		return readPage(tls, (*diskFile)(pointer(file)).owner(), read, real, buf, off)
	}
	// A part of a page, such as the header: verify the whole.
	at := off % pageSize
	if at+int64(n) > pageSize {
		return sqlite3.SQLITE_IOERR_DATA
	}
	page := sqlite3.Xsqlite3_malloc(tls, pageSize)
	if page == 0 {
		return sqlite3.SQLITE_NOMEM
	}
	defer sqlite3.Xsqlite3_free(tls, page)
	rc := readPage(tls, (*diskFile)(pointer(file)).owner(), read, real, page, off-at)
	if rc == sqlite3.SQLITE_OK {
		copy(bytesAt(buf, int(n)), bytesAt(page, pageSize)[at:])
	}
	return rc
}

func readPage(tls *libc.TLS, d *disk, read func(*libc.TLS, uintptr, uintptr, int32, int64) int32, real, buf uintptr, off int64) int32 {
	rc := read(tls, real, buf, pageSize, off)
	if rc != sqlite3.SQLITE_OK && rc != sqlite3.SQLITE_IOERR_SHORT_READ {
		return rc
	}
	// SQLite fills up what a short read leaves with zeros; it never asks for
	// what it has not written, so that is damage as well.
	page := bytesAt(buf, pageSize)
	if pageSealed(off/pageSize+1, page) {
		return sqlite3.SQLITE_OK
	}
	verdict := int32(pageDamaged)
	if off == 0 {
		verdict = judgeFirstPage(page)
	}
	d.verdict.CompareAndSwap(0, verdict)
	return sqlite3.SQLITE_IOERR_DATA
}

func fileWrite(tls *libc.TLS, file, buf uintptr, n int32, off int64) int32 {
	real, m := realFile(file)
	f := (*diskFile)(pointer(file))
	write := fn[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](m.FxWrite)
	op := diskOp{what: "write", wal: f.kind == walFile, off: off, data: bytesAt(buf, int(n))}
	switch f.kind {
	case walFile:
		d := f.owner()
		d.layOut(tls, file, off+int64(n))
		d.walEnd.Store(off + int64(n))
		d.dirty.CompareAndSwap(0, 1+off)
		rc := d.change(op, func() int32 { return write(tls, real, buf, n, off) })
		if rc != sqlite3.SQLITE_OK {
			d.crossOut(tls, file)
		}
		return rc
	case otherFile:
		return f.owner().change(op, func() int32 { return write(tls, real, buf, n, off) })
	}
	if n != pageSize || off%pageSize != 0 {
		return sqlite3.SQLITE_IOERR_WRITE
	}
	// The buffer is SQLite's; the checksum goes into a copy.
	page := sqlite3.Xsqlite3_malloc(tls, pageSize)
	if page == 0 {
		return sqlite3.SQLITE_NOMEM
	}
	defer sqlite3.Xsqlite3_free(tls, page)
	b := bytesAt(page, pageSize)
	copy(b, op.data)
	sealPage(off/pageSize+1, b)
	op.data = b
	return f.owner().change(op, func() int32 { return write(tls, real, page, n, off) })
}

func fileSync(tls *libc.TLS, file uintptr, flags int32) int32 {
	real, m := realFile(file)
	f := (*diskFile)(pointer(file))
	d := f.owner()
	rc := d.change(diskOp{what: "sync", wal: f.kind == walFile}, func() int32 {
		if f.kind == walFile && f.named == 1 {
			if rc, ok := syncData(real); ok {
				return rc
			}
		}
		f.named = 1
		return fn[func(*libc.TLS, uintptr, int32) int32](m.FxSync)(tls, real, flags)
	})
	if f.kind == walFile {
		if rc != sqlite3.SQLITE_OK {
			d.crossOut(tls, file)
		}
		d.dirty.Store(0)
	}
	return rc
}

// crossOut overwrites the head of what was written to the write-ahead log since
// it was last synced: a frame's or the log's own. Readers stop there. It is
// only tried: if it fails, the commit may come back, as uncertain.
func (d *disk) crossOut(tls *libc.TLS, file uintptr) {
	from := d.dirty.Swap(0) - 1
	if from < 0 {
		return
	}
	const head = 24 // of a frame; the log's is longer
	zeros := sqlite3.Xsqlite3_malloc(tls, head)
	if zeros == 0 {
		return
	}
	defer sqlite3.Xsqlite3_free(tls, zeros)
	clear(bytesAt(zeros, head))
	real, m := realFile(file)
	fn[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](m.FxWrite)(tls, real, zeros, head, from)
}

// layOut fills the write-ahead log with zeros ahead of what is written to it.
// Where a file's length and blocks stay as they are, syncing it takes half the
// time: the system has nothing to record but the data. It is only tried; the
// writing itself finds out whether there is room. Readers of the log stop at
// zeros, as they do at what an earlier use of the log has left.
func (d *disk) layOut(tls *libc.TLS, file uintptr, end int64) {
	if end <= d.walRoom.Load() || d.failed.Load() != nil {
		return
	}
	real, m := realFile(file)
	size := sqlite3.Xsqlite3_malloc(tls, int32(unsafe.Sizeof(int64(0))))
	zeros := sqlite3.Xsqlite3_malloc(tls, walStep)
	if size != 0 && zeros != 0 {
		clear(bytesAt(zeros, walStep))
		from := (*int64)(pointer(size))
		if fn[func(*libc.TLS, uintptr, uintptr) int32](m.FxFileSize)(tls, real, size) == sqlite3.SQLITE_OK {
			to := (end + walStep - 1) / walStep * walStep
			for *from < to {
				n := min(to-*from, walStep)
				if fn[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](m.FxWrite)(tls, real, zeros, int32(n), *from) != sqlite3.SQLITE_OK {
					break
				}
				*from += n
			}
		}
		d.walRoom.Store(max(*from, end))
	}
	sqlite3.Xsqlite3_free(tls, size)
	sqlite3.Xsqlite3_free(tls, zeros)
}

// walStep is by how much the write-ahead log is laid out at once.
const walStep = 256 << 10

func fileTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	real, m := realFile(file)
	f := (*diskFile)(pointer(file))
	if f.kind == walFile {
		f.owner().walRoom.Store(0)
	}
	return f.owner().change(diskOp{what: "truncate", wal: f.kind == walFile, off: size}, func() int32 {
		return fn[func(*libc.TLS, uintptr, int64) int32](m.FxTruncate)(tls, real, size)
	})
}

// The rest is handed down as it is.

func fileClose(tls *libc.TLS, file uintptr) int32 {
	real, m := realFile(file)
	return fn[func(*libc.TLS, uintptr) int32](m.FxClose)(tls, real)
}

func fileSizeOf(tls *libc.TLS, file, size uintptr) int32 {
	real, m := realFile(file)
	return fn[func(*libc.TLS, uintptr, uintptr) int32](m.FxFileSize)(tls, real, size)
}

func fileLock(tls *libc.TLS, file uintptr, level int32) int32 {
	real, m := realFile(file)
	return fn[func(*libc.TLS, uintptr, int32) int32](m.FxLock)(tls, real, level)
}

func fileUnlock(tls *libc.TLS, file uintptr, level int32) int32 {
	real, m := realFile(file)
	return fn[func(*libc.TLS, uintptr, int32) int32](m.FxUnlock)(tls, real, level)
}

func fileCheckReservedLock(tls *libc.TLS, file, out uintptr) int32 {
	real, m := realFile(file)
	return fn[func(*libc.TLS, uintptr, uintptr) int32](m.FxCheckReservedLock)(tls, real, out)
}

func fileControl(tls *libc.TLS, file uintptr, op int32, arg uintptr) int32 {
	real, m := realFile(file)
	return fn[func(*libc.TLS, uintptr, int32, uintptr) int32](m.FxFileControl)(tls, real, op, arg)
}

func fileSectorSize(tls *libc.TLS, file uintptr) int32 {
	real, m := realFile(file)
	return fn[func(*libc.TLS, uintptr) int32](m.FxSectorSize)(tls, real)
}

func fileCharacteristics(tls *libc.TLS, file uintptr) int32 {
	real, m := realFile(file)
	return fn[func(*libc.TLS, uintptr) int32](m.FxDeviceCharacteristics)(tls, real)
}

func fileShmMap(tls *libc.TLS, file uintptr, region, size, extend int32, out uintptr) int32 {
	real, m := realFile(file)
	return fn[func(*libc.TLS, uintptr, int32, int32, int32, uintptr) int32](m.FxShmMap)(tls, real, region, size, extend, out)
}

func fileShmLock(tls *libc.TLS, file uintptr, off, n, flags int32) int32 {
	real, m := realFile(file)
	return fn[func(*libc.TLS, uintptr, int32, int32, int32) int32](m.FxShmLock)(tls, real, off, n, flags)
}

func fileShmBarrier(tls *libc.TLS, file uintptr) {
	real, m := realFile(file)
	fn[func(*libc.TLS, uintptr)](m.FxShmBarrier)(tls, real)
}

func fileShmUnmap(tls *libc.TLS, file uintptr, remove int32) int32 {
	real, m := realFile(file)
	return fn[func(*libc.TLS, uintptr, int32) int32](m.FxShmUnmap)(tls, real, remove)
}

// error says in words what a result code means for the ledger's file.
func (d *disk) error(rc int32, errno syscall.Errno, msg string) error {
	if f := d.failed.Load(); f != nil && rc == sqlite3.SQLITE_IOERR {
		rc = f.rc // refused because of that one
	}
	if errno == 0 {
		errno = syscall.EIO
	}
	refused := func(format string, args ...any) *Error {
		return &Error{Path: d.path, Err: ErrDisk, Reason: Say(format, args...)}
	}
	var e *Error
	switch system := error(errno); {
	case d.verdict.Load() == firstPageNewer:
		e = errNewer(d.path)
	case d.verdict.Load() == firstPageForeign, rc&0xff == sqlite3.SQLITE_NOTADB:
		e = errForeign(d.path)
	case rc&0xff == sqlite3.SQLITE_CORRUPT, d.verdict.Load() == pageDamaged, rc == sqlite3.SQLITE_IOERR_DATA, rc == sqlite3.SQLITE_IOERR_CORRUPTFS:
		e = errDamaged(d.path, Say("a part of the file is not as it was written"))
	case rc == sqlite3.SQLITE_ERROR: // what the ledger asks is right for its own tables
		e = errDamaged(d.path, msg)
	case rc&0xff == sqlite3.SQLITE_FULL:
		e = refused("cannot be written: the disk is full")
		e.Hint = Say("free some space and run again; what has been recorded so far is kept")
	case rc&0xff == sqlite3.SQLITE_READONLY:
		e = refused("cannot be written: it, or its folder, is read-only")
	case rc&0xff == sqlite3.SQLITE_CANTOPEN:
		e = refused("cannot be opened: %v", system)
	case rc&0xff == sqlite3.SQLITE_BUSY, rc&0xff == sqlite3.SQLITE_LOCKED:
		e = refused("another program is using the file")
		e.Hint = Say("close it and run again")
	case rc == sqlite3.SQLITE_IOERR_READ:
		e = refused("cannot be read: %v", system)
	case rc&0xff == sqlite3.SQLITE_IOERR:
		e = refused("cannot be written: %v", system)
	case msg == "":
		e = refused("SQLite result code %d", int(rc))
	default:
		e = refused("%s", msg)
	}
	return e
}
