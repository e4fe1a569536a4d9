package ledger

// Index finds duplicates within one input by the same rule as the ledger. It
// takes 16 bytes a key and, for finding them, 4 to 8 more: some 65 MB for
// 1,000,000 rows with three keys each. The zero Index is empty and ready. It is
// not safe for concurrent use.
type Index struct {
	blocks [][]entry // of blockSize each, so that growing copies nothing
	n      uint32    // entries
	table  []uint32  // open addressing: 1 + an entry's number, 0 = free; a power of two long
}

type entry struct {
	key       uint64
	more, ref uint32
}

const blockSize = 1 << 12

// Add files a row under ref, the caller's number for it: 0 to 2³²−1, ascending.
func (x *Index) Add(ref int, k Keys) {
	k.places(func(p place) {
		if 4*(int(x.n)+1) > 3*len(x.table) {
			x.grow()
		}
		at, found := x.seek(p)
		if found {
			return // the earlier row will do
		}
		if x.n%blockSize == 0 {
			x.blocks = append(x.blocks, make([]entry, 0, blockSize))
		}
		last := &x.blocks[len(x.blocks)-1]
		*last = append(*last, entry{p.key, p.more, uint32(ref)})
		x.n++
		x.table[at] = x.n
	})
}

// Find returns the earliest row that is the same as one with these keys.
func (x *Index) Find(k Keys) (ref int, ok bool) {
	if x.n == 0 {
		return 0, false
	}
	k.probes(func(p place, last uint64) {
		for ; ; p.key++ {
			if at, found := x.seek(p); found {
				if r := int(x.entry(x.table[at]).ref); !ok || r < ref {
					ref, ok = r, true
				}
			}
			if p.key&3 == last {
				return
			}
		}
	})
	return ref, ok
}

func (x *Index) entry(n uint32) *entry { return &x.blocks[(n-1)/blockSize][(n-1)%blockSize] }

// seek returns where in the table the place is, or where it belongs. The key is
// a hash already; its last two bits are not, so they are mixed in.
func (x *Index) seek(p place) (at uint32, found bool) {
	mask := uint32(len(x.table) - 1)
	for at = slotOf(p.key) & mask; ; at = (at + 1) & mask {
		n := x.table[at]
		if n == 0 {
			return at, false
		}
		if e := x.entry(n); e.key == p.key && e.more == p.more {
			return at, true
		}
	}
}

func slotOf(key uint64) uint32 { return uint32(key>>32) ^ uint32(key&3)*0x9e3779b9 }

func (x *Index) grow() {
	x.table = make([]uint32, max(2*len(x.table), 64))
	mask := uint32(len(x.table) - 1)
	for n := uint32(1); n <= x.n; n++ {
		at := slotOf(x.entry(n).key) & mask
		for x.table[at] != 0 {
			at = (at + 1) & mask
		}
		x.table[at] = n
	}
}
