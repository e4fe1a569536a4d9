package ledger

// Index finds duplicates within one input by the same rule as the ledger. It
// takes some 40 bytes a key. The zero Index is empty and ready. It is not safe
// for concurrent use.
type Index struct{ rows map[place]int32 }

// A place is where a row is filed: under 94 bits of one of its digests, and a
// class that says which stronger evidence the row carries. A weaker digest in
// common counts only if not both carry the stronger evidence, so whoever looks
// knows which classes can be meant, however many people share a name and a phone.
type place [12]byte

// The classes.
const (
	hasContact = 1 << iota
	hasNumber
)

func placeOf(d Digest, class byte) (p place) {
	copy(p[:], d[:])
	p[len(p)-1] = p[len(p)-1]&^3 | class
	return p
}

func (k Keys) class() (class byte) {
	if !k.Contact.IsZero() {
		class |= hasContact
	}
	if !k.Number.IsZero() {
		class |= hasNumber
	}
	return class
}

// Add files a row under ref, the caller's number for it, ascending. Of rows that
// are filed in one place, the earliest is kept.
func (x *Index) Add(ref int, k Keys) {
	if x.rows == nil {
		x.rows = map[place]int32{}
	}
	k.each(func(d Digest) {
		p := placeOf(d, k.class())
		if _, ok := x.rows[p]; !ok {
			x.rows[p] = int32(ref)
		}
	})
}

// Find returns the earliest row that is the same as one with these keys.
func (x *Index) Find(k Keys) (ref int, ok bool) {
	look := func(d Digest, class byte) {
		if r, is := x.rows[placeOf(d, class)]; is && (!ok || int(r) < ref) {
			ref, ok = int(r), true
		}
	}
	mine := k.class()
	for class := range byte(4) {
		if !k.Contact.IsZero() {
			look(k.Contact, class)
		}
		if mine&class&hasContact != 0 { // contact ids decide
			continue
		}
		if !k.Number.IsZero() {
			look(k.Number, class)
		}
		if mine&class&hasNumber != 0 { // personal numbers decide
			continue
		}
		for _, d := range k.Traits {
			if !d.IsZero() {
				look(d, class)
			}
		}
	}
	return ref, ok
}
