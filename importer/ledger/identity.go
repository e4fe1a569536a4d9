package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"sync"
)

// Digest is a keyed hash: the first 16 bytes of an HMAC-SHA256 under the
// ledger's own random secret. Without the ledger it says nothing about what
// was hashed, and digests of two ledgers cannot be compared. The zero Digest
// means that there is nothing to compare.
type Digest [16]byte

// IsZero reports whether there is nothing to compare.
func (d Digest) IsZero() bool { return d == Digest{} }

// String returns the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Slot is the place that a submission books, in the API's own ids.
type Slot struct {
	CustomerId, ViewingId, TimeSlotId string
}

// Identity is who a submission books. The caller normalises (case, spaces,
// Unicode, phone to E.164, personal number to twelve digits), so that equal
// texts mean equal people. Empty texts are no evidence.
type Identity struct {
	Contact string   // the contact's id
	Number  string   // the personal number
	Traits  []string // each alone is enough, for example name and e-mail in one text
}

// Keys are an [Identity] as the ledger keeps it: keyed hashes, scoped to target
// and slot, so that the same person in another slot has other keys.
type Keys struct {
	Contact, Number Digest // zero = the submission carries none
	Traits          []Digest
}

// Same reports whether two submissions book the same person, as the server
// itself decides it: if both carry a contact id, that alone decides; else, if
// both carry a personal number, that; else any common trait will do.
//
// This is the rule. Looking up by hashes, in the ledger as in an [Index], is
// derived from it: see places and probes.
func (k Keys) Same(o Keys) bool {
	switch {
	case !k.Contact.IsZero() && !o.Contact.IsZero():
		return k.Contact == o.Contact
	case !k.Number.IsZero() && !o.Number.IsZero():
		return k.Number == o.Number
	}
	for _, t := range k.Traits {
		for _, u := range o.Traits {
			if t == u && !t.IsZero() {
				return true
			}
		}
	}
	return false
}

// A place is where a submission is filed: under one of its digests, in a class
// that says which stronger evidence the submission carries. A weaker digest in
// common counts only if not both carry the stronger evidence, and whoever looks
// knows which classes that leaves. So a lookup meets none but true hits,
// however many people share a name and a phone.
type place struct {
	key   uint64 // the digest's first 62 bits, and the class
	shard uint32 // its bits from the 65th on, for an Index
}

const shardBits = 10

// The classes, two bits.
const (
	hasContact = 1 << iota
	hasNumber
)

func placeOf(d Digest, class uint64) place {
	return place{binary.BigEndian.Uint64(d[:])&^3 | class, uint32(binary.BigEndian.Uint16(d[8:])) >> (16 - shardBits)}
}

// places calls f with each place where a submission with these keys is filed.
func (k Keys) places(f func(place)) {
	var class uint64
	if !k.Contact.IsZero() {
		f(placeOf(k.Contact, 0))
		class |= hasContact
	}
	if !k.Number.IsZero() {
		f(placeOf(k.Number, class))
		class |= hasNumber
	}
	for _, t := range k.Traits {
		if !t.IsZero() {
			f(placeOf(t, class))
		}
	}
}

// probes calls f with each run of places, from one class to another of the same
// digest, where a submission is filed that is the same as one with these keys.
func (k Keys) probes(f func(first place, last uint64)) {
	contact, number := !k.Contact.IsZero(), !k.Number.IsZero()
	if contact {
		f(placeOf(k.Contact, 0), 0)
	}
	if number {
		last := uint64(hasContact)
		if contact {
			last = 0
		}
		f(placeOf(k.Number, 0), last)
	}
	for _, t := range k.Traits {
		if t.IsZero() {
			continue
		}
		switch {
		case contact && number:
			f(placeOf(t, 0), 0)
		case number:
			f(placeOf(t, 0), hasContact)
		case contact:
			f(placeOf(t, 0), 0)
			f(placeOf(t, hasNumber), hasNumber)
		default:
			f(placeOf(t, 0), hasContact|hasNumber)
		}
	}
}

// A hasher makes digests under one secret. It is safe for concurrent use.
type hasher struct{ macs sync.Pool }

// mac hashes parts. Each is preceded by its length, so that no two lists of
// parts are the same text.
type mac struct {
	hash.Hash
	buf []byte // the parts
	out [sha256.Size]byte
}

func newHasher(secret []byte) *hasher {
	return &hasher{sync.Pool{New: func() any { return &mac{Hash: hmac.New(sha256.New, secret)} }}}
}

func (m *mac) add(part string) {
	m.buf = binary.AppendUvarint(m.buf, uint64(len(part)))
	m.buf = append(m.buf, part...)
}

// sum hashes the parts, and more behind them.
func (m *mac) sum(more []byte) (d Digest) {
	m.Reset()
	m.Write(m.buf)
	if len(more) > 0 {
		m.Write(more)
	}
	copy(d[:], m.Sum(m.out[:0]))
	return d
}

// digest hashes the parts.
func (h *hasher) digest(parts ...string) Digest {
	m := h.macs.Get().(*mac)
	defer h.macs.Put(m)
	m.buf = m.buf[:0]
	for _, p := range parts {
		m.add(p)
	}
	return m.sum(nil)
}

// content is digest of "content" and the body.
func (h *hasher) content(body []byte) Digest {
	m := h.macs.Get().(*mac)
	defer h.macs.Put(m)
	m.buf = m.buf[:0]
	m.add("content")
	m.buf = binary.AppendUvarint(m.buf, uint64(len(body)))
	return m.sum(body)
}

// keys is digest of "identity", target, the slot's ids, a kind and a text, for
// each text of an identity.
func (h *hasher) keys(target string, s Slot, id *Identity) (k Keys) {
	m := h.macs.Get().(*mac)
	defer h.macs.Put(m)
	m.buf = m.buf[:0]
	for _, p := range [...]string{"identity", target, s.CustomerId, s.ViewingId, s.TimeSlotId} {
		m.add(p)
	}
	where := len(m.buf)
	key := func(kind, text string) Digest {
		if text == "" {
			return Digest{}
		}
		m.buf = m.buf[:where]
		m.add(kind)
		m.add(text)
		return m.sum(nil)
	}
	k.Contact, k.Number = key("contact", id.Contact), key("number", id.Number)
	if len(id.Traits) > 0 {
		k.Traits = make([]Digest, 0, len(id.Traits))
	}
	for _, t := range id.Traits {
		if t != "" {
			k.Traits = append(k.Traits, key("trait", t))
		}
	}
	return k
}

// Keys hashes an identity for a target (the API's address) and a slot.
func (l *Ledger) Keys(target string, s Slot, id Identity) Keys { return l.hasher.keys(target, s, &id) }

// Content hashes a body, so that a later one can be told to differ.
func (l *Ledger) Content(body []byte) Digest { return l.hasher.content(body) }
