package table

import (
	"strings"

	"github.com/xuri/excelize/v2"
)

// maxMasks is how many formats a masker keeps.
const maxMasks = 500

// masker writes numbers as Excel shows them, with excelize, for formats that
// add digits: 0000000000 gives a phone its leading zero back. It keeps one
// small workbook in memory for it.
type masker struct {
	book   *excelize.File
	styles map[string]int
}

// show writes a whole number in a format. ok is false if what comes out is
// not that number with zeros or other digits before it.
func (m *masker) show(plain string, v float64, code string) (text string, ok bool) {
	if len(m.styles) == maxMasks { // excelize gets slower with every style
		m.close()
	}
	if m.book == nil {
		m.book = excelize.NewFile()
		m.styles = map[string]int{}
	}
	const sheet, cell = "Sheet1", "A1"
	style, known := m.styles[code]
	if !known {
		var err error
		if style, err = m.book.NewStyle(&excelize.Style{CustomNumFmt: &code}); err != nil {
			return "", false
		}
		m.styles[code] = style
	}
	if m.book.SetCellStyle(sheet, cell, cell, style) != nil || m.book.SetCellFloat(sheet, cell, v, -1, 64) != nil {
		return "", false
	}
	text, err := m.book.GetCellValue(sheet, cell)
	if err != nil {
		return "", false
	}
	text = strings.TrimSpace(text)
	digits := onlyDigits(text)
	if digits == plain || !strings.HasSuffix(digits, plain) {
		return "", false
	}
	return text, true
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func (m *masker) close() {
	if m.book != nil {
		m.book.Close() // it is in memory only
		m.book, m.styles = nil, nil
	}
}
