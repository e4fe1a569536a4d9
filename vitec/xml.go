package vitec

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// The namespaces of the specification's XML sample. DataContractSerializer
// ignores, without a word, an element in another namespace or out of order.
const (
	nsInstance    = "http://www.w3.org/2001/XMLSchema-instance"
	nsViewing     = "http://schemas.datacontract.org/2004/07/Vitec.Housing.Connect.Api.Models.Viewing"
	nsModels      = "http://schemas.datacontract.org/2004/07/Vitec.Housing.Connect.Api.Models"
	nsCustomField = nsModels + ".CustomField"
	nsTask        = nsModels + ".Task"
	nsArrays      = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
)

// AppendXML appends the body as the specification's XML to dst: its elements in
// its (alphabetical) order, its namespaces and its prefixes, because
// DataContractSerializer silently ignores what stands elsewhere. See [Encode]
// for what is left out and what is an error.
func (b *AddNewViewingParticipant) AppendXML(dst []byte) ([]byte, error) {
	x := xmlAppender{b: dst}
	p := &b.UpdatePerson

	x.b = append(x.b, `<AddNewViewingParticipant xmlns:i="`+nsInstance+`" xmlns="`+nsViewing+`">`...)
	x.text("ContactMessage", b.ContactMessage)
	x.text("LeadSourceId", b.LeadSourceId)
	x.boolean("MailConfirmation", b.MailConfirmation)
	options := x.open("Options", "")
	x.boolean("EnableBookingLimitValidation", b.Options.EnableBookingLimitValidation)
	x.boolean("IsDeadlineValidationEnabled", b.Options.IsDeadlineValidationEnabled)
	x.close(options, "Options")
	x.boolean("Participated", b.Participated)
	x.integer("ReminderTime", b.ReminderTime)
	x.boolean("ReturnBookingId", b.ReturnBookingId)
	x.boolean("SMSConfirmation", b.SMSConfirmation)
	x.boolean("SMSReminder", b.SMSReminder)
	person := x.open("UpdatePerson", "")
	address := x.open("Address", nsModels)
	x.text("d3p1:City", p.Address.City)
	x.text("d3p1:CountryCode", p.Address.CountryCode)
	x.text("d3p1:StreetAddress", p.Address.StreetAddress)
	x.text("d3p1:ZipCode", p.Address.ZipCode)
	x.close(address, "Address")
	x.boolean("Approval", p.Approval)
	x.time("ApprovalDate", p.ApprovalDate)
	categories := x.open("CategoryIds", nsArrays)
	for _, id := range p.CategoryIds {
		x.element("d3p1:string", id)
	}
	x.close(categories, "CategoryIds")
	x.text("CellPhone", p.CellPhone)
	x.text("ContactId", p.ContactId)
	coordinate := x.open("Coordinate", nsModels)
	x.decimal("d3p1:Latitud", p.Coordinate.Latitud)
	x.decimal("d3p1:Longitud", p.Coordinate.Longitud)
	x.close(coordinate, "Coordinate")
	custom := x.open("CustomField", nsCustomField)
	x.text("d3p1:Name", p.CustomField.Name)
	x.text("d3p1:Value", p.CustomField.Value)
	x.close(custom, "CustomField")
	x.text("CustomerId", p.CustomerId)
	email := x.open("Email", nsModels)
	x.text("d3p1:EmailAddress", p.Email.EmailAddress)
	x.text("d3p1:EmailAddress2", p.Email.EmailAddress2)
	x.close(email, "Email")
	x.text("FirstName", p.FirstName)
	x.time("GDPRApprovalDate", p.GDPRApprovalDate)
	x.boolean("IsForeignSocialSecurityNumber", p.IsForeignSocialSecurityNumber)
	x.text("LastName", p.LastName)
	x.integer("LeadScore", p.LeadScore)
	x.text("Note", p.Note)
	x.text("ObtainThrough", p.ObtainThrough)
	x.text("OtherPhone", p.OtherPhone)
	x.text("SocialSecurityNumber", p.SocialSecurityNumber)
	task := x.open("Task", nsTask)
	x.text("d3p1:AssignedTo", p.Task.AssignedTo)
	x.text("d3p1:EstateId", p.Task.EstateId)
	x.text("d3p1:Note", p.Task.Note)
	x.text("d3p1:PredefinedTaskId", p.Task.PredefinedTaskId)
	x.close(task, "Task")
	x.text("TelePhone", p.TelePhone)
	x.text("UserId", p.UserId)
	x.boolean("WishAdvertising", p.WishAdvertising)
	x.text("WorkPhone", p.WorkPhone)
	x.close(person, "UpdatePerson")
	x.end("AddNewViewingParticipant")

	if x.bad {
		return dst, unsendable(XML, b)
	}
	return x.b, nil
}

// xmlAppender writes elements one after the other and skips those that are
// empty. bad is set, and the rest is worthless, once there was a value that XML
// cannot hold.
type xmlAppender struct {
	b   []byte
	bad bool
}

func (x *xmlAppender) start(name string) {
	x.b = append(x.b, '<')
	x.b = append(x.b, name...)
	x.b = append(x.b, '>')
}

func (x *xmlAppender) end(name string) {
	x.b = append(x.b, '<', '/')
	x.b = append(x.b, name...)
	x.b = append(x.b, '>')
}

// open begins an element that holds others; a namespace is bound to the prefix
// d3p1, as the specification's serializer names it.
func (x *xmlAppender) open(name, namespace string) mark {
	m := mark{before: len(x.b)}
	x.b = append(x.b, '<')
	x.b = append(x.b, name...)
	if namespace != "" {
		x.b = append(x.b, ` xmlns:d3p1="`...)
		x.b = append(x.b, namespace...)
		x.b = append(x.b, '"')
	}
	x.b = append(x.b, '>')
	m.after = len(x.b)
	return m
}

// close ends the element, or takes it back if nothing was written into it.
func (x *xmlAppender) close(m mark, name string) {
	if len(x.b) == m.after {
		x.b = x.b[:m.before]
		return
	}
	x.end(name)
}

func (x *xmlAppender) text(name, s string) {
	if s != "" {
		x.element(name, s)
	}
}

func (x *xmlAppender) element(name, s string) {
	x.start(name)
	x.escape(s)
	x.end(name)
}

func (x *xmlAppender) boolean(name string, v *bool) {
	if v != nil {
		x.start(name)
		x.b = strconv.AppendBool(x.b, *v)
		x.end(name)
	}
}

func (x *xmlAppender) integer(name string, v *int) {
	if v != nil {
		x.start(name)
		x.b = strconv.AppendInt(x.b, int64(*v), 10)
		x.end(name)
	}
}

func (x *xmlAppender) decimal(name string, v *float64) {
	if v == nil {
		return
	}
	if !isFinite(*v) {
		x.bad = true
		return
	}
	x.start(name)
	x.b = appendDecimal(x.b, *v)
	x.end(name)
}

func (x *xmlAppender) time(name string, t time.Time) {
	if t.IsZero() {
		return
	}
	if !sendableTime(t) {
		x.bad = true
		return
	}
	x.start(name)
	x.b = appendTime(x.b, t)
	x.end(name)
}

// escape writes s as character data. A carriage return is written as a
// reference, because a reader turns a bare one into a line feed.
func (x *xmlAppender) escape(s string) {
	b := x.b
	start := 0 // what lies between here and i is written as it is
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 || !isXMLChar(r) {
				x.bad = true
				return
			}
			i += size
			continue
		}
		var reference string
		switch {
		case c == '&':
			reference = "&amp;"
		case c == '<':
			reference = "&lt;"
		case c == '>':
			reference = "&gt;"
		case c == '\r':
			reference = "&#xD;"
		case c < 0x20 && c != '\t' && c != '\n':
			x.bad = true
			return
		default:
			i++
			continue
		}
		b = append(b, s[start:i]...)
		b = append(b, reference...)
		i++
		start = i
	}
	x.b = append(b, s[start:]...)
}
