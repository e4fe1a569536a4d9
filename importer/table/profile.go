package table

// cellClass is what a cell of a workbook shows, as far as columns are made of
// one kind of it.
type cellClass uint8

const (
	classText cellClass = iota
	classNumber
	classDecimal
	classPadded // a number under a format that pads it
	classDate
	classTime
	classBoolean
	classes
)

// classWords are the ids of their names.
var classWords = [classes]string{"texts", "whole numbers", "numbers with decimals", "numbers with digits before them", "dates", "times", "true or false"}

// profile tells what stands out of the columns of a workbook: a cell of
// another kind than all others of its column, and an empty row among the
// rows. Both may be meant so and are warned of. But a row in which a cell is
// of another kind, none of the two being text, and the one behind it is empty,
// each as the only one of its column, has lost something between the two, and a row that alone has a cell beyond
// the table has shifted.
type profile struct {
	rows     int
	first    int // number of the first row
	last     int // of the last row
	gaps     int // rows between others that are empty
	firstGap int
	columns  []columnProfile
}

type columnProfile struct {
	filled      int
	firstFilled int // row
	firstEmpty  int // row
	of          [classes]int
	first       [classes]int // row
}

// minProfile is how many rows there must be before something stands out, and
// oneIn how rare it must be.
const (
	minProfile = 10
	oneIn      = 50
)

// add counts a row that is not refused.
func (p *profile) add(number int, cells []string, class []cellClass) {
	if p.rows > 0 && number > p.last+1 {
		if p.gaps += number - p.last - 1; p.firstGap == 0 {
			p.firstGap = p.last + 1
		}
	}
	if p.rows == 0 {
		p.first = number
	}
	for len(p.columns) < len(cells) {
		c := columnProfile{}
		if p.rows > 0 {
			c.firstEmpty = p.first
		}
		p.columns = append(p.columns, c)
	}
	p.rows++
	p.last = number
	for i := range p.columns {
		c := &p.columns[i]
		if i >= len(cells) || cells[i] == "" || blank(cells[i]) {
			if c.firstEmpty == 0 {
				c.firstEmpty = number
			}
			continue
		}
		if c.filled++; c.filled == 1 {
			c.firstFilled = number
		}
		k := class[i]
		if c.of[k]++; c.of[k] == 1 {
			c.first[k] = number
		}
	}
}

// rare reports whether n of so many stand out.
func rare(n, of int) bool { return n > 0 && of >= minProfile && n <= max(1, of/oneIn) }

// lone returns the row in which a column is empty, if it is filled in nearly
// all others, or 0.
func (p *profile) lone(i int) int {
	if i < len(p.columns) && rare(p.rows-p.columns[i].filled, p.rows) {
		return p.columns[i].firstEmpty
	}
	return 0
}

// tell warns of what stands out of the first columns, which have headers. It
// returns the rows that are to be refused, and the last column in which
// another row has anything.
func (p *profile) tell(info *Info, columns int) (broken map[int]bool, widest int) {
	broken = map[int]bool{}
	if rare(p.gaps, p.rows) {
		info.Warnings = append(info.Warnings, Warning{Row: p.firstGap, Code: WarnBlankRows, Text: plural(p.gaps, "row %[2]v between the others is empty", "%v rows between the others are empty, the first is row %v", p.firstGap),
			Hint: say("look whether a row is missing")})
	}
	lone := map[int]bool{} // rows with a cell that is empty in no other
	for i := range min(columns, len(p.columns)) {
		lone[p.lone(i)] = true
	}
	for i := range p.columns[min(columns, len(p.columns)):] {
		switch c := &p.columns[columns+i]; {
		case c.filled == 1 && lone[c.firstFilled]:
			broken[c.firstFilled] = true
		case c.filled > 0:
			widest = columns + i + 1
		}
	}
	mixed := warner{info: info, code: WarnMixed}
	for i := range p.columns[:min(columns, len(p.columns))] {
		c := &p.columns[i]
		most := classText
		for k := range classes {
			if c.of[k] > c.of[most] {
				most = k
			}
		}
		for k := range classes {
			switch {
			case k == most || !rare(c.of[k], c.filled):
			case k != classText && most != classText && i+1 < columns && p.lone(i+1) == c.first[k]:
				broken[c.first[k]] = true
			default:
				mixed.add(c.first[k], i+1, say("the column's cells are of different kinds: %[4]v (%[3]v), but also %[2]v (%[1]v)", c.of[k], say(classWords[k]), c.of[most], say(classWords[most])), say("give the cell the format of the others if it is the same kind of value"))
			}
		}
	}
	mixed.done("%v columns have cells of another kind in all")
	return broken, widest
}
