package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
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

// digest hashes parts under the ledger's secret. Each is preceded by its length,
// so that no two lists of parts are the same text.
func (l *Ledger) digest(parts ...string) (d Digest) {
	mac := hmac.New(sha256.New, l.secret)
	var text []byte
	for _, p := range parts {
		text = binary.AppendUvarint(text, uint64(len(p)))
		text = append(text, p...)
	}
	mac.Write(text)
	copy(d[:], mac.Sum(nil))
	return d
}

// Keys hashes an identity for a target (the API's address) and a slot.
func (l *Ledger) Keys(target string, s Slot, id Identity) (k Keys) {
	key := func(kind, text string) Digest {
		if text == "" {
			return Digest{}
		}
		return l.digest("identity", target, s.CustomerId, s.ViewingId, s.TimeSlotId, kind, text)
	}
	list := func(kind string, texts []string) (list []Digest) {
		for _, t := range texts {
			if t != "" {
				list = append(list, key(kind, t))
			}
		}
		return list
	}
	return Keys{key("contact", id.Contact), key("number", id.Number), list("trait", id.Traits), list("shared", id.Shared)}
}

// Content hashes a body, so that a later one can be told to differ.
func (l *Ledger) Content(body []byte) Digest { return l.digest("content", string(body)) }
