-- titel:     Arbejdstimer på en hel fraværsdag
-- spørgsmål: Har nogen registreret arbejde på en dag, hvor de var helt væk?
-- ejer:      Digital Arbejdsplads
-- hyppighed: måned
-- datasæt:   timereg.registreringer, timereg.fravaer, timereg.ansaettelser
-- nøgle:     medarbejder_nr, dato
-- stikprøve: alle
-- frist:     14 dage
-- minutter:  90
SELECT r.medarbejder_nr, r.dato, sum(r.timer) AS timer, any_value(f.art) AS fravaer, any_value(a.enhed) AS enhed
FROM   timereg.registreringer AS r
JOIN   timereg.fravaer AS f ON f.medarbejder_nr = r.medarbejder_nr AND r.dato BETWEEN f.fra AND f.til AND f.omfang_pct = 100
LEFT   JOIN timereg.ansaettelser AS a ON a.medarbejder_nr = r.medarbejder_nr AND r.dato BETWEEN a.fra AND coalesce(a.til, DATE '9999-12-31')
WHERE  r.art = 'arbejde' AND r.status <> 'annulleret' AND r.timer > 0
GROUP  BY r.medarbejder_nr, r.dato
ORDER  BY timer DESC, r.medarbejder_nr, r.dato
