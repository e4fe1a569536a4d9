package ledger

import "slices"

// Index finds duplicates within one input by the same rule as the ledger. It
// takes some 15 bytes a key, less if it is told how many there will be: 56 MB
// for 1,000,000 rows with four keys each. The zero Index is empty and ready. It
// is not safe for concurrent use.
//
// Of a digest it keeps 72 bits, ten of them in the choice of the shard. That
// any two of n different keys are taken for the same happens once in 2⁷³/n²:
// for 4,000,000 keys, once in 590 million files.
type Index struct {
	shards []shard // none, or one for each value of place.shard
}

// shard is a sorted list with gaps: a key stands at its home, which is in
// proportion to its value, or behind it where others stand. So one look at
// memory finds a key with all its classes, and growing is one pass over the
// list, of a short one at a time and by little.
type shard struct {
	slots []slot
	homes uint32 // the homes are the first so many slots
	n     uint32 // filled slots
}

// shortShard is up to how many slots a shard doubles.
const shortShard = 256

// slot is a filed key. Three words, since a fourth would be a third more.
type slot struct {
	high, low uint32
	ref       uint32 // one more than the caller's; 0 = the slot is free
}

func (s *slot) key() uint64 { return uint64(s.high)<<32 | uint64(s.low) }

// Add files a row under ref, the caller's number for it: 0 to 2³²−2, ascending.
func (x *Index) Add(ref int, k Keys) {
	if x.shards == nil {
		x.shards = make([]shard, 1<<shardBits)
	}
	k.places(func(p place) { x.shards[p.shard].add(p.key, uint32(ref)+1) })
}

// Len is the number of keys.
func (x *Index) Len() int {
	n := 0
	for i := range x.shards {
		n += int(x.shards[i].n)
	}
	return n
}

// Reserve makes room for so many keys in all. It spares the copies, and the
// holes that they leave in the memory, which growing costs; more or fewer keys
// may come.
func (x *Index) Reserve(keys int) {
	if x.shards == nil {
		x.shards = make([]shard, 1<<shardBits)
	}
	// Hashes do not fill all shards alike; with this few of them have to grow.
	each := keys>>shardBits*23/20 + 16
	if each <= shortShard {
		return
	}
	all := make([]slot, each<<shardBits)
	for i := range x.shards {
		if s := &x.shards[i]; len(s.slots) < each {
			s.move(all[i*each : (i+1)*each : (i+1)*each])
		}
	}
}

// Find returns the earliest row that is the same as one with these keys.
func (x *Index) Find(k Keys) (ref int, ok bool) {
	if x.shards == nil {
		return 0, false
	}
	k.probes(func(p place, last uint64) {
		s := &x.shards[p.shard]
		for i := s.seek(p.key); i < len(s.slots); i++ {
			at := &s.slots[i]
			if at.ref == 0 || at.key() > p.key&^3|last {
				break
			}
			if r := int(at.ref - 1); !ok || r < ref {
				ref, ok = r, true
			}
		}
	})
	return ref, ok
}

// home is where a key stands if nothing is in its way.
func (s *shard) home(key uint64) int { return int(key >> 32 * uint64(s.homes) >> 32) }

// seek returns where the first key stands that is not below this one, or
// where it belongs.
func (s *shard) seek(key uint64) int {
	i := s.home(key)
	for i < len(s.slots) && s.slots[i].ref != 0 && s.slots[i].key() < key {
		i++
	}
	return i
}

// add files a key, unless an earlier row has it.
func (s *shard) add(key uint64, ref uint32) {
	if 16*s.n >= 15*s.homes {
		s.grow()
	}
	i := s.seek(key)
	if i < len(s.slots) && s.slots[i].ref != 0 && s.slots[i].key() == key {
		return
	}
	free := i
	for free < len(s.slots) && s.slots[free].ref != 0 {
		free++
	}
	if free == len(s.slots) {
		s.slots = append(s.slots, slot{})
	}
	copy(s.slots[i+1:free+1], s.slots[i:free])
	s.slots[i] = slot{uint32(key >> 32), uint32(key), ref}
	s.n++
}

// grow makes room for an eighth more, or as much again while it is short.
func (s *shard) grow() {
	more := len(s.slots)
	if more > shortShard {
		more /= 8
	}
	slots := slices.Grow([]slot(nil), max(12, len(s.slots)+more))
	slots = slots[:cap(slots)] // as much as the allocator rounds it up to
	clear(slots)
	s.move(slots)
}

// move moves the keys into more slots, which are free. Behind the last home
// there is room for those that are pushed over it.
func (s *shard) move(slots []slot) {
	old := s.slots
	s.slots, s.homes = slots, uint32(len(slots)-len(slots)/64-4)
	next := 0
	for i := range old {
		if old[i].ref == 0 {
			continue
		}
		next = max(next, s.home(old[i].key()))
		if next == len(s.slots) {
			s.slots = append(s.slots, slot{})
		}
		s.slots[next] = old[i]
		next++
	}
}
