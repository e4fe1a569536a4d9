package vitec

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// AppendJSON appends the body as the specification's JSON to dst. It writes
// what [encoding/json] would write without escaping for HTML, at a fraction of
// the cost; see [Encode] for what is left out and what is an error.
func (b *AddNewViewingParticipant) AppendJSON(dst []byte) ([]byte, error) {
	j := jsonAppender{b: dst}
	p := &b.UpdatePerson

	j.b = append(j.b, '{')
	person := j.open(`"updatePerson":`)
	j.text(`"contactId":`, p.ContactId)
	j.text(`"customerId":`, p.CustomerId)
	j.texts(`"categoryIds":`, p.CategoryIds)
	address := j.open(`"address":`)
	j.text(`"streetAddress":`, p.Address.StreetAddress)
	j.text(`"zipCode":`, p.Address.ZipCode)
	j.text(`"city":`, p.Address.City)
	j.text(`"countryCode":`, p.Address.CountryCode)
	j.close(address)
	email := j.open(`"email":`)
	j.text(`"emailAddress":`, p.Email.EmailAddress)
	j.text(`"emailAddress2":`, p.Email.EmailAddress2)
	j.close(email)
	j.text(`"userId":`, p.UserId)
	j.text(`"otherPhone":`, p.OtherPhone)
	j.boolean(`"wishAdvertising":`, p.WishAdvertising)
	j.text(`"note":`, p.Note)
	coordinate := j.open(`"coordinate":`)
	j.decimal(`"longitud":`, p.Coordinate.Longitud)
	j.decimal(`"latitud":`, p.Coordinate.Latitud)
	j.close(coordinate)
	task := j.open(`"task":`)
	j.text(`"predefinedTaskId":`, p.Task.PredefinedTaskId)
	j.text(`"note":`, p.Task.Note)
	j.text(`"estateId":`, p.Task.EstateId)
	j.text(`"assignedTo":`, p.Task.AssignedTo)
	j.close(task)
	custom := j.open(`"customField":`)
	j.text(`"name":`, p.CustomField.Name)
	j.text(`"value":`, p.CustomField.Value)
	j.close(custom)
	j.text(`"firstName":`, p.FirstName)
	j.text(`"lastName":`, p.LastName)
	j.text(`"socialSecurityNumber":`, p.SocialSecurityNumber)
	j.boolean(`"isForeignSocialSecurityNumber":`, p.IsForeignSocialSecurityNumber)
	j.text(`"telePhone":`, p.TelePhone)
	j.text(`"workPhone":`, p.WorkPhone)
	j.text(`"cellPhone":`, p.CellPhone)
	j.boolean(`"approval":`, p.Approval)
	j.time(`"approvalDate":`, p.ApprovalDate)
	j.time(`"gdprApprovalDate":`, p.GDPRApprovalDate)
	j.text(`"obtainThrough":`, p.ObtainThrough)
	j.integer(`"leadScore":`, p.LeadScore)
	j.close(person)
	j.boolean(`"participated":`, b.Participated)
	j.integer(`"reminderTime":`, b.ReminderTime)
	j.boolean(`"smsReminder":`, b.SMSReminder)
	j.boolean(`"mailConfirmation":`, b.MailConfirmation)
	j.boolean(`"smsConfirmation":`, b.SMSConfirmation)
	j.boolean(`"returnBookingId":`, b.ReturnBookingId)
	j.text(`"contactMessage":`, b.ContactMessage)
	j.text(`"leadSourceId":`, b.LeadSourceId)
	options := j.open(`"options":`)
	j.boolean(`"isDeadlineValidationEnabled":`, b.Options.IsDeadlineValidationEnabled)
	j.boolean(`"enableBookingLimitValidation":`, b.Options.EnableBookingLimitValidation)
	j.close(options)
	j.b = append(j.b, '}')

	if j.bad {
		return dst, unsendable(JSON, b)
	}
	return j.b, nil
}

// jsonAppender writes the members of an object one after the other and skips
// those that are empty. bad is set, and the rest is worthless, once there was a
// value that JSON cannot hold.
type jsonAppender struct {
	b   []byte
	bad bool
}

// name writes a member's name as it stands in the object, `"name":`, and what
// separates it from the member before.
func (j *jsonAppender) name(name string) {
	if j.b[len(j.b)-1] != '{' {
		j.b = append(j.b, ',')
	}
	j.b = append(j.b, name...)
}

// A mark is where a nested object began: the length of the buffer before and
// after its opening.
type mark struct{ before, after int }

func (j *jsonAppender) open(name string) mark {
	m := mark{before: len(j.b)}
	j.name(name)
	j.b = append(j.b, '{')
	m.after = len(j.b)
	return m
}

// close ends the object, or takes it back if nothing was written into it.
func (j *jsonAppender) close(m mark) {
	if len(j.b) == m.after {
		j.b = j.b[:m.before]
		return
	}
	j.b = append(j.b, '}')
}

func (j *jsonAppender) text(name, s string) {
	if s != "" {
		j.name(name)
		j.quote(s)
	}
}

func (j *jsonAppender) texts(name string, list []string) {
	if len(list) == 0 {
		return
	}
	j.name(name)
	for i, s := range list {
		if i == 0 {
			j.b = append(j.b, '[')
		} else {
			j.b = append(j.b, ',')
		}
		j.quote(s)
	}
	j.b = append(j.b, ']')
}

func (j *jsonAppender) boolean(name string, v *bool) {
	if v != nil {
		j.name(name)
		j.b = strconv.AppendBool(j.b, *v)
	}
}

func (j *jsonAppender) integer(name string, v *int) {
	if v != nil {
		j.name(name)
		j.b = strconv.AppendInt(j.b, int64(*v), 10)
	}
}

func (j *jsonAppender) decimal(name string, v *float64) {
	if v == nil {
		return
	}
	if !isFinite(*v) {
		j.bad = true
		return
	}
	j.name(name)
	j.b = appendDecimal(j.b, *v)
}

func (j *jsonAppender) time(name string, t time.Time) {
	if t.IsZero() {
		return
	}
	if !sendableTime(t) {
		j.bad = true
		return
	}
	j.name(name)
	j.b = append(j.b, '"')
	j.b = appendTime(j.b, t)
	j.b = append(j.b, '"')
}

// appendDecimal writes the shortest form that reads back as v: plain digits in
// the range of anything that people write, with an exponent outside of it, as
// JSON and XML Schema both read it.
func appendDecimal(dst []byte, v float64) []byte {
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		dst = strconv.AppendFloat(dst, v, 'e', -1, 64)
		if n := len(dst); dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' { // e-07 is e-7
			dst = append(dst[:n-2], dst[n-1])
		}
		return dst
	}
	return strconv.AppendFloat(dst, v, 'f', -1, 64)
}

const hexDigits = "0123456789abcdef"

// quote writes s as a JSON string. U+2028 and U+2029 are escaped as
// encoding/json does it, for readers that take JSON for JavaScript.
func (j *jsonAppender) quote(s string) {
	b := append(j.b, '"')
	start := 0 // what lies between here and i is written as it is
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 0x20 && c != '"' && c != '\\' {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, '\\', 'n')
			case '\r':
				b = append(b, '\\', 'r')
			case '\t':
				b = append(b, '\\', 't')
			case '\b':
				b = append(b, '\\', 'b')
			case '\f':
				b = append(b, '\\', 'f')
			default:
				b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
			}
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			j.bad = true
			return
		case r == '\u2028' || r == '\u2029':
			b = append(b, s[start:i]...)
			b = append(b, '\\', 'u', '2', '0', '2', hexDigits[r&0xF])
			start = i + size
		}
		i += size
	}
	b = append(b, s[start:]...)
	j.b = append(b, '"')
}
