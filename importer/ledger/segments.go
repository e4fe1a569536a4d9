package ledger

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"sort"
)

// Where to look for somebody: segments, each the sorted keys of some runs with
// the submissions filed under them. A run that ends adds one; segments of like
// size are merged, so that thousands of small runs leave a handful and no entry
// is written often. An entry points to a submission whose own keys decide, so
// it needs no more of a key than makes a wrong pointer rare.
//
// Keys are hashes, so a segment is cut into blocks by the first bits of a key:
// whoever looks for one knows the block.

// indexKey is the part of a place that is kept: the first 46 bits of the digest,
// and the class.
type indexKey uint64

const (
	indexKeySize = 6
	indexKeyBits = 8 * indexKeySize
)

func indexKeyOf(p place) indexKey { return indexKey(p.key>>(64-indexKeyBits)&^3 | p.key&3) }

// An indexEntry is a submission filed under a key.
type indexEntry struct {
	key indexKey
	id  int64
}

func compareEntries(a, b indexEntry) int {
	if a.key != b.key {
		return cmp.Compare(a.key, b.key)
	}
	return cmp.Compare(a.id, b.id)
}

// blockBits is by how many bits so many entries are cut into blocks of some 100.
func blockBits(entries int64) int { return bits.Len64(uint64(entries) / 128) }

func blockOf(k indexKey, cut int) int { return int(k >> (indexKeyBits - cut)) }

// A segment is some entries, sorted, in the blocks with the ids of the segment
// and of the first bits of their keys.
type segment struct {
	id      int64
	cut     int // bits
	entries int64
}

func readSegments(c *conn) (all []segment, err error) {
	s := c.query("SELECT id, cut, entries FROM segments ORDER BY entries, id")
	for s.next() {
		all = append(all, segment{s.getInt(), int(s.getInt()), s.getInt()})
	}
	return all, s.done()
}

// A block is entries, sorted: the smallest submission id, the number of bytes
// that an id takes, and then each entry's key and the rest of its id.
type block []byte

const blockHead = 9

func appendBlock(b []byte, entries []indexEntry) block {
	least, most := entries[0].id, entries[0].id
	for _, e := range entries {
		least, most = min(least, e.id), max(most, e.id)
	}
	width := (bits.Len64(uint64(most-least)) + 7) / 8
	b = binary.BigEndian.AppendUint64(b, uint64(least))
	b = append(b, byte(width))
	var buf [8]byte
	for _, e := range entries {
		binary.BigEndian.PutUint64(buf[:], uint64(e.key))
		b = append(b, buf[8-indexKeySize:]...)
		binary.BigEndian.PutUint64(buf[:], uint64(e.id-least))
		b = append(b, buf[8-width:]...)
	}
	return b
}

// sound reports whether the bytes are a block.
func (b block) sound() bool {
	return len(b) >= blockHead && b[blockHead-1] <= 8 && (len(b)-blockHead)%b.size() == 0
}

func (b block) size() int { return indexKeySize + int(b[blockHead-1]) }
func (b block) len() int  { return (len(b) - blockHead) / b.size() }

func (b block) key(i int) indexKey {
	e := b[blockHead+i*b.size():]
	return indexKey(binary.BigEndian.Uint16(e))<<32 | indexKey(binary.BigEndian.Uint32(e[2:]))
}

func (b block) entry(i int) indexEntry {
	var id uint64
	for _, d := range b[blockHead+i*b.size()+indexKeySize:][:b.size()-indexKeySize] {
		id = id<<8 | uint64(d)
	}
	return indexEntry{b.key(i), int64(binary.BigEndian.Uint64(b) + id)}
}

// find returns the place of the first entry whose key is not less.
func (b block) find(k indexKey) int {
	return sort.Search(b.len(), func(i int) bool { return b.key(i) >= k })
}

// readBlock reads the first block with an id from first to last, or nil. It is
// valid until done is called, which must follow.
func readBlock(c *conn, first, last int64) (b block, id int64, done func() error) {
	var s *stmt
	if first == last {
		s = c.query("SELECT id, data FROM identities WHERE id = ?").int(first)
	} else {
		s = c.query("SELECT id, data FROM identities WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1").int(first).int(last)
	}
	if s.next() {
		id, b = s.getInt(), s.getBlob()
		if !b.sound() {
			b = nil
			s.err = errDamaged(c.disk.path, Say("its index of identities cannot be read"))
		}
	}
	return b, id, s.done
}

// A segmentWriter writes a segment, given its entries in order.
type segmentWriter struct {
	c       *conn
	segment segment
	block   []indexEntry
	at      int // the block's number
}

// newSegment begins a segment of at most so many entries.
func newSegment(c *conn, most int64) (w segmentWriter, err error) {
	w = segmentWriter{c: c, segment: segment{cut: blockBits(most)}}
	s := c.query("INSERT INTO segments (cut, entries) VALUES (?, 0) RETURNING id").int(int64(w.segment.cut))
	if s.next() {
		w.segment.id = s.getInt()
		s.next()
	}
	return w, s.done()
}

func (w *segmentWriter) add(e indexEntry) error {
	if at := blockOf(e.key, w.segment.cut); at != w.at {
		if err := w.flush(); err != nil {
			return err
		}
		w.at = at
	}
	w.block = append(w.block, e)
	return nil
}

func (w *segmentWriter) flush() error {
	if len(w.block) == 0 {
		return nil
	}
	b := appendBlock(w.c.scratch[:0], w.block)
	w.c.scratch = b
	w.segment.entries += int64(len(w.block))
	w.block = w.block[:0]
	return w.c.query("INSERT INTO identities VALUES (?, ?)").int(rowID(w.segment.id, w.at)).blob(b).run()
}

func (w *segmentWriter) end() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.c.query("UPDATE segments SET entries = ? WHERE id = ?").int(w.segment.entries).int(w.segment.id).run()
}

// A segmentReader reads a segment's entries in order.
type segmentReader struct {
	c     *conn
	last  int64 // id of the last block that there can be
	after int64 // id of the block that was read
	block []indexEntry
	at    int
}

func readSegment(c *conn, s segment) *segmentReader {
	first, last := idsOf(s.id)
	return &segmentReader{c: c, last: last, after: first - 1}
}

// next returns the entry that is next, without taking it; ok is false at the end.
func (r *segmentReader) next() (e indexEntry, ok bool, err error) {
	if r.at == len(r.block) {
		b, id, done := readBlock(r.c, r.after+1, r.last)
		r.block, r.at = r.block[:0], 0
		if b != nil {
			r.after = id
			for i := range b.len() {
				r.block = append(r.block, b.entry(i))
			}
		}
		if err := done(); err != nil || b == nil {
			return e, false, err
		}
	}
	return r.block[r.at], true, nil
}

// mergeSegments merges segments of like size until each is more than twice as
// large as all smaller ones together.
func mergeSegments(c *conn) error {
	all, err := readSegments(c)
	if err != nil {
		return err
	}
	merged, smaller := 0, int64(0)
	for i, s := range all {
		if i > 0 && s.entries <= 2*smaller {
			merged = i + 1
		}
		smaller += s.entries
	}
	if merged < 2 {
		return nil
	}
	all = all[:merged]
	var most int64
	sources := make([]*segmentReader, len(all))
	for i, s := range all {
		most += s.entries
		sources[i] = readSegment(c, s)
	}
	w, err := newSegment(c, most)
	if err != nil {
		return err
	}
	for {
		var least *segmentReader
		var entry indexEntry
		for _, r := range sources {
			e, ok, err := r.next()
			if err != nil {
				return err
			}
			if ok && (least == nil || compareEntries(e, entry) < 0) {
				least, entry = r, e
			}
		}
		if least == nil {
			break
		}
		least.at++
		if err := w.add(entry); err != nil {
			return err
		}
	}
	if err := w.end(); err != nil {
		return err
	}
	for _, s := range all {
		first, last := idsOf(s.id)
		if err := c.query("DELETE FROM identities WHERE id BETWEEN ? AND ?").int(first).int(last).run(); err != nil {
			return err
		}
		if err := c.query("DELETE FROM segments WHERE id = ?").int(s.id).run(); err != nil {
			return err
		}
	}
	return nil
}

// An indexer files submissions: some at a time, so that its memory is bounded.
type indexer struct {
	c    *conn
	most int // places that it holds
	some []filed
}

type filed struct {
	place  place
	id     int64
	booked bool
}

func (f *filed) entry() indexEntry { return indexEntry{indexKeyOf(f.place), f.id} }

// indexChunk bounds an indexer's memory: 32 bytes each.
const indexChunk = 1 << 18

// add files a submission. Ids must ascend.
func (x *indexer) add(id int64, k *Keys, booked bool) error {
	if room := cap(x.some) - len(x.some); room < len(k.Traits)+2 && cap(x.some) < x.most {
		// In few steps: for a list that is as long as this one, fresh memory and
		// copies are most of what it costs.
		x.some = slices.Grow(x.some, min(3*cap(x.some)+1024, x.most))
	}
	k.places(func(p place) { x.some = append(x.some, filed{p, id, booked}) })
	if len(x.some) < x.most {
		return nil
	}
	return x.flush()
}

// flush writes what there is as a segment.
func (x *indexer) flush() error {
	if len(x.some) == 0 {
		return nil
	}
	slices.SortFunc(x.some, func(a, b filed) int { return compareEntries(a.entry(), b.entry()) })
	w, err := newSegment(x.c, int64(len(x.some)))
	if err != nil {
		return err
	}
	var booked []place // booked already, of the present key
	for i, f := range x.some {
		if i > 0 && x.some[i-1].entry().key != f.entry().key {
			booked = booked[:0]
		}
		// Whoever finds this one has found a booked one in the same place before,
		// and looks no further. So a trait that many share is filed once.
		if slices.Contains(booked, f.place) {
			continue
		}
		if f.booked {
			booked = append(booked, f.place)
		}
		if i > 0 && x.some[i-1] == f { // the same digest twice
			continue
		}
		if err := w.add(f.entry()); err != nil {
			return err
		}
	}
	x.some = x.some[:0]
	return w.end()
}
