package mapping

import "fmt"

// unfilled stands in a mapping where a person has to write an id. No id can be
// this, so that a mapping is refused as long as it has one.
const unfilled = "?"

// whereIds says where a person finds the ids of the address.
var whereIds = map[string]string{
	"customerId": "where.customerId",
	"viewingId":  "where.viewingId",
	"timeSlotId": "where.timeSlotId",
}

// unfilled takes an id that is still to be filled in: a mistake, or for a trial
// an id of its own.
func (c *compiler) unfilled(s scalar, f *field) *fixed {
	if !c.trial {
		c.fail(s.pos, "unfilled", "", say("hint.unfilled", say(whereIds[f.path])), "mistake.unfilled", f.path)
		return &fixed{}
	}
	if c.made++; c.made == 1 {
		e := s.pos.at("unfilled", "warning.trial")
		c.warnings = append(c.warnings, e)
	}
	return fix(value{text: fmt.Sprintf("TRIAL-%d", c.made)}, f.kind)
}
