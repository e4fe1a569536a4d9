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
	Shared  []string // what others may have, too, for example the e-mail alone; decides nothing
}

// Keys are an [Identity] as the ledger keeps it: keyed hashes, scoped to target
// and slot, so that the same person in another slot has other keys.
type Keys struct {
	Contact, Number Digest // zero = the submission carries none
	Traits          []Digest
	Shared          []Digest // for [Match].Sharing alone
}

// Same reports whether two submissions book the same person, as the server
// itself decides it: if both carry a contact id, that alone decides; else, if
// both carry a personal number, that; else any common trait will do.
//
// This is the rule. Looking up by hashes, in the ledger as in an [Index], is
// derived from it.
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

// sameAs is Same for a submission that has a key in common and this contact id
// and personal number.
func (k Keys) sameAs(contact, number Digest) bool {
	switch {
	case !k.Contact.IsZero() && !contact.IsZero():
		return k.Contact == contact
	case !k.Number.IsZero() && !number.IsZero():
		return k.Number == number
	}
	return true
}

// each calls f with each of the keys, the strongest evidence first.
func (k Keys) each(f func(Digest)) {
	for _, d := range [...]Digest{k.Contact, k.Number} {
		if !d.IsZero() {
			f(d)
		}
	}
	for _, d := range k.Traits {
		if !d.IsZero() {
			f(d)
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
	list := func(kind string, texts []string) (list []Digest) {
		for _, t := range texts {
			if t != "" {
				list = append(list, key(kind, t))
			}
		}
		return list
	}
	k.Traits, k.Shared = list("trait", id.Traits), list("shared", id.Shared)
	return k
}

// Keys hashes an identity for a target (the API's address) and a slot.
func (l *Ledger) Keys(target string, s Slot, id Identity) Keys { return l.hasher.keys(target, s, &id) }

// Content hashes a body, so that a later one can be told to differ.
func (l *Ledger) Content(body []byte) Digest { return l.hasher.content(body) }
