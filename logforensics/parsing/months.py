"""What programs call the months in the language of their host: abbreviations of the C library's locales, full names.

A name that is one month here and another there would be none; Croatian is left out, whose "lip" is June, Polish July.
"""

# ruff: noqa: RUF001 - the months are spelled in their own scripts

from __future__ import annotations

from functools import cache

ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

LANGUAGES: dict[str, str] = {
    "English": "january february march april may june july august september october november december",
    "German": "jan feb mär apr mai jun jul aug sep okt nov dez",
    "German, spelled out": "januar februar märz april mai juni juli august september oktober november dezember",
    "Austrian": "jän feb mär apr mai jun jul aug sep okt nov dez",
    "French": "janv févr mars avril mai juin juil août sept oct nov déc",
    "French, spelled out": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "French, older": "jan fév mar avr mai jui jul aoû sep oct nov déc",
    "Spanish": "ene feb mar abr may jun jul ago sep oct nov dic",
    "Italian": "gen feb mar apr mag giu lug ago set ott nov dic",
    "Portuguese": "jan fev mar abr mai jun jul ago set out nov dez",
    "Galician": "xan feb mar abr mai xuñ xul ago set out nov dec",
    "Catalan": "gen febr març abr maig juny jul ago set oct nov des",
    "Romanian": "ian feb mar apr mai iun iul aug sep oct noi dec",
    "Basque": "urt ots mar api mai eka uzt abu ira urr aza abe",
    "Dutch": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "Swedish and Danish": "jan feb mar apr maj jun jul aug sep okt nov dec",
    "Norwegian": "jan feb mars april mai juni juli aug sep okt nov des",
    "Icelandic": "jan feb mar apr maí jún júl ágú sep okt nóv des",
    "Finnish": "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
    "Estonian": "jaan veebr märts apr mai juuni juuli aug sept okt nov dets",
    "Latvian": "jan febr marts apr maijs jūn jūl aug sept okt nov dec",
    "Lithuanian": "sau vas kov bal geg bir lie rgp rgs spa lap grd",
    "Polish": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "Czech": "led úno bře dub kvě čen čec srp zář říj lis pro",
    "Slovak": "jan feb mar apr máj jún júl aug sep okt nov dec",
    "Hungarian": "jan febr márc ápr máj jún júl aug szept okt nov dec",
    "Slovenian": "jan feb mar apr maj jun jul avg sep okt nov dec",
    "Turkish": "oca şub mar nis may haz tem ağu eyl eki kas ara",
    "Indonesian": "jan feb mar apr mei jun jul agu sep okt nov des",
    "Russian": "янв фев мар апр мая июн июл авг сен окт ноя дек",
    "Russian, standing alone": "янв фев мар апр май июн июл авг сен окт ноя дек",
    "Ukrainian": "січ лют бер кві тра чер лип сер вер жов лис гру",
    "Belarusian": "сту лют сак кра май чэр ліп жні вер кас ліс сне",
    "Bulgarian": "яну фев мар апр май юни юли авг сеп окт ное дек",
    "Serbian": "јан феб мар апр мај јун јул авг сеп окт нов дец",
    "Greek": "ιαν φεβ μαρ απρ μαΐ ιουν ιουλ αυγ σεπ οκτ νοε δεκ",
    "Hebrew": "ינו פבר מרץ אפר מאי יונ יול אוג ספט אוק נוב דצמ",
    "Arabic": "ينا فبر مار أبر ماي يون يول أغس سبت أكت نوف ديس",
    "Chinese and Japanese": "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
    "Korean": "1월 2월 3월 4월 5월 6월 7월 8월 9월 10월 11월 12월",
}
"""In lower case, without the full stop behind an abbreviation."""


@cache
def spellings() -> dict[str, str]:
    """Each name with the month's English abbreviation; of names that begin alike the longer one first."""
    found: dict[str, set[str]] = {}
    for names in LANGUAGES.values():
        for name, month in zip(names.split(), ENGLISH, strict=True):
            found.setdefault(name, set()).add(month)
    sure = {name: months.pop() for name, months in found.items() if len(months) == 1}
    return dict(sorted(sure.items(), key=lambda item: (-len(item[0]), item[0])))
