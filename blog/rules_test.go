package blog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNormaliseTellsAllThatIsWrong(t *testing.T) {
	long := strings.Repeat("ấ", MaxBody+1)
	tests := []struct {
		name string
		in   Submission
		want []FieldError
	}{
		{"good", Submission{Name: "Nguyễn Văn An", Body: "Chào"}, nil},
		{"empty", Submission{Name: " ", Body: "\n\t "}, []FieldError{{"body", "required", 0}, {"name", "required", 0}}},
		{"invisible", Submission{Name: "\u200b\u2060", Body: "\u200b"}, []FieldError{{"body", "required", 0}, {"name", "required", 0}}},
		{"long", Submission{Name: strings.Repeat("n", MaxName+1), Body: long}, []FieldError{{"body", "too-long", MaxBody}, {"name", "too-long", MaxName}}},
		{"exactly as long as allowed", Submission{Name: strings.Repeat("ấ", MaxName), Body: long[:len(long)-len("ấ")]}, nil},
		{"not utf-8", Submission{Name: "a\xff", Body: "\xc3\x28"}, []FieldError{{"body", "not-utf8", 0}, {"name", "not-utf8", 0}}},
		{"control", Submission{Name: "a\x00b", Body: "a\x1bb"}, []FieldError{{"body", "control-characters", 0}, {"name", "control-characters", 0}}},
		{"name that turns the text", Submission{Name: "An \u202egnp.exe", Body: "x"}, []FieldError{{"name", "control-characters", 0}}},
		{"script address", Submission{Name: "An", Body: "x", URL: "javascript:alert(1)"}, []FieldError{{"url", "not-an-address", 0}}},
		{"address with markup", Submission{Name: "An", Body: "x", URL: `https://a.vn/"onmouseover=alert(1)`}, []FieldError{{"url", "not-an-address", 0}}},
		{"address with password", Submission{Name: "An", Body: "x", URL: "https://a:b@c.vn"}, []FieldError{{"url", "not-an-address", 0}}},
		{"e-mail with markup", Submission{Name: "An", Body: "x", Email: "<a@b.vn>"}, []FieldError{{"email", "not-an-address", 0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.in.Normalise()); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnEditIsToldTheSame(t *testing.T) {
	for text, want := range map[string]FieldError{
		" ": {"body", "required", 0}, "\x00": {"body", "control-characters", 0}, strings.Repeat("x", MaxBody+1): {"body", "too-long", MaxBody},
	} {
		if _, errs := CleanBody(text); !cmp.Equal(errs, []FieldError{want}) {
			t.Errorf("%.10q: %v, want %v", text, errs, want)
		}
	}
}

func TestNormaliseCleansWithoutChangingWhatWasSaid(t *testing.T) {
	s := Submission{Name: "  Trần\u00a0 Thị   Bình ", URL: "binh.vn/nhật-ký", Email: " b@x.vn ", Body: "\r\n  Dòng một\r\nDòng hai\r\n\r\n"}
	if errs := s.Normalise(); errs != nil {
		t.Fatal(errs)
	}
	want := Submission{Name: "Trần Thị Bình", URL: "https://binh.vn/nh%E1%BA%ADt-k%C3%BD", Email: "b@x.vn", Body: "  Dòng một\nDòng hai"}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again := s
	again.Normalise()
	if diff := cmp.Diff(s, again); diff != "" {
		t.Errorf("a second time changes it (-once +twice):\n%s", diff)
	}
}

func TestFingerprintTellsFieldsApart(t *testing.T) {
	a := Submission{Name: "ab", Body: "c"}.Fingerprint()
	b := Submission{Name: "a", Body: "bc"}.Fingerprint()
	if a == b {
		t.Error("two submissions have one fingerprint")
	}
}

func FuzzNormalise(f *testing.F) {
	f.Add("An", "https://a.vn", "a@b.vn", "xin chào")
	f.Add("<b>", "a.vn", "", "\x00")
	f.Fuzz(func(t *testing.T, name, url, email, body string) {
		s := Submission{Name: name, URL: url, Email: email, Body: body}
		if s.Normalise() != nil {
			return
		}
		again := s
		if errs := again.Normalise(); errs != nil || again != s {
			t.Errorf("clean %+v became %+v, %v", s, again, errs)
		}
		if strings.ContainsAny(s.Name, "\x00\n") || strings.ContainsAny(s.URL, "\"'<> ") {
			t.Errorf("dangerous characters in %+v", s)
		}
	})
}
